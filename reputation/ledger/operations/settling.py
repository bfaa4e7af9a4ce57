"""Booking and reversing: the ledger follows the facts, whatever brought them about.

Locks are taken in this order, and nobody takes them in another one: the accounts concerned
(``ledger_accounts``, by id), then what the foreign keys of new entries touch, last the members'
rows (by id) for the points shown. Requests that hold rows of posts or members never wait for an
account, so nobody waits in a circle. Facts are read after the accounts are locked: whoever settles
last has seen the last change, since each change stores its event before it is committed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from community.core import clock
from reputation.ledger import facts, queries
from reputation.ledger.facts import Booked
from reputation.ledger.gains import (
    Gain,
    bookable,
    capped,
    days_that_differ,
    gains_of_acceptances,
    gains_of_confirmation,
    gains_of_edits,
    gains_of_kudos,
    is_open,
    on_days,
    within_lifetime,
)
from reputation.ledger.operations.accounts import lock_accounts, show_changes, write_entries
from reputation.ledger.operations.promotions import settle_bonuses
from reputation.ledger.rows import reversal_row, row_of
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import EDIT_TAKEN, KUDOS, RuleBook

# From here on it is cheaper to look at the whole account.
DAYS_AT_ONCE = 10

Posts = Collection[int] | None


def settle_posts(post_ids: Collection[int], event_id: int | None = None) -> int:
    """Book what is missing for these posts and reverse what is wrong; returns how many entries."""
    people = facts.list_people_of(post_ids)
    return _settle(people, post_ids, event_id)


def settle_members(user_ids: Iterable[int], event_id: int | None = None) -> int:
    """Settle all that these members may have earned; returns how many entries were written."""
    return _settle(set(user_ids), None, event_id)


def _settle(people: Collection[int], post_ids: Posts, event_id: int | None) -> int:
    erased = queries.list_erased(people)
    accounts = sorted(set(people) - erased)
    lock_accounts(accounts)
    book = load_rulebook()
    changed = {user_id: _settle_account(book, user_id, post_ids, event_id) for user_id in accounts}
    show_changes([user_id for user_id, number in changed.items() if number])
    return sum(changed.values())


def _settle_account(book: RuleBook, user_id: int, post_ids: Posts, event_id: int | None) -> int:
    # Read behind the lock: who closes the books waits for us, or we see that they are closed.
    closings = queries.get_closings()
    parts = (
        _facts(book, user_id, post_ids, closings),
        _kudos(book, user_id, post_ids, closings),
        _edits(book, user_id, post_ids, closings),
    )
    difference = Comparison(
        [gain for part in parts for gain in part.wanted],
        [one for part in parts for one in part.booked],
    )
    return _book_difference(book, difference, event_id)


class Comparison(NamedTuple):
    """What ought to be booked, and what stands; of both, only what is not closed."""

    wanted: Sequence[Gain]
    booked: Sequence[Booked]


def _facts(
    book: RuleBook, user_id: int, post_ids: Posts, closings: Mapping[str, datetime]
) -> Comparison:
    accepted = facts.list_accepted(user_id, post_ids)
    booked = facts.list_booked_facts(user_id, post_ids)
    gains = [
        *gains_of_acceptances(book, user_id, accepted),
        *gains_of_confirmation(book, user_id, queries.get_confirmed_at(user_id)),
    ]
    wanted = bookable(closings, gains, _gains_of(booked))
    bonuses = settle_bonuses(book, wanted, accepted, closings)
    return Comparison([*wanted, *bonuses], _open(closings, booked))


def _edits(
    book: RuleBook, user_id: int, post_ids: Posts, closings: Mapping[str, datetime]
) -> Comparison:
    """Return what changes of others' posts ought to bring and what stands booked: of all, where one
    of these posts is concerned, for they bring so much in all."""
    taken = facts.list_taken_edits(user_id, post_ids)
    booked = facts.list_booked_for(user_id, post_ids, (EDIT_TAKEN,))
    if post_ids is not None:
        if not taken and not booked:
            return Comparison([], [])
        return _edits(book, user_id, None, closings)
    gains = bookable(closings, gains_of_edits(book, user_id, taken), _gains_of(booked))
    wanted = list(within_lifetime(gains, _closed(closings, booked)))
    return Comparison(wanted, _open(closings, booked))


def _kudos(
    book: RuleBook, user_id: int, post_ids: Posts, closings: Mapping[str, datetime]
) -> Comparison:
    """Return what kudos ought to bring and what stands booked, on all days that may be wrong.

    Because of the daily cap a change at one post can touch what others bring on that day.
    """
    wanted, booked = _full_kudos(book, user_id, post_ids, closings)
    if post_ids is not None:
        days = days_that_differ(wanted, _gains_of(_open(closings, booked)))
        if not days:
            return Comparison([], [])
        if len(days) > DAYS_AT_ONCE:
            return _kudos(book, user_id, None, closings)
        posts = facts.list_posts_thanked_on(user_id, days) | set(post_ids)
        full, _ = _full_kudos(book, user_id, posts, closings)
        wanted, booked = on_days(full, days), facts.list_booked_on(user_id, days)
    return Comparison(capped(book, wanted, _closed(closings, booked)), _open(closings, booked))


def _full_kudos(
    book: RuleBook, user_id: int, post_ids: Posts, closings: Mapping[str, datetime]
) -> Comparison:
    """Return what kudos on these posts would bring without a daily cap, and all that is booked."""
    booked = facts.list_booked_for(user_id, post_ids, KUDOS)
    thanks = facts.list_thanks(user_id, post_ids)
    full = gains_of_kudos(book, user_id, thanks, _closed(closings, booked))
    return Comparison(bookable(closings, full, _gains_of(booked)), booked)


def _gains_of(booked: Iterable[Booked]) -> list[Gain]:
    return [one.gain for one in booked]


def _open(closings: Mapping[str, datetime], booked: Iterable[Booked]) -> list[Booked]:
    return [one for one in booked if is_open(closings, one.gain)]


def _closed(closings: Mapping[str, datetime], booked: Iterable[Booked]) -> list[Gain]:
    return [one.gain for one in booked if not is_open(closings, one.gain)]


def _book_difference(book: RuleBook, difference: Comparison, event_id: int | None) -> int:
    wanted, booked = difference
    right = set(wanted)
    standing = {one.gain for one in booked}
    now = clock.now()
    wrong = [one for one in booked if one.gain not in right]
    missing = [gain for gain in wanted if gain not in standing]
    rows = [reversal_row(one, event_id, now) for one in wrong]
    # Only what was reversed, now or before, can be booked again.
    again = bool(missing) and (bool(wrong) or queries.has_reversals(missing[0].user_id))
    for gain in missing:
        times_before = queries.count_bookings(gain) if again else 0
        rows.append(row_of(book, gain, times_before, event_id, now))
    if rows:
        write_entries(rows[0]["user_id"], rows)
    return len(rows)
