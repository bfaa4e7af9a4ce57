"""Reads of notes on people, for staff alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.identity.names import shown_name
from community.identity.queries import get_user
from moderation.audit.models import StaffNote
from moderation.audit.policies import can_delete_note, can_see_notes

NOTES_SHOWN = 100


@dataclass(frozen=True)
class NoteRow:
    """A note with who wrote it."""

    note: StaffNote
    author: str
    may_delete: bool


def get_noted_person(viewer: Viewer, user_id: int) -> User:
    """Return whom notes are about; raises ``NotFound`` for members, and for oneself.

    To members an address of notes is no different from one that does not exist.
    """
    person = get_user(user_id) if can_see_notes(viewer, user_id) else None
    if person is None or person.erased_at is not None:
        raise NotFound()
    return person


def list_notes(viewer: Viewer, user_id: int) -> Sequence[NoteRow]:
    """Return the newest notes about somebody, newest first."""
    require(can_see_notes(viewer, user_id))
    rows = db.session.execute(
        select(StaffNote, User.display_name)
        .join(User, User.id == StaffNote.author_id)
        .where(StaffNote.user_id == user_id)
        .order_by(StaffNote.id.desc())
        .limit(NOTES_SHOWN)
    )
    return [NoteRow(note, shown_name(name), can_delete_note(viewer, note)) for note, name in rows]


def get_note(viewer: Viewer, user_id: int, note_id: int) -> StaffNote:
    """Return a note about somebody; raises ``NotFound``."""
    get_noted_person(viewer, user_id)
    note = db.session.get(StaffNote, note_id)
    if note is None or note.user_id != user_id:
        raise NotFound()
    return note
