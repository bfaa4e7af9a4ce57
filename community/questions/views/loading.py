"""Getting hold of records on behalf of a viewer: what they may not see is not found."""

import re

from flask import url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.boards.queries import reads_by_role
from community.core.authz import Viewer
from community.core.db import db, lock_row
from community.core.errors import NotFound
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer
from community.posts.models import Post
from community.posts.visibility import (
    MERGED,
    held_is_visible,
    post_is_moderated,
    post_is_visible,
    root_is_visible,
)
from community.questions.models import Answer, Question
from community.questions.operations.questions import lock_question
from community.questions.operations.regrouping import lock_questions
from community.questions.queries.duplicates import last_original
from community.questions.queries.page_parts import QuestionView

QUESTION_NUMBER = re.compile(r"(?:.*/questions/|#)?([0-9]{1,9})(?:[/?#].*)?", re.ASCII)


def access_question(question_id: int) -> Question:
    """Return a visible question with its row locked; raises ``NotFound``."""
    visible = post_is_visible(current_viewer())
    statement = lock_row(select(Question).where(Question.id == question_id, visible))
    question: Question | None = db.session.scalar(
        statement.execution_options(populate_existing=True)
    )
    if question is None:
        raise NotFound()
    return question


def access_post(post_id: int) -> Post:
    """Return a visible post of any kind; raises ``NotFound``."""
    return _find_post(post_id, post_is_visible(current_viewer()))


def _find_post(post_id: int, condition: ColumnElement[bool]) -> Post:
    post = db.session.scalar(select(Post).where(Post.id == post_id, condition))
    if post is None:
        raise NotFound()
    return post


def access_reply(post_id: int) -> tuple[Question, Post]:
    """Return a visible post and its question, whose row is locked; raises ``NotFound``."""
    return _locked(access_post(post_id))


def access_removed(post_id: int) -> tuple[Question, Post]:
    """Return a post and its locked question as ``access_reply``.

    Moderators reach removed ones, authors what is theirs and waits.
    """
    return _locked(find_reachable(post_id))


def find_reachable(post_id: int) -> Post:
    """Return a post as ``access_removed`` does, without locking anything."""
    viewer = current_viewer()
    reachable = or_(post_is_visible(viewer), post_is_moderated(viewer), held_is_visible(viewer))
    return _find_post(post_id, reachable)


def _locked(post: Post) -> tuple[Question, Post]:
    question = lock_question(post.root_id or post.id)
    if post.id == question.id:
        return question, question
    # It may have changed while we waited for the lock.
    db.session.refresh(post)
    return question, post


def access_pair(source_id: int, target_id: int) -> tuple[Question, Question | None]:
    """Return two questions with their rows locked, the first one visible or moderated.

    The second is None unless the viewer sees it; raises ``NotFound`` for the first.
    """
    source = find_reachable(source_id)
    try:
        target: Post | None = access_post(target_id)
    except NotFound:
        target = None
    # The rows are locked in one order, so neither before the other one is known.
    found = lock_questions(source.id, target.id) if target else lock_questions(source.id)
    if source.id not in found:
        raise NotFound()
    return found[source.id], found.get(target_id)


def access_original(question_id: int, raw: str) -> tuple[Question, Question | None]:
    """Return a visible question and the last one of the chain that was named, both rows locked.

    The latter is None unless the viewer sees it; raises ``NotFound`` for the first.
    """
    visible = access_post(question_id)
    named = find_question(raw)
    question, original = access_pair(visible.id, last_original(named.id) if named else 0)
    if not question.is_published:
        raise NotFound()
    return question, original


def find_merged_into(question_id: int) -> tuple[int, str]:
    """Return number and slug of the question another one became part of; raises ``NotFound``
    also where the viewer may not see it."""
    former = aliased(Post)
    row = db.session.execute(
        select(Question.id, Question.slug)
        .join(former, former.root_id == Question.id)
        .join(Board, Board.id == Question.place_id)
        .where(
            former.id == question_id,
            former.id != Question.id,
            or_(former.kind == "question", former.visibility == MERGED),
            root_is_visible(current_viewer(), Question),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def access_answer(answer_id: int) -> tuple[Question, Answer]:
    """Return a visible answer and its locked question; raises ``NotFound``."""
    question, answer = access_reply(answer_id)
    if not isinstance(answer, Answer):
        raise NotFound()
    return question, answer


def question_url(question: Question, anchor: str = "") -> str:
    """Return the address of a question's page, perhaps of a post on it."""
    url = url_for("questions.show_question", question_id=question.id, slug=question.slug or None)
    return f"{url}#{anchor}" if anchor else url


def post_url(question: Question, post: Post) -> str:
    """Return the address of a post on its question's page, or by itself while it waits."""
    if post.visibility == "held":
        return url_for("held.show_held", post_id=post.id)
    if post.kind == "question" and post.id != question.id:
        return question_url(question, f"question-{post.id}")
    anchors = {"answer": f"answer-{post.id}", "comment": f"comment-{post.id}"}
    return question_url(question, anchors.get(post.kind, ""))


def note_read_by_role(viewer: Viewer, question: QuestionView) -> None:
    """Note that staff read a board of groups they do not belong to."""
    if reads_by_role(viewer, question.board_id, question.board_audience):
        note_seen(Seen.GROUP_BOARD, "question", question.id)


def find_question(raw: str) -> Question | None:
    """Return the visible question whose number or address was given."""
    number = QUESTION_NUMBER.fullmatch(raw.strip())
    try:
        post = access_post(int(number[1])) if number else None
    except NotFound:
        return None
    return post if isinstance(post, Question) else None


def merged_url(post_id: int) -> str:
    """Return the address of the question that a question or a post became part of.

    It has no fragment: browsers keep the reader's own then, which names an answer. Raises
    ``NotFound``.
    """
    question_id, slug = find_merged_into(post_id)
    return url_for("questions.show_question", question_id=question_id, slug=slug or None)
