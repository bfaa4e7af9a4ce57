"""What the pages about rules call causes, states and changes."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.wording import number
from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    CONFIRMED,
    EDIT_TAKEN,
    KUDOS_ANSWER,
    KUDOS_QUESTION,
    PAYBACK,
    REPUTATION,
    SPOTLIT,
)

CURRENCY_WORDS: dict[str, LazyString] = {
    REPUTATION: _l("Points (reputation)"),
    PAYBACK: _l("Payback points"),
}
CAUSE_WORDS: dict[str, LazyString] = {
    ACCEPTED: _l("An answer is accepted"),
    ACCEPTANCE_GIVEN: _l("Accepting an answer"),
    KUDOS_ANSWER: _l("Kudos for an answer"),
    KUDOS_QUESTION: _l("Kudos for a question"),
    CONFIRMED: _l("Confirming the e-mail address"),
    EDIT_TAKEN: _l("A suggested change is accepted"),
    SPOTLIT: _l("The accepted answer was written in the spotlight"),
}
VERSION_WORDS: dict[str, LazyString] = {
    "past": _l("Over"),
    "present": _l("In force"),
    "coming": _l("Announced"),
    "withdrawn": _l("Withdrawn"),
}


# By how much members gain or lose, in the order of ``replay.BORDERS``.
SPREAD_WORDS = (
    _l("More than 50 percent less"),
    _l("20 to 50 percent less"),
    _l("5 to 20 percent less"),
    _l("About the same"),
    _l("5 to 20 percent more"),
    _l("20 to 50 percent more"),
    _l("More than 50 percent more, or from nothing"),
)


def signed_words(amount: int) -> str:
    """Return a number with its sign."""
    return f"−{number(-amount)}" if amount < 0 else f"+{number(amount)}"


def spread_words(spread: Sequence[int]) -> list[tuple[LazyString, int]]:
    """Return how many members there are for each range of change."""
    return list(zip(SPREAD_WORDS, spread, strict=True))
