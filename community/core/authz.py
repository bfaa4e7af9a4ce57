"""Who acts: signed-in users, guests and the system; and the one way to demand a permission."""

from dataclasses import dataclass
from typing import Protocol

from community.core.errors import NotAllowed

STAFF_ROLES = frozenset({"moderator", "agent", "admin"})
MODERATING_ROLES = frozenset({"moderator", "admin"})
ROLES = ("member", "superuser", "moderator", "agent", "admin")


class Viewer(Protocol):
    """Anybody who looks at or does something: a ``User``, a ``Guest`` or ``SYSTEM``."""

    @property
    def viewer_id(self) -> int | None:
        """The user's id; None for guests and the system."""

    @property
    def role_names(self) -> frozenset[str]:
        """All roles held; empty for guests."""


@dataclass(frozen=True)
class Guest:
    """Somebody who is not signed in."""

    viewer_id: None = None
    role_names: frozenset[str] = frozenset()
    unread_count: int = 0


@dataclass(frozen=True)
class System:
    """The product itself, in jobs and imports."""

    viewer_id: None = None
    role_names: frozenset[str] = frozenset({"system"})


GUEST = Guest()
SYSTEM = System()


def is_signed_in(viewer: Viewer) -> bool:
    """Say whether the viewer has an account."""
    return viewer.viewer_id is not None


def is_staff(viewer: Viewer) -> bool:
    """Say whether the viewer works for the operator (moderator, agent, admin) or is the system."""
    return bool(viewer.role_names & STAFF_ROLES) or "system" in viewer.role_names


def is_moderating(viewer: Viewer) -> bool:
    """Say whether the viewer may judge conduct and content."""
    return bool(viewer.role_names & MODERATING_ROLES) or "system" in viewer.role_names


def require(allowed: bool) -> None:
    """Raise ``NotAllowed`` unless a policy said yes."""
    if not allowed:
        raise NotAllowed()
