"""What is done with the audit log itself, each recorded in it."""

from community.core.audit import UNSEALED, Action, record
from community.core.audit_chain import (
    ADOPTED,
    append,
    key_ring,
    lock_head,
    sign_anew,
    unsealed_ids,
)
from community.core.audit_check import Checkpoint
from community.core.authz import SYSTEM, Viewer
from community.core.db import db

LOG = ("audit log", None)


def seal_log(actor: Viewer, reason: str) -> int:
    """Seal what has no seal and sign the head anew; returns how many entries that were.

    For the operator, who has found out why: it says that what is there now is taken as it is. The
    faults of seals that were changed or taken out stay found.
    """
    head = lock_head()
    left = unsealed_ids(but=db.session.info.get(UNSEALED, frozenset()))
    sign_anew(head)
    append(head, key_ring(), left, ADOPTED)
    after = {"count": head.count, "adopted": len(left)}
    record(actor, Action.LOG_SEALED, subject=LOG, after=after, reason=reason)
    return len(left)


def keep_head() -> Checkpoint:
    """Begin the chain where there is none, and have its head signed with the present key.

    Returns where it ends, to be kept outside the database.
    """
    head, ring = lock_head(), key_ring()
    if head.key_id in ring.live and head.key_id != ring.current:
        after = {"count": head.count, "key": ring.current, "key_before": head.key_id}
        record(SYSTEM, Action.LOG_SEALED, subject=LOG, after=after, reason="The secret is new.")
    return Checkpoint(head.count, head.seal)


def note_export(actor: Viewer, what: dict[str, object]) -> None:
    """Record that somebody takes the log out of the forum, and how much of it."""
    record(actor, Action.LOG_EXPORTED, subject=LOG, after=what)
