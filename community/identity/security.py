"""Flask-Security in its simplest form: who is signed in, with our addresses and templates."""

from typing import Any

from flask import Flask, g, request
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from community.core.authz import GUEST
from community.core.db import db
from community.core.settings import Settings
from community.identity.models import RoleGrant, User

UNPERSONAL_ENDPOINTS = frozenset(
    {"assets.show_asset", "health.show_health", "health.show_readiness"}
)

security = Security()


class UserDatastore(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """Finds users with their roles in one query, and leaves committing to the request."""

    def commit(self) -> None:
        db.session.flush()

    def find_user(self, case_insensitive: bool = False, **conditions: Any) -> User | None:
        """Return the user that fits, roles loaded; e-mails are stored in lower case."""
        query = select(User).options(joinedload(User.role_grants))
        for name, value in conditions.items():
            wanted = str(value).lower() if name == "email" else value
            query = query.where(getattr(User, name) == wanted)
        return db.session.scalars(query).unique().one_or_none()


def init_app(app: Flask, settings: Settings) -> None:
    """Bind Flask-Security and name the viewer of every request."""
    app.config.update(_security_config(settings))
    datastore = UserDatastore(db, User, RoleGrant)
    security.init_app(app, datastore, register_blueprint=False)
    app.before_request(_name_viewer)


def _security_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_UNAUTHORIZED_VIEW": None,
    }


def _name_viewer() -> None:
    if request.endpoint in UNPERSONAL_ENDPOINTS:
        g.viewer = GUEST
        return
    user = current_user._get_current_object()
    g.viewer = user if user.is_authenticated and user.active else GUEST
