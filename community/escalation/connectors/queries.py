"""What is to be carried over, and what went wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import exists, or_, select

from community.boards.models import Board
from community.core.db import db
from community.core.i18n import speaking
from community.core.settings import current_settings
from community.escalation.cases.models import (
    CLOSED,
    IN,
    NEW,
    PENDING,
    PRIVATE,
    PUBLIC,
    RETURNED,
    SOLVED,
    CaseMessage,
    SupportCase,
)
from community.escalation.cases.models import ON_HOLD as CASE_ON_HOLD
from community.escalation.cases.models import OPEN as CASE_OPEN
from community.escalation.connectors import protocol
from community.escalation.connectors.models import (
    ConnectorDelivery,
    ConnectorLink,
    ConnectorState,
)
from community.escalation.connectors.protocol import Connector, Opening
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question

# As much is sent in one go; a lease holds for that long.
MESSAGES_AT_ONCE = 5
MOST_LISTED = 100
AUDIENCES = ("public", "members")
# What of a case's states a helpdesk is told. Handed back, it is the community's turn.
STATES = {
    NEW: protocol.OPEN,
    CASE_OPEN: protocol.OPEN,
    PENDING: protocol.PENDING,
    CASE_ON_HOLD: protocol.ON_HOLD,
    RETURNED: protocol.ON_HOLD,
    SOLVED: protocol.SOLVED,
    CLOSED: protocol.SOLVED,
}


@dataclass(frozen=True)
class LinkFacts:
    """A link as it was when it was read."""

    id: int
    case_id: int
    connector: str
    external_id: str | None
    remote_state: str
    problem: str
    attempts: int


class Message(NamedTuple):
    """Something to be sent; ``reference`` is the same each time."""

    message_id: int
    reference: str
    text: str


class ProblemRow(NamedTuple):
    """A link that needs a person, and what its case is called."""

    link: ConnectorLink
    number: str


def get_facts(link_id: int) -> LinkFacts | None:
    """Return a link as values; None if it is gone."""
    link = db.session.get(ConnectorLink, link_id, populate_existing=True)
    if link is None:
        return None
    return LinkFacts(
        *(link.id, link.case_id, link.connector, link.external_id),
        *(link.remote_state, link.problem, link.attempts),
    )


def find_links(connector: str, external_ids: Sequence[str]) -> Sequence[int]:
    """Return the links of these tickets."""
    return db.session.scalars(
        select(ConnectorLink.id).where(
            ConnectorLink.connector == connector, ConnectorLink.external_id.in_(external_ids)
        )
    ).all()


def link_ids_of(case_id: int) -> Sequence[int]:
    """Return the links of a case."""
    mine = select(ConnectorLink.id).where(ConnectorLink.case_id == case_id)
    return db.session.scalars(mine.order_by(ConnectorLink.id)).all()


def live_link_ids(connector: str) -> Sequence[int]:
    """Return the links whose sides are to be compared: of cases not closed, and all in trouble."""
    live = select(ConnectorLink.id).join(SupportCase, SupportCase.id == ConnectorLink.case_id)
    wanted = or_(SupportCase.state != CLOSED, ConnectorLink.problem != "")
    return db.session.scalars(
        live.where(ConnectorLink.connector == connector, wanted).order_by(ConnectorLink.id)
    ).all()


def get_state(name: str) -> ConnectorState | None:
    """Return how a connector fares; None before it was first asked."""
    return db.session.get(ConnectorState, name, populate_existing=True)


def page_of_problems() -> list[ProblemRow]:
    """Return the links in trouble, the latest first, a hundred at most."""
    found = select(ConnectorLink).where(ConnectorLink.problem != "")
    rows = db.session.scalars(found.order_by(ConnectorLink.id.desc()).limit(MOST_LISTED))
    return [ProblemRow(link, f"C-{link.case_id}") for link in rows]


def list_links(case_id: int) -> Sequence[ConnectorLink]:
    """Return where a case is mirrored."""
    mine = select(ConnectorLink).where(ConnectorLink.case_id == case_id)
    return db.session.scalars(mine.order_by(ConnectorLink.id)).all()


def reference_of(case_id: int) -> str:
    """Return what a ticket is found again by."""
    return f"C-{case_id}"


def wanted_state(case_id: int, connector: Connector) -> str:
    """Return the state a case's ticket should have there."""
    state = db.session.scalar(select(SupportCase.state).where(SupportCase.id == case_id))
    return connector.states[STATES[state or CASE_OPEN]]


def opening_of(case_id: int, connector: Connector) -> Opening:
    """Return what a ticket begins with: the public question, or only that there is a case.

    What a customer asked in private, and what is asked on boards of a few, counts as private.
    """
    case = db.session.get_one(SupportCase, case_id)
    url = f"{current_settings().site_url.rstrip('/')}/desk/cases/{case.id}"
    question = None
    if case.question_id is not None:
        question = db.session.scalar(
            select(Question)
            .join(Board, Board.id == Question.board_id)
            .where(Question.id == case.question_id, *_open_to_all())
        )
    with speaking(current_settings().default_language):
        subject = _("Support case %(number)s", number=case.number)
        text = _("The words are private and stay in the community's desk.")
    if question is not None:
        subject, text = question.title, question.body
    elif connector.sends_private:
        subject, text = case.subject, case.subject
    return Opening(reference_of(case.id), subject, text, case.priority, url)


def _open_to_all() -> tuple[Any, ...]:
    return Post.visibility == "published", Board.audience.in_(AUDIENCES)


def list_unsent(link: LinkFacts, connector: Connector) -> list[Message]:
    """Return what was said and is not there yet, oldest first, a few at a time. Never notes."""
    is_public = (CaseMessage.kind == PUBLIC) & _open_to_all()[0] & _open_to_all()[1]
    is_private = (CaseMessage.kind == PRIVATE) & (CaseMessage.body != "")
    said = or_(is_public, is_private) if connector.sends_private else is_public
    carried = exists().where(
        ConnectorDelivery.link_id == link.id, ConnectorDelivery.message_id == CaseMessage.id
    )
    rows = db.session.execute(
        select(CaseMessage, Post.body, User.display_name)
        .outerjoin(Post, Post.id == CaseMessage.post_id)
        .outerjoin(Board, Board.id == Post.board_id)
        .outerjoin(User, User.id == CaseMessage.author_id)
        .where(CaseMessage.case_id == link.case_id, said, ~carried)
        .order_by(CaseMessage.id)
        .limit(MESSAGES_AT_ONCE)
    )
    return [_message(row[0], row[1], row[2]) for row in rows]


def _message(message: CaseMessage, post_body: str | None, name: str | None) -> Message:
    reference = f"{reference_of(message.case_id)}-{message.id}"
    with speaking(current_settings().default_language):
        who = name or _("Somebody")
        if message.direction == IN:
            head = _("%(name)s (customer) wrote:", name=who)
        else:
            head = _("%(name)s (support team) wrote:", name=who)
    body = post_body if message.kind == PUBLIC else message.body
    return Message(message.id, reference, f"{head}\n\n{body}\n\n[{reference}]")
