"""Reads of charities and of the votes for them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, select

from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from reputation.payback.models import Charity, CharityState, CharityVote


class CharityRow(NamedTuple):
    """A charity with its votes; ``is_mine`` says whether the viewer's is among them."""

    charity: Charity
    votes: int
    is_mine: bool


def list_charities(viewer: Viewer) -> Sequence[CharityRow]:
    """Return all charities that are on the list or proposed, the most wanted first."""
    votes = (
        select(func.count())
        .where(CharityVote.charity_id == Charity.id)
        .correlate(Charity)
        .scalar_subquery()
    )
    mine = exists().where(
        CharityVote.charity_id == Charity.id, CharityVote.user_id == viewer.viewer_id
    )
    query = (
        select(Charity, votes, mine)
        .where(Charity.state != CharityState.RETIRED)
        .order_by(votes.desc(), Charity.id)
    )
    return [CharityRow(*row) for row in db.session.execute(query)]


def list_choosable() -> Sequence[Charity]:
    """Return the charities that points can be given to, by name."""
    query = select(Charity).where(Charity.state == CharityState.APPROVED).order_by(Charity.name)
    return db.session.scalars(query).all()


def get_charity(charity_id: int) -> Charity:
    """Return a charity; raises ``NotFound``."""
    charity = db.session.get(Charity, charity_id)
    if charity is None:
        raise NotFound()
    return charity


def count_open_proposals(user_id: int) -> int:
    """Return how many proposals of a member wait to be decided on."""
    query = select(func.count()).where(
        Charity.nominated_by_id == user_id, Charity.state == CharityState.NOMINATED
    )
    return db.session.scalar(query) or 0
