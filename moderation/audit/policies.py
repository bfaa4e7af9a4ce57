"""Who may read the audit log and the notes on people. Pure: records are loaded by the caller."""

from community.core.authz import Viewer, is_admin, is_moderating, is_signed_in, is_staff
from moderation.audit.models import StaffNote


def can_see_log(viewer: Viewer) -> bool:
    """Administrators, and moderators of the whole site; how much of it, a query says."""
    return is_moderating(viewer) and is_signed_in(viewer)


def can_see_whole_log(viewer: Viewer) -> bool:
    """Administrators; moderators see what they did, and cases that are open to them."""
    return is_admin(viewer)


def can_export_log(viewer: Viewer) -> bool:
    """Administrators."""
    return is_admin(viewer)


def can_see_notes(viewer: Viewer, user_id: int) -> bool:
    """Staff of the whole site, never the person the notes are about, whoever that is."""
    return is_staff(viewer) and is_signed_in(viewer) and viewer.viewer_id != user_id


def can_delete_note(viewer: Viewer, note: StaffNote) -> bool:
    """Who wrote it, and administrators."""
    if not can_see_notes(viewer, note.user_id):
        return False
    return viewer.viewer_id == note.author_id or is_admin(viewer)
