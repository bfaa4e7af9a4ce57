"""Reads of side conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from sqlalchemy import select

from community.core import markup
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.escalation.cases.models import SupportCase
from community.escalation.cases.queries.desk import get_case
from community.escalation.cases.queries.merged import ids_with_absorbed
from community.escalation.side.models import IN, SideConversation, SideMessage
from community.identity.models import User


class SideLine(NamedTuple):
    """Something written; ``who`` is an agent's name, or the address an answer came from.

    ``undelivered_at`` is when we learned that it reached nobody.
    """

    is_from_outside: bool
    who: str | None
    html: Markup
    at: datetime
    undelivered_at: datetime | None


class SideTalk(NamedTuple):
    """A side conversation and what was written in it, oldest first."""

    conversation: SideConversation
    lines: Sequence[SideLine]


def get_side(viewer: Viewer, side_id: int) -> tuple[SideConversation, SupportCase]:
    """Return a conversation about a case the viewer works on; raises ``NotFound``."""
    found = db.session.get(SideConversation, side_id)
    if found is None:
        raise NotFound()
    return found, get_case(viewer, found.case_id)


def list_sides(viewer: Viewer, case_id: int) -> list[SideTalk]:
    """Return the conversations about a case and what became part of it; raises ``NotFound``."""
    case = get_case(viewer, case_id)
    conversations = db.session.scalars(
        select(SideConversation)
        .where(SideConversation.case_id.in_(ids_with_absorbed(case.id)))
        .order_by(SideConversation.id)
    ).all()
    rows = db.session.execute(
        select(SideMessage, User.display_name)
        .outerjoin(User, User.id == SideMessage.author_id)
        .where(SideMessage.side_id.in_([one.id for one in conversations]))
        .order_by(SideMessage.id)
    ).all()
    return [
        SideTalk(one, [_line_of(*row) for row in rows if row[0].side_id == one.id])
        for one in conversations
    ]


def _line_of(message: SideMessage, name: str | None) -> SideLine:
    is_from_outside = message.direction == IN
    who = message.sender_email if is_from_outside else name
    html = markup.stored(message.html)
    return SideLine(is_from_outside, who, html, message.sent_at, message.undelivered_at)
