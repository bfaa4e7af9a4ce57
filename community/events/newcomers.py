"""What happens to those who have just come."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewcomerAnswered:
    """A day has passed since a member's first answer, and it stands."""

    user_id: int
