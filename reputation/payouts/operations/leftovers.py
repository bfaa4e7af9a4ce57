"""Failed payments, and the end of a period."""

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from reputation.payback.models import LineState, PayoutLine, PeriodState
from reputation.payback.operations.periods import advance
from reputation.payback.queries.periods import lock_period
from reputation.payouts.errors import NotFailed, NotFinished, NotReconciled
from reputation.payouts.operations.halts import require_sound_books
from reputation.payouts.operations.lines import finish_period, move_where
from reputation.payouts.policies import can_run_payouts
from reputation.payouts.queries import count_undecided, get_line, reconcile


def retry_line(actor: Viewer, line_id: int) -> bool:
    """Let a failed payment go into the next file; False where that was decided before.

    Raises ``NotFailed``.
    """
    return _decide(actor, line_id, LineState.RETRIED, Action.PAYOUT_RETRIED)


def leave_line(actor: Viewer, line_id: int) -> bool:
    """Leave a failed payment for the next period; False where that was decided before.

    It does not lapse there: its owner had chosen. Raises ``NotFailed``.
    """
    return _decide(actor, line_id, LineState.ROLLED, Action.PAYOUT_LEFT)


def _decide(actor: Viewer, line_id: int, to: LineState, action: Action) -> bool:
    require(can_run_payouts(actor))
    line = get_line(actor, line_id)
    period = lock_period(line.period_id)
    if not move_where(PayoutLine.id == line_id, came_from=(LineState.FAILED,), to=to):
        db.session.refresh(line)
        if line.state == to:
            return False
        raise NotFailed()
    record(actor, action, subject=("payout_line", line_id), after={"state": to.value})
    finish_period(actor, period)
    return True


def close_period(actor: Viewer, period_id: int) -> bool:
    """Close a period that is paid, if lines, files and ledger agree; False where it is closed.

    Raises ``NotFinished``, ``NotReconciled`` or ``PayoutsHalted``.
    """
    require(can_run_payouts(actor))
    period = lock_period(period_id)
    if period.state == PeriodState.CLOSED:
        return False
    if period.state != PeriodState.PAID or count_undecided(period_id):
        raise NotFinished()
    require_sound_books()
    if not all(sums.agrees for sums in reconcile(period_id)):
        raise NotReconciled()
    advance(actor, period, PeriodState.CLOSED, Action.PAYOUT_CLOSED, closed_at=clock.now())
    return True
