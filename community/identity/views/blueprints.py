"""The blueprints of signing in and of the pages about one's account, and what their views share."""

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

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


def connected_providers(user: User) -> list[Provider]:
    """Return the providers at which somebody can prove that it is them."""
    connected = {identity.provider for identity in list_identities(user.id)}
    return [provider for provider in list_providers() if provider.name in connected]
