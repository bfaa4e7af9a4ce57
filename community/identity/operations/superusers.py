"""What pages and policies need to know of a superuser; an upper package says what it is."""

from datetime import datetime

from sqlalchemy import update

from community.core.db import db
from community.identity.models import User


def set_superuser(user_id: int, *, tier: int, left_at: datetime | None = None) -> None:
    """Set a member's tier (0: is none), and since when they are a former superuser, if so."""
    db.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(superuser_tier=tier, superuser_left_at=left_at)
    )
