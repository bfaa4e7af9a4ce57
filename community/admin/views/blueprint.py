"""The blueprint of the pages of administrators: nobody else gets past its door."""

from flask import Blueprint

from community.core.authz import require
from community.core.web import current_viewer
from community.identity.policies import can_administer

administration = Blueprint("administration", __name__)


@administration.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_administer(current_viewer()))
