"""Notes on people are written and deleted; the audit log says that, never what they said."""

from flask_babel import lazy_gettext as _l

from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Invalid
from community.core.markup import clean_text
from community.identity.models import User
from moderation.audit.models import NOTE_MAX_CHARS, StaffNote
from moderation.audit.policies import can_delete_note, can_see_notes


class NoteUnfit(Invalid):
    """The note is empty or too long; errors name the field ``note``."""

    message = _l("Write up to 2,000 characters.")


def add_note(actor: Viewer, person: User, text: str) -> StaffNote:
    """Note something about a person, for staff alone; raises ``NoteUnfit``."""
    require(can_see_notes(actor, person.id))
    assert actor.viewer_id is not None
    note = StaffNote(user_id=person.id, author_id=actor.viewer_id, body=_fit(text))
    db.session.add(note)
    db.session.flush()
    record(actor, Action.NOTE_ADDED, subject=("user", person.id), after={"note": note.id})
    return note


def _fit(text: str) -> str:
    body = clean_text(text).strip()
    if not 0 < len(body) <= NOTE_MAX_CHARS:
        raise NoteUnfit(errors={"note": NoteUnfit.message})
    return body


def delete_note(actor: Viewer, note: StaffNote) -> None:
    """Delete a note for good."""
    require(can_delete_note(actor, note))
    before = {"note": note.id, "by": note.author_id}
    db.session.delete(note)
    db.session.flush()
    record(actor, Action.NOTE_DELETED, subject=("user", note.user_id), before=before)
