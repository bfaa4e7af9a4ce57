"""Answers that seem to have solved their question: what says so, and who finds that they did not.

Nothing is accepted here: a row only asks somebody to look. It is derived anew with every event
about its question, under the question's row lock and from what is there by then, so that in
whatever order events come the last one is right. Source: product row B6.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db
from community.identity.models import User
from community.posts.models import Post, Vote
from community.questions.models import Answer, LikelySolution, Question
from community.questions.operations.questions import lock_question
from community.questions.policies import CONFIRM_AFTER, can_refuse_solution
from community.questions.thanks import says_it_helped

# So many thanks say that an answer works.
KUDOS_NEEDED = 3


class Sign(NamedTuple):
    """What says that an answer helped, and when that was said last."""

    asker_thanked: bool
    signed_at: datetime
    answered_at: datetime


def weigh_answers(question_id: int) -> None:
    """Bring what is said of a question's answers in line with what is there now."""
    question = lock_question(question_id)
    signs = _signs_of(question) if _is_undecided(question) else {}
    rows = {row.answer_id: row for row in _rows_of(question)}
    for answer_id in rows.keys() - signs.keys():
        _drop(rows[answer_id])
    if not signs:
        return
    spoke_at = _asker_spoke_at(question)
    for answer_id, sign in signs.items():
        row = rows.get(answer_id) or LikelySolution(answer_id=answer_id)
        row.asker_thanked, row.signed_at = sign.asker_thanked, sign.signed_at
        is_new = row.refused_at is None or sign.signed_at > row.refused_at
        row.due_at = max(sign.answered_at, spoke_at) + CONFIRM_AFTER if is_new else None
        db.session.add(row)


def _is_undecided(question: Question) -> bool:
    public = question.visibility == "published" and not question.is_locked
    return public and question.status == "answered" and not question.awaits_asker


def _rows_of(question: Question) -> Sequence[LikelySolution]:
    # Of posts: what was an answer may be a comment by now.
    of_this = select(LikelySolution).join(Post, Post.id == LikelySolution.answer_id)
    found = of_this.where(Post.root_id == question.id)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def _drop(row: LikelySolution) -> None:
    if row.refused_at is None:
        db.session.delete(row)
    else:
        row.due_at = None


def _signs_of(question: Question) -> dict[int, Sign]:
    remarks = _grateful_remarks(question)
    asker_gave = case((Vote.user_id == question.author_id, Vote.created_at))
    rows = db.session.execute(
        select(
            Answer.id,
            Answer.created_at,
            Answer.kudos_count,
            func.max(Vote.created_at),
            func.max(asker_gave),
        )
        .outerjoin(Vote, Vote.post_id == Answer.id)
        .where(
            Answer.root_id == question.id,
            Answer.visibility == "published",
            Answer.author_id != question.author_id,
            or_(Answer.kudos_count > 0, Answer.id.in_(remarks)),
        )
        .group_by(Answer.id, Answer.created_at, Answer.kudos_count)
    )
    signs = {}
    for answer_id, answered_at, kudos, newest, thanked in rows:
        by_asker = [at for at in (thanked, remarks.get(answer_id)) if at is not None]
        said = [*by_asker, *([newest or answered_at] if kudos >= KUDOS_NEEDED else [])]
        if said:
            signs[answer_id] = Sign(bool(by_asker), max(said), answered_at)
    return signs


def _grateful_remarks(question: Question) -> dict[int, datetime]:
    """Return when the asker last thanked below each answer."""
    rows = db.session.execute(
        select(Post.parent_id, Post.created_at, Post.body)
        .where(
            Post.root_id == question.id,
            Post.author_id == question.author_id,
            Post.kind == "comment",
            Post.visibility == "published",
        )
        .order_by(Post.created_at)
    )
    return {parent_id: at for parent_id, at, body in rows if parent_id and says_it_helped(body)}


def _asker_spoke_at(question: Question) -> datetime:
    own = select(func.max(Post.created_at)).where(
        Post.root_id == question.id,
        Post.author_id == question.author_id,
        Post.visibility == "published",
    )
    return db.session.scalar(own) or question.asked_at


def refuse_solution(actor: User, question: Question, answer: Answer) -> None:
    """Say that an answer did not solve its question, whose row is locked; a second time changes
    nothing. Raises ``NotAllowed``.
    """
    require(can_refuse_solution(actor, question, answer))
    row = db.session.get(LikelySolution, answer.id)
    if row is None or row.due_at is None:
        return
    _refuse(row, actor.id)
    after = {"question": question.id}
    record(actor, Action.SOLUTION_REFUSED, subject=("post", answer.id), after=after)


def hear_asker_refuse(question_id: int, answer_id: int, actor_id: int | None) -> None:
    """Let nobody be asked again about an answer that the asker no longer accepts."""
    question = lock_question(question_id)
    if question.author_id == actor_id and db.session.get(Answer, answer_id) is not None:
        row = db.session.get(LikelySolution, answer_id)
        fresh = LikelySolution(answer_id=answer_id, asker_thanked=False, signed_at=clock.now())
        row = row or fresh
        db.session.add(row)
        _refuse(row, actor_id)


def hear_asker_unsolved(question: Question) -> None:
    """Let nobody be asked about the answers there are, whose asker says that none helped."""
    for row in _rows_of(question):
        _refuse(row, question.author_id)


def _refuse(row: LikelySolution, actor_id: int | None) -> None:
    row.refused_by_id, row.refused_at, row.due_at = actor_id, clock.now(), None
