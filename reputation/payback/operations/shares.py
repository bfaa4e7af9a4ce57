"""Members' lines: calculated as often as wanted, and made final once, in batches.

A batch is one transaction; one that was cut off is done again, and lines that are final stay as
they are. Locks are taken in the ledger's order: the accounts by id, then their lines.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from community.core import clock
from community.core.audit import Action
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db
from community.core.jobs import emit
from community.events import PaybackLocked
from reputation.ledger.operations import Posting, book, close_books, lock_accounts
from reputation.ledger.queries import is_behind
from reputation.ledger.rules import EXPIRED, PAYBACK
from reputation.payback.accounts import digest_of_details
from reputation.payback.errors import (
    ChoiceRuns,
    EarlierUnfinished,
    LedgerBehind,
    NotMature,
    WrongState,
)
from reputation.payback.lines import Share, Verdict, Wish, digest_of, judge, matched
from reputation.payback.models import Choice, LineState, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations.notices import tell_of_verdict
from reputation.payback.operations.periods import advance, check_calculable
from reputation.payback.policies import can_run_payback
from reputation.payback.queries.periods import (
    first_lock_at,
    get_period,
    has_reached,
    lock_period,
)
from reputation.payback.queries.shares import (
    has_immature,
    is_on_its_way,
    list_details,
    list_misjudged,
    list_owed_after,
    listed_lines,
    lock_lines,
    match_percents,
    shares_of,
    wishes_of,
)

BATCH = 200
# Events are booked within seconds; what waits longer waits for somebody to repair something.
LEDGER_CATCHES_UP_IN = timedelta(minutes=10)


class LinesUnfinished(RuntimeError):
    """Not every member's line is final; the batches are to be run again."""


def calculate_lines(period_id: int, after_user_id: int) -> int | None:
    """Calculate the lines of the next members as things stand; return the last one's id.

    None where there are no more. Raises what ``check_calculable`` does.
    """
    period = get_period(period_id)
    check_calculable(period)
    user_ids = list_owed_after(after_user_id, BATCH)
    # Two who calculate at the same time would both make a member's line.
    lock_accounts(user_ids)
    lines = lock_lines(period_id, user_ids)
    for user_id, share in shares_of(period, user_ids).items():
        _write_share(period, user_id, share, lines)
    return user_ids[-1] if user_ids else None


def _write_share(
    period: PaybackPeriod, user_id: int, share: Share, lines: Mapping[int, PayoutLine]
) -> PayoutLine | None:
    """Write a share into a member's line; nothing owed and nothing carried makes no line."""
    line = lines.get(user_id)
    if line is None:
        if share == Share(0):
            return None
        line = PayoutLine(period_id=period.id, user_id=user_id)
        db.session.add(line)
    line.earned, line.carried, line.lapsing = share
    line.amount = share.amount
    line.calculated_at = clock.now()
    db.session.flush()
    return line


def begin_lock(actor: Viewer, period_id: int) -> bool:
    """Close the books of a period and let nobody choose any more; False where that was done.

    Commit it, and then make the lines final. Raises ``ChoiceRuns``, ``NotMature``,
    ``EarlierUnfinished``, ``LedgerBehind`` or ``WrongState``.
    """
    require(can_run_payback(actor))
    period = lock_period(period_id)
    if has_reached(period, PeriodState.LOCKING):
        return False
    if period.state != PeriodState.CHOICE_WINDOW:
        raise WrongState()
    _check_lockable(period)
    close_books(PAYBACK, period.ends_at)
    advance(
        actor,
        period,
        PeriodState.LOCKING,
        Action.PAYBACK_BOOKS_CLOSED,
        locking_at=clock.now(),
        prepared_by_id=actor.viewer_id,
    )
    return True


def _check_lockable(period: PaybackPeriod) -> None:
    now = clock.now()
    assert period.choice_ends_at is not None
    if now < period.choice_ends_at:
        raise ChoiceRuns()
    if now < first_lock_at(period) or has_immature(period):
        raise NotMature()
    if is_on_its_way(period):
        raise EarlierUnfinished()
    if is_behind(now - LEDGER_CATCHES_UP_IN):
        raise LedgerBehind()


def finish_lines(period_id: int, after_user_id: int) -> int | None:
    """Make the lines of the next members final and book what lapses; return the last one's id.

    None where there are no more, or the list was locked meanwhile. Raises ``WrongState`` unless the
    books were closed before.
    """
    period = get_period(period_id)
    if has_reached(period, PeriodState.LOCKED):
        return None
    if period.state != PeriodState.LOCKING:
        raise WrongState()
    user_ids = list_owed_after(after_user_id, BATCH)
    lock_accounts(user_ids)
    lines = lock_lines(period_id, user_ids)
    open_ids = [one for one in user_ids if one not in lines or lines[one].locked_at is None]
    _finish(period, open_ids, lines)
    return user_ids[-1] if user_ids else None


def _finish(period: PaybackPeriod, user_ids: list[int], lines: dict[int, PayoutLine]) -> None:
    shares = shares_of(period, user_ids)
    wishes = wishes_of(period, lines, user_ids)
    details, percents = list_details(user_ids), match_percents()
    for user_id in user_ids:
        line = _write_share(period, user_id, shares[user_id], lines)
        if line is None:
            continue
        _decide(line, shares[user_id], wishes[user_id])
        if line.state == LineState.CHOSEN and line.choice == Choice.CASH:
            line.account_digest = digest_of_details(details[user_id])
        if line.state == LineState.CHOSEN and line.choice == Choice.CHARITY:
            line.matched = matched(line.payable, percents[line.charity_id or 0])
        db.session.flush()


def _decide(line: PayoutLine, share: Share, wish: Wish) -> None:
    verdict = judge(share, wish)
    line.choice = None if wish.choice is None else wish.choice.value
    line.state = line.decided = verdict.state.value
    line.why = None if verdict.why is None else verdict.why.value
    line.expired = verdict.expired
    line.version = (line.version or 0) + 1
    line.locked_at = clock.now()
    db.session.flush()
    _book_expiry(line, verdict)
    tell_of_verdict(line, verdict)


def _book_expiry(line: PayoutLine, verdict: Verdict) -> None:
    if verdict.expired:
        key = f"expired:{line.id}"
        book(Posting(line.user_id, PAYBACK, EXPIRED, -verdict.expired, key))


def finish_lock(period_id: int) -> bool:
    """Put the seal on a list whose lines are all final; False where that was done before.

    Raises ``LinesUnfinished`` where a member's line is missing, or does not count what they earned.
    """
    period = lock_period(period_id)
    if has_reached(period, PeriodState.LOCKED):
        return False
    if period.state != PeriodState.LOCKING:
        raise WrongState()
    _check_lines(period)
    advance(
        SYSTEM,
        period,
        PeriodState.LOCKED,
        Action.PAYBACK_LOCKED,
        locked_at=clock.now(),
        list_digest=digest_of(listed_lines(period_id)),
    )
    emit(PaybackLocked(period_id))
    return True


def _check_lines(period: PaybackPeriod) -> None:
    unfinished = select(PayoutLine.user_id).where(
        PayoutLine.period_id == period.id, PayoutLine.locked_at.is_(None)
    )
    found = db.session.scalar(unfinished.limit(1)) or next(iter(list_misjudged(period)), None)
    if found is not None:
        raise LinesUnfinished(f"account {found}")


def compute_digest(period_id: int) -> str:
    """Return the digest of a locked list as its lines stand now, to compare with the stored one."""
    return digest_of(listed_lines(period_id))


__all__ = [
    "BATCH",
    "LinesUnfinished",
    "begin_lock",
    "calculate_lines",
    "compute_digest",
    "finish_lines",
    "finish_lock",
]
