"""Parts of a case's page that other systems have to answer for; the page does not wait for them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from community.core.authz import require
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer, is_fragment_request
from community.escalation.cases.queries.desk import get_case
from community.escalation.connectors.configuration import list_connectors
from community.escalation.connectors.queries import list_links
from community.escalation.connectors.wording import PROBLEM_WORDS
from community.escalation.customers.queries import Lookup, has_customer_directory, lookup_customer
from community.escalation.teams.policies import can_use_desk

blueprint = Blueprint("outside", __name__)


@blueprint.before_request
def let_agents_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_use_desk(current_viewer()))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "has_customer_directory": has_customer_directory,
        "has_connectors": lambda: bool(list_connectors()),
    }


@blueprint.get("/desk/cases/<int:case_id>/customer")
def show_customer(case_id: int) -> ResponseReturnValue:
    """Show what the operator's records say of a case's customer: a part of its page, or a page."""
    case = get_case(current_viewer(), case_id)
    requester_id = case.requester_id
    found = Lookup() if requester_id is None else lookup_customer(requester_id)
    if found.record is not None:
        note_seen(Seen.CUSTOMER, "support_case", case_id)
    name = "support/_customer.html" if is_fragment_request() else "support/customer.html"
    return render_template(name, found=found, case_id=case_id)


@blueprint.get("/desk/cases/<int:case_id>/mirror")
def show_mirror(case_id: int) -> ResponseReturnValue:
    """Show where a case is mirrored, and what is wrong with that: a part of its page, or a page."""
    case = get_case(current_viewer(), case_id)
    name = "support/_mirror.html" if is_fragment_request() else "support/mirror.html"
    shown = {"links": list_links(case.id), "problem_words": PROBLEM_WORDS}
    return render_template(name, case_id=case.id, **shown)
