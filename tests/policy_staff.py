"""Requests about what staff keep to themselves: notes on people, deadlines, the audit log."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from community.core.db import db, transaction
from community.identity.models import User
from moderation.audit.models import StaffNote
from tests.policy_deadlines import deadline_requests


def make_notes(author: User, person: User) -> None:
    """Let somebody, staff or not, have written a note about a person."""
    with transaction():
        db.session.add(StaffNote(user_id=person.id, author_id=author.id, body="Called on Monday."))


def staff_requests() -> dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        **deadline_requests(),
        "staff_notes.create_note": lambda c: (f"/users/{c.owner.id}/notes", {"note": "Called."}),
        "staff_notes.delete_note": lambda c: (_note(c), {}),
        "audit_log.export_log": lambda c: ("/admin/audit/exports", {"action": "case.decided"}),
    }


def _note(cell: Any) -> str:
    """One's own is a note one wrote about the author; all others are an administrator's."""
    people, person = cell.world.people, cell.world.author
    writer = people.get(cell.role, people["admin"]) if cell.target == "own" else cell.world.author
    note_id = db.session.scalar(
        select(StaffNote.id).where(StaffNote.user_id == person.id, StaffNote.author_id == writer.id)
    )
    return f"/users/{person.id}/notes/{note_id}"
