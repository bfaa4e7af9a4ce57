"""Reads of what members are owed: by the ledger for now, by their lines once these are locked."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.authz import STAFF_ROLES
from community.core.db import db, lock_row
from community.core.settings import current_settings
from community.identity.models import RoleGrant, User
from reputation.ledger.models import LedgerEntry
from reputation.ledger.queries import sums_between
from reputation.ledger.rules import EARNED, PAYBACK
from reputation.payback.lines import NOTHING_LEFT, Left, Listed, Share, Wish, left_of, share_of
from reputation.payback.models import (
    Charity,
    CharityState,
    Choice,
    LineState,
    PaybackHold,
    PaybackNotice,
    PaybackPeriod,
    PayoutDetails,
    PayoutLine,
)
from reputation.payback.queries.periods import get_period_before

EVER = datetime(1970, 1, 1, tzinfo=UTC)
LAPSE_NOTICE = "lapse"


def list_owed_after(user_id: int, limit: int) -> Sequence[int]:
    """Return the next members with payback points or with an earlier line, by id."""
    entry = exists().where(LedgerEntry.user_id == User.id, LedgerEntry.currency == PAYBACK)
    line = exists().where(PayoutLine.user_id == User.id)
    query = select(User.id).where(User.id > user_id, or_(entry, line))
    return db.session.scalars(query.order_by(User.id).limit(limit)).all()


def shares_of(period: PaybackPeriod, user_ids: Collection[int]) -> dict[int, Share]:
    """Return what members are owed for a period as the ledger and the lines before stand now.

    Earned is all that occurred before its end, less what earlier lines counted: an entry counts
    once, in whichever period it is found first.
    """
    sums = sums_between(user_ids, PAYBACK, EVER, period.ends_at)
    counted = _earned_before(period, user_ids)
    left = _left_before(period, user_ids)
    return {
        user_id: share_of(
            sums.get(user_id, 0) - counted.get(user_id, 0), left.get(user_id, NOTHING_LEFT)
        )
        for user_id in user_ids
    }


def _earned_before(period: PaybackPeriod, user_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(PayoutLine.user_id, func.sum(PayoutLine.earned))
        .join(PaybackPeriod, PaybackPeriod.id == PayoutLine.period_id)
        .where(
            PaybackPeriod.begins_at < period.begins_at,
            PayoutLine.locked_at.is_not(None),
            PayoutLine.user_id.in_(user_ids),
        )
        .group_by(PayoutLine.user_id)
    )
    return {user_id: int(total) for user_id, total in db.session.execute(query)}


def _left_before(period: PaybackPeriod, user_ids: Collection[int]) -> dict[int, Left]:
    before = get_period_before(period)
    if before is None:
        return {}
    query = select(PayoutLine).where(
        PayoutLine.period_id == before.id,
        PayoutLine.locked_at.is_not(None),
        PayoutLine.user_id.in_(user_ids),
    )
    query = query.execution_options(populate_existing=True)
    return {line.user_id: left_by(line) for line in db.session.scalars(query)}


def left_by(line: PayoutLine) -> Left:
    """Return what a line leaves for the next period; nothing while it is on its way to be paid."""
    state = LineState(line.state)
    choice = None if line.choice is None else Choice(line.choice)
    try:
        return left_of(state, choice, line.amount, line.expired)
    except ValueError:
        return NOTHING_LEFT


def is_on_its_way(period: PaybackPeriod) -> bool:
    """Say whether lines of the period before are still to be paid, or are not final."""
    before = get_period_before(period)
    if before is None:
        return False
    if before.locked_at is None:
        return True
    ended = (LineState.SETTLED, LineState.HELD, LineState.ROLLED, LineState.EXPIRED)
    query = select(PayoutLine.id).where(
        PayoutLine.period_id == before.id, PayoutLine.state.not_in(ended)
    )
    return db.session.scalar(query.limit(1)) is not None


def has_immature(period: PaybackPeriod) -> bool:
    """Say whether anything that occurred in a period or before can still be taken back."""
    query = select(LedgerEntry.id).where(
        LedgerEntry.currency == PAYBACK,
        LedgerEntry.occurred_at < period.ends_at,
        LedgerEntry.matures_at > clock.now(),
    )
    return db.session.scalar(query.limit(1)) is not None


def lock_lines(period_id: int, user_ids: Collection[int]) -> dict[int, PayoutLine]:
    """Return the lines of these members in a period, locked; lock their accounts before."""
    query = (
        select(PayoutLine)
        .where(PayoutLine.period_id == period_id, PayoutLine.user_id.in_(user_ids))
        .order_by(PayoutLine.user_id)
    )
    query = lock_row(query).execution_options(populate_existing=True)
    return {line.user_id: line for line in db.session.scalars(query)}


def list_held(user_ids: Collection[int]) -> set[int]:
    """Return whose payback waits: under investigation, disabled, or working for the operator.

    Whoever is erased is not held: nobody will ever lift it.
    """
    hold = exists().where(PaybackHold.user_id == User.id, PaybackHold.lifted_at.is_(None))
    staff = exists().where(RoleGrant.user_id == User.id, RoleGrant.name.in_(STAFF_ROLES))
    closed = or_(User.disabled_at.is_not(None), User.active.is_(False))
    query = select(User.id).where(
        User.id.in_(user_ids), User.erased_at.is_(None), or_(hold, staff, closed)
    )
    return set(db.session.scalars(query))


def list_gone(user_ids: Collection[int]) -> set[int]:
    """Return who of these was erased: what they chose cannot reach them."""
    query = select(User.id).where(User.id.in_(user_ids), User.erased_at.is_not(None))
    return set(db.session.scalars(query))


def list_details(user_ids: Collection[int]) -> dict[int, PayoutDetails]:
    """Return where members want cash to go."""
    query = select(PayoutDetails).where(PayoutDetails.user_id.in_(user_ids))
    query = query.execution_options(populate_existing=True)
    return {details.user_id: details for details in db.session.scalars(query)}


def match_percents() -> dict[int, int]:
    """Return the charities that points can be given to, and what is added to gifts for each."""
    query = select(Charity.id, Charity.match_percent).where(Charity.state == CharityState.APPROVED)
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_warned(period: PaybackPeriod, user_ids: Collection[int]) -> set[int]:
    """Return who was told early enough that points lapse at the end of this period."""
    early = clock.now() - timedelta(days=current_settings().payback_notice_days)
    query = select(PaybackNotice.user_id).where(
        PaybackNotice.period_id == period.id,
        PaybackNotice.kind == LAPSE_NOTICE,
        PaybackNotice.sent_at <= early,
        PaybackNotice.user_id.in_(user_ids),
    )
    return set(db.session.scalars(query))


def wishes_of(
    period: PaybackPeriod, lines: dict[int, PayoutLine], user_ids: Collection[int]
) -> dict[int, Wish]:
    """Return what members chose and whether it can be done now."""
    held, gone, warned = list_held(user_ids), list_gone(user_ids), list_warned(period, user_ids)
    details, charities = list_details(user_ids), match_percents()
    floor = current_settings().payback_cash_floor
    wishes = {}
    for user_id in user_ids:
        line = lines.get(user_id)
        chosen = None if line is None or user_id in gone else line.choice
        wishes[user_id] = Wish(
            choice=None if chosen is None else Choice(chosen),
            floor=floor,
            has_account=user_id in details,
            has_charity=line is not None and line.charity_id in charities,
            is_held=user_id in held,
            may_lapse=user_id in warned or user_id in gone,
        )
    return wishes


def list_misjudged(period: PaybackPeriod, limit: int = 1) -> Sequence[int]:
    """Return members whose locked lines up to this period do not count what they earned in it."""
    earned = (
        select(LedgerEntry.user_id, func.sum(LedgerEntry.amount).label("total"))
        .where(
            LedgerEntry.currency == PAYBACK,
            LedgerEntry.cause.in_(EARNED),
            LedgerEntry.occurred_at < period.ends_at,
        )
        .group_by(LedgerEntry.user_id)
        .subquery()
    )
    owner = aliased(PaybackPeriod)
    counted = (
        select(PayoutLine.user_id, func.sum(PayoutLine.earned).label("total"))
        .join(owner, and_(owner.id == PayoutLine.period_id, owner.ends_at <= period.ends_at))
        .where(PayoutLine.locked_at.is_not(None))
        .group_by(PayoutLine.user_id)
        .subquery()
    )
    query = (
        select(earned.c.user_id)
        .outerjoin(counted, counted.c.user_id == earned.c.user_id)
        .where(earned.c.total != func.coalesce(counted.c.total, 0))
        .order_by(earned.c.user_id)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def listed_lines(period_id: int) -> Iterable[Listed]:
    """Yield the locked lines of a period as its digest covers them, by id; memory is bounded."""
    query = (
        select(PayoutLine)
        .where(PayoutLine.period_id == period_id)
        .order_by(PayoutLine.id)
        .execution_options(yield_per=500)
    )
    for line in db.session.scalars(query):
        yield Listed(
            line.id,
            line.user_id,
            line.earned,
            line.carried,
            line.expired,
            line.matched,
            line.choice,
            line.charity_id,
            line.account_digest,
            line.decided,
        )


def get_line(period_id: int, user_id: int) -> PayoutLine | None:
    """Return a member's line of a period."""
    query = select(PayoutLine).where(
        PayoutLine.period_id == period_id, PayoutLine.user_id == user_id
    )
    return db.session.scalar(query.execution_options(populate_existing=True))
