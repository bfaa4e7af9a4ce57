"""Who may erase whom, and take which archive away."""

from community.core.authz import Viewer, is_admin
from community.identity.models import User
from community.privacy.models import PersonalExport


def can_erase_account(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may have an account erased: one's own, or as administrator any."""
    if user.erased_at is not None:
        return False
    return viewer.viewer_id == user.id or is_admin(viewer)


def can_download_export(viewer: Viewer, export: PersonalExport) -> bool:
    """Say whether the viewer may download an archive: its owner alone, administrators included."""
    return viewer.viewer_id is not None and viewer.viewer_id == export.user_id
