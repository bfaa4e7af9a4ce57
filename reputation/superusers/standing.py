"""Who has stood the test of time: may somebody apply, and if not, why not. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reputation.superusers.models import ENDED, OPEN, REJECTED

# Source: product rules 2.3, level 3.
TRUSTED_LEVEL = 3
# Who was turned down, or told to go, thinks it over before they ask again.
PAUSE = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What counts when somebody applies. ``last_state`` and ``ended_at`` are of their last time."""

    points: int
    trust_level: int
    is_staff: bool
    is_superuser: bool
    is_silenced: bool
    last_state: str | None = None
    ended_at: datetime | None = None

    def obstacle(self, *, points_needed: int, now: datetime) -> str | None:
        """Return what keeps them from applying: staff, open, silenced, pause, points; or None."""
        if self.is_staff:
            return "staff"
        if self.is_superuser or self.last_state in OPEN:
            return "open"
        if self.is_silenced:
            return "silenced"
        if self._pauses(now):
            return "pause"
        has_standing = self.points >= points_needed or self.trust_level >= TRUSTED_LEVEL
        return None if has_standing else "points"

    def _pauses(self, now: datetime) -> bool:
        if self.ended_at is None or self.last_state not in (REJECTED, ENDED):
            return False
        return self.ended_at + PAUSE > now
