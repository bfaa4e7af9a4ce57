"""What is known of an author at the time of a post, and what of it speaks for or against spam.

Most of it is learned like words are. Trust is not: that somebody known to the community suddenly
advertises is too rare to be learned and too dear to be mistaken in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Evidence (``bayes``) that each trust level above the first sets against that of the text.
TRUST_BONUS = 1.0


@dataclass(frozen=True)
class Facts:
    """An author when they wrote a post; counts are of posts before it.

    ``kind`` is question, answer or comment; ``question_age`` how old the question was that was
    answered, None of a question itself, and ``in_own`` whether it was the author's.
    ``copies`` are near copies of it that others wrote lately, ``own_copies`` the author's own;
    ``spam_before`` are posts of theirs that were found to be spam.
    """

    account_age: timedelta
    posts_before: int = 0
    posts_last_hour: int = 0
    posts_last_day: int = 0
    copies: int = 0
    own_copies: int = 0
    spam_before: int = 0
    mail_is_disposable: bool = False
    trust_level: int = 0
    kind: str = "question"
    language: str = ""
    question_age: timedelta | None = None
    in_own: bool = False


def tokens_of_facts(facts: Facts) -> frozenset[str]:
    """Return the tokens that stand for facts."""
    return frozenset(_tokens(facts))


def _tokens(facts: Facts) -> Iterator[str]:
    yield f"f:age:{_age(facts.account_age)}"
    yield f"f:posts:{_step(facts.posts_before, (1, 3, 10))}"
    yield f"f:hour:{_step(facts.posts_last_hour, (1, 2, 4))}"
    yield f"f:day:{_step(facts.posts_last_day, (1, 3, 6))}"
    yield f"f:copies:{_step(facts.copies, (1, 2))}"
    yield f"f:own:{_step(facts.own_copies, (1, 2))}"
    yield from _circumstances(facts)
    if facts.spam_before:
        yield f"f:spam:{_step(facts.spam_before, (1, 2))}"
    if facts.mail_is_disposable:
        yield "f:mail:disposable"


def _circumstances(facts: Facts) -> Iterator[str]:
    """Yield what was written where; a first text means one thing in a question, another below it.

    A newcomer asks; who begins with an answer to a stranger's old question mostly advertises.
    """
    kind = "own" if facts.in_own else facts.kind
    yield f"f:{kind}"
    yield f"f:{kind}:age:{_age(facts.account_age)}"
    yield f"f:{kind}:posts:{_step(facts.posts_before, (1, 3, 10, 50))}"
    yield f"f:language:{facts.language}"
    if facts.question_age is not None:
        yield f"f:{kind}:late:{_step(facts.question_age // HOUR, (2, 24, 72, 240, 720, 2_400))}"


def _age(age: timedelta) -> str:
    steps = (("hour", HOUR), ("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY))
    return next((name for name, limit in steps if age < limit), "old")


def _step(number: int, steps: tuple[int, ...]) -> int:
    return max((step for step in steps if number >= step), default=0)


def evidence_against(trust_level: int) -> float:
    """Return what a trust level says against spam."""
    return TRUST_BONUS * max(0, trust_level - 1)
