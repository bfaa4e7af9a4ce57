"""The pages on which moderators judge cases: the queue on the left, one case on the right."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import is_admin, require
from community.core.db import forget_changes
from community.core.errors import Conflict, Invalid, NotAllowed, Refusal
from community.core.forms import takes
from community.core.sightings import Seen, note_seen
from community.core.web import add_resource, current_viewer, is_fragment_request, read_id, read_only
from community.identity.signing_in import recently_verified, signed_in_user
from moderation.cases import operations
from moderation.cases.ageing import age_of
from moderation.cases.consulting import add_case_note, escalate_case
from moderation.cases.dossier import past_of, place_of, similar_cases
from moderation.cases.kinds import kind_of, list_kinds
from moderation.cases.letters import letters_of
from moderation.cases.models import NOTE_MAX_CHARS
from moderation.cases.policies import can_see_cases
from moderation.cases.queries import (
    count_waiting,
    get_case,
    get_case_record,
    list_colleagues,
    next_case_id,
    page_of_cases,
)
from moderation.cases.wording import SIGNAL_WORDS, STATE_WORDS, decision_words, words_of
from moderation.rules import rule_choices, rule_label
from moderation.sanctions.queries.statements import list_statements_of_case
from moderation.sanctions.wording import measure_words

blueprint = Blueprint("moderation", __name__)

FIELDS = ("decision", "note", "rule")


@blueprint.before_request
def let_moderators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_cases(current_viewer()))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"can_see_cases": can_see_cases}


@blueprint.get("/moderation/cases")
def list_cases() -> str:
    """List cases: those that wait, or those that were decided; alone, or as a fragment."""
    name = "moderation/_queue.html" if is_fragment_request() else "moderation/cases.html"
    return render_template(name, current_id=_current_id(), **_queue(), **_wording())


def _current_id() -> int:
    return _number(request.args.get("case", ""))


def _number(typed: str) -> int:
    """Return an id that was sent; 0, which nobody has, for anything else."""
    return read_id(typed) or 0


def _queue() -> dict[str, object]:
    viewer, decided = current_viewer(), request.args.get("show") == "decided"
    kinds = {kind.name: kind for kind in list_kinds()}
    chosen = request.args.get("kind", "")
    chosen = chosen if chosen in kinds else ""
    after = request.args.get("after", "")
    return {
        "page": page_of_cases(viewer, decided=decided, kind=chosen, after=after),
        "waiting": count_waiting(viewer),
        "decided": decided,
        "chosen": chosen,
        "kinds": list(kinds.values()),
        "after": after,
    }


@blueprint.get("/moderation/cases/count")
def show_count() -> str:
    """Return the link to the queue with the number of cases that wait."""
    return render_template("moderation/_count.html", waiting=count_waiting(current_viewer()))


@blueprint.get("/moderation/cases/<int:case_id>")
def show_case(case_id: int) -> ResponseReturnValue:
    """Show a case with all that speaks for it."""
    return _render_case(case_id)


@blueprint.get("/moderation/cases/<int:case_id>/state")
def show_state(case_id: int) -> str:
    """Return in a line who is at work on a case, or what was decided meanwhile."""
    record = get_case_record(current_viewer(), case_id)
    return render_template("moderation/_state.html", record=record, case=record.case, **_wording())


def _render_case(
    case_id: int,
    errors: Mapping[str, object] | None = None,
    status: int = 200,
    *,
    letters: object = None,
) -> ResponseReturnValue:
    viewer = current_viewer()
    record = get_case_record(viewer, case_id)
    case, kind = record.case, kind_of(record.case)
    note_seen(Seen.CASE, "case", case_id)
    context = {
        **_queue(),
        **_wording(),
        **kind.context(viewer, case),
        "is_mine": case.is_claimed_by(viewer.viewer_id, clock.now()),
        "is_barred": viewer.viewer_id in kind.barred(case),
        "place": None if case.post_id is None else place_of(case.post_id),
        "pasts": [past_of(viewer, one.id, but_case_id=case.id) for one in record.subjects[:1]],
        "similar": similar_cases(viewer, case),
        "next_id": next_case_id(viewer, case),
        "errors": errors or {},
        "typed": request.form,
        "letters": letters,
        "rules": rule_choices(),
        "longest": NOTE_MAX_CHARS,
        "measures": list_statements_of_case(case.id),
        "colleagues": list_colleagues(viewer, case),
        "is_admin": is_admin(viewer),
        "current_id": case.id,
    }
    page = render_template("moderation/case.html", record=record, case=case, kind=kind, **context)
    return page, status


def _wording() -> dict[str, Any]:
    return {
        "words_of": words_of,
        "kind_of": kind_of,
        "state_words": STATE_WORDS,
        "decision_of": decision_words,
        "signal_words": SIGNAL_WORDS,
        "rule_label": rule_label,
        "measure_words": measure_words,
        "age_of": age_of,
        "now": clock.now(),
    }


@takes()
def claim_case(case_id: int) -> ResponseReturnValue:
    """Take a case for half an hour; a page that is still open does so again."""
    viewer = current_viewer()
    operations.claim_case(viewer, get_case(viewer, case_id))
    if is_fragment_request():
        return "", 204
    flash(_("The case is yours for half an hour."), "success")
    return _back_to(case_id)


@takes()
def release_case(case_id: int) -> ResponseReturnValue:
    """Give a case back."""
    viewer = current_viewer()
    operations.release_case(viewer, get_case(viewer, case_id))
    flash(_("The case is open to everybody again."), "success")
    return _back_to(case_id)


@takes(*FIELDS)
@recently_verified
def decide_case(case_id: int) -> ResponseReturnValue:
    """Decide a case; whoever is refused finds what they typed on the page that says why."""
    viewer, form = signed_in_user(), request.form
    case = get_case(viewer, case_id)
    try:
        operations.decide_case(
            viewer, case, form.get("decision", ""), form.get("note", ""), form.get("rule", "")
        )
    except (Conflict, Invalid, NotAllowed) as refusal:
        forget_changes()
        return _render_case(case_id, _errors(refusal), refusal.status)
    flash(_("The case is decided."), "success")
    return _back_to(case_id)


def _errors(refusal: Refusal) -> dict[str, object]:
    if isinstance(refusal, Invalid) and refusal.errors:
        return dict(refusal.errors)
    return {"": refusal.message}


@blueprint.post("/moderation/cases/<int:case_id>/letter")
@takes(*FIELDS)
@read_only
def preview_letter(case_id: int) -> ResponseReturnValue:
    """Show what the member will read; without JavaScript on the page with the form."""
    case = get_case(current_viewer(), case_id)
    form = request.form
    choice = kind_of(case).decision(form.get("decision"))
    note, rule = form.get("note", "")[:NOTE_MAX_CHARS], form.get("rule", "")
    letters = letters_of(case, choice, note, rule) if choice else []
    if is_fragment_request():
        return render_template("moderation/_letter.html", letters=letters)
    return _render_case(case_id, letters=letters)


@takes("note")
@recently_verified
def undo_decision(case_id: int) -> ResponseReturnValue:
    """Take back a decision that was carried out."""
    viewer = signed_in_user()
    case = get_case(viewer, case_id)
    try:
        operations.undo_case(viewer, case, request.form.get("note", ""))
    except (Conflict, Invalid) as refusal:
        forget_changes()
        return _render_case(case_id, _errors(refusal), refusal.status)
    flash(_("The decision is taken back."), "success")
    return _back_to(case_id)


@blueprint.post("/moderation/cases/<int:case_id>/notes")
@takes("message", "to")
def create_note(case_id: int) -> ResponseReturnValue:
    """Write something to colleagues about a case, or ask one of them."""
    viewer, form = signed_in_user(), request.form
    case = get_case(viewer, case_id)
    to = form.get("to", "")
    try:
        add_case_note(viewer, case, form.get("message", ""), _number(to) if to else None)
    except Invalid as refusal:
        forget_changes()
        return _render_case(case_id, _errors(refusal), refusal.status)
    flash(_("Your colleague is told of it.") if to else _("The note is kept."), "success")
    return _back_to(case_id)


@blueprint.post("/moderation/cases/<int:case_id>/handover")
@takes("handover")
def create_handover(case_id: int) -> ResponseReturnValue:
    """Leave a case to the administrators."""
    viewer = signed_in_user()
    case = get_case(viewer, case_id)
    try:
        escalate_case(viewer, case, request.form.get("handover", ""))
    except (Conflict, Invalid) as refusal:
        forget_changes()
        return _render_case(case_id, _errors(refusal), refusal.status)
    flash(_("The case is handed over. Administrators see it first now."), "success")
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
