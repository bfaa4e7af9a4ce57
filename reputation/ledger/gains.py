"""What ought to be booked, computed from facts alone: no database, no clock.

Nothing is earned by accepting or thanking oneself, by accepted answers to one's own question, nor
by posts that are not published (the queries leave those out). Which board a post stands on makes no
difference: members help each other in closed rooms as in open ones, and an operator who opens or
closes a room must not move anybody's points. Acceptances earn for an asker who accepts; who
confirms solutions for others (staff, superusers) does it for no points.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    CONFIRMED,
    CURRENCIES,
    EDIT_TAKEN,
    EDITS_LIFETIME,
    KUDOS,
    KUDOS_ANSWER,
    KUDOS_QUESTION,
    SPOTLIT,
    RuleBook,
)

KUDOS_CAUSES = {"answer": KUDOS_ANSWER, "question": KUDOS_QUESTION}


class Gain(NamedTuple):
    """Points for one cause. All but the last three fields say what they are for."""

    currency: str
    cause: str
    user_id: int
    post_id: int | None
    giver_id: int | None
    occurred_at: datetime
    rule_version: int
    amount: int

    @property
    def earned_on(self) -> date:
        return day_of(self.occurred_at)


class Thanks(NamedTuple):
    """Kudos of one member for a post of ours; ``place`` counts the post's givers from 1."""

    post_id: int
    post_kind: str
    giver_id: int
    at: datetime
    place: int


class AcceptedAnswer(NamedTuple):
    """A published answer that is accepted, and the people around it.

    ``spotlit`` says that its question was in the spotlight when it was written.
    """

    answer_id: int
    helper_id: int
    asker_id: int
    accepted_by_id: int
    at: datetime
    spotlit: bool = False
    board_id: int = 0


class TakenEdit(NamedTuple):
    """A change of somebody else's published post that was suggested, accepted, and stands."""

    post_id: int
    accepted_by_id: int
    at: datetime


def day_of(at: datetime) -> date:
    """Return the day in UTC an instant falls on."""
    return at.astimezone(UTC).date()


def gains_of_acceptances(
    book: RuleBook, user_id: int, accepted: Iterable[AcceptedAnswer]
) -> Iterator[Gain]:
    """Yield what a member gains as the helper or as the asker of accepted answers."""
    for fact in accepted:
        if fact.helper_id in (fact.asker_id, fact.accepted_by_id):
            continue
        if fact.helper_id == user_id:
            around = user_id, fact.answer_id, fact.accepted_by_id, fact.at
            yield from _gains(book, ACCEPTED, *around)
            if fact.spotlit:
                yield from _gains(book, SPOTLIT, *around)
        if fact.asker_id == fact.accepted_by_id == user_id:
            yield from _gains(book, ACCEPTANCE_GIVEN, user_id, fact.answer_id, None, fact.at)


def gains_of_confirmation(
    book: RuleBook, user_id: int, confirmed_at: datetime | None
) -> Iterator[Gain]:
    """Yield what a confirmed account brings."""
    if confirmed_at is not None:
        yield from _gains(book, CONFIRMED, user_id, None, None, confirmed_at)


def gains_of_edits(book: RuleBook, user_id: int, taken: Iterable[TakenEdit]) -> Iterator[Gain]:
    """Yield what a member gains by changes of others' posts that were taken.

    Once a post, so that nobody is paid by the comma, the earliest first.
    """
    first: dict[int, TakenEdit] = {}
    for fact in sorted(taken, key=lambda one: (one.at, one.post_id)):
        first.setdefault(fact.post_id, fact)
    for post_id, fact in first.items():
        yield from _gains(book, EDIT_TAKEN, user_id, post_id, fact.accepted_by_id, fact.at)


def within_lifetime(gains: Iterable[Gain], final: Iterable[Gain] = ()) -> Iterator[Gain]:
    """Cut gains by changes of others' posts to ``EDITS_LIFETIME`` in all, the first ones first.

    All of them must be given; ``final`` are those that are booked and will not be touched any more:
    they have used up their part, also when the change was put back since.
    """
    left = dict.fromkeys(CURRENCIES, EDITS_LIFETIME)
    for gain in final:
        left[gain.currency] -= gain.amount
    for gain in gains:
        amount = min(gain.amount, left[gain.currency])
        if amount > 0:
            left[gain.currency] -= amount
            yield gain._replace(amount=amount)


def _gains(
    book: RuleBook,
    cause: str,
    user_id: int,
    post_id: int | None,
    giver_id: int | None,
    at: datetime,
) -> Iterator[Gain]:
    for currency in CURRENCIES:
        rules = book.at(currency, at)
        amount = rules.values.get(cause, 0) if rules else 0
        if rules and amount:
            yield Gain(currency, cause, user_id, post_id, giver_id, at, rules.version, amount)


def gains_of_kudos(
    book: RuleBook, user_id: int, thanks: Collection[Thanks], final: Iterable[Gain] = ()
) -> list[Gain]:
    """Return what kudos would bring their receiver if there were no daily cap.

    ``final`` are those that are booked and will not be touched any more: their givers keep their
    places, or a post would bring full points for further people whenever one takes kudos back.
    """
    kept = _places_beside(thanks, final)
    gains = []
    for one in thanks:
        cause = KUDOS_CAUSES.get(one.post_kind)
        if cause is None or one.giver_id == user_id:
            continue
        for currency in CURRENCIES:
            rules = book.at(currency, one.at)
            place = kept.get((currency, one.post_id, one.giver_id), one.place)
            amount = rules.worth(cause, place) if rules else 0
            if rules and amount:
                where = (currency, cause, user_id, one.post_id, one.giver_id)
                gains.append(Gain(*where, one.at, rules.version, amount))
    return gains


def _places_beside(
    thanks: Iterable[Thanks], final: Iterable[Gain]
) -> dict[tuple[str, int, int], int]:
    """Return places by currency, post and giver at the posts that have final gains."""
    given: dict[tuple[str, int], dict[int, datetime]] = defaultdict(dict)
    for gain in final:
        given[gain.currency, gain.post_id or 0][gain.giver_id or 0] = gain.occurred_at
    for one in thanks:
        for currency in CURRENCIES:
            if (currency, one.post_id) in given:
                given[currency, one.post_id].setdefault(one.giver_id, one.at)
    return {
        (*where, giver_id): place
        for where, givers in given.items()
        for place, giver_id in enumerate(sorted(givers, key=lambda g: (givers[g], g)), start=1)
    }


def capped(book: RuleBook, gains: Iterable[Gain], final: Iterable[Gain] = ()) -> list[Gain]:
    """Cut gains by kudos to the daily cap, the earliest first; what brings nothing is left out.

    All gains of each day concerned must be given; ``final`` are those that are booked and will not
    be touched any more: they have used up their part.
    """
    used: dict[tuple[str, date], int] = defaultdict(int)
    for gain in final:
        used[gain.currency, gain.earned_on] += gain.amount
    kept = []
    for gain in sorted(gains, key=lambda g: (g.occurred_at, g.post_id, g.giver_id, g.currency)):
        rules = book.at(gain.currency, gain.occurred_at)
        assert rules is not None
        day = (gain.currency, gain.earned_on)
        amount = min(gain.amount, rules.daily_cap - used[day])
        if amount > 0:
            used[day] += amount
            kept.append(gain._replace(amount=amount))
    return kept


def days_that_differ(wanted: Iterable[Gain], booked: Iterable[Gain]) -> set[date]:
    """Return the days on which the two are not the same."""
    return {gain.earned_on for gain in set(wanted) ^ set(booked)}


def is_open(closings: Mapping[str, datetime], gain: Gain) -> bool:
    """Say whether a gain may still be booked or reversed; ``closings`` are instants by currency."""
    before = closings.get(gain.currency)
    return before is None or gain.occurred_at >= before


def bookable(
    closings: Mapping[str, datetime], gains: Iterable[Gain], booked: Iterable[Gain]
) -> list[Gain]:
    """Return the gains that may be booked, given all that stands booked for the same posts.

    What closed books hold is never taken back. So it is not given again either when an answer is
    accepted anew, or kudos are, after the books were closed: each cause earns once.
    """
    paid = {_cause_of(gain) for gain in booked if not is_open(closings, gain)}
    return [gain for gain in gains if is_open(closings, gain) and _cause_of(gain) not in paid]


def _cause_of(gain: Gain) -> tuple[str, str, int, int | None, int | None]:
    # An answer is accepted once, whoever does it; kudos are each giver's own.
    giver_id = gain.giver_id if gain.cause in KUDOS else None
    return gain.currency, gain.cause, gain.user_id, gain.post_id, giver_id


def on_days(gains: Iterable[Gain], days: Collection[date]) -> list[Gain]:
    """Return the gains of these days."""
    return [gain for gain in gains if gain.earned_on in days]
