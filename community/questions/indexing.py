"""Which questions search engines are offered. Source: product rule C6.

A question nobody has answered helps nobody who finds it; after some days it leaves the sitemap and
its page says ``noindex``, until somebody answers.
"""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, or_

from community.core import clock
from community.core.settings import current_settings
from community.questions.models import Question


class IndexFacts(Protocol):
    """What decides; question records and the rows and views made of them have it."""

    @property
    def answers_count(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...


def is_indexable(question: IndexFacts) -> bool:
    """Say whether search engines may list a question that guests may see."""
    return question.answers_count > 0 or question.created_at >= _oldest_unanswered()


def indexable() -> ColumnElement[bool]:
    """Return the same rule as a condition on ``questions``."""
    return or_(Question.answers_count > 0, Question.asked_at >= _oldest_unanswered())


def _oldest_unanswered() -> datetime:
    return clock.now() - timedelta(days=current_settings().unanswered_unindexed_days)
