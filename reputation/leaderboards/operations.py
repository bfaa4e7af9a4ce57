"""Keeping the scores: added up anew for whoever's points changed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, tuple_, update

from community.core import clock
from community.core.db import db
from community.core.settings import site_zone
from reputation.leaderboards.models import LeaderboardScore
from reputation.leaderboards.periods import EVER, PERIODS, period_at
from reputation.leaderboards.queries import Score, add_up_scores, list_scores_of
from reputation.ledger.operations import lock_accounts


def refresh_scores(user_ids: Collection[int]) -> int:
    """Add up these members' scores; returns how many rows were wrong, missing or too many.

    Locks their accounts, so that whoever comes last has read the last entries.
    """
    members = sorted(set(user_ids))
    lock_accounts(members)
    right, present = add_up_scores(members, clock.now()), list_scores_of(members)
    gone = [score for score in present if score not in right]
    changed = {s: p for s, p in right.items() if s in present and present[s] != p}
    new = [{**s._asdict(), "points": p} for s, p in right.items() if s not in present]
    for score in gone:
        db.session.execute(_about(delete(LeaderboardScore), score))
    for score, points in changed.items():
        db.session.execute(_about(update(LeaderboardScore), score).values(points=points))
    if new:
        db.session.execute(insert(LeaderboardScore), new)
    return len(gone) + len(changed) + len(new)


def _about(statement: Any, score: Score) -> Any:
    key = [getattr(LeaderboardScore, name) for name in Score._fields]
    one = statement.where(tuple_(*key) == tuple_(*score))
    return one.execution_options(synchronize_session=False)


def forget_past_scores() -> None:
    """Delete the rows of periods that are over."""
    zone, now = site_zone(), clock.now()
    for period in PERIODS:
        if period != EVER:
            begins_on = period_at(period, now, zone).begins_on
            db.session.execute(
                delete(LeaderboardScore)
                .where(LeaderboardScore.period == period, LeaderboardScore.begins_on < begins_on)
                .execution_options(synchronize_session=False)
            )
