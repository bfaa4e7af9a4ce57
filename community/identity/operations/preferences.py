"""What members choose for themselves."""

from typing import TypedDict

from sqlalchemy import update

from community.core.db import db
from community.identity.models import User


class Preferences(TypedDict, total=False):
    """What a member may choose; ``reads_languages`` are codes joined by commas, "" means all.

    Quiet hours are minutes since midnight in the member's time zone, both None for none.
    """

    language: str
    reads_languages: str
    time_zone: str
    theme: str
    shortcuts: bool
    is_on_leaderboards: bool
    bio: str
    digest: str
    quiet_from_minutes: int | None
    quiet_until_minutes: int | None


def change_preferences(actor: User, preferences: Preferences) -> None:
    """Keep what a member chose; the values are checked by the form."""
    for name, value in preferences.items():
        setattr(actor, name, value)
    db.session.flush()


def stop_digest(user_id: int) -> None:
    """End the digest of a member, who need not be signed in; a second time changes nothing."""
    db.session.execute(update(User).where(User.id == user_id).values(digest="off"))
