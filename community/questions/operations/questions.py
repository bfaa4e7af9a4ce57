"""Asking, locking, "me too"."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from community.boards.models import Board
from community.boards.policies import can_ask_on_board
from community.boards.queries import group_ids_of
from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import count_changed, db, insert_ignoring_conflicts, lock_row
from community.core.jobs import emit
from community.core.reasons import UNACCEPTABLE, fit_reason
from community.events import (
    MeTooAdded,
    QuestionAsked,
)
from community.identity.models import User
from community.posts.attaching import attach_images
from community.posts.errors import UnfitText
from community.posts.guard import check_personal_data
from community.posts.limits import check_question_limit
from community.posts.operations import note_verdict, render_into, watch, watch_unless_muted
from community.posts.policies import can_write
from community.posts.screening import Submission, screen
from community.posts.tagging import check_new_tags, put_tags
from community.posts.text import (
    Problem,
    body_problem,
    parse_tags,
    slug_of,
    tags_problem,
    tidy_title,
    title_problem,
)
from community.questions.errors import (
    UnknownBoard,
)
from community.questions.excerpts import excerpt_of
from community.questions.models import (
    Lock,
    MeToo,
    Question,
)
from community.questions.policies import (
    can_lock_question,
    can_say_me_too,
)
from community.questions.status import (
    recompute,
    settle,
)


def lock_question(question_id: int) -> Question:
    """Return a question with its row locked until the transaction ends."""
    return db.session.scalars(
        lock_row(select(Question).where(Question.id == question_id)).execution_options(
            populate_existing=True
        )
    ).one()


class QuestionTexts(NamedTuple):
    """A question's texts as they are stored, and what is wrong with them by field."""

    title: str
    body: str
    tags: list[str]
    problems: dict[str, Problem]


def read_question_texts(title: str, body: str, tags: str) -> QuestionTexts:
    """Make the texts of a form fit to be stored, and say what still does not fit."""
    title, bad_title = _cleaned(title, tidy_title)
    body, bad_body = _cleaned(body, markup.clean_text)
    names = parse_tags(tags)
    problems = {
        "title": bad_title or title_problem(title),
        "body": bad_body or body_problem(body),
        "tags": tags_problem(names),
    }
    found = {field: problem for field, problem in problems.items() if problem}
    return QuestionTexts(title, body, names, found)


def _cleaned(raw: str, clean: Callable[[str], str]) -> tuple[str, Problem | None]:
    try:
        return clean(raw), None
    except markup.UnacceptableText:
        return "", UNACCEPTABLE


def ask_question(
    actor: User,
    board: Board | None,
    *,
    title: str,
    body: str,
    tags: str = "",
    language: str,
    typed_seconds: float | None = None,
    vouched: Collection[str] = (),
) -> Question:
    """Ask on a board; the asker watches the question, which may be held.

    Raises ``NotAllowed``, ``UnknownBoard``, ``UnfitText`` (by field),
    ``PersonalDataFound``, ``WritingTooFast``.
    """
    require(can_write(actor))
    title, body, names, problems = read_question_texts(title, body, tags)
    if board is None or not can_ask_on_board(actor, board, group_ids_of(board)):
        problems["board"] = UnknownBoard.message
    elif "tags" not in problems and (unmade := check_new_tags(actor, board.id, names)):
        problems["tags"] = unmade
    if problems or board is None:
        raise UnfitText(errors=problems)
    check_question_limit(actor, board.id, body)
    check_personal_data({"title": title, "body": body}, vouched=vouched)
    verdict = screen(
        Submission(
            author=actor,
            board_id=board.id,
            kind="question",
            language=language,
            title=title,
            body=body,
            tags=tuple(names),
            typed_seconds=typed_seconds,
        )
    )
    question = _make_question(verdict.submission, verdict.visibility)
    publish_question(question, list(verdict.submission.tags))
    attach_images(actor, question)
    watch(actor.id, post_id=question.id)
    if not verdict.is_held:
        emit(QuestionAsked(question.id, actor.id))
    note_verdict(question, verdict)
    return question


def ask_on_behalf(author: User, board: Board, texts: QuestionTexts, *, language: str) -> Question:
    """Publish word by word what the team wrote for somebody who agreed; ``author`` watches nothing.

    Whoever calls has made sure that the texts are fit and the board is right.
    """
    sent = Submission(
        author=author,
        board_id=board.id,
        kind="question",
        language=language,
        title=texts.title,
        body=texts.body,
    )
    question = _make_question(sent, "published")
    publish_question(question, texts.tags)
    emit(QuestionAsked(question.id, author.id))
    return question


def _make_question(sent: Submission, visibility: str) -> Question:
    now = clock.now()
    question = Question(
        author_id=sent.author.id,
        visibility=visibility,
        board_id=sent.board_id,
        place_id=sent.board_id,
        title=sent.title,
        slug=slug_of(sent.title),
        language=sent.language,
        created_at=now,
        asked_at=now,
        last_activity_at=now,
    )
    render_into(question, sent.body)
    question.excerpt = excerpt_of(question.html)
    return question


def publish_question(question: Question, tag_names: list[str]) -> None:
    """Store a new question with its tags and count it on its board."""
    visibility, question.visibility = question.visibility or "published", "held"
    db.session.add(question)
    db.session.flush()
    question.root_id = question.id
    put_tags(question, tag_names)
    with settle(question):
        question.visibility = visibility


def say_me_too(actor: User, question: Question) -> None:
    """Say that one has the same problem; it also watches the question. Twice changes nothing."""
    require(can_say_me_too(actor, question))
    insert = insert_ignoring_conflicts(MeToo).values(
        question_id=question.id, user_id=actor.id, created_at=clock.now()
    )
    if not db.session.execute(insert).rowcount:  # type: ignore[attr-defined]
        return
    question.me_too_count = Question.me_too_count + 1
    db.session.flush()
    watch_unless_muted(actor.id, question.id)
    emit(MeTooAdded(question.id, actor.id))


def take_me_too_back(actor: User, question: Question) -> None:
    """Take a me-too back; without one nothing changes."""
    gone = db.session.execute(
        delete(MeToo).where(MeToo.question_id == question.id, MeToo.user_id == actor.id)
    )
    if gone.rowcount:  # type: ignore[attr-defined]
        question.me_too_count = Question.me_too_count - 1
        db.session.flush()


def lock_writing(
    actor: User, question: Question, reason: str, *, until: datetime | None = None
) -> None:
    """Stop all writing on a question, perhaps until an instant (moderators).

    Twice changes nothing. Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_lock_question(actor, question))
    reason = fit_reason(reason)
    lock = insert_ignoring_conflicts(Lock).values(
        question_id=question.id,
        locked_by_id=actor.id,
        reason=reason,
        locked_at=clock.now(),
        until=until,
    )
    if count_changed(lock):
        recompute(question)
        after = {"until": until.isoformat()} if until else None
        subject = ("post", question.id)
        record(actor, Action.QUESTION_LOCKED, subject=subject, after=after, reason=reason)


def unlock_writing(actor: User, question: Question, reason: str) -> None:
    """Allow writing again (moderators); twice changes nothing.

    Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_lock_question(actor, question))
    unlock_by(actor, question, fit_reason(reason))


def unlock_by(actor: Viewer, question: Question, reason: str) -> None:
    """Allow writing again, whoever says so; twice changes nothing."""
    if count_changed(delete(Lock).where(Lock.question_id == question.id)):
        recompute(question)
        record(
            actor,
            Action.QUESTION_UNLOCKED,
            subject=("post", question.id),
            reason=reason,
        )
