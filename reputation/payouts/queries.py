"""Reads for payout runs: lists, files, what waits, and whether the sums agree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, case, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import ExternalIdentity
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.rules import PAYOUT
from reputation.payback.models import (
    Charity,
    Choice,
    LineState,
    PaybackPeriod,
    PayoutLine,
    PeriodState,
)
from reputation.payouts.models import (
    ItemState,
    PayoutBatch,
    PayoutHalt,
    PayoutItem,
    SettlementImport,
)
from reputation.payouts.policies import can_run_payouts

FORMS = (Choice.CREDIT, Choice.CASH, Choice.CHARITY)
# A line in one of these waits for a file.
EXPORTABLE = (LineState.APPROVED, LineState.RETRIED)
# A line in one of these keeps its period from being paid.
UNDECIDED = (
    LineState.CHOSEN.value,
    LineState.APPROVED.value,
    LineState.EXPORTED.value,
    LineState.FAILED.value,
    LineState.RETRIED.value,
)
RUNNING = (
    PeriodState.LOCKED.value,
    PeriodState.APPROVED.value,
    PeriodState.PAYING.value,
    PeriodState.PAID.value,
)
LINES_A_PAGE = 50


def get_period(viewer: Viewer, period_id: int) -> PaybackPeriod:
    """Return a period whose list is locked; raises ``NotFound`` where there is none."""
    require(can_run_payouts(viewer))
    period = db.session.get(PaybackPeriod, period_id)
    if period is None or period.locked_at is None:
        raise NotFound()
    return period


def list_runs(viewer: Viewer) -> Sequence[PaybackPeriod]:
    """Return all periods whose list was locked, the latest first."""
    require(can_run_payouts(viewer))
    query = select(PaybackPeriod).where(PaybackPeriod.locked_at.is_not(None))
    return db.session.scalars(query.order_by(PaybackPeriod.ends_at.desc())).all()


def get_oldest_run(period_id: int | None = None) -> int | None:
    """Return the id of this period, else of the oldest one, with a locked list and not closed.

    One that is named may be closed.
    """
    query = select(PaybackPeriod.id).where(PaybackPeriod.locked_at.is_not(None))
    if period_id is not None:
        query = query.where(PaybackPeriod.id == period_id)
    else:
        query = query.where(PaybackPeriod.state != PeriodState.CLOSED.value)
    return db.session.scalar(query.order_by(PaybackPeriod.ends_at).limit(1))


def get_batch(viewer: Viewer, batch_id: int) -> PayoutBatch:
    """Return a file; raises ``NotFound`` where there is none."""
    require(can_run_payouts(viewer))
    batch = db.session.get(PayoutBatch, batch_id)
    if batch is None:
        raise NotFound()
    return batch


def get_line(viewer: Viewer, line_id: int) -> PayoutLine:
    """Return a line of any list; raises ``NotFound`` where there is none."""
    require(can_run_payouts(viewer))
    line = db.session.get(PayoutLine, line_id)
    if line is None:
        raise NotFound()
    return line


def list_batches(period_id: int) -> Sequence[PayoutBatch]:
    """Return the files of a period, the oldest first."""
    query = select(PayoutBatch).where(PayoutBatch.period_id == period_id)
    return db.session.scalars(query.order_by(PayoutBatch.id)).all()


def list_imports(batch_id: int) -> Sequence[SettlementImport]:
    """Return the reports on a file, the oldest first."""
    query = select(SettlementImport).where(SettlementImport.batch_id == batch_id)
    return db.session.scalars(query.order_by(SettlementImport.id)).all()


def find_latest_batch(period_id: int, form: Choice) -> PayoutBatch | None:
    """Return the latest file of a form in a period."""
    query = select(PayoutBatch).where(
        PayoutBatch.period_id == period_id, PayoutBatch.form == form.value
    )
    return db.session.scalar(query.order_by(PayoutBatch.number.desc()).limit(1))


def list_waiting(period_id: int, form: Choice) -> Sequence[PayoutLine]:
    """Return the lines of a form that wait to be put into a file, by id."""
    query = select(PayoutLine).where(
        PayoutLine.period_id == period_id,
        PayoutLine.choice == form.value,
        PayoutLine.state.in_([state.value for state in EXPORTABLE]),
    )
    return db.session.scalars(query.order_by(PayoutLine.id)).all()


def count_undecided(period_id: int) -> int:
    """Count the lines that keep a period from being paid."""
    query = select(func.count()).where(
        PayoutLine.period_id == period_id, PayoutLine.state.in_(UNDECIDED)
    )
    return db.session.scalar(query) or 0


class Listed(NamedTuple):
    """A line as the frozen list shows it; ``reason`` is why its last attempt failed."""

    line: PayoutLine
    charity: str | None
    reason: str | None


def page_of_lines(
    period_id: int, *, after_id: int = 0, state: str | None = None
) -> tuple[Sequence[Listed], int | None]:
    """Return some lines of the frozen list by id, and the id to go on after (None at its end)."""
    last = aliased(PayoutItem)
    reason = (
        select(last.reason)
        .where(last.line_id == PayoutLine.id, last.state == ItemState.FAILED.value)
        .order_by(last.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(PayoutLine, Charity.name, reason)
        .outerjoin(Charity, Charity.id == PayoutLine.charity_id)
        .where(PayoutLine.period_id == period_id, PayoutLine.id > after_id)
        .order_by(PayoutLine.id)
        .limit(LINES_A_PAGE + 1)
    )
    if state is not None:
        query = query.where(PayoutLine.state == state)
    rows = [Listed(*row) for row in db.session.execute(query).all()]
    more = len(rows) > LINES_A_PAGE
    page = rows[:LINES_A_PAGE]
    return page, page[-1].line.id if more else None


def list_customers(user_ids: Collection[int]) -> dict[int, str]:
    """Return who members are in the operator's own systems ("provider:subject"), by id."""
    query = (
        select(ExternalIdentity.user_id, ExternalIdentity.provider, ExternalIdentity.subject)
        .where(ExternalIdentity.user_id.in_(user_ids))
        .order_by(ExternalIdentity.user_id, ExternalIdentity.provider)
    )
    found: dict[int, list[str]] = {}
    for user_id, provider, subject in db.session.execute(query):
        found.setdefault(user_id, []).append(f"{provider}:{subject}")
    return {user_id: " ".join(names) for user_id, names in found.items()}


def list_charities(charity_ids: Collection[int]) -> dict[int, Charity]:
    """Return charities by id."""
    query = select(Charity).where(Charity.id.in_(charity_ids))
    return {charity.id: charity for charity in db.session.scalars(query)}


def list_balances(user_ids: Collection[int]) -> dict[int, int]:
    """Return the payback that accounts hold, by member."""
    query = select(LedgerAccount.user_id, LedgerAccount.payback).where(
        LedgerAccount.user_id.in_(user_ids)
    )
    return dict(db.session.execute(query).all())


def count_attempts(line_ids: Collection[int]) -> dict[int, int]:
    """Return how often each line was put into a file before."""
    query = (
        select(PayoutItem.line_id, func.count())
        .where(PayoutItem.line_id.in_(line_ids))
        .group_by(PayoutItem.line_id)
    )
    return dict(db.session.execute(query).all())


class Open(NamedTuple):
    """A payment of a file with whose account it belongs to and the file's form."""

    item: PayoutItem
    user_id: int
    form: str


def list_items(batch_id: int, references: Collection[str]) -> Sequence[Open]:
    """Return payments of a file by what their reports call them, as they are in the database."""
    query = (
        select(PayoutItem, PayoutLine.user_id, PayoutBatch.form)
        .join(PayoutLine, PayoutLine.id == PayoutItem.line_id)
        .join(PayoutBatch, PayoutBatch.id == PayoutItem.batch_id)
        .where(PayoutItem.batch_id == batch_id, PayoutItem.reference.in_(references))
        .order_by(PayoutItem.id)
        .execution_options(populate_existing=True)
    )
    return [Open(*row) for row in db.session.execute(query).all()]


def list_references(batch_id: int) -> Sequence[tuple[str, int, str]]:
    """Return what a report names: reference, amount and state of each payment of a file."""
    total = func.sum(PayoutItem.amount + PayoutItem.matched)
    query = (
        select(PayoutItem.reference, total, func.min(PayoutItem.state))
        .where(PayoutItem.batch_id == batch_id)
        .group_by(PayoutItem.reference)
        .order_by(func.min(PayoutItem.id))
    )
    return [
        (reference, int(amount), state) for reference, amount, state in db.session.execute(query)
    ]


def count_open_items(batch_id: int) -> int:
    """Count the payments of a file on which no report has come."""
    query = select(func.count()).where(
        PayoutItem.batch_id == batch_id, PayoutItem.state == ItemState.EXPORTED.value
    )
    return db.session.scalar(query) or 0


def get_halt() -> PayoutHalt | None:
    """Return what has halted payouts and was not lifted, the oldest first."""
    query = select(PayoutHalt).where(PayoutHalt.lifted_at.is_(None))
    return db.session.scalar(query.order_by(PayoutHalt.id).limit(1))


def is_run_under_way() -> bool:
    """Say whether money may leave these days."""
    running = (PeriodState.APPROVED.value, PeriodState.PAYING.value)
    query = select(PaybackPeriod.id).where(PaybackPeriod.state.in_(running)).limit(1)
    return db.session.scalar(query) is not None


@dataclass(frozen=True)
class Sums:
    """What one form comes to in a period, in minor units, by where it stands.

    ``in_files`` and ``paid_by_files`` are what the files say, ``booked`` what the ledger says: each
    must equal what the lines say.
    """

    form: Choice
    lines: int
    approved: int
    waiting: int
    exported: int
    settled: int
    failed: int
    left: int
    in_files: int
    paid_by_files: int
    booked: int

    @property
    def agrees(self) -> bool:
        """Say whether lines, files and ledger name the same sums."""
        places = self.waiting + self.exported + self.settled + self.failed + self.left
        return (
            self.approved == places
            and self.in_files == self.exported
            and self.paid_by_files == self.settled == self.booked
        )


def reconcile(period_id: int) -> list[Sums]:
    """Return the sums of each form in a period: by lines, by files and by the ledger."""
    by_line, by_file = _sums_of_lines(period_id), _sums_of_files(period_id)
    booked = _sums_booked(period_id)
    return [
        Sums(
            form=form,
            **by_line.get(form.value, dict.fromkeys(LINE_SUMS, 0)),
            **by_file.get(form.value, dict.fromkeys(FILE_SUMS, 0)),
            booked=booked.get(form.value, 0),
        )
        for form in FORMS
    ]


PAYABLE = PayoutLine.amount - PayoutLine.expired
LINE_SUMS = ("lines", "approved", "waiting", "exported", "settled", "failed", "left")
FILE_SUMS = ("in_files", "paid_by_files")


def _sum_in(*states: LineState) -> ColumnElement[int]:
    inside = PayoutLine.state.in_([state.value for state in states])
    return func.coalesce(func.sum(case((inside, PAYABLE), else_=0)), 0)


def _sums_of_lines(period_id: int) -> dict[str, dict[str, int]]:
    query = (
        select(
            PayoutLine.choice,
            func.count(),
            func.sum(PAYABLE),
            _sum_in(LineState.CHOSEN, LineState.APPROVED, LineState.RETRIED),
            _sum_in(LineState.EXPORTED),
            _sum_in(LineState.SETTLED),
            _sum_in(LineState.FAILED),
            _sum_in(LineState.ROLLED, LineState.HELD),
        )
        .where(
            PayoutLine.period_id == period_id,
            PayoutLine.choice.in_([form.value for form in FORMS]),
            or_(PAYABLE > 0, PayoutLine.state.in_(UNDECIDED)),
        )
        .group_by(PayoutLine.choice)
    )
    return {
        str(row[0]): dict(zip(LINE_SUMS, map(int, row[1:]), strict=True))
        for row in db.session.execute(query)
    }


def _sums_of_files(period_id: int) -> dict[str, dict[str, int]]:
    def sum_in(state: ItemState) -> ColumnElement[int]:
        return func.sum(case((PayoutItem.state == state.value, PayoutItem.amount), else_=0))

    query = (
        select(PayoutBatch.form, sum_in(ItemState.EXPORTED), sum_in(ItemState.SETTLED))
        .join(PayoutBatch, PayoutBatch.id == PayoutItem.batch_id)
        .where(PayoutBatch.period_id == period_id)
        .group_by(PayoutBatch.form)
    )
    return {
        row[0]: dict(zip(FILE_SUMS, map(int, row[1:]), strict=True))
        for row in db.session.execute(query)
    }


def _sums_booked(period_id: int) -> dict[str, int]:
    key = literal("payout:") + cast(PayoutLine.id, String)
    query = (
        select(PayoutLine.choice, func.sum(-LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.key == key)
        .where(PayoutLine.period_id == period_id, LedgerEntry.cause == PAYOUT)
        .group_by(PayoutLine.choice)
    )
    return {choice: int(total) for choice, total in db.session.execute(query) if choice}
