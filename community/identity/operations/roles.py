"""Giving and taking roles."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import BOARD_ROLES, ROLES, STAFF_ROLES, Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit
from community.events import RightsChanged
from community.identity.models import RoleGrant, User
from community.identity.operations.sessions import end_sessions
from community.identity.policies import can_change_roles_of


class RoleUnknown(Invalid):
    """No role of this name can be granted."""

    message = _l("There is no such role.")


class NotConfirmed(Conflict):
    """A registration is no account before its address is confirmed."""

    message = _l("The e-mail address is not confirmed yet. Roles can be given once it is.")


class LastAdministrator(Conflict):
    """Somebody must be left who can grant roles."""

    message = _l("This is the last administrator. Name another one first.")


def grant_role(actor: Viewer, user: User, name: str, *, board_id: int | None = None) -> None:
    """Give a user a role on the whole site, or on one board alone; twice changes nothing.

    Whoever becomes staff is signed out everywhere. Raises ``NotAllowed``, ``RoleUnknown``,
    ``NotConfirmed``.
    """
    require(can_change_roles_of(actor, user))
    if user.is_pending:
        raise NotConfirmed()
    if name not in (ROLES[1:] if board_id is None else BOARD_ROLES):
        raise RoleUnknown(errors={"role": RoleUnknown.message})
    held = _lock_roles(user, board_id)
    if name in held:
        return
    # The unique constraint does not see two NULL boards as equal: the lock is what does.
    db.session.add(
        RoleGrant(
            user_id=user.id,
            name=name,
            board_id=board_id,
            granted_by_id=actor.viewer_id,
            granted_at=clock.now(),
        )
    )
    if board_id is None:
        _keep_highest_role(user, held | {name})
    change = {"role": name, "board_id": board_id}
    record(actor, Action.ROLE_GRANTED, subject=("user", user.id), after=change)
    _carry_over(actor, user, name)


def revoke_role(actor: Viewer, user: User, name: str, *, board_id: int | None = None) -> None:
    """Take a role away, on the whole site or on one board alone; one not held changes nothing.

    Who was staff is signed out everywhere. Raises ``NotAllowed``, ``LastAdministrator``.
    """
    require(can_change_roles_of(actor, user))
    held = _lock_roles(user, board_id)
    if name not in held:
        return
    if name == "admin" and board_id is None and not _is_other_admin(user):
        raise LastAdministrator()
    db.session.execute(
        delete(RoleGrant).where(
            RoleGrant.user_id == user.id, RoleGrant.name == name, RoleGrant.board_id == board_id
        )
    )
    if board_id is None:
        _keep_highest_role(user, held - {name})
    change = {"role": name, "board_id": board_id}
    record(actor, Action.ROLE_REVOKED, subject=("user", user.id), before=change)
    _carry_over(actor, user, name)


def _carry_over(actor: Viewer, user: User, name: str) -> None:
    """Let sessions and counts follow a change of roles. Source: ASVS 5.0 §7.2.4."""
    db.session.flush()
    if name in STAFF_ROLES:
        end_sessions(user.id)
    emit(RightsChanged(user.id, actor.viewer_id))


def _lock_roles(user: User, board_id: int | None) -> set[str]:
    db.session.execute(lock_row(select(User.id).where(User.id == user.id)))
    grants = select(RoleGrant.name).where(
        RoleGrant.user_id == user.id, RoleGrant.board_id == board_id
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
