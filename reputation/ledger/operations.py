"""Booking and reversing: the ledger follows the facts, whatever brought them about.

Locks are taken in this order, and nobody takes them in another one: the accounts concerned
(``ledger_accounts``, by id), then what the foreign keys of new entries touch, last the members'
rows (by id) for the points shown. Requests that hold rows of posts or members never wait for an
account, so nobody waits in a circle. Facts are read after the accounts are locked: whoever settles
last has seen the last change, since each change stores its event before it is committed.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import insert, select, update

from community.core import clock
from community.core.db import db, insert_ignoring_conflicts, lock_row
from community.identity.operations.points import set_points
from reputation.ledger import queries
from reputation.ledger.gains import (
    Gain,
    capped,
    days_that_differ,
    gains_of_acceptances,
    gains_of_confirmation,
    gains_of_kudos,
    on_days,
)
from reputation.ledger.models import LedgerAccount, LedgerEntry
from reputation.ledger.queries import Booked
from reputation.ledger.rows import opening_row, reversal_row, row_of
from reputation.ledger.rules import KUDOS

# From here on it is cheaper to look at the whole account.
DAYS_AT_ONCE = 10

Posts = Collection[int] | None


def settle_posts(post_ids: Collection[int], event_id: int | None = None) -> int:
    """Book what is missing for these posts and reverse what is wrong; returns how many entries."""
    people = queries.list_people_of(post_ids)
    return _settle(people, post_ids, event_id)


def settle_members(user_ids: Iterable[int], event_id: int | None = None) -> int:
    """Settle all that these members may have earned; returns how many entries were written."""
    return _settle(set(user_ids), None, event_id)


def book_opening(user_id: int, amount: int, *, currency: str) -> None:
    """Book what a member brings along from an earlier community; once, a second time changes
    nothing."""
    lock_accounts([user_id])
    row = opening_row(user_id, amount, currency, clock.now())
    query = select(LedgerEntry.id).where(LedgerEntry.key == row["key"])
    if db.session.scalar(query) is None:
        _write(user_id, [row])
        _show_points([user_id])


def _settle(people: Collection[int], post_ids: Posts, event_id: int | None) -> int:
    erased = queries.list_erased(people)
    accounts = sorted(set(people) - erased)
    lock_accounts(accounts)
    changed = {user_id: _settle_account(user_id, post_ids, event_id) for user_id in accounts}
    _show_points([user_id for user_id, number in changed.items() if number])
    return sum(changed.values())


def lock_accounts(user_ids: Sequence[int]) -> None:
    """Lock accounts until the transaction ends, opening those that are new; ids ascend."""
    for user_id in user_ids:
        query = lock_row(select(LedgerAccount.user_id).where(LedgerAccount.user_id == user_id))
        if db.session.scalar(query) is None:
            new = {"user_id": user_id, "reputation": 0, "payback": 0}
            db.session.execute(insert_ignoring_conflicts(LedgerAccount).values(**new))
            db.session.scalar(query)


def _settle_account(user_id: int, post_ids: Posts, event_id: int | None) -> int:
    wanted, booked = _facts(user_id, post_ids)
    wanted_kudos, booked_kudos = _kudos(user_id, post_ids)
    return _book_difference([*wanted, *wanted_kudos], [*booked, *booked_kudos], event_id)


def _facts(user_id: int, post_ids: Posts) -> tuple[list[Gain], list[Booked]]:
    wanted = [
        *gains_of_acceptances(user_id, queries.list_accepted(user_id, post_ids)),
        *gains_of_confirmation(user_id, queries.get_confirmed_at(user_id)),
    ]
    return wanted, queries.list_booked_facts(user_id, post_ids)


def _kudos(user_id: int, post_ids: Posts) -> tuple[list[Gain], list[Booked]]:
    """Return what kudos ought to bring and what stands booked, on all days that may be wrong.

    Because of the daily cap a change at one post can touch what others bring on that day.
    """
    full = gains_of_kudos(user_id, queries.list_thanks(user_id, post_ids))
    booked = queries.list_booked_for(user_id, post_ids, KUDOS)
    if post_ids is None:
        return capped(full), booked
    days = days_that_differ(full, [one.gain for one in booked])
    if not days:
        return [], []
    if len(days) > DAYS_AT_ONCE:
        return _kudos(user_id, None)
    posts = queries.list_posts_thanked_on(user_id, days) | set(post_ids)
    full = gains_of_kudos(user_id, queries.list_thanks(user_id, posts))
    return capped(on_days(full, days)), queries.list_booked_on(user_id, days)


def _book_difference(wanted: Sequence[Gain], booked: Sequence[Booked], event_id: int | None) -> int:
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
        rows.append(row_of(gain, times_before, event_id, now))
    if rows:
        _write(rows[0]["user_id"], rows)
    return len(rows)


def _write(user_id: int, rows: Sequence[dict[str, object]]) -> None:
    """Add entries of one account, whose row is locked, and carry them over to its balances."""
    db.session.execute(insert(LedgerEntry), rows)
    change = {"reputation": 0, "payback": 0}
    for row in rows:
        change[str(row["currency"])] += int(str(row["amount"]))
    db.session.execute(
        update(LedgerAccount)
        .where(LedgerAccount.user_id == user_id)
        .values(
            reputation=LedgerAccount.reputation + change["reputation"],
            payback=LedgerAccount.payback + change["payback"],
        )
        .execution_options(synchronize_session=False)
    )


def _show_points(user_ids: Sequence[int]) -> None:
    """Carry balances over to the points that pages show; ids ascend."""
    query = select(LedgerAccount.user_id, LedgerAccount.reputation).where(
        LedgerAccount.user_id.in_(user_ids)
    )
    balances = dict(db.session.execute(query).all()) if user_ids else {}
    for user_id in user_ids:
        set_points(user_id, balances[user_id])
