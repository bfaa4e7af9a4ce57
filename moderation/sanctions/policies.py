"""Who may impose and lift sanctions, on whom; who may read statements. Pure.

Moderators of the whole site go up the whole ladder. Moderators of one board have words alone,
notice and warning, about what somebody wrote on that board: everything above holds on the whole
site. Nobody sanctions themselves, nor anybody who stands as high as they do. Source: PRODUCT G6.
"""

from collections.abc import Iterable
from typing import NamedTuple

from community.core.authz import (
    MODERATING_ROLES,
    ROLES,
    Viewer,
    is_admin,
    is_moderating,
    is_signed_in,
)
from moderation.sanctions.models import KINDS, NOTICE, RESTRICTING, WARNING, Statement

ON_A_BOARD = (NOTICE, WARNING)


class Target(NamedTuple):
    """Somebody who may be sanctioned: all roles they hold, on the whole site or on a board."""

    user_id: int
    roles: frozenset[str]


def height_of(roles: Iterable[str]) -> int:
    """Return how high the highest of these roles stands; the system stands above all."""
    return max((ROLES.index(role) if role in ROLES else len(ROLES) for role in roles), default=0)


def can_see_sanctions(viewer: Viewer) -> bool:
    """Say whether the viewer may see whom sanctions hold: moderators of the whole site."""
    return is_signed_in(viewer) and is_moderating(viewer)


def can_warn_on_boards(viewer: Viewer) -> bool:
    """Say whether the viewer may reach the page at all, be it for one board alone."""
    held = any(not roles.isdisjoint(MODERATING_ROLES) for roles in viewer.board_roles.values())
    return is_signed_in(viewer) and (is_moderating(viewer) or held)


def can_impose_sanction(
    viewer: Viewer, target: Target, kind: str, board_id: int | None = None
) -> bool:
    """Say whether the viewer may impose this; ``board_id`` is where the post concerned stands.

    The system may where a rule of its own says so, on nobody who works for the operator.
    """
    if kind not in KINDS or viewer.viewer_id == target.user_id:
        return False
    if is_moderating(viewer):
        return _stands_above(viewer.role_names, target)
    there = board_id is not None and is_moderating(viewer, board_id)
    return there and kind in ON_A_BOARD and _stands_above(frozenset({"moderator"}), target)


def _stands_above(roles: Iterable[str], target: Target) -> bool:
    names = frozenset(roles)
    if "system" in names:
        return height_of(target.roles) < ROLES.index("moderator")
    return height_of(names) > height_of(target.roles)


def can_lift_sanction(viewer: Viewer, target: Target) -> bool:
    """Say whether the viewer may end a sanction of this member before its time."""
    if viewer.viewer_id == target.user_id or not is_moderating(viewer):
        return False
    return _stands_above(viewer.role_names, target)


def imposable_kinds(viewer: Viewer, target: Target, board_id: int | None = None) -> list[str]:
    """Return which rungs of the ladder the viewer has for this member."""
    return [kind for kind in KINDS if can_impose_sanction(viewer, target, kind, board_id)]


def can_issue_statement(viewer: Viewer) -> bool:
    """Say whether the viewer decides about others' posts, anywhere."""
    return is_moderating(viewer) or can_warn_on_boards(viewer)


def can_read_statement(viewer: Viewer, statement: Statement) -> bool:
    """Say whether the viewer may read what a member was told: they, and moderators."""
    return is_signed_in(viewer) and (
        viewer.viewer_id == statement.user_id or can_see_sanctions(viewer)
    )


def can_confirm_statement(viewer: Viewer, statement: Statement) -> bool:
    """Say whether the viewer is the one to confirm having read it."""
    return is_signed_in(viewer) and viewer.viewer_id == statement.user_id


def can_change_wordings(viewer: Viewer) -> bool:
    """Say whether the viewer may say how measures are told."""
    return is_signed_in(viewer) and is_admin(viewer)


def is_restricting(kind: str) -> bool:
    """Say whether a rung of the ladder takes something away."""
    return kind in RESTRICTING
