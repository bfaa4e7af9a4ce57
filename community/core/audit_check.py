"""Checks the chain of the audit log from one end to the other; memory does not grow with it.

What is read is one state of the database, however many write meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from community.core.audit import AuditEntry
from community.core.audit_chain import (
    ADOPTED,
    BEGINNING,
    AuditHead,
    AuditSeal,
    KeyRing,
    entry_columns,
    is_signed,
    key_ring,
    seal_of,
)
from community.core.audit_texts import find_text_faults
from community.core.db import AnyRow, db

PAGE = 5_000
FAULTS_SHOWN = 100


class FaultKind(StrEnum):
    """What can be wrong, in words for the operator."""

    CHANGED = "the entry or its seal is not what was sealed"
    GONE = "the entry is gone"
    GAP = "seals are missing before this one"
    UNSEALED = "an entry without a seal"
    UNKNOWN_KEY = "sealed with a key that is not known here"
    OLD_KEY = "sealed with a former key after the present one"
    UNREADABLE = "cannot be read"
    NO_HEAD = "there is no head: nothing was sealed yet, or it was taken away"
    HEAD_UNSIGNED = "the head is not signed with a key of this site"
    HEAD_ELSEWHERE = "the head is not where the seals end"
    REASON_CHANGED = "the reason is not what was given"
    REASON_GONE = "the reason is gone"
    REASON_FOREIGN = "a reason that belongs to no entry"
    CHECKPOINT = "the checkpoint is not part of the chain"


@dataclass(frozen=True)
class Fault:
    """Something wrong, at a position of the chain (0: of the whole)."""

    kind: FaultKind
    position: int = 0
    entry_id: int | None = None


@dataclass(frozen=True)
class Checkpoint:
    """How long the chain was at some time, and its last seal then; kept outside the database."""

    count: int
    seal: str

    def __str__(self) -> str:
        return f"{self.count}:{self.seal}"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read what ``audit head`` printed; raises ``ValueError``."""
        count, _, seal = text.strip().partition(":")
        if not (count.isascii() and count.isdigit() and len(seal) == len(BEGINNING)):
            raise ValueError(f"{text!r} is no checkpoint: it looks like 1234:0f3a…")
        return cls(int(count), seal)


@dataclass
class Report:
    """What a check found. ``written_from`` is the first entry sealed as it was written."""

    checked: int = 0
    adopted: int = 0
    written_from: int | None = None
    end: Checkpoint = field(default_factory=lambda: Checkpoint(0, BEGINNING))
    faults: list[Fault] = field(default_factory=list)
    faults_count: int = 0

    @property
    def is_whole(self) -> bool:
        """Say whether nothing was found."""
        return not self.faults_count

    def add(self, kind: FaultKind, position: int = 0, entry_id: int | None = None) -> None:
        """Note a fault; the first ones are kept."""
        self.faults_count += 1
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(Fault(kind, position, entry_id))


def verify_log(since: Checkpoint | None = None) -> Report:
    """Check the log in one consistent read of its own, from the beginning or a checkpoint on.

    What came before a checkpoint is taken on trust: only that the checkpoint is there is checked.
    """
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return check_chain(since)
    finally:
        db.session.rollback()


def check_chain(since: Checkpoint | None = None) -> Report:
    """Check the log as the present transaction sees it."""
    report = Report()
    start = _start(report, since)
    if start is None:
        return report
    try:
        _check_seals(report, start)
    except (SQLAlchemyError, ValueError, TypeError):
        # Only what was put there by hand cannot even be read.
        db.session.rollback()
        report.add(FaultKind.UNREADABLE, report.end.count + 1)
        return report
    _check_unsealed(report)
    _check_texts(report)
    _check_head(report)
    return report


def _start(report: Report, since: Checkpoint | None) -> Checkpoint | None:
    if since is None or since == Checkpoint(0, BEGINNING):
        return Checkpoint(0, BEGINNING)
    query = select(AuditSeal.seal).where(AuditSeal.position == since.count)
    seal = db.session.scalars(query).one_or_none()
    if seal == since.seal:
        return since
    report.add(FaultKind.CHECKPOINT, since.count)
    return None


def _check_seals(report: Report, start: Checkpoint) -> None:
    ring, is_live = key_ring(), False
    report.end = start
    for row in _rows(start.count):
        report.checked += 1
        _count_origin(report, row.origin, row.position)
        for kind in _faults_of(row, report.end, ring, is_live=is_live):
            report.add(kind, row.position, row.entry_id)
        is_live = is_live or row.key_id in ring.live
        report.end = Checkpoint(row.position, row.seal)


def _count_origin(report: Report, origin: str, position: int) -> None:
    if origin == ADOPTED:
        report.adopted += 1
    elif report.written_from is None:
        report.written_from = position


def _faults_of(
    row: AnyRow, before: Checkpoint, ring: KeyRing, *, is_live: bool
) -> Iterator[FaultKind]:
    position, entry_id, origin, key_id, seal, found_id, *fields = row
    if position != before.count + 1:
        yield FaultKind.GAP
    if is_live and key_id in ring.former:
        yield FaultKind.OLD_KEY
    key = ring.find(key_id)
    if found_id is None:
        yield FaultKind.GONE
    elif key is None:
        yield FaultKind.UNKNOWN_KEY
    elif seal_of(key, before.seal, (position, entry_id, origin, key_id), fields) != seal:
        yield FaultKind.CHANGED


def _rows(after: int) -> Iterator[AnyRow]:
    """Yield all seals behind a position, each with its entry's columns as text."""
    columns = (AuditSeal.position, AuditSeal.entry_id, AuditSeal.origin, AuditSeal.key_id)
    query: Any = (
        select(
            *columns,
            AuditSeal.seal,
            AuditEntry.id.label("found_id"),
            *entry_columns(db.engine.dialect.name),
        )
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.position)
        .limit(PAGE)
    )
    # Below 1 there is nothing, unless somebody put it there.
    page = query.where(AuditSeal.position > after) if after else query
    while rows := db.session.execute(page).all():
        yield from rows
        page = query.where(AuditSeal.position > rows[-1].position)


def _check_unsealed(report: Report) -> None:
    """Find entries nobody sealed: put in by hand, or by a release that knew no seals."""
    query = (
        select(AuditEntry.id)
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None))
    )
    for entry_id in db.session.scalars(query.order_by(AuditEntry.id).limit(FAULTS_SHOWN)):
        report.add(FaultKind.UNSEALED, entry_id=entry_id)


def _check_texts(report: Report) -> None:
    """Find reasons that somebody else than the forum has changed; of all entries, every time."""
    faults = find_text_faults(FAULTS_SHOWN)
    kinds = (FaultKind.REASON_CHANGED, FaultKind.REASON_GONE, FaultKind.REASON_FOREIGN)
    for kind, entry_ids in zip(kinds, faults, strict=True):
        for entry_id in entry_ids:
            report.add(kind, entry_id=entry_id)


def _check_head(report: Report) -> None:
    head = db.session.scalars(
        select(AuditHead).execution_options(populate_existing=True)
    ).one_or_none()
    if head is None:
        if report.checked or db.session.scalar(select(func.count(AuditEntry.id))):
            report.add(FaultKind.NO_HEAD)
        return
    if not is_signed(head, key_ring()):
        report.add(FaultKind.HEAD_UNSIGNED, head.count)
    if (head.count, head.seal) != (report.end.count, report.end.seal):
        report.add(FaultKind.HEAD_ELSEWHERE, head.count)
