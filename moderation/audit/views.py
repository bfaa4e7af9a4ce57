"""Notes on people, as staff read and write them: a page, and a fragment on other pages."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.sightings import Seen, note_seen
from community.core.web import add_deletion, current_viewer, is_fragment_request
from moderation.audit.models import NOTE_MAX_CHARS
from moderation.audit.operations import notes
from moderation.audit.policies import can_see_notes
from moderation.audit.queries.notes import get_note, get_noted_person, list_notes

blueprint = Blueprint("staff_notes", __name__)


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_notes": can_see_notes}


@blueprint.get("/users/<int:user_id>/notes")
def show_notes(user_id: int) -> ResponseReturnValue:
    """Show what staff noted about somebody; found by staff alone."""
    return _render(user_id, {})


def _render(user_id: int, errors: dict[str, object], status: int = 200) -> ResponseReturnValue:
    viewer = current_viewer()
    person = get_noted_person(viewer, user_id)
    rows = list_notes(viewer, user_id)
    if rows:
        note_seen(Seen.NOTES, "user", user_id)
    is_part = is_fragment_request()
    page = render_template(
        "moderation/_notes.html" if is_part else "moderation/notes.html",
        is_part=is_part,
        person=person,
        rows=rows,
        errors=errors,
        typed=request.form.get("note", ""),
        most=NOTE_MAX_CHARS,
    )
    return page, status


@blueprint.post("/users/<int:user_id>/notes")
@takes("note")
def create_note(user_id: int) -> ResponseReturnValue:
    """Note something about somebody."""
    viewer = current_viewer()
    person = get_noted_person(viewer, user_id)
    try:
        notes.add_note(viewer, person, request.form.get("note", ""))
    except Invalid as refusal:
        return _render(user_id, dict(refusal.errors), 422)
    flash(_("The note is kept. Only staff can read it."), "success")
    return _back_to(user_id)


@takes()
def delete_note(user_id: int, note_id: int) -> ResponseReturnValue:
    """Delete a note for good."""
    viewer = current_viewer()
    notes.delete_note(viewer, get_note(viewer, user_id, note_id))
    flash(_("The note is deleted."), "success")
    return _back_to(user_id)


add_deletion(blueprint, "/users/<int:user_id>/notes/<int:note_id>", delete_note)


def _back_to(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff_notes.show_notes", user_id=user_id), 303)
