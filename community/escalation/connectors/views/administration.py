"""The page on which administrators see how connectors fare, test them and try again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import NotFound
from community.core.forms import takes
from community.core.jobs import enqueue
from community.core.web import current_viewer
from community.escalation.connectors import queries
from community.escalation.connectors.configuration import get_connector, list_connectors
from community.escalation.connectors.operations.links import try_again
from community.escalation.connectors.policies import can_manage_connectors
from community.escalation.connectors.tasks import check_connector, plan_comparison
from community.escalation.connectors.wording import PROBLEM_WORDS

blueprint = Blueprint("connectors", __name__)


@blueprint.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_manage_connectors(current_viewer()))


@blueprint.get("/admin/connectors")
def show_connectors() -> str:
    """Show each connector with its last success and failure, and what waits for a person."""
    return render_template(
        "admin/connectors.html",
        connectors=[(each, queries.get_state(each.name)) for each in list_connectors()],
        problems=queries.page_of_problems(),
        problem_words=PROBLEM_WORDS,
    )


@blueprint.post("/admin/connectors/<name>/tests")
@takes()
def test_connector(name: str) -> ResponseReturnValue:
    """Have a connector asked who we are there; the worker does, so nobody waits."""
    get_connector(name)
    enqueue(check_connector, unique_key=f"connector:check:{name}", name=name)
    flash(_("The connection is being tested. Load this page again in a moment."), "success")
    return redirect(url_for("connectors.show_connectors"), 303)


@blueprint.post("/admin/connectors/links/<int:link_id>/attempts")
@takes()
def retry_link(link_id: int) -> ResponseReturnValue:
    """Try again what failed."""
    if queries.get_facts(link_id) is None:
        raise NotFound()
    try_again(link_id)
    plan_comparison(link_id)
    flash(_("It is being tried again."), "success")
    return redirect(url_for("connectors.show_connectors"), 303)
