"""What superusers may do with others' posts, by tier. Pure; policies ask it."""

from community.core.authz import Viewer

# Source: product rules, feature F2.
TOOLBOX: dict[str, int] = {
    "edit_without_review": 1,
    "retag": 1,
    "confirm_solution": 1,
    "close_as_duplicate": 1,
    "move_to_board": 2,
    "merge": 2,
    "use_templates": 2,
    "see_flags": 2,
}


def superuser_tier(viewer: Viewer) -> int:
    """Return 1 or 2 for superusers, 0 for everybody else.

    Who was given the role by hand a moment ago, and has no tier yet, has the first one.
    """
    if "superuser" not in viewer.role_names:
        return 0
    return max(1, int(getattr(viewer, "superuser_tier", 0)))


def has_tool(viewer: Viewer, tool: str) -> bool:
    """Say whether a tool of the box is the viewer's by their tier; staff has its own rights."""
    return superuser_tier(viewer) >= TOOLBOX[tool]
