"""The second pair of eyes: nothing leaves before somebody else has approved the very list."""

from community.core import clock
from community.core.audit import Action
from community.core.authz import Viewer, require
from reputation.payback.lines import digest_of
from reputation.payback.models import LineState, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations.periods import advance
from reputation.payback.queries.periods import lock_period
from reputation.payback.queries.shares import listed_lines
from reputation.payouts.errors import ListChanged, NotLocked, SamePerson
from reputation.payouts.operations.halts import require_sound_books
from reputation.payouts.operations.lines import finish_period, move_where
from reputation.payouts.policies import can_approve_list, can_run_payouts


def approve_list(actor: Viewer, period_id: int, digest: str) -> bool:
    """Approve a locked list that has this digest; False where the actor did so before.

    Raises ``SamePerson``, ``NotLocked``, ``ListChanged`` or ``PayoutsHalted``.
    """
    require(can_run_payouts(actor))
    period = lock_period(period_id)
    if period.approved_by_id == actor.viewer_id and period.list_digest == digest:
        return False
    if period.state != PeriodState.LOCKED:
        raise NotLocked()
    if not can_approve_list(actor, period.prepared_by_id):
        raise SamePerson()
    require_list(period, digest)
    require_sound_books()
    chosen = (LineState.CHOSEN,)
    move_where(PayoutLine.period_id == period.id, came_from=chosen, to=LineState.APPROVED)
    advance(
        actor,
        period,
        PeriodState.APPROVED,
        Action.PAYOUT_APPROVED,
        approved_at=clock.now(),
        approved_by_id=actor.viewer_id,
    )
    finish_period(actor, period)
    return True


def require_list(period: PaybackPeriod, digest: str | None) -> None:
    """Raise ``ListChanged`` unless the lines are those that were locked, and that digest theirs."""
    if not digest or digest != period.list_digest or digest_of(listed_lines(period.id)) != digest:
        raise ListChanged()
