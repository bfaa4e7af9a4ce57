"""Giving and taking roles."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.core import clock
from community.core.authz import ROLES, Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.identity.models import RoleGrant, User
from community.identity.policies import can_grant_roles


class RoleUnknown(Invalid):
    """No role of this name can be granted."""

    message = _l("There is no such role.")


class LastAdministrator(Conflict):
    """Somebody must be left who can grant roles."""

    message = _l("This is the last administrator. Name another one first.")


def grant_role(actor: Viewer, user: User, name: str) -> None:
    """Give a user a role on the whole site; giving it twice changes nothing."""
    require(can_grant_roles(actor))
    if name not in ROLES[1:]:
        raise RoleUnknown()
    held = _lock_roles(user)
    if name not in held:
        # The unique constraint does not see two NULL boards as equal: the lock is what does.
        db.session.add(
            RoleGrant(
                user_id=user.id, name=name, granted_by_id=actor.viewer_id, granted_at=clock.now()
            )
        )
    _keep_highest_role(user, held | {name})


def revoke_role(actor: Viewer, user: User, name: str) -> None:
    """Take a role away on the whole site; raises ``LastAdministrator``."""
    require(can_grant_roles(actor))
    held = _lock_roles(user)
    if name == "admin" and name in held and not _is_other_admin(user):
        raise LastAdministrator()
    db.session.execute(
        delete(RoleGrant).where(
            RoleGrant.user_id == user.id, RoleGrant.name == name, RoleGrant.board_id.is_(None)
        )
    )
    _keep_highest_role(user, held - {name})


def _lock_roles(user: User) -> set[str]:
    db.session.execute(lock_row(select(User.id).where(User.id == user.id)))
    grants = select(RoleGrant.name).where(
        RoleGrant.user_id == user.id, RoleGrant.board_id.is_(None)
    )
    return set(db.session.scalars(grants))


def _is_other_admin(user: User) -> bool:
    # All administrators are locked, so that two cannot step down at the same time.
    admins = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.name == "admin", RoleGrant.board_id.is_(None), User.active.is_(True))
        .order_by(User.id)
    )
    return any(found != user.id for found in db.session.scalars(lock_row(admins)))


def _keep_highest_role(user: User, held: set[str]) -> None:
    stored = db.session.get_one(User, user.id)
    stored.role = max({"member", *held}, key=ROLES.index)
    db.session.flush()
