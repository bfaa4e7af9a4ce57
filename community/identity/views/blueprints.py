"""The blueprints of signing in and of the pages about one's account, and what their views share."""

from typing import cast

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

from community.core.web import current_viewer
from community.identity.models import User
from community.identity.providers.settings import Provider, list_providers
from community.identity.queries import list_identities

identity = Blueprint("identity", __name__)
account = Blueprint("account", __name__)


@identity.before_request
@account.before_request
def refuse_json() -> None:
    """Take forms only."""
    if request.is_json:
        raise UnsupportedMediaType()


def signed_in_user() -> User:
    """Return the signed-in viewer; guests have been turned away before."""
    return cast(User, current_viewer())


def connected_providers(user: User) -> list[Provider]:
    """Return the providers at which somebody can prove that it is them."""
    connected = {identity.provider for identity in list_identities(user.id)}
    return [provider for provider in list_providers() if provider.name in connected]
