"""The chain over the audit log: what was written cannot be changed, taken out or added unseen.

Each entry has a seal: an HMAC over every column of the entry and over the seal before it. A signed
head says how many there are and which is the last, so that the end cannot be cut off either. The
key is derived from the site's secret key, for this purpose alone.

Entries are sealed where their transaction commits, in the order of their numbers. The head is
locked there and nowhere else, after everything else was written: no two transactions can wait for
each other because of it, and it is held for as long as a commit takes.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Text,
    cast,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from community.core.audit import UNSEALED, AuditEntry
from community.core.db import (
    AnyRow,
    Base,
    count_changed,
    db,
    insert_ignoring_conflicts,
    lock_row,
)
from community.core.sealing import derive_key
from community.core.settings import Settings, current_settings

PURPOSE = "audit log"
# What the first seal follows.
BEGINNING = "0" * 64
WRITTEN, ADOPTED = "written", "adopted"
# Every column of an entry, in the order in which they are sealed. The order is for good.
FIELDS = (
    *("id", "at", "actor_id", "actor_role", "action", "subject_type", "subject_id"),
    *("before", "after", "reason", "request_id"),
)
BATCH = 500

log = structlog.get_logger()


class AuditSeal(Base):
    """The seal of one entry. ``adopted`` ones were put on entries that were there before.

    ``entry_id`` is no foreign key: the seal stays where an entry was taken out, and tells of it.
    """

    __tablename__ = "audit_seals"
    __table_args__ = (
        CheckConstraint("origin IN ('written', 'adopted')", name="origin"),
        CheckConstraint("position > 0", name="position"),
        Index("ix_audit_seals_entry_id", "entry_id", unique=True),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
    origin: Mapped[str] = mapped_column(String(8))
    key_id: Mapped[str] = mapped_column(String(16))
    seal: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Where the chain ends: one row. Without a signature it was found broken and is yet so."""

    __tablename__ = "audit_heads"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class KeyRing:
    """The keys of the log by their ids. ``former`` ones check what is old and seal nothing."""

    current: str
    live: dict[str, bytes]
    former: dict[str, bytes]

    def find(self, key_id: str) -> bytes | None:
        """Return a key, or None where we have it no longer."""
        return self.live.get(key_id) or self.former.get(key_id)


def key_ring(settings: Settings | None = None) -> KeyRing:
    """Return the keys that follow from the settings."""
    settings = settings or current_settings()
    secrets = (settings.secret_key, *settings.former_secret_keys)
    return _ring(secrets, tuple(settings.audit_keys))


@lru_cache(maxsize=8)
def _ring(secrets: tuple[str, ...], former: tuple[str, ...]) -> KeyRing:
    live = [derive_key(secret, PURPOSE) for secret in secrets]
    old = [bytes.fromhex(key) for key in former]
    return KeyRing(_id_of(live[0]), _by_id(live), _by_id(old))


def _by_id(keys: Sequence[bytes]) -> dict[str, bytes]:
    return {_id_of(key): key for key in keys}


def _id_of(key: bytes) -> str:
    return hmac.digest(key, b"key id", "sha256").hex()[:16]


def entry_columns(dialect: str) -> list[ColumnElement[Any]]:
    """Return an entry's columns as the text that is stored, the same on both databases.

    Text, because what somebody put there need not be a date or JSON any more.
    """
    at: Any = AuditEntry.at
    if dialect != "sqlite":
        at = func.to_char(func.timezone("UTC", at), "YYYY-MM-DD HH24:MI:SS.US")
    table = AuditEntry.__table__
    columns = {name: at if name == "at" else table.c[name] for name in FIELDS}
    return [cast(column, Text).label(f"field_{name}") for name, column in columns.items()]


def seal_of(
    key: bytes, previous: str, seal: tuple[int, int, str, str], fields: Sequence[str | None]
) -> str:
    """Return the seal of an entry; ``seal`` is position, entry, origin and key id of it."""
    message = json.dumps([previous, *seal, *fields], separators=(",", ":"))
    return hmac.digest(key, message.encode(), "sha256").hex()


def signature_of(key: bytes, count: int, seal: str) -> str:
    """Return the signature of a head."""
    message = json.dumps(["head", count, seal], separators=(",", ":"))
    return hmac.digest(key, message.encode(), "sha256").hex()


def is_signed(head: AuditHead, ring: KeyRing) -> bool:
    """Say whether a head is ours, by a key that may still seal."""
    key = ring.live.get(head.key_id)
    if key is None:
        return False
    return hmac.compare_digest(signature_of(key, head.count, head.seal), head.signature)


@event.listens_for(db.session, "before_commit")
def seal_new_entries(session: Session) -> None:
    """Seal what this transaction wrote; the last thing it does before it commits."""
    if session.in_nested_transaction() or not session.info.get(UNSEALED):
        return
    # What waits to be written may wait for locks: that must be over when the head is locked.
    session.flush()
    # Before they are forgotten: a chain that begins here leaves these to the next line.
    head = lock_head()
    append(head, key_ring(), sorted(session.info.pop(UNSEALED)), WRITTEN)


@event.listens_for(db.session, "after_transaction_end")
def forget_new_entries(session: Session, transaction: SessionTransaction) -> None:
    """Forget what was rolled back."""
    if transaction.parent is None:
        session.info.pop(UNSEALED, None)


def lock_head() -> AuditHead:
    """Return the head, locked until the transaction ends; begin the chain where there is none.

    Whoever begins it seals everything that was written before there were seals.
    """
    head = _read_head()
    if head is not None:
        return head
    count, seal = _end_of_seals()
    unsigned = {"id": 1, "count": count, "seal": seal, "key_id": "", "signature": ""}
    is_first = count_changed(insert_ignoring_conflicts(AuditHead).values(**unsigned))
    head = _read_head()
    assert head is not None
    if is_first and not count:
        _begin(head)
    return head


def _read_head() -> AuditHead | None:
    query = lock_row(select(AuditHead)).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def _end_of_seals() -> tuple[int, str]:
    columns = (AuditSeal.position, AuditSeal.seal)
    query = select(*columns).order_by(AuditSeal.position.desc()).limit(1)
    last = db.session.execute(query).first()
    return (last.position, last.seal) if last else (0, BEGINNING)


def _begin(head: AuditHead) -> None:
    ring = key_ring()
    _sign(head, ring)
    append(head, ring, unsealed_ids(but=db.session.info.get(UNSEALED, set())), ADOPTED)


def unsealed_ids(but: set[int] | frozenset[int] = frozenset()) -> list[int]:
    """Return the entries without a seal, oldest first, leaving out some."""
    query = (
        select(AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None))
        .order_by(AuditEntry.id)
    )
    return [entry_id for entry_id in db.session.scalars(query) if entry_id not in but]


def append(head: AuditHead, ring: KeyRing, entry_ids: Sequence[int], origin: str) -> None:
    """Seal entries behind the last one and move the locked head.

    A head that is not ours, or does not end where the seals end, is moved on but never signed
    again: a privileged act must not fail for it, and `audit verify` must not forget it.
    """
    is_sound = _is_sound(head, ring)
    key = ring.live[ring.current]
    for rows in _in_batches(entry_ids):
        seals = []
        for entry_id, *fields in rows:
            head.count += 1
            facts = (head.count, entry_id, origin, ring.current)
            head.seal = seal_of(key, head.seal, facts, fields)
            names = ("position", "entry_id", "origin", "key_id", "seal")
            seals.append(dict(zip(names, (*facts, head.seal), strict=True)))
        if seals:
            db.session.execute(insert(AuditSeal), seals)
    if is_sound:
        _sign(head, ring)
    db.session.flush()


def _is_sound(head: AuditHead, ring: KeyRing) -> bool:
    position, seal = _end_of_seals()
    if is_signed(head, ring) and (position, seal) == (head.count, head.seal):
        return True
    log.error("audit_head_broken", count=head.count, seals=position)
    # Somewhere free, behind all that is there.
    head.count, head.seal, head.signature = max(head.count, position), seal, ""
    return False


def _in_batches(entry_ids: Sequence[int]) -> Iterator[Sequence[AnyRow]]:
    columns = entry_columns(db.engine.dialect.name)
    for start in range(0, len(entry_ids), BATCH):
        batch = entry_ids[start : start + BATCH]
        query = select(AuditEntry.id, *columns).where(AuditEntry.id.in_(batch))
        yield db.session.execute(query.order_by(AuditEntry.id)).all()


def _sign(head: AuditHead, ring: KeyRing) -> None:
    head.key_id = ring.current
    head.signature = signature_of(ring.live[ring.current], head.count, head.seal)


def sign_anew(head: AuditHead) -> None:
    """Sign a locked head with the present key, whatever it was signed with; an operator's word."""
    head.count, head.seal = _end_of_seals()
    _sign(head, key_ring())
