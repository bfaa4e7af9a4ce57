"""Carrying over, by the worker: what is due is read anew each time, so a repeat changes nothing."""

from datetime import datetime, timedelta

from community.core import clock
from community.core.db import db, forget_changes, joined_transaction
from community.core.errors import NotFound, RateLimited
from community.core.jobs import enqueue, external
from community.escalation.connectors import queries
from community.escalation.connectors.configuration import get_connector, list_connectors
from community.escalation.connectors.models import STATE_DECLINED
from community.escalation.connectors.operations import links
from community.escalation.connectors.operations.incoming import take_ticket
from community.escalation.connectors.protocol import Connector, ConnectorFailed, Ticket
from community.escalation.connectors.queries import LinkFacts

TAKEN_PAUSE = timedelta(seconds=15)


@external
def mirror_case(*, link_id: int) -> None:
    """Bring to the other side what happened here (task)."""
    _work_on(link_id, is_looking=False)


@external
def compare_case(*, link_id: int) -> None:
    """Take over what happened on the other side, then bring there what happened here (task)."""
    _work_on(link_id, is_looking=True)


@external
def poll_connector(*, name: str) -> None:
    """Ask a connector what changed, and look at that (task)."""
    try:
        connector = get_connector(name)
        state = queries.get_state(name)
        cursor = state.cursor if state else ""
        forget_changes()
        changed = connector.changed_since(cursor)
    except NotFound:
        return
    except ConnectorFailed as failure:
        with joined_transaction():
            links.note_answer(name, failure)
        return
    with joined_transaction():
        for link_id in queries.find_links(name, changed.external_ids):
            plan_comparison(link_id)
        links.note_cursor(name, changed.cursor)


@external
def check_connector(*, name: str) -> None:
    """Ask a connector who we are there (task)."""
    failure = None
    try:
        get_connector(name).check()
    except NotFound:
        return
    except ConnectorFailed as error:
        failure = error
    with joined_transaction():
        links.note_answer(name, failure)


def poll_connectors() -> None:
    """Ask all connectors what changed (periodic)."""
    for connector in list_connectors():
        enqueue(poll_connector, unique_key=f"connector:poll:{connector.name}", name=connector.name)


def reconcile_connectors() -> None:
    """Compare both sides of every live case, and try again what failed (periodic, hourly)."""
    for connector in list_connectors():
        for link_id in queries.live_link_ids(connector.name):
            plan_comparison(link_id)


def plan_mirroring(link_id: int, due_at: datetime | None = None) -> None:
    """Store a job that brings a case to the other side."""
    key = f"connector:mirror:{link_id}"
    enqueue(mirror_case, due_at=due_at, unique_key=key, link_id=link_id)


def plan_comparison(link_id: int, due_at: datetime | None = None) -> None:
    """Store a job that compares both sides of a case."""
    key = f"connector:compare:{link_id}"
    enqueue(compare_case, due_at=due_at, unique_key=key, link_id=link_id)


def _work_on(link_id: int, *, is_looking: bool) -> None:
    """Hold a link while both sides are brought together; whoever comes meanwhile comes later."""
    again = plan_comparison if is_looking else plan_mirroring
    with joined_transaction():
        is_ours = links.claim_link(link_id)
        link = queries.get_facts(link_id)
        if link is not None and not is_ours:
            again(link_id, clock.now() + TAKEN_PAUSE)
    if link is None or not is_ours:
        return
    try:
        connector = get_connector(link.connector)
        is_done = _carry(connector, link, is_looking=is_looking)
    except NotFound:
        is_done = True
    except ConnectorFailed as failure:
        forget_changes()
        with joined_transaction():
            links.note_failure(link_id, link.connector, failure, again)
        return
    with joined_transaction():
        links.note_success(link_id, link.connector)
        if not is_done:
            plan_mirroring(link_id)


def _carry(connector: Connector, link: LinkFacts, *, is_looking: bool) -> bool:
    """Bring both sides together; returns whether nothing is left to send."""
    ticket_id = link.external_id or _make_ticket(connector, link)
    is_retry = link.attempts > 1
    ticket = connector.look(ticket_id) if is_looking or is_retry else None
    if ticket is not None and is_looking:
        _take(link, ticket)
    is_done = _send_messages(connector, link, ticket_id, ticket if is_retry else None)
    _send_state(connector, link, ticket_id)
    return is_done


def _make_ticket(connector: Connector, link: LinkFacts) -> str:
    """Make the ticket; after an attempt that did not end well it may be there already."""
    opening = queries.opening_of(link.case_id, connector)
    forget_changes()
    found = connector.find(opening.reference) if link.attempts > 1 else None
    external_id = found or connector.create(opening)
    with joined_transaction():
        links.note_ticket(link.id, external_id)
    return external_id


def _take(link: LinkFacts, ticket: Ticket) -> None:
    try:
        with joined_transaction():
            take_ticket(link, ticket)
    except RateLimited as refusal:
        wait = refusal.retry_after_seconds
        raise ConnectorFailed("too fast for this community", wait_seconds=wait) from refusal


def _send_messages(
    connector: Connector, link: LinkFacts, ticket_id: str, seen: Ticket | None
) -> bool:
    messages = queries.list_unsent(link, connector)
    db.session.rollback()
    for message in messages:
        known = _find_sent(seen, message.reference)
        comment_id = known or connector.comment(ticket_id, message.text, message.reference)
        with joined_transaction():
            links.note_sent(link.id, message.message_id, comment_id)
    return len(messages) < queries.MESSAGES_AT_ONCE


def _find_sent(seen: Ticket | None, reference: str) -> str | None:
    """Return the comment that an earlier attempt left without being able to note so."""
    if seen is None:
        return None
    mark = f"[{reference}]"
    return next((c.external_id for c in seen.comments if c.is_ours and mark in c.text), None)


def _send_state(connector: Connector, link: LinkFacts, ticket_id: str) -> None:
    """Set the state there; what could not be taken over from there is not overwritten."""
    now = queries.get_facts(link.id)
    wanted = queries.wanted_state(link.case_id, connector)
    forget_changes()
    if now is None or now.problem == STATE_DECLINED or now.remote_state == wanted:
        return
    connector.set_state(ticket_id, wanted)
    with joined_transaction():
        links.note_remote_state(link.id, wanted)
