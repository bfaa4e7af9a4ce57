"""Where a question stands with the support team, and handing it over by hand."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import Viewer, is_signed_in, is_staff
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.limits import limited
from community.core.web import current_viewer, is_fragment_request, public
from community.escalation.cases.models import SupportCase
from community.escalation.cases.policies import can_see_case, lets_peers_first
from community.escalation.cases.queries.solutions import get_live_case, has_solution_of_peers
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import team_ids_of
from community.escalation.triggers.operations.handing import (
    REASON_MAX_CHARS,
    LineUsed,
    WaitNotOver,
    call_agent,
    hand_over_by_hand,
    has_waited,
    is_line_used,
)
from community.escalation.triggers.operations.signals import say_unsolved
from community.escalation.triggers.policies import (
    UNSETTLED,
    can_call_agent,
    can_call_team,
    can_hand_over,
    can_say_unsolved,
)
from community.escalation.triggers.queries.progress import find_progress
from community.escalation.triggers.queries.rules import is_urgent
from community.escalation.triggers.wording import STATE_WORDS, clock_words
from community.identity.models import User
from community.identity.signing_in import signed_in_user
from community.posts.policies import is_author
from community.questions.models import Question
from community.questions.policies import QuestionFacts
from community.questions.queries.page_parts import QuestionView
from community.questions.views.loading import access_question, question_url

blueprint = Blueprint("handover", __name__)


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"concerns_support": concerns_support, "lets_members_first": lets_members_first}


def concerns_support(viewer: Viewer, question: QuestionFacts) -> bool:
    """Say whether a question's page shows the viewer a way to the support team."""
    if question.status == "solved":
        # Their case may still be open.
        return can_use_desk(viewer)
    if not is_signed_in(viewer) or question.status not in (*UNSETTLED, "waiting"):
        return False
    return is_author(viewer, question) or can_hand_over(viewer, question)


def lets_members_first(viewer: Viewer, question: QuestionView) -> bool:
    """Say whether staff who read a question are asked to let members answer first.

    Of all others, and of questions that are older, nothing is read.
    """
    if not is_staff(viewer, question.board_id) or is_author(viewer, question):
        return False
    young = lets_peers_first(
        question.plain_status, question.board_audience, question.created_at, clock.now()
    )
    return young and not is_urgent(question.id, question.board_id, question.tags)


@blueprint.get("/questions/<int:question_id>/support")
@public
def show_progress(question_id: int) -> ResponseReturnValue:
    """Show where a question stands: a part of its page, or a page of its own."""
    return _render(access_question(question_id))


@blueprint.post("/questions/<int:question_id>/handover")
@takes("reason")
@limited("writing")
def hand_over(question_id: int) -> ResponseReturnValue:
    """Hand a question to the support team, with a reason."""
    said = _("The support team has this question now.")
    return _give_reason(question_id, hand_over_by_hand, said, field="reason", error="error")


@blueprint.post("/questions/<int:question_id>/direct-line")
@takes("reason")
@limited("writing")
def call_directly(question_id: int) -> ResponseReturnValue:
    """Call an agent to a question, with a reason."""
    said = _("The support team is called. You hear of it when they have answered.")
    return _give_reason(question_id, call_agent, said, field="calling", error="call_error")


def _give_reason(
    question_id: int,
    act: Callable[[User, Question, str], object],
    said: str,
    *,
    field: str,
    error: str,
) -> ResponseReturnValue:
    """Do what needs a reason; where it is refused, the page says why and keeps what was typed."""
    question = access_question(question_id)
    reason = request.form.get("reason", "")
    try:
        act(signed_in_user(), question, reason)
    except (Invalid, WaitNotOver, LineUsed) as refusal:
        why = getattr(refusal, "errors", {}).get("reason") or refusal.message
        return _render(question, status=refusal.status, **{field: reason, error: why})
    flash(said, "success")
    return redirect(question_url(question), 303)


@blueprint.post("/questions/<int:question_id>/unsolved")
@takes()
@limited("writing")
def report_unsolved(question_id: int) -> ResponseReturnValue:
    """Hear the asker say that the answers so far did not help."""
    question = access_question(question_id)
    if say_unsolved(signed_in_user(), question):
        flash(_("Thanks for telling us. The second time you say so, the support team helps."))
    else:
        flash(_("You said so already. You can say it again about the next answer."))
    return redirect(question_url(question), 303)


def _render(question: Question, *, status: int = 200, **typed: Any) -> ResponseReturnValue:
    viewer = current_viewer()
    mine = is_author(viewer, question) and question.status in UNSETTLED
    fragment = is_fragment_request() and status == 200
    page = render_template(
        "escalation/_progress.html" if fragment else "escalation/progress.html",
        question=question,
        question_url=question_url(question),
        progress=find_progress(question),
        state_words=STATE_WORDS,
        clock_words=clock_words,
        may_hand_over=can_hand_over(viewer, question),
        may_call=mine and can_call_team(viewer, question, waited=has_waited(question)),
        may_call_agent=can_call_agent(viewer, question) and not is_line_used(question.id),
        may_say_unsolved=can_say_unsolved(viewer, question),
        reason_max_chars=REASON_MAX_CHARS,
        desk_case=(desk_case := _case_on_desk(viewer, question.id)),
        peers_solved=desk_case is not None and has_solution_of_peers(question.id),
        **typed,
    )
    return page, status


def _case_on_desk(viewer: Viewer, question_id: int) -> SupportCase | None:
    """Return the case of a question that is not closed, where the viewer works on it."""
    if not can_use_desk(viewer):
        return None
    case = get_live_case(question_id)
    return case if case and can_see_case(viewer, case, team_ids_of(viewer)) else None
