"""The one status of a question, its counters and its board's totals: computed here alone.

The rules are pure (``status_of``, ``status_for``); ``recompute`` derives everything from rows and
``settle`` carries a change over to the totals. Source: design brief, product part 4.2.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import aliased

from community.boards.models import BoardStats
from community.core.authz import Viewer
from community.core.db import db, insert_ignoring_conflicts
from community.posts.models import Post, PostTag, TagCount
from community.questions.models import Acceptance, Answer, Closure, InfoRequest, Lock, Question

STATS_COLUMNS = {
    "open": BoardStats.open_count,
    "answered": BoardStats.answered_count,
    "solved": BoardStats.solved_count,
    "support": BoardStats.support_count,
    "closed": BoardStats.closed_count,
}


def status_of(*, accepted: bool, closed: bool, with_support: bool, answered: bool) -> str:
    """Return a question's status; the first fact that holds wins."""
    if accepted:
        return "solved"
    if closed:
        return "closed"
    if with_support:
        return "support"
    return "answered" if answered else "open"


def status_for(viewer: Viewer, *, status: str, awaits_asker: bool, asker_id: int) -> str:
    """Return the status a viewer is shown: the asker also sees that we wait for them."""
    waiting = awaits_asker and status in ("open", "answered")
    if waiting and viewer.viewer_id is not None and viewer.viewer_id == asker_id:
        return "waiting"
    return status


@contextmanager
def settle(question: Question) -> Iterator[None]:
    """Carry what changes inside the block over to the totals of board and tags."""
    before = _place_in_totals(question)
    yield
    db.session.flush()
    after = _place_in_totals(question)
    if before != after:
        _count_on_boards(before, after)
    if (before is None, before and before[0]) != (after is None, after and after[0]):
        tag_ids = db.session.scalars(
            select(PostTag.tag_id).where(PostTag.post_id == question.id)
        ).all()
        count_tags(before[0] if before else None, tag_ids, -1)
        count_tags(after[0] if after else None, tag_ids, 1)


def _place_in_totals(question: Question) -> tuple[int, str] | None:
    """Return the board and the status the question is counted under; None if it is not."""
    if question.visibility != "published":
        return None
    return question.place_id, question.status


def _count_on_boards(before: tuple[int, str] | None, after: tuple[int, str] | None) -> None:
    """Move one question from its old place in the totals to its new one."""
    changes: dict[int, dict[Any, int]] = {}
    for place, change in ((before, -1), (after, 1)):
        if place is not None:
            board_id, status = place
            changes.setdefault(board_id, {})[STATS_COLUMNS[status]] = change
    for board_id in sorted(changes):
        if not _add_to_stats(board_id, changes[board_id]):
            db.session.execute(insert_ignoring_conflicts(BoardStats).values(board_id=board_id))
            _add_to_stats(board_id, changes[board_id])


def _add_to_stats(board_id: int, changes: dict[Any, int]) -> int:
    done = db.session.execute(
        update(BoardStats)
        .where(BoardStats.board_id == board_id)
        .values({column: column + change for column, change in changes.items()})
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def count_tags(board_id: int | None, tag_ids: Any, change: int) -> None:
    """Change how many published questions of the board carry these tags."""
    if board_id is None or not tag_ids:
        return
    # In one order: two changes with the same tags must not wait for each other.
    for tag_id in sorted(tag_ids):
        db.session.execute(
            insert_ignoring_conflicts(TagCount).values(
                tag_id=tag_id, board_id=board_id, questions_count=0
            )
        )
        db.session.execute(
            update(TagCount)
            .where(TagCount.tag_id == tag_id, TagCount.board_id == board_id)
            .values(questions_count=TagCount.questions_count + change)
            .execution_options(synchronize_session=False)
        )


def count_new_answer(question: Question, answer: Answer) -> None:
    """Take a newly published answer into account without reading the others."""
    with settle(question):
        question.answers_count += 1
        _note_activity(question, answer)
        if answer.author_id != question.author_id and question.first_answer_at is None:
            question.first_answer_at = answer.created_at
        if question.status == "open" and answer.author_id != question.author_id:
            question.status = "answered"


def count_new_comment(question: Question, comment: Post) -> None:
    """Take a newly published comment into account."""
    _note_activity(question, comment)


def _note_activity(question: Question, post: Post) -> None:
    question.last_activity_at = post.created_at
    question.last_by_asker = post.author_id == question.author_id


def recompute(question: Question) -> None:
    """Derive status and counters anew from the rows, and carry the change over to the totals.

    For removals, acceptances and rebuilds; it reads all posts of the question.
    """
    db.session.flush()
    with settle(question):
        _recompute_answers(question)
        _recompute_activity(question)
        question.is_locked = _exists(select(Lock.id).where(Lock.question_id == question.id))
        question.awaits_asker = _exists(
            select(InfoRequest.id).where(
                InfoRequest.question_id == question.id, InfoRequest.answered_at.is_(None)
            )
        )
        _recompute_status(question)


def _recompute_answers(question: Question) -> None:
    rows = db.session.execute(
        select(Answer.author_id, Answer.created_at)
        .where(Answer.root_id == question.id, Answer.visibility == "published")
        .order_by(Answer.created_at, Answer.id)
    ).all()
    question.answers_count = len(rows)
    by_others = [at for author_id, at in rows if author_id != question.author_id]
    question.first_answer_at = by_others[0] if by_others else None


def _recompute_activity(question: Question) -> None:
    parent = aliased(Post)
    newest = db.session.execute(
        select(Post.created_at, Post.author_id)
        .join(parent, parent.id == Post.parent_id)
        .where(
            Post.root_id == question.id,
            Post.visibility == "published",
            or_(parent.id == question.id, parent.visibility == "published"),
        )
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(1)
    ).one_or_none()
    question.last_activity_at = newest[0] if newest else question.created_at
    question.last_by_asker = newest is None or newest[1] == question.author_id


def _recompute_status(question: Question) -> None:
    accepted_at = db.session.scalar(
        select(func.min(Acceptance.accepted_at))
        .join(Answer, Answer.id == Acceptance.answer_id)
        .where(Acceptance.question_id == question.id, Answer.visibility == "published")
    )
    if question.status == "solved" and accepted_at is None:
        # It was closed as solved, and is not.
        question.ended_at = None
    question.solved_at = accepted_at
    question.status = status_of(
        accepted=accepted_at is not None,
        closed=question.ended_at is not None
        or _exists(select(Closure.id).where(Closure.question_id == question.id)),
        with_support=question.support_since is not None,
        answered=question.first_answer_at is not None,
    )


def _exists(statement: Any) -> bool:
    return db.session.scalar(statement.limit(1)) is not None
