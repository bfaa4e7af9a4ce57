"""The desk of the support team: lists on the left, one case on the right."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, Refusal
from community.core.forms import takes
from community.core.web import add_resource, current_viewer, is_fragment_request, read_id
from community.escalation.cases.drafting import draft_public_answer
from community.escalation.cases.forms import ReplyForm
from community.escalation.cases.models import CONTACT_REASONS, OUTCOMES, SupportCase
from community.escalation.cases.operations import assigning, states
from community.escalation.cases.operations.incidents import solve_with_children
from community.escalation.cases.policies import (
    can_change_case,
    can_close_for_peers,
    can_hand_back,
    is_for_peers_first,
)
from community.escalation.cases.queries import desk, talk
from community.escalation.cases.queries.incidents import list_children
from community.escalation.cases.queries.merged import list_mergeable
from community.escalation.cases.queries.ordering import PRIORITY, TIME
from community.escalation.cases.queries.presence import list_present
from community.escalation.cases.queries.solutions import has_solution_of_peers
from community.escalation.cases.wording import (
    CHANNEL_WORDS,
    LINK_WORDS,
    ORDER_WORDS,
    OUTCOME_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    STEP_WORDS,
    VIEW_WORDS,
)
from community.escalation.macros.queries import list_macros_for
from community.escalation.sla.queries import list_sla_events
from community.escalation.sla.wording import PRIORITY_WORDS
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import get_agent, list_teams, team_ids_of
from community.identity.signing_in import signed_in_user

blueprint = Blueprint("desk", __name__)

# What the page of a case is told to call things.
CASE_WORDS = {
    "step_words": STEP_WORDS,
    "link_words": LINK_WORDS,
    "outcome_words": OUTCOME_WORDS,
    "reason_words": REASON_WORDS,
    "outcomes": [(code, OUTCOME_WORDS[code]) for code in OUTCOMES],
    "reasons": [(code, REASON_WORDS[code]) for code in CONTACT_REASONS],
}


@blueprint.before_request
def let_agents_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_use_desk(current_viewer()))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"can_use_desk": can_use_desk}


@blueprint.get("/desk")
def list_cases() -> str:
    """List cases: mine, the team's, those nobody owns; alone, or as a fragment."""
    name = "support/_list.html" if is_fragment_request() else "support/desk.html"
    return render_template(name, current_id=_shown_id(), **list_context())


def _shown_id() -> int:
    """Return the case that is open beside the list, as the address says; 0 for none."""
    return read_id(request.args.get("case")) or 0


@blueprint.get("/desk/next")
def show_next() -> ResponseReturnValue:
    """Lead to the case to work on next, which is not the one that is shown now."""
    found = desk.next_case_id(current_viewer(), _shown_id())
    if found is None:
        flash(_("Nothing waits for you. Well done."), "success")
        return redirect(url_for("desk.list_cases"), 303)
    return redirect(url_for("desk.show_case", case_id=found), 303)


def list_context() -> dict[str, object]:
    """Return what the list of cases is shown with."""
    viewer, shown = current_viewer(), request.args.get("show", "")
    shown = shown if shown in desk.VIEWS else "team"
    order = PRIORITY if request.args.get("order") == PRIORITY else TIME
    after = request.args.get("after", "")[:40]
    return {
        "page": desk.page_of_cases(viewer, show=shown, order=order, after=after),
        "counts": desk.count_cases(viewer),
        "shown": shown,
        "order": order,
        "order_words": ORDER_WORDS,
        "agent": get_agent(viewer.viewer_id or 0),
        "now": clock.now(),
        "view_words": VIEW_WORDS,
        "state_words": STATE_WORDS,
        "priority_words": PRIORITY_WORDS,
        "channel_words": CHANNEL_WORDS,
    }


@blueprint.get("/desk/cases/<int:case_id>")
def show_case(case_id: int) -> ResponseReturnValue:
    """Show a case with all that was said; ``draft`` begins a public answer out of a private one."""
    return render_case(case_id, ReplyForm(target="private"), drafted=request.args.get("draft", ""))


def render_case(
    case_id: int,
    form: ReplyForm,
    *,
    status: int = 200,
    errors: Mapping[str, object] | None = None,
    drafted: str = "",
    **shown: Any,
) -> ResponseReturnValue:
    """Show a case with the composer as it was typed; to htmx the composer alone."""
    viewer = current_viewer()
    record = desk.get_case_record(viewer, case_id)
    case, question = record.case, record.question
    newest = talk.newest_of(case.id, case.question_id)
    context = {
        **list_context(),
        **_around(case),
        "reply": _drafted(record, drafted) or form,
        "talk": talk.list_talk(case),
        "clock_history": list_sla_events(case.id),
        "escalations": talk.list_escalations(case),
        "newest": newest,
        "seen": shown.pop("seen", newest),
        "may_change": can_change_case(viewer, case, team_ids_of(viewer)),
        "may_hand_back": can_hand_back(case, question),
        "peers_solved": can_close_for_peers(
            case, has_solution=has_solution_of_peers(case.question_id)
        ),
        "peers_first": record.board is not None
        and is_for_peers_first(case, question, record.board.audience, clock.now()),
        "colleagues": desk.list_colleagues(case),
        "teams": list_teams(),
        "next_id": desk.next_case_id(viewer, case.id),
        "errors": errors or {},
        "current_id": case.id,
        **CASE_WORDS,
        **shown,
    }
    name = "support/case.html"
    if is_fragment_request() and context["may_change"]:
        # The talk above is not renewed, so what came in meanwhile was not seen.
        name, context["newest"] = "support/_reply.html", form.seen
    return render_template(name, record=record, case=case, **context), status


def _around(case: SupportCase) -> dict[str, object]:
    """Return what belongs to a case, who else has it open, and the macros for it."""
    viewer = current_viewer()
    return {
        "macros": list_macros_for(case.team_id, case.language),
        "children": list_children(case.id),
        "mergeable": list_mergeable(viewer, case),
        "present": list_present(case.id, but=viewer.viewer_id),
    }


def _drafted(record: desk.CaseRecord, wanted: str) -> ReplyForm | None:
    """Return the composer with a masked public answer made out of a private message."""
    number = read_id(wanted)
    if number is None or record.question is None:
        return None
    message = talk.get_message_of_team(record.case, number)
    if message is None:
        return None
    names = [record.requester.name] if record.requester else []
    return ReplyForm(target="public", body=draft_public_answer(message.body, names))


def errors_of(refusal: Refusal) -> dict[str, object]:
    """Return what was refused, by the field that it is about."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return {"msg" if name == "body" else name: text for name, text in refusal.errors.items()}
    return {"": refusal.message}


@takes("owner")
def take_case(case_id: int) -> ResponseReturnValue:
    """Take a case, or give it to a colleague."""
    owner = request.form.get("owner", "me")
    if owner == "me":
        return act_on_case(case_id, lambda actor: assigning.take_case(actor, case_id))
    owner_id = read_id(owner) or 0
    return act_on_case(case_id, lambda actor: assigning.assign_case(actor, case_id, owner_id))


@takes()
def give_back(case_id: int) -> ResponseReturnValue:
    """Give a case back to its team."""
    return act_on_case(case_id, lambda actor: assigning.assign_case(actor, case_id, None))


add_resource(blueprint, "/desk/cases/<int:case_id>/owner", create=take_case, delete=give_back)


@blueprint.post("/desk/cases/<int:case_id>/state")
@takes("state", "reason", "outcome", "contact_reason", "children")
def move_case(case_id: int) -> ResponseReturnValue:
    """Bring a case into another state."""
    form = request.form
    steps: dict[str, Callable[[Any], SupportCase]] = {
        "pending": lambda actor: states.wait_for_customer(actor, case_id),
        "on_hold": lambda actor: states.hold(actor, case_id, form.get("reason", "")),
        "open": lambda actor: states.reopen(actor, case_id),
        "returned": lambda actor: states.return_to_community(actor, case_id),
        "answered_by_peers": lambda actor: states.close_answered_by_peers(actor, case_id),
        "closed": lambda actor: states.close(actor, case_id),
        "spam": lambda actor: states.close_as_spam(actor, case_id),
        "solved": lambda actor: (solve_with_children if "children" in form else states.solve)(
            actor,
            case_id,
            outcome=form.get("outcome", ""),
            contact_reason=form.get("contact_reason", ""),
        ),
    }
    step = steps.get(form.get("state", ""))
    if step is None:
        raise Invalid()
    return act_on_case(case_id, step)


def act_on_case(case_id: int, act: Callable[[Any], SupportCase]) -> ResponseReturnValue:
    """Do something to a case the viewer sees; what is refused is said on its page."""
    desk.get_case(current_viewer(), case_id)
    try:
        act(signed_in_user())
    except (Conflict, Invalid) as refusal:
        forget_changes()
        form = ReplyForm(
            outcome=request.form.get("outcome", ""),
            contact_reason=request.form.get("contact_reason", ""),
        )
        return render_case(
            case_id,
            form,
            status=refusal.status,
            errors=errors_of(refusal),
            kept_reason=request.form.get("reason", ""),
            kept_team=request.form.get("team", ""),
            kept_team_reason=request.form.get("team_reason", ""),
        )
    flash(_("Done."), "success")
    return redirect(url_for("desk.show_case", case_id=case_id), 303)
