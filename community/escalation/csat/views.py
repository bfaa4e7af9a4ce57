"""The question at the signed address and on the customer's case page; the staff's figures."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.authz import Viewer, require
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.limits import limited
from community.core.pagination import Cursor
from community.core.settings import site_zone
from community.core.spans import MONTH, Span, last_months, span_from
from community.core.web import csrf, current_viewer, is_fragment_request, public, read_id
from community.escalation.cases.models import SupportCase
from community.escalation.cases.policies import can_see_case
from community.escalation.csat.models import COMMENT_MAX_CHARS, CsatResponse
from community.escalation.csat.operations.answering import AlreadyAnswered, answer_question
from community.escalation.csat.operations.asking import refuse_questions
from community.escalation.csat.policies import can_see_ratings, is_open
from community.escalation.csat.queries import (
    get_own_response,
    get_response,
    list_own_teams,
    marks_of_customer,
    months_of,
    page_of_responses,
    was_asked,
)
from community.escalation.csat.tokens import read_response
from community.escalation.csat.wording import MARK_WORDS, average_words, month_words
from community.escalation.teams.models import Team
from community.escalation.teams.queries import team_ids_of

blueprint = Blueprint("csat", __name__)

MONTHS_SHOWN = 12
KEPT = ("team", "month", "show", "case")
SHOWN = ("asked", "answered", "low")


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {
        "can_see_ratings": can_see_ratings,
        "was_asked_about": was_asked,
        "marks_of_customer": _marks_in_words,
    }


def _marks_in_words(viewer: Viewer, customer_id: int) -> list[tuple[CsatResponse, LazyString]]:
    found = marks_of_customer(viewer, customer_id)
    return [(one, MARK_WORDS[one.mark]) for one in found if one.mark]


@blueprint.get("/satisfaction/<token>")
@public
def show_question(token: str) -> ResponseReturnValue:
    """Ask. Mail scanners follow links, so this changes nothing; the link only chooses a mark."""
    response, case = get_response(read_response(token))
    return _question(response, case, action=request.path, typed=request.args)


@blueprint.post("/satisfaction/<token>")
@public
@limited("writing")
@takes("mark", "comment")
def answer(token: str) -> ResponseReturnValue:
    """Take the answer of whoever holds the link."""
    response, case = get_response(read_response(token))
    return _answer(response, case)


@blueprint.get("/satisfaction/<token>/refusal")
@public
def show_refusal(token: str) -> ResponseReturnValue:
    """Ask whether such questions shall end; this changes nothing either."""
    get_response(read_response(token))
    return render_template("csat/refusal.html", link=token, done=False)


@blueprint.post("/satisfaction/<token>/refusal")
@public
@limited("writing")
def refuse(token: str) -> ResponseReturnValue:
    """Never ask again, by the button or by a mail program's one click."""
    _response, case = get_response(read_response(token))
    refuse_questions(case)
    return render_template("csat/refusal.html", link=token, done=True)


# Mail providers send the one-click request without cookies, so it cannot carry a CSRF token; the
# signed token in the address is the secret.
csrf.exempt(refuse)


@blueprint.get("/cases/<int:case_id>/satisfaction")
def show_own_question(case_id: int) -> ResponseReturnValue:
    """Show a customer the question about their case: a part of its page, or a page of its own."""
    response, case = get_own_response(current_viewer(), case_id)
    return _question(response, case, action=request.path, typed={})


@blueprint.post("/cases/<int:case_id>/satisfaction")
@limited("writing")
@takes("mark", "comment")
def answer_own(case_id: int) -> ResponseReturnValue:
    """Take the answer of a customer who is signed in."""
    response, case = get_own_response(current_viewer(), case_id)
    return _answer(response, case)


@blueprint.get("/desk/satisfaction")
def show_months() -> ResponseReturnValue:
    """Show staff what customers of their teams said, month by month."""
    viewer = current_viewer()
    require(can_see_ratings(viewer))
    teams = list_own_teams(viewer)
    spans = last_months(MONTHS_SHOWN, clock.now(), site_zone())
    months = months_of(teams, spans)
    return render_template(
        "csat/months.html",
        months=[(span, rows) for span, rows in months if rows],
        teams={team.id: team for team in teams},
        month_words=month_words,
        average_words=average_words,
    )


@blueprint.get("/desk/satisfaction/answers")
def list_answers() -> ResponseReturnValue:
    """List what stands behind a number: by team, month, kind of answer, or one case."""
    viewer = current_viewer()
    require(can_see_ratings(viewer))
    teams = list_own_teams(viewer)
    chosen, span = _chosen_team(teams), _chosen_month()
    show = request.args.get("show", "answered")
    show = show if show in SHOWN else "answered"
    page = page_of_responses(
        [chosen.id] if chosen else [team.id for team in teams],
        Cursor.parse(request.args.get("before")),
        show=show,
        span=span,
        case_id=_number("case"),
    )
    return render_template(
        "csat/answers.html",
        page=page,
        teams={team.id: team for team in teams},
        team=chosen,
        span=span,
        show=show,
        may_see=partial(can_see_case, viewer, team_ids=team_ids_of(viewer)),
        mark_words=MARK_WORDS,
        month_words=month_words,
        kept={name: request.args[name] for name in KEPT if name in request.args},
    )


def _question(
    response: CsatResponse,
    case: SupportCase,
    *,
    action: str,
    typed: Any,
    errors: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    inside = is_fragment_request()
    page = render_template(
        "csat/_question.html" if inside else "csat/question.html",
        response=response,
        case=case,
        is_open=is_open(response, clock.now()),
        action=action,
        marks=[(str(mark), words, "") for mark, words in MARK_WORDS.items()],
        mark_words=MARK_WORDS,
        longest=COMMENT_MAX_CHARS,
        typed=typed,
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _answer(response: CsatResponse, case: SupportCase) -> ResponseReturnValue:
    mark, comment = request.form.get("mark", ""), request.form.get("comment", "")
    try:
        answer_question(
            response, mark=int(mark) if mark in ("1", "2", "3", "4", "5") else None, comment=comment
        )
    except AlreadyAnswered:
        # Twice the same button, or a link that was passed on: they read what is kept.
        return _question(response, case, action=request.path, typed={})
    except Invalid as refusal:
        errors = dict(refusal.errors) or {"comment": refusal.message}
        return _question(response, case, action=request.path, typed=request.form, errors=errors)
    return _question(response, case, action=request.path, typed={})


def _chosen_team(teams: Sequence[Team]) -> Team | None:
    wanted = _number("team")
    if wanted is None:
        return None
    for team in teams:
        if team.id == wanted:
            return team
    raise NotFound()


def _number(name: str) -> int | None:
    return read_id(request.args.get(name))


def _chosen_month() -> Span | None:
    try:
        first = date.fromisoformat(f"{request.args.get('month', '')[:7]}-01")
        return span_from(MONTH, first, site_zone())
    except (ValueError, OverflowError):
        return None
