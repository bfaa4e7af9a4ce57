"""The account under which stands what somebody asked who stays unnamed."""

import secrets

from sqlalchemy import select

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts
from community.identity.models import User
from community.identity.names import STAND_IN, STAND_IN_KEY


def get_stand_in() -> User:
    """Return the one account that stands for all who stay unnamed; the first call makes it.

    Nobody can sign in to it, take its name or mention it, and nothing is told to it.
    """
    made = insert_ignoring_conflicts(User).values(
        display_name=STAND_IN,
        name_key=STAND_IN_KEY,
        active=False,
        is_on_leaderboards=False,
        fs_uniquifier=secrets.token_hex(32),
        created_at=clock.now(),
    )
    db.session.execute(made)
    return db.session.scalars(select(User).where(User.name_key == STAND_IN_KEY)).one()


def is_stand_in(user_id: int) -> bool:
    """Say whether a post's author only stands for somebody who stays unnamed."""
    found = select(User.id).where(User.id == user_id, User.name_key == STAND_IN_KEY)
    return db.session.scalar(found) is not None
