"""Who may change accounts, and how long a session lasts."""

from collections.abc import Collection
from datetime import timedelta

from community.core import clock
from community.core.authz import ROLES, STAFF_ROLES, Viewer, is_admin
from community.identity.models import User, UserSession

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
STAFF_IDLE = timedelta(hours=12)
STAFF_LONGEST = timedelta(days=7)
VERIFIED_FOR = timedelta(minutes=10)


def can_grant_roles(viewer: Viewer) -> bool:
    """Say whether the viewer may give and take roles."""
    return is_admin(viewer)


def can_make_accounts(viewer: Viewer) -> bool:
    """Say whether the viewer may make accounts for others and sign others out."""
    return is_admin(viewer)


def can_hold_accounts(viewer: Viewer) -> bool:
    """Say whether the viewer may keep an account from being erased."""
    return is_admin(viewer)


def can_close_accounts(viewer: Viewer) -> bool:
    """Say whether the viewer may disable accounts at all."""
    return is_admin(viewer)


def can_close_account(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may disable and enable an account; an erased one stays erased.

    A registration is none yet: opened by us, it would have an address that nobody confirmed.
    """
    if user.is_pending or user.erased_at is not None or viewer.viewer_id == user.id:
        return False
    return can_close_accounts(viewer)


def can_change_roles_of(viewer: Viewer, user: User) -> bool:
    """Say whether the viewer may give this user roles and take them: nobody who stands above."""
    return can_grant_roles(viewer) and _height_of(user.role) <= _height_of(highest_role(viewer))


def _height_of(role: str) -> int:
    return ROLES.index(role) if role in ROLES else len(ROLES)


def highest_role(viewer: Viewer) -> str:
    """Return the highest role held on the whole site; "system" stands above all."""
    return max(viewer.role_names, key=_height_of, default="member")


def can_change_groups(viewer: Viewer) -> bool:
    """Say whether the viewer may make groups and say who belongs to them."""
    return is_admin(viewer)


def can_administer(viewer: Viewer) -> bool:
    """Say whether the viewer may see the pages of administrators, e-mail addresses included."""
    return is_admin(viewer)


def is_any_staff(user: User) -> bool:
    """Say whether somebody works for the operator, be it on one board alone."""
    return any(grant.name in STAFF_ROLES for grant in user.role_grants)


def owes_consent(user: User, version: str) -> bool:
    """Say whether somebody has yet to agree to this version of the terms; "" asks for nothing."""
    return bool(version) and user.terms_version != version


def has_session_ended(user: User, session: UserSession) -> bool:
    """Say whether a session has been idle or open for too long."""
    now = clock.now()
    staff = is_any_staff(user)
    idle, longest = (STAFF_IDLE, STAFF_LONGEST) if staff else (IDLE, LONGEST)
    return now - session.last_seen_at > idle or now - session.created_at > longest


def is_recently_verified(session: UserSession) -> bool:
    """Say whether its owner has proved to be there within the last ten minutes."""
    return clock.now() - session.verified_at <= VERIFIED_FOR


def has_recent_second_factor(session: UserSession) -> bool:
    """Say whether a second factor was shown within the last ten minutes."""
    shown_at = session.second_factor_at
    return shown_at is not None and clock.now() - shown_at <= VERIFIED_FOR


def needs_second_factor(user: User, session: UserSession) -> bool:
    """Say whether the session may do nothing before a second factor is shown or set up."""
    return is_any_staff(user) and session.second_factor_at is None


def can_disconnect(user: User, others: Collection[str]) -> bool:
    """Say whether somebody can still sign in once only ``others`` of their providers are left."""
    by_mail = user.email is not None and user.confirmed_at is not None
    return bool(others) or user.password is not None or by_mail


def has_strong_sign_in(session: UserSession | None) -> bool:
    """Say whether a second factor was shown in this session: to receive money, for one."""
    return session is not None and session.second_factor_at is not None


def can_be_without_second_factor(user: User, *, required: bool) -> bool:
    """Say whether somebody may remove the last second factor; ``required`` is the setting."""
    return not (required and is_any_staff(user))
