"""Who acts: signed-in users, guests and the system; and the one way to demand a permission.

A role is held on the whole site, or on one board and nowhere else. Whoever asks for a role names
the board that is concerned; without one (None) only roles on the whole site count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from community.core.errors import NotAllowed

STAFF_ROLES = frozenset({"moderator", "agent", "admin"})
MODERATING_ROLES = frozenset({"moderator", "admin"})
ROLES = ("member", "superuser", "moderator", "agent", "admin")
# What can be granted for one board alone.
BOARD_ROLES = ("moderator", "agent")

BoardRoles = Mapping[int, frozenset[str]]

NOWHERE: BoardRoles = MappingProxyType({})


class Viewer(Protocol):
    """Anybody who looks at or does something: a ``User``, a ``Guest`` or ``SYSTEM``."""

    @property
    def viewer_id(self) -> int | None:
        """The user's id; None for guests and the system."""

    @property
    def role_names(self) -> frozenset[str]:
        """All roles held on the whole site; empty for guests."""

    @property
    def board_roles(self) -> BoardRoles:
        """Roles held on single boards, by the board's id."""

    @property
    def group_ids(self) -> frozenset[int]:
        """The groups the viewer belongs to."""


@dataclass(frozen=True)
class Guest:
    """Somebody who is not signed in."""

    viewer_id: None = None
    role_names: frozenset[str] = frozenset()
    board_roles: BoardRoles = field(default_factory=lambda: NOWHERE, hash=False)
    group_ids: frozenset[int] = frozenset()
    unread_count: int = 0


@dataclass(frozen=True)
class System:
    """The product itself, in jobs and imports."""

    viewer_id: None = None
    role_names: frozenset[str] = frozenset({"system"})
    board_roles: BoardRoles = field(default_factory=lambda: NOWHERE, hash=False)
    group_ids: frozenset[int] = frozenset()


GUEST = Guest()
SYSTEM = System()


def is_signed_in(viewer: Viewer) -> bool:
    """Say whether the viewer has an account."""
    return viewer.viewer_id is not None


def roles_on(viewer: Viewer, board_id: int | None = None) -> frozenset[str]:
    """Return the roles that count on a board: those of the whole site and those held there."""
    if board_id is None:
        return viewer.role_names
    return viewer.role_names | viewer.board_roles.get(board_id, frozenset())


def is_staff(viewer: Viewer, board_id: int | None = None) -> bool:
    """Say whether the viewer works for the operator there (moderator, agent, admin; the system)."""
    return not roles_on(viewer, board_id).isdisjoint(STAFF_ROLES | {"system"})


def is_moderating(viewer: Viewer, board_id: int | None = None) -> bool:
    """Say whether the viewer may judge conduct and content there."""
    return not roles_on(viewer, board_id).isdisjoint(MODERATING_ROLES | {"system"})


def is_admin(viewer: Viewer) -> bool:
    """Say whether the viewer runs the site."""
    return not viewer.role_names.isdisjoint({"admin", "system"})


def require(allowed: bool) -> None:
    """Raise ``NotAllowed`` unless a policy said yes."""
    if not allowed:
        raise NotAllowed()
