"""Two blueprints: nobody but staff gets past the door of the first."""

from flask import Blueprint

from community.core.authz import require
from community.core.web import current_viewer
from reputation.adjustments.policies import can_see_adjustments

adjustments = Blueprint("adjustments", __name__)
appeals = Blueprint("appeals", __name__)


@adjustments.before_request
def let_staff_in() -> None:
    """Refuse everybody but moderators and administrators; guests were sent to sign in before."""
    require(can_see_adjustments(current_viewer()))
