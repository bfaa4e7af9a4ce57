"""Signed requests by which other systems tell their news."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from community.core.db import joined_transaction
from community.core.errors import NotAllowed, NotFound
from community.core.limits import limited
from community.core.web import csrf, public, read_only
from community.escalation.connectors import queries
from community.escalation.connectors.configuration import get_connector
from community.escalation.connectors.operations.incoming import take_ticket
from community.escalation.connectors.protocol import Heard
from community.escalation.connectors.tasks import plan_comparison, plan_mirroring

blueprint = Blueprint("connector_hooks", __name__)


@blueprint.post("/hooks/connectors/<name>")
@public
@limited("mail-hook")
@read_only
def take_news(name: str) -> ResponseReturnValue:
    """Look at the ticket a request is about, or take over the news it holds; each once."""
    connector = get_connector(name)
    if not connector.hook_key:
        raise NotFound()
    body = request.get_data(cache=False)
    if not connector.is_signed(body, dict(request.headers)):
        raise NotAllowed()
    heard = connector.read_hook(body)
    # Only now is anything locked: whoever cannot sign keeps nobody waiting.
    with joined_transaction():
        known = heard is not None and _take(name, heard)
    return {"known": known}


def _take(name: str, heard: Heard) -> bool:
    link_ids = queries.find_links(name, [heard.external_id])
    for link_id in link_ids:
        link = queries.get_facts(link_id)
        if heard.ticket is None or link is None:
            plan_comparison(link_id)
        else:
            take_ticket(link, heard.ticket)
            plan_mirroring(link_id)
    return bool(link_ids)


# Another system has no page of ours; the signature is the secret.
csrf.exempt(take_news)
