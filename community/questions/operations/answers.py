"""Answering and commenting; the question's row is locked by the caller."""

from collections.abc import Collection

from community.core import clock
from community.core.authz import require
from community.core.db import db
from community.core.jobs import emit
from community.events import (
    AnswerPosted,
)
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.attaching import attach_images
from community.posts.errors import QuestionLocked
from community.posts.guard import check_personal_data
from community.posts.limits import check_pause_here, check_reply_limit
from community.posts.models import Comment, Post
from community.posts.operations import add_comment, note_verdict, render_into
from community.posts.policies import can_write
from community.posts.screening import Submission, screen
from community.posts.text import body_problem, fit_text
from community.questions.errors import (
    NotOpenToAnswers,
)
from community.questions.models import (
    Answer,
    Question,
)
from community.questions.operations.releases import end_info_request
from community.questions.policies import (
    can_answer_question,
    comment_privilege,
    takes_comments,
)
from community.questions.status import (
    count_new_answer,
    count_new_comment,
)


def post_answer(
    actor: User,
    question: Question,
    body: str,
    *,
    typed_seconds: float | None = None,
    vouched: Collection[str] = (),
) -> Answer:
    """Answer a question, whose row the caller has locked; the answer may be held.

    Costs the same however many answers there are. Raises ``NotOpenToAnswers``, ``UnfitText``,
    ``PersonalDataFound``, ``WritingTooFast``.
    """
    if not can_answer_question(actor, question):
        require(can_write(actor) and question.is_published)
        raise NotOpenToAnswers()
    body = fit_text(body, body_problem)
    _keep_pause(actor, question)
    check_reply_limit(actor, question.board_id, question.id, body)
    check_personal_data({"body": body}, vouched=vouched)
    verdict = screen(
        Submission(
            author=actor,
            board_id=question.board_id,
            kind="answer",
            language=question.language,
            body=body,
            typed_seconds=typed_seconds,
            question_id=question.id,
        )
    )
    answer = Answer(
        author_id=actor.id,
        board_id=question.board_id,
        root_id=question.id,
        parent_id=question.id,
        visibility=verdict.visibility,
        language=question.language,
        created_at=clock.now(),
    )
    render_into(answer, verdict.submission.body)
    db.session.add(answer)
    db.session.flush()
    attach_images(actor, answer)
    if not verdict.is_held:
        count_new_answer(question, answer)
        end_info_request(question, actor.id)
        emit(AnswerPosted(answer.id, question.id, actor.id))
    note_verdict(answer, verdict)
    return answer


def post_comment(
    actor: User,
    question: Question,
    parent: Post,
    body: str,
    *,
    typed_seconds: float | None = None,
    vouched: Collection[str] = (),
) -> Comment:
    """Comment below the question or one of its answers; the question's row is locked.

    Raises ``NotAllowed``, ``PrivilegeMissing``, ``QuestionLocked`` and what ``add_comment`` raises.
    """
    if not takes_comments(actor, question):
        require(can_write(actor) and question.is_published)
        raise QuestionLocked()
    needed = comment_privilege(actor, question, parent)
    require_privilege(actor, needed, question.board_id)
    _keep_pause(actor, question)
    comment = add_comment(actor, parent, body, typed_seconds=typed_seconds, vouched=vouched)
    if comment.is_published:
        count_new_comment(question, comment)
        end_info_request(question, actor.id)
    return comment


def _keep_pause(actor: User, question: Question) -> None:
    """Raise ``SlowedDown`` in slow mode for who wrote here a short while ago."""
    if question.slow_minutes is not None:
        check_pause_here(actor, question.board_id, question.id, question.slow_minutes)
