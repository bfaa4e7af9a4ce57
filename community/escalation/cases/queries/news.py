"""What came into a case since somebody read it: new words, and what was changed in old ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select

from community.core.db import db
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.queries.merged import ids_with_absorbed
from community.escalation.cases.queries.talk import STEP, Line, Seen, list_talk
from community.identity.models import User
from community.posts.diffs import Budget, DiffLine, diff_lines
from community.posts.models import Post, Revision
from community.questions.models import Question

MOST_CHANGES = 10


@dataclass(frozen=True)
class Edit:
    """A post that was changed: by whom, and what in it."""

    editor: str
    title: list[DiffLine]
    body: list[DiffLine]
    tags: Sequence[DiffLine] = ()


@dataclass(frozen=True)
class News:
    """New lines of the talk, oldest first, and changes of posts."""

    lines: Sequence[Line]
    changes: Sequence[Edit]


def has_news(case: SupportCase, seen: Seen, reader_id: int | None) -> bool:
    """Say whether others wrote or changed something that the reader has not seen."""
    message = select(CaseMessage.id).where(
        CaseMessage.case_id.in_(ids_with_absorbed(case.id)),
        CaseMessage.id > seen.message_id,
        CaseMessage.author_id.is_distinct_from(reader_id),
    )
    if db.session.scalar(message.limit(1)) is not None:
        return True
    if case.question_id is None:
        return False
    post = select(Post.id).where(
        Post.root_id == case.question_id,
        Post.id > seen.post_id,
        Post.author_id != reader_id,
        Post.visibility == "published",
    )
    if db.session.scalar(post.limit(1)) is not None:
        return True
    edited = _edited_posts(case.question_id, seen, reader_id)
    return edited is not None and db.session.execute(edited.limit(1)).first() is not None


def list_news(case: SupportCase, seen: Seen, reader_id: int | None) -> News:
    """Return what others wrote and changed since the reader saw the case."""
    lines = [line for line in list_talk(case) if _is_new(line, seen, reader_id)]
    edited = None if case.question_id is None else _edited_posts(case.question_id, seen, reader_id)
    if edited is None:
        return News(lines, [])
    budget = Budget()
    rows = db.session.execute(edited.limit(MOST_CHANGES)).all()
    return News(lines, [_edit_of(post_id, first_id, budget) for post_id, first_id in rows])


def _is_new(line: Line, seen: Seen, reader_id: int | None) -> bool:
    if line.kind == STEP or (line.author is not None and line.author.id == reader_id):
        return False
    return line.number > (seen.post_id if line.kind == "public" else seen.message_id)


def _edited_posts(question_id: int, seen: Seen, reader_id: int | None) -> Select[int, int] | None:
    """Return the posts that others edited since, each with the version that was seen."""
    if seen.revision_id is None:
        return None
    return (
        select(Post.id, func.min(Revision.id))
        .join(Revision, Revision.post_id == Post.id)
        .where(
            _is_of(question_id),
            Post.visibility == "published",
            Post.edited_by_id.is_distinct_from(reader_id),
            Revision.id > seen.revision_id,
        )
        .group_by(Post.id)
        .order_by(Post.id)
    )


def _is_of(question_id: int) -> ColumnElement[bool]:
    return or_(Post.id == question_id, Post.root_id == question_id)


def _edit_of(post_id: int, first_id: int, budget: Budget) -> Edit:
    post, before = db.session.get_one(Post, post_id), db.session.get_one(Revision, first_id)
    editor = db.session.get_one(User, post.edited_by_id or post.author_id)
    title = post.title if isinstance(post, Question) else ""
    return Edit(
        editor=editor.display_name,
        title=diff_lines(before.title or "", title, budget) if title else [],
        body=diff_lines(before.body, post.body, budget),
    )
