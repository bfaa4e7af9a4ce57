"""What members choose for themselves."""

from typing import TypedDict

from community.core.db import db
from community.identity.models import User


class Preferences(TypedDict, total=False):
    """What a member may choose; ``reads_languages`` are codes joined by commas, "" means all."""

    language: str
    reads_languages: str
    time_zone: str
    theme: str
    shortcuts: bool
    bio: str


def change_preferences(actor: User, preferences: Preferences) -> None:
    """Keep what a member chose; the values are checked by the form."""
    for name, value in preferences.items():
        setattr(actor, name, value)
    db.session.flush()
