"""Whether the support team has a question in hand; its row is locked by the caller."""

from community.core import clock
from community.questions.models import Question
from community.questions.status import recompute


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
