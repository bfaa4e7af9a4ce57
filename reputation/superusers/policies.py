"""Who may do what in the superuser scheme. Pure: records are loaded by the caller."""

from community.core.authz import Viewer, is_admin, is_moderating
from community.identity.models import User
from community.identity.policies import is_any_staff
from reputation.superusers.models import SuperuserMembership


def can_see_scheme(viewer: Viewer) -> bool:
    """Say whether the viewer may see applications, invitations and reviews."""
    return is_moderating(viewer)


def can_invite(viewer: Viewer) -> bool:
    """Say whether the viewer may invite somebody."""
    return is_moderating(viewer)


def can_invite_user(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may invite this member: nobody themself."""
    return can_invite(viewer) and viewer.viewer_id != user.id


def is_eligible(user: User) -> bool:
    """Say whether somebody can be a superuser: a member with an open account, and no staff."""
    return user.active and not user.is_pending and not is_any_staff(user)


def can_decide(viewer: Viewer, membership: SuperuserMembership) -> bool:
    """Say whether the viewer may approve or turn down an application: nobody their own."""
    return is_admin(viewer) and viewer.viewer_id != membership.user_id


def can_set_tier(viewer: Viewer, membership: SuperuserMembership) -> bool:
    """Say whether the viewer may change a superuser's tier: nobody their own."""
    return is_admin(viewer) and viewer.viewer_id != membership.user_id


def can_review(viewer: Viewer, membership: SuperuserMembership) -> bool:
    """Say whether the viewer may extend a membership for another half year: nobody their own."""
    return is_admin(viewer) and viewer.viewer_id != membership.user_id


def can_end(viewer: Viewer, membership: SuperuserMembership) -> bool:
    """Say whether the viewer may end a membership or take an invitation back."""
    return is_admin(viewer) and viewer.viewer_id != membership.user_id


def is_own(viewer: Viewer, membership: SuperuserMembership) -> bool:
    """Say whether a membership is the viewer's own: theirs to accept, decline and leave."""
    return viewer.viewer_id is not None and viewer.viewer_id == membership.user_id


def owes_agreement(membership: SuperuserMembership, version: str) -> bool:
    """Say whether an active superuser has yet to accept the agreement in force."""
    return membership.is_active and membership.agreed_version != version
