"""Reports on payments: each settles its line and books it in the same transaction, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.events.payments import PaymentDecided
from reputation.ledger.operations import Overdrawn, Posting, book, lock_accounts
from reputation.ledger.rules import PAYBACK, PAYOUT
from reputation.payback.models import LineState
from reputation.payback.queries.periods import lock_period
from reputation.payouts.errors import ReportUnreadable
from reputation.payouts.files.settlement import (
    SETTLED,
    Fault,
    Report,
    Unreadable,
    read_settlement,
)
from reputation.payouts.models import ItemState, PayoutBatch, PayoutItem, SettlementImport
from reputation.payouts.operations.halts import require_sound_books
from reputation.payouts.operations.lines import Overtaken, finish_period, move_lines
from reputation.payouts.policies import can_run_payouts
from reputation.payouts.queries import Open, count_open_items, get_batch, list_items
from reputation.payouts.wording import unreadable_words

# Several where members gave to one charity: they are one payment.
Payments = Sequence[Open]


@dataclass
class Outcome:
    """What a report has brought about, in payments, and the lines that were refused."""

    settled: int = 0
    failed: int = 0
    repeated: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Add what another part of the report has brought about."""
        self.settled += other.settled
        self.failed += other.failed
        self.repeated += other.repeated
        self.faults += other.faults


def import_settlement(actor: Viewer, batch_id: int, data: bytes) -> Outcome:
    """Settle or fail the payments that a report names, all in the present transaction.

    Lines that do not fit (unknown key, other amount, contradiction) are refused one by one and
    change nothing; the same report again changes nothing. Raises ``ReportUnreadable`` or
    ``PayoutsHalted``.
    """
    reports, faults = read_report(data)
    outcome = settle_reports(actor, batch_id, reports)
    outcome.faults += faults
    note_import(actor, batch_id, data, outcome)
    return outcome


def read_report(data: bytes) -> tuple[list[Report], list[Fault]]:
    """Return the lines of a report and what is wrong with it; raises ``ReportUnreadable``."""
    try:
        return read_settlement(data)
    except Unreadable as error:
        raise ReportUnreadable(errors={"report": unreadable_words(error.why)}) from error


def settle_reports(actor: Viewer, batch_id: int, reports: Sequence[Report]) -> Outcome:
    """Settle or fail some payments; for long reports, so that each part has its own transaction."""
    require(can_run_payouts(actor))
    batch = get_batch(actor, batch_id)
    require_sound_books()
    found = _lock(batch, reports)
    outcome = Outcome()
    for report in reports:
        _decide(report, found.get(report.key, ()), outcome)
    _finish(actor, batch)
    return outcome


def _lock(batch: PayoutBatch, reports: Iterable[Report]) -> Mapping[str, Payments]:
    """Lock the accounts concerned, then read their payments: nobody decides on them meanwhile."""
    keys = {report.key for report in reports}
    lock_accounts(sorted({one.user_id for one in list_items(batch.id, keys)}))
    found: dict[str, list[Open]] = {}
    for one in list_items(batch.id, keys):
        found.setdefault(one.item.reference, []).append(one)
    return found


def _decide(report: Report, payments: Payments, outcome: Outcome) -> None:
    states = {one.item.state for one in payments}
    total = sum(one.item.amount + one.item.matched for one in payments)
    if not payments:
        outcome.faults.append(Fault(report.line, report.key, "unknown"))
    elif report.amount not in (None, total):
        outcome.faults.append(Fault(report.line, report.key, "other_amount"))
    elif states == {report.status}:
        outcome.repeated += len(payments)
    elif states != {ItemState.EXPORTED.value}:
        outcome.faults.append(Fault(report.line, report.key, "decided_otherwise"))
    elif report.status == SETTLED:
        _settle(report, payments, outcome)
    else:
        _fail(report, payments)
        outcome.failed += len(payments)
        _tell(payments, is_settled=False)


def _settle(report: Report, payments: Payments, outcome: Outcome) -> None:
    try:
        # Gifts to one charity are one payment: booked all of them, or none.
        with db.session.begin_nested():
            for one in payments:
                settle_line(one)
    except Overdrawn:
        outcome.faults.append(Fault(report.line, report.key, "overdrawn"))
    else:
        outcome.settled += len(payments)
        _tell(payments, is_settled=True)


def _tell(payments: Payments, *, is_settled: bool) -> None:
    for one in payments:
        emit(PaymentDecided(one.user_id, one.item.line_id, one.form, one.item.amount, is_settled))


def settle_line(one: Open) -> int:
    """Book what a payment has brought its owner and end its line; returns the entry's id.

    The account is locked. The key is the line's, so there is one such entry, whatever happens.
    """
    _end_item(one.item, ItemState.SETTLED)
    move_lines([one.item.line_id], (LineState.EXPORTED,), LineState.SETTLED)
    key = f"payout:{one.item.line_id}"
    return book(Posting(one.user_id, PAYBACK, PAYOUT, -one.item.amount, key))


def _fail(report: Report, payments: Payments) -> None:
    for one in payments:
        _end_item(one.item, ItemState.FAILED, reason=report.reason)
        move_lines([one.item.line_id], (LineState.EXPORTED,), LineState.FAILED)


def _end_item(item: PayoutItem, to: ItemState, *, reason: str = "") -> None:
    statement = (
        update(PayoutItem)
        .where(PayoutItem.id == item.id, PayoutItem.state == ItemState.EXPORTED.value)
        .values(state=to.value, reason=reason, decided_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if count_changed(statement) != 1:
        raise Overtaken()


def _finish(actor: Viewer, batch: PayoutBatch) -> None:
    """Let go of the file once nothing in it is open, and see whether the period is paid."""
    if count_open_items(batch.id):
        return
    undecided = (PayoutBatch.id == batch.id, PayoutBatch.decided_at.is_(None))
    values = {"decided_at": clock.now(), "sealed_file": None}
    db.session.execute(update(PayoutBatch).where(*undecided).values(**values))
    finish_period(actor, lock_period(batch.period_id))


def note_import(actor: Viewer, batch_id: int, data: bytes, outcome: Outcome) -> None:
    """Keep that a report was read and what it brought about; the same one again adds nothing."""
    values = {
        "batch_id": batch_id,
        "file_digest": sha256(data).hexdigest(),
        "imported_at": clock.now(),
        "imported_by_id": actor.viewer_id,
        "settled": outcome.settled,
        "failed": outcome.failed,
        "repeated": outcome.repeated,
        "refused": len(outcome.faults),
    }
    statement = insert_ignoring_conflicts(SettlementImport).values(**values)
    if count_changed(statement):
        counts = ("file_digest", "settled", "failed", "repeated", "refused")
        record(
            actor,
            Action.PAYOUT_REPORTED,
            subject=("payout_batch", batch_id),
            after={name: values[name] for name in counts},
        )
