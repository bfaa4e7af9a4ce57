"""Who may say that accounts belong to one person."""

from community.core.authz import Viewer, is_admin
from community.identity.models import User


def can_link_account(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may link an account with another one: administrators, never their own.

    A registration is no account yet, and who is erased can be nobody's double any more.
    """
    if user.is_pending or user.erased_at is not None:
        return False
    return can_unlink_account(viewer, user.id)


def can_unlink_account(viewer: Viewer, user_id: int) -> bool:
    """Say whether the viewer may part an account from another one; an erased one too."""
    return is_admin(viewer) and viewer.viewer_id != user_id
