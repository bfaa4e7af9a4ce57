"""Who sees macros, and who makes and changes them."""

from collections.abc import Collection

from community.core.authz import Viewer, is_admin, is_signed_in


def can_see_macros(viewer: Viewer, team_ids: Collection[int]) -> bool:
    """Say whether the viewer works in a team; ``team_ids`` are theirs. Administrators do, too."""
    return is_signed_in(viewer) and (is_admin(viewer) or bool(team_ids))


def can_write_macro(viewer: Viewer, team_id: int | None, led_ids: Collection[int]) -> bool:
    """Say whether the viewer may make or change a macro of a team: its lead, and administrators.

    ``led_ids`` are the teams the viewer leads. What is every team's is for administrators alone.
    """
    return is_signed_in(viewer) and (is_admin(viewer) or team_id in led_ids)
