"""The blueprint: nobody but administrators gets past its door."""

from flask import Blueprint

from community.core.authz import require
from community.core.web import current_viewer
from reputation.drafts.policies import can_edit_rules

rules = Blueprint("rules", __name__)


@rules.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to sign in before."""
    require(can_edit_rules(current_viewer()))
