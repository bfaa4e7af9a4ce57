"""What a digest tells: news of what its reader follows, and questions that still need an answer.

Rights are those at the moment of reading; nobody is told what they asked themselves.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from community.core import clock
from community.core.db import db
from community.identity.models import User
from community.notifications.models import Digest
from community.notifications.queries.entries import Entry, list_unread_entries
from community.posts.models import PostTag, Watch
from community.posts.visibility import root_is_visible
from community.questions.models import Question
from community.questions.queries.rows import QuestionRow, load_rows, select_rows

NEWS_MAX = 12
QUESTIONS_MAX = 10
UNANSWERED_MAX = 5
UNANSWERED_FOR = timedelta(days=14)


class DigestContent(NamedTuple):
    """What happened to the reader, new questions where they follow, and old ones without answer."""

    news: Sequence[Entry]
    questions: Sequence[QuestionRow]
    unanswered: Sequence[QuestionRow]

    @property
    def is_worth_a_mail(self) -> bool:
        """Whether anything is new; the questions without answer alone would come day after day."""
        return bool(self.news or self.questions)


def get_content(reader: User, language: str, since: datetime) -> DigestContent:
    """Return what a digest of the time since then holds."""
    news = list_unread_entries(reader, since, NEWS_MAX)
    questions = _new_questions(reader, language, since)
    shown = {row.id for row in questions} | {
        entry.question_id for entry in news if entry.question_id
    }
    return DigestContent(news, questions, _unanswered(reader, language, shown))


def _new_questions(reader: User, language: str, since: datetime) -> list[QuestionRow]:
    tagged = select(PostTag.post_id).where(PostTag.tag_id.in_(_watched(reader, Watch.tag_id)))
    followed = or_(
        Question.place_id.in_(_watched(reader, Watch.board_id)),
        Question.author_id.in_(_watched(reader, Watch.person_id)),
        Question.id.in_(tagged),
    )
    wanted = _questions(reader).where(followed, Question.asked_at >= since)
    order = (Question.me_too_count.desc(), Question.asked_at.desc(), Question.id.desc())
    return load_rows(reader, language, wanted.order_by(*order).limit(QUESTIONS_MAX))


def _unanswered(reader: User, language: str, shown: set[int]) -> list[QuestionRow]:
    wanted = _questions(reader).where(
        Question.place_id.in_(_watched(reader, Watch.board_id)),
        Question.status == "open",
        Question.is_locked.is_(False),
        Question.awaits_asker.is_(False),
        Question.asked_at >= clock.now() - UNANSWERED_FOR,
        Question.id.not_in(shown),
    )
    order = (Question.me_too_count.desc(), Question.asked_at, Question.id)
    return load_rows(reader, language, wanted.order_by(*order).limit(UNANSWERED_MAX))


def _questions(reader: User) -> Select[*tuple[object, ...]]:
    languages = [code for code in reader.reads_languages.split(",") if code]
    statement = select_rows().where(
        root_is_visible(reader, Question), Question.author_id != reader.id
    )
    return statement.where(Question.language.in_(languages)) if languages else statement


def _watched(reader: User, column: InstrumentedAttribute[int | None]) -> Select[int | None]:
    return select(column).where(
        Watch.user_id == reader.id, Watch.muted.is_(False), column.is_not(None)
    )


def told_since(user_id: int, digest_id: int) -> datetime | None:
    """Return when the digest before this one was planned."""
    return db.session.scalar(
        select(Digest.planned_at)
        .where(Digest.user_id == user_id, Digest.id < digest_id)
        .order_by(Digest.id.desc())
        .limit(1)
    )
