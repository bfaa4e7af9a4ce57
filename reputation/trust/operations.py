"""Keeping trust levels right, fixing them by hand, and writing down what was read.

Only members' rows are locked, by id, and nothing is locked after them: nobody waits in a circle.
"""

from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import add_on_conflict, db, transaction
from community.core.errors import Invalid
from community.core.jobs import emit, enqueue
from community.core.reasons import fit_reason, read_reason
from community.events import TrustLevelAtRisk, TrustLevelChanged
from community.identity.models import User
from community.identity.operations.levels import set_trust
from reputation.trust import queries
from reputation.trust.models import VisitDay
from reputation.trust.policies import can_fix_level
from reputation.trust.reading import Visit
from reputation.trust.rules import LEADER, NEW, WINDOW, Standing, next_standing

BATCH = 200
REASON_MIN_CHARS = 5


class LevelUnfit(Invalid):
    """No level that could be fixed, or no reason given."""

    level_message = _l("Choose a level from 0 to 3. Level 4 comes with the role of a superuser.")
    reason_message = _l("Say why, in a few words.")


def add_visits(visits: Sequence[Visit]) -> None:
    """Add what was read to members' days; who has no account any more is left out."""
    present = queries.list_present({visit.user_id for visit in visits})
    rows = [visit._asdict() for visit in sorted(visits) if visit.user_id in present]
    if rows:
        numbers = ("topics_entered", "posts_read", "seconds")
        db.session.execute(add_on_conflict(VisitDay, ("user_id", "day"), numbers), rows)


def prune_visits() -> None:
    """Forget days that the rules do not look at any more."""
    oldest = (clock.now() - WINDOW).date()
    db.session.execute(delete(VisitDay).where(VisitDay.day <= oldest))


def refresh_levels_of(user_ids: Collection[int]) -> int:
    """Give members the level they have reached; returns for how many anything changed."""
    ids = sorted(set(user_ids))
    standings = queries.lock_standings(ids)
    measures = queries.measures_of(standings, clock.now())
    superusers = queries.list_superusers(standings)
    changed = 0
    for user_id, present in standings.items():
        new = next_standing(
            present, measures[user_id], is_superuser=user_id in superusers, now=clock.now()
        )
        changed += _move(user_id, present, new)
    return changed


def _move(user_id: int, present: Standing, new: Standing) -> bool:
    if new == present:
        return False
    set_trust(user_id, new.level, is_fixed=new.is_fixed, grace_until=new.grace_until)
    if new.level != present.level:
        emit(TrustLevelChanged(user_id, new.level, present.level))
    elif new.grace_until is not None and present.grace_until is None:
        emit(TrustLevelAtRisk(user_id, new.level, new.grace_until.date().isoformat()))
    return True


def refresh_levels(after_id: int = 0) -> None:
    """Refresh everybody's level, some members a job: days pass (periodic)."""
    members = queries.list_members_after(after_id, BATCH)
    if not members:
        return
    refresh_levels_of(members)
    enqueue(refresh_levels, unique_key=f"levels:{members[-1]}", after_id=members[-1])


def rebuild_levels() -> int:
    """Refresh all levels, batch by batch while the site runs; returns how many were wrong."""
    last_id = wrong = 0
    while True:
        with transaction():
            members = queries.list_members_after(last_id, BATCH)
            wrong += refresh_levels_of(members) if members else 0
        if not members:
            return wrong
        last_id = members[-1]


def fix_level(actor: Viewer, user: User, level: int | None, reason: str) -> None:
    """Set a member's level by hand; it stays until it is freed. The same again changes nothing.

    Raises ``NotAllowed``, ``LevelUnfit`` (by field).
    """
    require(can_fix_level(actor, user))
    reason, problem = read_reason(
        reason, shortest=REASON_MIN_CHARS, missing=LevelUnfit.reason_message
    )
    errors: dict[str, str | LazyString] = {}
    if level is None or not NEW <= level < LEADER:
        errors["level"] = LevelUnfit.level_message
    if problem is not None:
        errors["reason"] = problem
    if errors or level is None:
        raise LevelUnfit(errors=errors)
    _change_by_hand(actor, user, Standing(level, is_fixed=True), reason)


def free_level(actor: Viewer, user: User, reason: str = "") -> None:
    """Let a member's level follow what they do again; one that is not fixed stays as it is.

    That the rules decide again needs no words. Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_fix_level(actor, user))
    present = queries.lock_standings([user.id]).get(user.id)
    if present is None or not present.is_fixed:
        return
    reason = fit_reason(reason, shortest=0)
    _change_by_hand(actor, user, Standing(present.level), reason)
    refresh_levels_of([user.id])


def _change_by_hand(actor: Viewer, user: User, new: Standing, reason: str) -> None:
    present = queries.lock_standings([user.id]).get(user.id)
    if present is None or not _move(user.id, present, new):
        return
    action = Action.TRUST_FIXED if new.is_fixed else Action.TRUST_FREED
    before, after = ({"level": each.level, "fixed": each.is_fixed} for each in (present, new))
    record(actor, action, subject=("user", user.id), before=before, after=after, reason=reason)
