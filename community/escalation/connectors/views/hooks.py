"""Signed requests by which other systems tell their news."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from community.core.errors import NotAllowed, NotFound
from community.core.limits import limited
from community.core.web import csrf, public
from community.escalation.connectors import queries
from community.escalation.connectors.configuration import get_connector
from community.escalation.connectors.operations.incoming import take_ticket
from community.escalation.connectors.tasks import plan_comparison, plan_mirroring

blueprint = Blueprint("connector_hooks", __name__)


@blueprint.post("/hooks/connectors/<name>")
@public
@limited("mail-hook")
def take_news(name: str) -> ResponseReturnValue:
    """Look at the ticket a request is about, or take over the news it holds; each once."""
    connector = get_connector(name)
    if not connector.hook_key:
        raise NotFound()
    body = request.get_data(cache=False)
    if not connector.is_signed(body, dict(request.headers)):
        raise NotAllowed()
    heard = connector.read_hook(body)
    link_ids = queries.find_links(name, [heard.external_id]) if heard else []
    for link_id in link_ids:
        link = queries.get_facts(link_id)
        if heard is None or heard.ticket is None or link is None:
            plan_comparison(link_id)
        else:
            take_ticket(link, heard.ticket)
            plan_mirroring(link_id)
    return {"known": bool(link_ids)}


# Another system has no page of ours; the signature is the secret.
csrf.exempt(take_news)
