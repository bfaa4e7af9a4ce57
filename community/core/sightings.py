"""Who saw private data: staff's looks at what only their role lets them see are recorded.

A view notes what it is about to show (``note_seen``). Before the answer leaves, what was noted is
written to the audit log, on a request that only reads in a short transaction of its own. If that
fails the answer is not sent: nobody sees such data without a trace. Within an hour the same look of
the same person is recorded once.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import g
from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, AuditEntry, record
from community.core.authz import Viewer
from community.core.db import db, joined_transaction

SAME_LOOK = timedelta(hours=1)
LOOKED_THROUGH = 50


class Seen(StrEnum):
    """What was seen, as the entry has it; docs/audit-log.md lists where."""

    ACCOUNT = "account"
    ADDRESSES = "addresses"
    NOTES = "notes"
    CASE = "case"
    MAILS = "mails"
    CUSTOMER = "customer record"
    DECISIONS = "decisions"
    REMOVED_POST = "removed post"
    GROUP_BOARD = "board of groups"


@dataclass(frozen=True)
class Sighting:
    """Something a page is about to show; ``ids`` are further people on it."""

    what: Seen
    kind: str
    subject_id: int | None
    ids: tuple[int, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """What the entry says was seen."""
        return {"seen": self.what.value, **({"ids": list(self.ids)} if self.ids else {})}


def note_seen(what: Seen, kind: str, subject_id: int | None, ids: tuple[int, ...] = ()) -> None:
    """Note that this request shows something private of a record; views call it."""
    noted: set[Sighting] = g.setdefault("sightings", set())
    noted.add(Sighting(what, kind, subject_id, ids))


def record_noted(viewer: Viewer) -> None:
    """Record what the present request noted; only ``core.web`` calls this."""
    noted: set[Sighting] = g.pop("sightings", set())
    new = [each for each in noted if not _was_recorded(viewer, each)]
    if not new:
        return
    with joined_transaction():
        for each in sorted(new, key=str):
            subject = (each.kind, each.subject_id)
            record(viewer, Action.DATA_SEEN, subject=subject, after=each.facts)


def _was_recorded(viewer: Viewer, sighting: Sighting) -> bool:
    """Say whether this look was recorded within the hour."""
    query = (
        select(AuditEntry.after)
        .where(
            AuditEntry.subject_type == sighting.kind,
            AuditEntry.subject_id == sighting.subject_id,
            AuditEntry.actor_id == viewer.viewer_id,
            AuditEntry.action == Action.DATA_SEEN.value,
            AuditEntry.at > clock.now() - SAME_LOOK,
        )
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_THROUGH)
    )
    return sighting.facts in list(db.session.scalars(query))
