"""The pages on which moderators judge cases."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.sightings import Seen, note_seen
from community.core.web import LARGEST_ID, add_resource, current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from moderation.cases import operations
from moderation.cases.kinds import kind_of
from moderation.cases.policies import can_see_cases
from moderation.cases.queries import get_case, get_case_record, page_of_cases
from moderation.cases.wording import (
    SIGNAL_WORDS,
    STATE_WORDS,
    choices_of,
    decision_words,
    words_of,
)

blueprint = Blueprint("moderation", __name__)


@blueprint.before_request
def let_moderators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_cases(current_viewer()))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"can_see_cases": can_see_cases}


@blueprint.get("/moderation/cases")
def list_cases() -> str:
    """List cases: those that wait, or those that were decided."""
    decided = request.args.get("show") == "decided"
    typed = request.args.get("after", "")
    after = min(int(typed[:19]), LARGEST_ID) if typed.isascii() and typed.isdigit() else 0
    page = page_of_cases(current_viewer(), decided=decided, after=after)
    return render_template(
        "moderation/cases.html", page=page, decided=decided, now=clock.now(), **_wording()
    )


@blueprint.get("/moderation/cases/<int:case_id>")
def show_case(case_id: int) -> ResponseReturnValue:
    """Show a case with all that speaks for it."""
    return _render_case(case_id, {})


def _render_case(case_id: int, errors: dict[str, object], status: int = 200) -> ResponseReturnValue:
    viewer = current_viewer()
    record = get_case_record(viewer, case_id)
    kind = kind_of(record.case)
    note_seen(Seen.CASE, "case", case_id)
    page = render_template(
        "moderation/case.html",
        record=record,
        case=record.case,
        kind=kind,
        **kind.context(viewer, record.case),
        errors=errors,
        typed=request.form,
        now=clock.now(),
        **_wording(),
    )
    return page, status


def _wording() -> dict[str, object]:
    return {
        "words_of": words_of,
        "kind_of": kind_of,
        "state_words": STATE_WORDS,
        "decision_of": decision_words,
        "choices_of": choices_of,
        "signal_words": SIGNAL_WORDS,
    }


@takes()
def claim_case(case_id: int) -> ResponseReturnValue:
    """Take a case for half an hour."""
    viewer = current_viewer()
    operations.claim_case(viewer, get_case(viewer, case_id))
    flash(_("The case is yours for half an hour."), "success")
    return _back_to(case_id)


@takes()
def release_case(case_id: int) -> ResponseReturnValue:
    """Give a case back."""
    viewer = current_viewer()
    operations.release_case(viewer, get_case(viewer, case_id))
    flash(_("The case is open to everybody again."), "success")
    return _back_to(case_id)


@takes("decision", "note", "rule")
@recently_verified
def decide_case(case_id: int) -> ResponseReturnValue:
    """Decide a case."""
    viewer, form = signed_in_user(), request.form
    case = get_case(viewer, case_id)
    try:
        operations.decide_case(
            viewer, case, form.get("decision", ""), form.get("note", ""), form.get("rule", "")
        )
    except Invalid as refusal:
        return _render_case(case_id, dict(refusal.errors), 422)
    flash(_("The case is decided. What follows is done in a moment."), "success")
    return _back_to(case_id)


@takes("note")
@recently_verified
def undo_decision(case_id: int) -> ResponseReturnValue:
    """Take back a decision that was carried out."""
    viewer = signed_in_user()
    operations.undo_case(viewer, get_case(viewer, case_id), request.form.get("note", ""))
    flash(
        _("The decision is taken back. What was reversed is booked again in a moment."), "success"
    )
    return _back_to(case_id)


add_resource(
    blueprint, "/moderation/cases/<int:case_id>/claim", create=claim_case, delete=release_case
)
add_resource(
    blueprint,
    "/moderation/cases/<int:case_id>/decision",
    create=decide_case,
    delete=undo_decision,
)


@blueprint.post("/moderation/cases/<int:case_id>/closing")
@takes()
def close_case(case_id: int) -> ResponseReturnValue:
    """File a case whose decision stands."""
    viewer = current_viewer()
    operations.close_case(viewer, get_case(viewer, case_id))
    flash(_("The case is closed."), "success")
    return _back_to(case_id)


def _back_to(case_id: int) -> ResponseReturnValue:
    return redirect(url_for("moderation.show_case", case_id=case_id), 303)
