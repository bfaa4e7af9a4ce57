"""Moving lines and periods on, by compare-and-set: who comes second changes nothing."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, update

from community.core import clock
from community.core.audit import Action
from community.core.authz import Viewer
from community.core.db import count_changed
from reputation.payback.models import LineState, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations.periods import advance
from reputation.payouts.queries import count_undecided

IDS_AT_ONCE = 500


class Overtaken(RuntimeError):
    """A line is not where this transaction saw it: everything it did is rolled back."""


def move_lines(line_ids: Sequence[int], came_from: Collection[LineState], to: LineState) -> None:
    """Move lines on together; raises ``Overtaken`` unless each is in one of these states."""
    for start in range(0, len(line_ids), IDS_AT_ONCE):
        some = line_ids[start : start + IDS_AT_ONCE]
        if move_where(PayoutLine.id.in_(some), came_from=came_from, to=to) != len(some):
            raise Overtaken()


def move_where(
    *conditions: ColumnElement[bool], came_from: Collection[LineState], to: LineState
) -> int:
    """Move the lines that fit and are in one of these states; returns how many."""
    statement = (
        update(PayoutLine)
        .where(PayoutLine.state.in_([state.value for state in came_from]), *conditions)
        .values(state=to.value, version=PayoutLine.version + 1)
        .execution_options(synchronize_session=False)
    )
    return count_changed(statement)


def finish_period(actor: Viewer, period: PaybackPeriod) -> bool:
    """Let a period count as paid once every line is decided; says whether it does now."""
    running = (PeriodState.APPROVED, PeriodState.PAYING)
    if period.state not in running or count_undecided(period.id):
        return False
    advance(actor, period, PeriodState.PAID, Action.PAYOUT_PAID, paid_at=clock.now())
    return True
