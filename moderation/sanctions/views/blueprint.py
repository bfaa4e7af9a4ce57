"""The blueprint; nobody but staff gets past its door, each page asks for more."""

from flask import Blueprint

from community.core.authz import require
from community.core.web import current_viewer
from moderation.rules import rule_choices
from moderation.sanctions.policies import can_see_sanctions, can_warn_on_boards

sanctions = Blueprint("sanctions", __name__)


@sanctions.before_request
def let_moderators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_warn_on_boards(current_viewer()))


@sanctions.app_context_processor
def _words() -> dict[str, object]:
    return {
        "can_see_sanctions": can_see_sanctions,
        "can_warn_on_boards": can_warn_on_boards,
        "rule_choices": rule_choices,
    }
