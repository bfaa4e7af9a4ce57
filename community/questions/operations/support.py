"""Whether the support team has a question in hand, or asks helpers to look at it once more.

The question's row is locked by the caller.
"""

from datetime import datetime, timedelta

from community.core import clock
from community.questions.models import Question
from community.questions.status import recompute

# So long a question stays in the spotlight. Source: PRODUCT D15.
SPOTLIGHT = timedelta(days=7)


def hand_to_support(question: Question) -> None:
    """Note that the support team has a question in hand; twice changes nothing."""
    if question.support_since is None:
        question.support_since = clock.now()
        recompute(question)


def take_from_support(question: Question) -> None:
    """Note that the support team has no more to do with a question; twice changes nothing."""
    if question.support_since is not None:
        question.support_since = None
        recompute(question)


def put_in_spotlight(question: Question) -> None:
    """Ask helpers to look at a question for ``SPOTLIGHT``, from now on."""
    question.spotlight_until = clock.now() + SPOTLIGHT


def was_in_spotlight(question: Question, at: datetime) -> bool:
    """Say whether a question was in the spotlight at an instant, the last time it was."""
    until = question.spotlight_until
    return until is not None and until - SPOTLIGHT <= at < until
