"""What was said in a case and what happened to it, in one line of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from community.core import markup
from community.core.db import db
from community.escalation.cases.models import (
    IN,
    INTERNAL,
    OUT,
    PRIORITY_STEP,
    PRIVATE,
    PUBLIC,
    TEAM_STEP,
    CaseMessage,
    CaseStep,
    Escalation,
    SupportCase,
)
from community.escalation.cases.queries.files import FileLine, files_of
from community.escalation.cases.queries.merged import ids_with_absorbed
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post, Revision

MOST_LINES = 300
STEP = "step"


@dataclass(frozen=True)
class Line:
    """One line: ``kind`` is public, private, internal or step.

    ``number`` is the message's id, or the post's where it is public. ``html`` is what was said;
    a step has ``what`` happened instead, and ``owner`` whose the case was from then on.
    """

    kind: str
    at: datetime
    author: Person | None
    number: int = 0
    html: str | Markup = ""
    is_from_customer: bool = False
    what: str = ""
    owner: Person | None = None
    why: str = ""
    files: Sequence[FileLine] = ()
    came_by_mail: bool = False


@dataclass(frozen=True)
class Seen:
    """How far somebody has read a case: its newest message, its question's newest post and edit.

    ``revision_id`` None asks for no edits.
    """

    message_id: int = 0
    post_id: int = 0
    revision_id: int | None = None


def list_talk(case: SupportCase) -> list[Line]:
    """Return everything the support team sees of a case, oldest first."""
    lines = [*_posts_of(case), *_messages_of(case, (PRIVATE, INTERNAL)), *_steps_of(case)]
    return sorted(lines, key=lambda line: line.at)[-MOST_LINES:]


def list_own_talk(case: SupportCase) -> list[Line]:
    """Return what the customer sees: what was said to them, and the steps they care about."""
    steps = [line for line in _steps_of(case) if not _is_inner(line.what)]
    lines = [*_messages_of(case, (PRIVATE,)), *steps]
    return sorted(lines, key=lambda line: line.at)[-MOST_LINES:]


def _is_inner(what: str) -> bool:
    return what == TEAM_STEP or what.startswith(PRIORITY_STEP)


def newest_of(case_id: int, question_id: int | None) -> Seen:
    """Return how far a case can be read at present."""
    cases = CaseMessage.case_id.in_(ids_with_absorbed(case_id))
    message_id = db.session.scalar(select(func.max(CaseMessage.id)).where(cases))
    if question_id is None:
        return Seen(message_id or 0, revision_id=0)
    mine = or_(Post.id == question_id, Post.root_id == question_id)
    post_id = db.session.scalar(select(func.max(Post.id)).where(mine))
    edits = select(func.max(Revision.id)).join(Post, Post.id == Revision.post_id).where(mine)
    return Seen(message_id or 0, post_id or 0, db.session.scalar(edits) or 0)


def _posts_of(case: SupportCase) -> list[Line]:
    """Return what everybody can read of the question, below removed answers nothing."""
    if case.question_id is None:
        return []
    parent = aliased(Post)
    rows: Any = db.session.execute(
        select(Post.id, Post.created_at, Post.html, Post.author_id, *person_columns())
        .join(User, User.id == Post.author_id)
        .outerjoin(parent, parent.id == Post.parent_id)
        .where(
            or_(Post.id == case.question_id, Post.root_id == case.question_id),
            Post.visibility == "published",
            or_(
                parent.id.is_(None),
                parent.id == case.question_id,
                parent.visibility == "published",
            ),
        )
        .order_by(Post.id.desc())
        .limit(MOST_LINES)
    )
    return [
        Line(
            kind=PUBLIC,
            at=row[1],
            author=Person(*row[4 : 4 + PERSON_WIDTH]),
            number=row[0],
            html=markup.stored(row[2]),
            is_from_customer=row[3] == case.requester_id,
        )
        for row in rows
    ]


def _messages_of(case: SupportCase, kinds: Sequence[str]) -> list[Line]:
    rows: Any = db.session.execute(
        select(CaseMessage, *person_columns())
        .outerjoin(User, User.id == CaseMessage.author_id)
        .where(CaseMessage.case_id.in_(ids_with_absorbed(case.id)), CaseMessage.kind.in_(kinds))
        .order_by(CaseMessage.id.desc())
        .limit(MOST_LINES)
    ).all()
    files = files_of([row[0].id for row in rows])
    return [_line_of(row[0], row[1 : 1 + PERSON_WIDTH], files.get(row[0].id, ())) for row in rows]


def _line_of(message: CaseMessage, columns: Any, files: Sequence[FileLine]) -> Line:
    return Line(
        kind=message.kind,
        at=message.sent_at,
        author=Person(*columns) if message.author_id is not None else None,
        number=message.id,
        html=markup.stored(message.html),
        is_from_customer=message.direction == IN,
        files=files,
        came_by_mail=message.direction == IN and _is_mail(message),
    )


def _is_mail(message: CaseMessage) -> bool:
    # A mail that is not the customer's stands there as a note of nobody's.
    return message.message_id is not None or (
        message.kind == INTERNAL and message.author_id is None
    )


def _steps_of(case: SupportCase) -> list[Line]:
    actor, owner = aliased(User), aliased(User)
    rows: Any = db.session.execute(
        select(CaseStep, *person_columns(actor), *person_columns(owner))
        .outerjoin(actor, actor.id == CaseStep.actor_id)
        .outerjoin(owner, owner.id == CaseStep.owner_id)
        .where(CaseStep.case_id == case.id)
        .order_by(CaseStep.id.desc())
        .limit(MOST_LINES)
    )
    lines = []
    for row in rows:
        step = row[0]
        lines.append(
            Line(
                kind=STEP,
                at=step.at,
                author=Person(*row[1 : 1 + PERSON_WIDTH]) if step.actor_id else None,
                what=step.what,
                owner=Person(*row[1 + PERSON_WIDTH :]) if step.owner_id else None,
            )
        )
    return lines


def list_escalations(case: SupportCase) -> Sequence[Escalation]:
    """Return why a case was opened and came up again, oldest first."""
    return db.session.scalars(
        select(Escalation).where(Escalation.case_id == case.id).order_by(Escalation.id)
    ).all()


def first_message_of(case_id: int) -> CaseMessage:
    """Return what a case began with."""
    messages = select(CaseMessage).where(CaseMessage.case_id == case_id)
    return db.session.scalars(messages.order_by(CaseMessage.id).limit(1)).one()


def get_message_of_team(case: SupportCase, message_id: int) -> CaseMessage | None:
    """Return what the team wrote to the customer alone; None for anything else."""
    return db.session.scalar(
        select(CaseMessage).where(
            CaseMessage.id == message_id,
            CaseMessage.case_id.in_(ids_with_absorbed(case.id)),
            CaseMessage.kind == PRIVATE,
            CaseMessage.direction == OUT,
        )
    )
