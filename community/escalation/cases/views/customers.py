"""Who the customer of a case is in the community: a part of its page, or a page of its own."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from community.core.authz import require
from community.core.i18n import reader_language
from community.core.web import current_viewer, is_fragment_request
from community.escalation.cases.queries.customers import get_customer
from community.escalation.cases.wording import STATE_WORDS
from community.escalation.teams.policies import can_use_desk
from community.identity.trust_words import level_words

blueprint = Blueprint("case_customers", __name__)


@blueprint.before_request
def let_agents_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_use_desk(current_viewer()))


@blueprint.get("/desk/cases/<int:case_id>/background")
def show_background(case_id: int) -> ResponseReturnValue:
    """Show standing, questions, other cases and satisfaction of a case's customer."""
    customer = get_customer(current_viewer(), case_id, reader_language())
    name = "support/_background.html" if is_fragment_request() else "support/background.html"
    return render_template(
        name,
        customer=customer,
        case_id=case_id,
        state_words=STATE_WORDS,
        level_words=level_words,
    )
