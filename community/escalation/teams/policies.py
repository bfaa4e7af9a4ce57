"""Who works for the support team, and who says which teams there are."""

from community.core.authz import Viewer, is_admin, is_signed_in, roles_on


def can_use_desk(viewer: Viewer) -> bool:
    """Say whether the viewer works on cases at all: agents, also of one board, and administrators.

    Whose cases they see is what their teams say. ``queries.desk_user_ids`` says the same of all.
    """
    if not is_signed_in(viewer):
        return False
    return is_admin(viewer) or any(
        "agent" in roles_on(viewer, board_id) for board_id in (None, *viewer.board_roles)
    )


def can_change_teams(viewer: Viewer) -> bool:
    """Administrators may."""
    return is_admin(viewer)
