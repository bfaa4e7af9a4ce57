"""What hands a question over at once: words of alarm, a spike of me-toos, askers still unsolved."""

from datetime import timedelta

from sqlalchemy import func, select

from community.core import clock
from community.core.authz import SYSTEM, require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.escalation.triggers.alarms import holds_one
from community.escalation.triggers.models import ALARMS, LEAVING, UnsolvedReport
from community.escalation.triggers.operations.handing import (
    ME_TOO,
    STILL_UNSOLVED,
    hand_over,
)
from community.escalation.triggers.policies import UNSETTLED, can_say_unsolved
from community.escalation.triggers.queries.rules import get_rule, list_alarm_words
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Answer, MeToo, Question
from community.questions.operations.likely import hear_asker_unsolved
from community.questions.operations.questions import lock_question

# Within so long a board's number of me-toos is a spike.
SPIKE = timedelta(days=1)
# The asker is heard the second time, the fourth, and so on.
HEARD_EVERY = 2


def look_for_alarm(post_id: int) -> None:
    """Hand a question over if a public post of it holds words of alarm.

    Of leaving only the asker's own words count, of the others everybody's but the staff's.
    """
    post = db.session.get_one(Post, post_id)
    question = lock_question(post.root_id or post.id)
    if not _is_heard(question, post):
        return
    text = f"{question.title}\n{post.body}" if post.id == question.id else post.body
    words = list_alarm_words()
    for kind in ALARMS:
        if kind == LEAVING and post.author_id != question.author_id:
            continue
        known = [word for (of, _), each in words.items() if of == kind for word in each]
        if holds_one(text, known):
            hand_over(SYSTEM, question, kind)


def _is_heard(question: Question, post: Post) -> bool:
    public = question.visibility == post.visibility == "published"
    if not public or not _hands_over_by_itself(question):
        return False
    role = db.session.scalars(select(User.role).where(User.id == post.author_id)).one()
    return role in ("member", "superuser")


def _hands_over_by_itself(question: Question) -> bool:
    """Say whether anything but people may hand a question over: its asker is still here."""
    active = db.session.scalars(select(User.active).where(User.id == question.author_id)).one()
    return active and get_rule(question.board_id).is_on


def look_for_spike(question_id: int) -> None:
    """Hand an unsettled question over if many joined it within a day."""
    question = lock_question(question_id)
    most = get_rule(question.board_id).me_too_count
    settled = question.visibility != "published" or question.status not in UNSETTLED
    if not most or settled or not _hands_over_by_itself(question):
        return
    lately = MeToo.question_id == question_id, MeToo.created_at > clock.now() - SPIKE
    if db.session.scalars(select(func.count(MeToo.id)).where(*lately)).one() >= most:
        hand_over(SYSTEM, question, ME_TOO)


def say_unsolved(actor: User, question: Question) -> bool:
    """Say as its asker that the answers so far did not help; the question's row is locked.

    Once per newest answer; returns whether it counted. Raises ``NotAllowed``.
    """
    require(can_say_unsolved(actor, question))
    hear_asker_unsolved(question)
    newest = select(func.max(Answer.id)).where(
        Answer.root_id == question.id, Answer.visibility == "published"
    )
    return _note_unsolved(question, f"answer {db.session.scalar(newest)}")


def hear_unsolved(question_id: int, asker_id: int | None, *, source: str) -> None:
    """Count an asker's taking back or reopening as saying that it is still not solved."""
    question = lock_question(question_id)
    if question.author_id == asker_id and question.visibility == "published":
        _note_unsolved(question, source)


def _note_unsolved(question: Question, source: str) -> bool:
    report = insert_ignoring_conflicts(UnsolvedReport).values(
        question_id=question.id, source=source, said_at=clock.now()
    )
    if not count_changed(report):
        return False
    of_this = select(func.count(UnsolvedReport.id)).where(UnsolvedReport.question_id == question.id)
    times = db.session.scalars(of_this).one()
    if times % HEARD_EVERY == 0 and _hands_over_by_itself(question):
        hand_over(SYSTEM, question, STILL_UNSOLVED, occurrence=times // HEARD_EVERY)
    return True
