"""Checks of who may do much: whether anybody can administer, and how well they are protected."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, or_, select

from community.admin.doctor.findings import Finding, failure, fine, warning
from community.core.authz import STAFF_ROLES
from community.core.db import db
from community.identity.models import Passkey, RoleGrant, TotpFactor, User

NAMES_SHOWN = 10


def check_staff() -> Iterator[Finding]:
    """Look whether there is an administrator, and which of the staff lack a second factor."""
    admins = _staff_names(_holds(RoleGrant.name == "admin", RoleGrant.board_id.is_(None)))
    if not admins:
        yield failure(
            "There is no administrator.",
            "Run: flask --app wsgi users create ADDRESS --name NAME --role admin",
        )
    elif len(admins) == 1:
        yield warning(
            "There is one administrator alone.",
            "Name a second one, for the day the first cannot sign in.",
        )
    else:
        yield fine(f"There are {len(admins)} administrators.")
    staff = _holds(RoleGrant.name.in_(STAFF_ROLES))
    bare = _staff_names(staff, ~_has_second_factor())
    if bare:
        shown = ", ".join(bare[:NAMES_SHOWN]) + (", …" if len(bare) > NAMES_SHOWN else "")
        yield warning(
            f"Staff without a second factor ({len(bare)}): {shown}.",
            "They are asked for one at their next sign-in. Close accounts that nobody uses.",
        )
    else:
        yield fine("All staff have a second factor.")


def _staff_names(*conditions: ColumnElement[bool]) -> list[str]:
    found = select(User.display_name).where(User.active.is_(True), *conditions).order_by(User.id)
    return list(db.session.scalars(found))


def _holds(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(RoleGrant.user_id == User.id, *conditions)


def _has_second_factor() -> ColumnElement[bool]:
    app = exists().where(TotpFactor.user_id == User.id, TotpFactor.confirmed_at.is_not(None))
    return or_(app, exists().where(Passkey.user_id == User.id))
