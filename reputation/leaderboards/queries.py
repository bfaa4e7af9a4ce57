"""Reads of leaderboards: what members gained, and who may be named."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from community.core.authz import STAFF_ROLES, Viewer, is_signed_in
from community.core.db import AnySelect, db
from community.core.settings import site_zone
from community.identity.models import RoleGrant, User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post
from reputation.leaderboards.models import LeaderboardScore
from reputation.leaderboards.periods import (
    EVER,
    HELPING,
    PERIODS,
    WHOLE_SITE,
    period_at,
    places_of,
    whole_groups,
)
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.queries import list_erased
from reputation.ledger.rules import REPUTATION

MOST_SHOWN = 50
# Own places beyond are not counted out: it would take longer the further down somebody is.
MOST_COUNTED = 1_000


class Score(NamedTuple):
    """A row of the leaderboards without its points."""

    user_id: int
    period: str
    begins_on: object
    board_id: int


class Place(NamedTuple):
    """A member's place; equals share one."""

    place: int
    points: int
    person: Person


class OwnPlace(NamedTuple):
    """The viewer's place. None where nothing was gained; beyond 1,000 ``place`` is 1,001."""

    points: int
    place: int | None

    @property
    def is_far(self) -> bool:
        """Whether the place is too far down to be counted out."""
        return self.place is not None and self.place > MOST_COUNTED


@dataclass(frozen=True)
class Leaderboard:
    """The first places, and how many points those have who share the next but do not fit."""

    places: Sequence[Place]
    next_place: int | None
    next_points: int


def add_up_scores(user_ids: Collection[int], at: datetime) -> dict[Score, int]:
    """Return from the ledger what these members' rows ought to be; the erased have none."""
    user_ids = set(user_ids) - list_erased(user_ids)
    spans = {period: period_at(period, at, site_zone()) for period in PERIODS}
    sums: dict[Score, int] = {}
    for user_id, board_id, *totals in db.session.execute(_sums_by_board(user_ids, at)):
        for period, total in zip(PERIODS, totals, strict=True):
            begins_on = spans[period].begins_on
            sums[Score(user_id, period, begins_on, board_id)] = int(total)
            if period != EVER:
                site = Score(user_id, period, begins_on, WHOLE_SITE)
                sums[site] = sums.get(site, 0) + int(total)
    for user_id, points in _standing_of(user_ids).items():
        sums[Score(user_id, EVER, spans[EVER].begins_on, WHOLE_SITE)] = points
    return {score: points for score, points in sums.items() if points > 0}


def _sums_by_board(user_ids: Collection[int], at: datetime) -> AnySelect:
    zone = site_zone()
    totals = []
    for period in PERIODS:
        span = period_at(period, at, zone)
        within = and_(
            LedgerEntry.occurred_at >= span.begins_at, LedgerEntry.occurred_at < span.ends_at
        )
        gained = case((within, LedgerEntry.amount), else_=0) if period != EVER else None
        totals.append(func.sum(LedgerEntry.amount if gained is None else gained))
    return (
        select(LedgerEntry.user_id, Post.board_id, *totals)
        .join(Post, Post.id == LedgerEntry.post_id)
        .where(
            LedgerEntry.user_id.in_(user_ids),
            LedgerEntry.currency == REPUTATION,
            LedgerEntry.cause.in_(HELPING),
        )
        .group_by(LedgerEntry.user_id, Post.board_id)
    )


def _standing_of(user_ids: Collection[int]) -> dict[int, int]:
    query = select(LedgerAccount.user_id, LedgerAccount.reputation).where(
        LedgerAccount.user_id.in_(user_ids)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_scores_of(user_ids: Collection[int]) -> dict[Score, int]:
    """Return the rows these members have."""
    rows = db.session.scalars(
        select(LeaderboardScore).where(LeaderboardScore.user_id.in_(user_ids))
    )
    return {Score(r.user_id, r.period, r.begins_on, r.board_id): r.points for r in rows}


def list_accounts_after(user_id: int, limit: int) -> Sequence[int]:
    """Return the next members with an account, by id."""
    query = select(LedgerAccount.user_id).where(LedgerAccount.user_id > user_id)
    return db.session.scalars(query.order_by(LedgerAccount.user_id).limit(limit)).all()


def get_leaderboard(period: str, board_id: int, at: datetime) -> Leaderboard:
    """Return the first places; the caller has checked that the viewer may see the board."""
    statement: AnySelect = (
        select(LeaderboardScore.points, *person_columns())
        .join(User, User.id == LeaderboardScore.user_id)
        .where(_is_of(period, board_id, at), _may_be_listed(board_id))
        .order_by(LeaderboardScore.points.desc(), LeaderboardScore.user_id.desc())
        .limit(MOST_SHOWN + 1)
    )
    rows = db.session.execute(statement).all()
    points = [row[0] for row in rows]
    shown, numbers = whole_groups(points, MOST_SHOWN), places_of(points)
    places = [
        Place(numbers[index], row[0], Person(*row[1 : 1 + PERSON_WIDTH]))
        for index, row in enumerate(rows[:shown])
    ]
    cut_off = shown < len(rows)
    return Leaderboard(places, numbers[shown] if cut_off else None, points[shown] if cut_off else 0)


def get_own_place(viewer: Viewer, period: str, board_id: int, at: datetime) -> OwnPlace | None:
    """Return the viewer's own place; None for guests and for whoever is not listed."""
    if not is_signed_in(viewer) or not _is_listed(viewer.viewer_id or 0, board_id):
        return None
    score = select(LeaderboardScore.points).where(
        LeaderboardScore.user_id == viewer.viewer_id, _is_of(period, board_id, at)
    )
    points = db.session.scalar(score)
    if points is None:
        return OwnPlace(0, None)
    ahead = (
        select(LeaderboardScore.user_id)
        .join(User, User.id == LeaderboardScore.user_id)
        .where(
            _is_of(period, board_id, at),
            _may_be_listed(board_id),
            LeaderboardScore.points > points,
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return OwnPlace(points, 1 + (db.session.scalar(select(func.count()).select_from(ahead)) or 0))


def _is_listed(user_id: int, board_id: int) -> bool:
    query = select(User.id).where(User.id == user_id, _may_be_listed(board_id))
    return db.session.scalar(query) is not None


def _is_of(period: str, board_id: int, at: datetime) -> ColumnElement[bool]:
    return and_(
        LeaderboardScore.period == period,
        LeaderboardScore.begins_on == period_at(period, at, site_zone()).begins_on,
        LeaderboardScore.board_id == board_id,
    )


def _may_be_listed(board_id: int) -> ColumnElement[bool]:
    """Return the condition on a joined member: no staff, nobody gone, nobody who wants out."""
    staff_there = exists().where(
        RoleGrant.user_id == User.id,
        RoleGrant.name.in_(STAFF_ROLES),
        or_(RoleGrant.board_id.is_(None), RoleGrant.board_id == board_id),
    )
    return and_(
        User.active.is_(True),
        User.erased_at.is_(None),
        User.is_on_leaderboards.is_(True),
        User.role.not_in(STAFF_ROLES),
        ~staff_there,
    )
