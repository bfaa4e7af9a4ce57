"""Giving away the budgets of promotions, first come, first served, and never more than there is.

A share is given under the lock of its account. Of all locks the budgets' come last before the
entries, all of them together and in one order, so that nobody waits in a circle.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from community.core import clock
from community.core.db import count_changed, db, lock_row
from reputation.ledger.bonuses import (
    ShareKey,
    bonuses_due,
    bonuses_of,
    promotion_of,
    share_key,
)
from reputation.ledger.gains import AcceptedAnswer, Gain, is_open
from reputation.ledger.models import PromotionBudget, PromotionShare
from reputation.ledger.rules import RuleBook


def settle_bonuses(
    book: RuleBook,
    gains: Iterable[Gain],
    accepted: Iterable[AcceptedAnswer],
    closings: Mapping[str, datetime],
) -> list[Gain]:
    """Return what promotions add to a member's gains, whose account is locked.

    What has no share yet is given one, as long as its books are open.
    """
    promoted = [gain for gain in gains if promotion_of(book, gain)]
    if not promoted:
        return []
    user_id = promoted[0].user_id
    shares = _shares_of(user_id, {gain.post_id or 0 for gain in promoted})
    new = [g for g in promoted if share_key(g) not in shares and is_open(closings, g)]
    boards = {fact.answer_id: fact.board_id for fact in accepted}
    due = sorted(bonuses_due(book, new, boards), key=lambda gain: gain.occurred_at)
    if due:
        shares |= _give(user_id, due)
    return bonuses_of(book, promoted, shares)


def _shares_of(user_id: int, post_ids: Collection[int]) -> dict[ShareKey, int]:
    query = select(
        PromotionShare.currency,
        PromotionShare.rule_version,
        PromotionShare.post_id,
        PromotionShare.amount,
    ).where(PromotionShare.user_id == user_id, PromotionShare.post_id.in_(post_ids))
    rows = db.session.execute(query)
    return {ShareKey(currency, version, post): amount for currency, version, post, amount in rows}


def _give(user_id: int, due: Sequence[Gain]) -> dict[ShareKey, int]:
    ordered = select(PromotionBudget.rule_version).order_by(
        PromotionBudget.currency, PromotionBudget.rule_version
    )
    db.session.execute(lock_row(ordered)).all()
    given = {share_key(gain): gain.amount if _take(gain) else 0 for gain in due}
    now = clock.now()
    rows = [
        {"user_id": user_id, **key._asdict(), "amount": amount, "decided_at": now}
        for key, amount in given.items()
    ]
    db.session.execute(insert(PromotionShare), rows)
    return given


def _take(gain: Gain) -> bool:
    """Take a bonus from its budget; False where less than it is left."""
    taken = (
        update(PromotionBudget)
        .where(
            PromotionBudget.currency == gain.currency,
            PromotionBudget.rule_version == gain.rule_version,
            PromotionBudget.given + gain.amount <= PromotionBudget.budget,
        )
        .values(given=PromotionBudget.given + gain.amount)
        .execution_options(synchronize_session=False)
    )
    return bool(count_changed(taken))
