"""A customer's own cases: what is going on, what was said in private, and a reply to it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import get_board
from community.core import clock
from community.core.db import forget_changes
from community.core.errors import Invalid, NotFound, RateLimited
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.limits import limited
from community.core.submissions import submit_once
from community.core.web import LARGEST_ID, current_viewer, renders, takes_files
from community.escalation.cases.operations import asking, messages
from community.escalation.cases.queries import own, talk
from community.escalation.cases.views import attaching
from community.escalation.cases.wording import OWN_STATE_WORDS, OWN_STEP_WORDS
from community.escalation.sla.models import CaseFacts
from community.escalation.sla.queries import find_first_due, measure_first_answers
from community.escalation.sla.wording import measured_words
from community.escalation.teams.queries import get_team_of_board
from community.identity.signing_in import signed_in_user
from community.questions.forms import QuestionForm
from community.questions.views.questions import render_ask_form

blueprint = Blueprint("support", __name__)

# All that the form of a question sends: it leads here by another button.
QUESTION_FIELDS = (
    *("title", "body", "tags", "board", "language", "image_alt", "started", "follows"),
    *("personal", "vouching", "vouched"),
)


@blueprint.app_context_processor
def _promises() -> dict[str, object]:
    return {
        "find_private_promise": find_private_promise,
        "private_wait_words": lambda: measured_words(measure_first_answers("form", clock.now())),
    }


def find_private_promise(board_slug: str) -> datetime | None:
    """Return by when the team answers what is written to it in private now, about a board."""
    try:
        board_id = get_board(current_viewer(), board_slug).id if board_slug else None
    except NotFound:
        board_id = None
    team = get_team_of_board(board_id)
    facts = CaseFacts(
        case_id=0,
        team_id=team.id if team else 0,
        board_id=board_id,
        priority="normal",
        language=reader_language(),
        channel="form",
    )
    return find_first_due(facts, clock.now())


@blueprint.get("/account/cases")
def list_cases() -> str:
    """List the viewer's own cases, newest first."""
    before = request.args.get("before", LARGEST_ID, type=int)
    page = own.page_of_own_cases(current_viewer(), before=min(max(before, 0), LARGEST_ID))
    return render_template("support/own_cases.html", page=page, state_words=OWN_STATE_WORDS)


@blueprint.get("/cases/<int:case_id>")
def show_case(case_id: int) -> ResponseReturnValue:
    """Show the viewer's own case: where it stands, what was said, and the box for a reply."""
    return _render(case_id)


def _render(
    case_id: int, *, status: int = 200, typed: str = "", errors: Mapping[str, object] | None = None
) -> ResponseReturnValue:
    case = own.get_own_case(current_viewer(), case_id)
    page = render_template(
        "support/own_case.html",
        case=case,
        question=own.get_question_of(case),
        follow_up_id=own.get_follow_up(case),
        talk=talk.list_own_talk(case),
        state_words=OWN_STATE_WORDS,
        step_words=OWN_STEP_WORDS,
        typed=typed,
        errors=errors or {},
    )
    return page, status


@blueprint.post("/cases/<int:case_id>/messages")
@takes("body", "started", files=attaching.FIELD)
@renders("body")
@takes_files(attaching.MOST_BYTES, attaching.take_in_files)
@limited("writing")
def create_message(case_id: int) -> ResponseReturnValue:
    """Write to the support team; only they read it."""
    body = request.form.get("body", "")
    try:
        return submit_once(current_viewer().viewer_id, lambda: _reply(case_id, body))
    except Invalid as refusal:
        forget_changes()
        errors = dict(refusal.errors) or {"body": refusal.message}
        if attaching.has_files():
            errors.setdefault(attaching.FIELD, attaching.choose_again())
        return _render(case_id, status=422, typed=body, errors=errors)


def _reply(case_id: int, body: str) -> str:
    own.get_own_case(current_viewer(), case_id)
    attaching.check_files()
    actor = signed_in_user()
    message = messages.receive_message(case_id, from_user=actor, body=body)
    attaching.keep_files(message, actor.id)
    flash(_("Your message is with the support team."), "success")
    return url_for("support.show_case", case_id=message.case_id)


@blueprint.post("/cases")
@takes(*QUESTION_FIELDS, file="image", files=attaching.FIELD)
@renders("body")
@takes_files(attaching.MOST_BYTES, attaching.take_in_files)
@limited("writing")
def create_case() -> ResponseReturnValue:
    """Send what was about to become a public question to the support team alone."""
    try:
        return submit_once(current_viewer().viewer_id, _open)
    except (Invalid, RateLimited) as refusal:
        forget_changes()
        errors: dict[str, object] = {"": refusal.message}
        if isinstance(refusal, Invalid):
            errors = dict(refusal.errors)
        if attaching.has_files():
            errors.setdefault(attaching.FIELD, attaching.choose_again())
        form = replace(QuestionForm.read(request.form), is_private=True)
        return render_ask_form(form, status=refusal.status, errors=errors)


def _open() -> str:
    attaching.check_files()
    form, actor = request.form, signed_in_user()
    case = asking.ask_privately(
        actor,
        title=form.get("title", ""),
        body=form.get("body", ""),
        board_slug=form.get("board", ""),
        language=form.get("language") or reader_language(),
    )
    attaching.keep_files(talk.first_message_of(case.id), actor.id)
    flash(_("Only the support team reads this. You find their answer here."), "success")
    return url_for("support.show_case", case_id=case.id)
