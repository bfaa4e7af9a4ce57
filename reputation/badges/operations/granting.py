"""What rules grant and withdraw: what ought to stand is compared with what does.

Locks as in the ledger: the member's account first. What counts is read after it is locked, so
whoever looks last has seen the last change, and nothing is granted twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import emit, enqueue, unheard
from community.events import BadgeGranted
from community.identity.models import User
from reputation.badges.badge_rules import Changes, Earned, Standing, changes_of, times_earned
from reputation.badges.models import Badge, BadgeGrant
from reputation.badges.queries.holders import list_badges, list_grants
from reputation.badges.queries.measures import earned_by
from reputation.ledger.operations import lock_accounts
from reputation.ranks.queries import list_members_after

BATCH = 100
COUNT_AFTER = timedelta(minutes=1)

Grants = Mapping[tuple[int, int], list[Standing]]


def refresh_badges(user_id: int) -> int:
    """Grant and withdraw what the rules say of a member; returns how many grants changed."""
    changed = _settle(user_id)
    if changed:
        count_holders_soon()
    return changed


def _settle(user_id: int) -> int:
    lock_accounts([user_id])
    badges = {badge.id: badge for badge in _badges_by_rule()}
    changes = _changes([user_id], badges.values())
    for (_user_id, badge_id), change in changes.items():
        _carry_out(user_id, badges[badge_id], change)
    return sum(len(change.grant) + len(change.withdraw) for change in changes.values())


def _badges_by_rule() -> list[Badge]:
    return [badge for badge in list_badges() if badge.enabled and badge.is_by_rule]


def _changes(user_ids: Sequence[int], badges: Iterable[Badge]) -> dict[tuple[int, int], Changes]:
    earned, grants = earned_by(user_ids), list_grants(user_ids)
    badges = list(badges)
    found = {
        (user_id, badge.id): _change(badge, earned[user_id], grants.get((user_id, badge.id), []))
        for user_id in earned
        for badge in badges
    }
    return {where: change for where, change in found.items() if any(change)}


def _change(badge: Badge, earned: Earned, grants: Sequence[Standing]) -> Changes:
    times = times_earned(badge.needs, earned, repeatable=badge.repeatable)
    return changes_of(times, grants)


def _carry_out(user_id: int, badge: Badge, change: Changes) -> None:
    now = clock.now()
    if change.grant:
        rows = [
            {"badge_id": badge.id, "user_id": user_id, "number": number, "granted_at": now}
            for number in change.grant
        ]
        db.session.execute(insert(BadgeGrant), rows)
        emit(BadgeGranted(user_id, badge.id, badge.names, None))
    if change.withdraw:
        db.session.execute(
            update(BadgeGrant)
            .where(BadgeGrant.id.in_(change.withdraw))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )


def _refresh(user_ids: Sequence[int]) -> int:
    """Settle those of these members whose badges look wrong; returns how many grants changed."""
    wrong = {user_id for user_id, _badge_id in _changes(user_ids, _badges_by_rule())}
    return sum(_settle(user_id) for user_id in sorted(wrong))


def refresh_all_badges(after_id: int = 0) -> None:
    """Refresh everybody's badges, some members a job: time passes, and rules change (periodic)."""
    members = list_members_after(after_id, BATCH)
    if not members:
        return
    if _refresh(members):
        count_holders_soon()
    next_key = f"badges:{members[-1]}"
    enqueue(refresh_all_badges, unique_key=next_key, after_id=members[-1])


def rebuild_badges() -> int:
    """Grant and withdraw anew what rules say, batch by batch while the site runs.

    Nobody is told: after an import it would be everybody of everything. Returns how many grants
    changed.
    """
    last_id = changed = 0
    while True:
        with transaction(), unheard():
            members = list_members_after(last_id, BATCH)
            changed += _refresh(members)
            if not members:
                count_holders()
        if not members:
            return changed
        last_id = members[-1]


def count_holders_soon() -> None:
    """Have the holders counted in a minute, once for all that changes until then."""
    due_at = clock.now() + COUNT_AFTER
    enqueue(count_holders, due_at=due_at, unique_key="badge-holders")


def count_holders() -> None:
    """Count anew how many people hold each badge (task)."""
    holders = (
        select(func.count(BadgeGrant.user_id.distinct()))
        .join(User, User.id == BadgeGrant.user_id)
        .where(
            BadgeGrant.badge_id == Badge.id,
            BadgeGrant.revoked_at.is_(None),
            User.active.is_(True),
        )
        .correlate(Badge)
        .scalar_subquery()
    )
    db.session.execute(
        update(Badge)
        .where(Badge.holders_count != holders)
        .values(holders_count=holders)
        .execution_options(synchronize_session=False)
    )
