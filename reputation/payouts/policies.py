"""Who may let money leave the house."""

from community.core.authz import Viewer, is_admin


def can_run_payouts(viewer: Viewer) -> bool:
    """Say whether the viewer may see payouts, make files and bring reports: administrators."""
    return viewer.viewer_id is not None and is_admin(viewer)


def can_approve_list(viewer: Viewer, prepared_by_id: int | None) -> bool:
    """Say whether the viewer may approve a list: another administrator than who prepared it.

    A list of which nobody knows who prepared it is approved by nobody.
    """
    return (
        can_run_payouts(viewer)
        and prepared_by_id is not None
        and viewer.viewer_id != prepared_by_id
    )
