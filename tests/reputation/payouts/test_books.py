"""A break of the books is found, halts payouts, and is lifted by a person alone."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, text, update

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from reputation.ledger.models import LedgerAccount
from reputation.ledger.operations import Posting, book
from reputation.ledger.verify import check
from reputation.payback.models import PaybackPeriod, PayoutLine
from reputation.payouts.books import INVARIANTS, check_everything, find_break
from reputation.payouts.errors import BooksBroken, PayoutsHalted
from reputation.payouts.models import PayoutBatch, PayoutItem
from reputation.payouts.operations import approve_list, import_settlement, lift_halt
from reputation.payouts.queries import get_halt, reconcile
from reputation.payouts.tasks import verify_books, watch_books
from tests.factories.community import make_user
from tests.reputation.payouts.runs import (
    Run,
    break_books,
    make_run,
    references,
    report,
)


@pytest.fixture
def run(app: Flask) -> Run:
    """A run of three: one paid, one in a file, one approved."""
    made = make_run(("credit", 500), ("credit", 600), ("charity", 700)).approved()
    batch = made.export("credit")
    data = report(f"{references(batch)[0]},settled,,")
    with transaction():
        import_settlement(made.preparer, batch.id, data)
    db.session.expire_all()
    return made


def change(statement: object) -> None:
    with transaction():
        db.session.execute(statement)  # type: ignore[call-overload]


def settled_unbooked(run: Run) -> None:
    change(update(PayoutItem).where(PayoutItem.line_id == run.line_ids[1]).values(state="settled"))
    change(update(PayoutLine).where(PayoutLine.id == run.line_ids[1]).values(state="settled"))


def booked_unsettled(run: Run) -> None:
    key = f"payout:{run.line_ids[2]}"
    with transaction():
        book(Posting(run.user_ids[2], "payback", "payout", -700, key))


def other_amount(run: Run) -> None:
    values = {"earned": 501, "amount": 501}
    change(update(PayoutLine).where(PayoutLine.id == run.line_ids[0]).values(**values))


def line_back(run: Run) -> None:
    change(update(PayoutLine).where(PayoutLine.id == run.line_ids[1]).values(state="approved"))


def item_lost(run: Run) -> None:
    change(delete(PayoutItem).where(PayoutItem.line_id == run.line_ids[1]))


def item_of_other_worth(run: Run) -> None:
    change(update(PayoutItem).where(PayoutItem.line_id == run.line_ids[1]).values(amount=601))


def file_of_other_sum(run: Run) -> None:
    change(update(PayoutBatch).values(total=PayoutBatch.total + 1))


def one_pair_of_eyes(run: Run) -> None:
    change(update(PaybackPeriod).values(approved_by_id=PaybackPeriod.prepared_by_id))


def balance_changed(run: Run) -> None:
    break_books(run.user_ids[1])


BREAKS = (
    (settled_unbooked, "every settled line is booked once, with what was paid"),
    (booked_unsettled, "what is booked as paid belongs to a settled line"),
    (other_amount, "every settled line is booked once, with what was paid"),
    (line_back, "a line is in one file at a time, in the state the file says"),
    (item_lost, "a line is in one file at a time, in the state the file says"),
    (item_of_other_worth, "a payment is worth its line"),
    (file_of_other_sum, "a file's sums are those of its payments"),
    (one_pair_of_eyes, "a second person has approved what is paid"),
    (balance_changed, "balances of payback are the sums of the entries"),
)


def test_sound_books_halt_nothing(run: Run) -> None:
    watch_books()
    assert find_break() is None
    assert get_halt() is None
    assert [broken for _, broken in check_everything() if broken] == []


def test_who_was_corrected_below_zero_keeps_nobody_else_from_being_paid(app: Flask) -> None:
    run = make_run(("credit", 500), ("credit", 600)).approved()
    with transaction():
        book(Posting(run.user_ids[0], "payback", "adjustment", -501, "correction"))
        assert find_break() is None
    assert run.export("credit").points == 600


def test_below_zero_by_anything_else_is_a_break(run: Run) -> None:
    change(update(LedgerAccount).where(LedgerAccount.user_id == run.user_ids[1]).values(payback=-1))
    with transaction():
        found = [broken.says for broken in map(check, INVARIANTS) if broken]
    assert "no payback account is below zero where nothing was taken by hand" in found


@pytest.mark.parametrize(("do", "says"), BREAKS, ids=[do.__name__ for do, _ in BREAKS])
def test_every_break_is_found_and_named(run: Run, do: Callable[[Run], None], says: str) -> None:
    do(run)
    broken = find_break()
    assert broken is not None
    assert broken.says == says
    assert broken.where.split()[1].isdigit()


@pytest.mark.parametrize("do", [line_back, item_lost, item_of_other_worth, settled_unbooked])
def test_sums_that_differ_are_shown_as_such(run: Run, do: Callable[[Run], None]) -> None:
    assert all(sums.agrees for sums in reconcile(run.period_id))
    do(run)
    assert not all(sums.agrees for sums in reconcile(run.period_id))


def test_a_break_halts_payouts_until_a_person_has_looked(run: Run) -> None:
    admin = make_user(role="admin")
    break_books(run.user_ids[1])
    watch_books()
    watch_books()
    halt = get_halt()
    assert halt is not None
    assert halt.found_at_place == f"account {run.user_ids[1]}"
    with pytest.raises(BooksBroken), transaction():
        lift_halt(admin, "Looked at it")
    break_books(run.user_ids[1], -1)
    # Sound again by itself: still nobody has said why.
    later = make_run(("credit", 5))
    with pytest.raises(PayoutsHalted), transaction():
        approve_list(later.approver, later.period_id, later.digest)
    with pytest.raises(NotAllowed), transaction():
        lift_halt(make_user(role="moderator"), "I think it is fine")
    for unfit in ("", " ok  ", "x" * 501, "a\0b and more"):
        with pytest.raises(ReasonUnfit), transaction():
            lift_halt(admin, unfit)
    with transaction():
        assert lift_halt(admin, "A balance was changed by hand")
        assert not lift_halt(admin, "Again")
    assert get_halt() is None
    query = select(AuditEntry.action, AuditEntry.reason).where(
        AuditEntry.action.in_(["payout.halted", "payout.resumed"])
    )
    assert [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))] == [
        ("payout.halted", ""),
        ("payout.resumed", "A balance was changed by hand"),
    ]


def test_while_money_may_leave_the_whole_ledger_is_read_too(run: Run) -> None:
    change(text("UPDATE users SET points = points + 7"))
    watch_books()
    assert get_halt() is None
    with time_machine.travel("2026-07-01T12:00:00+00:00"):
        verify_books()
    halt = get_halt()
    assert halt is not None
    assert halt.says == "members are shown the points of their account"
    with pytest.raises(BooksBroken), transaction():
        lift_halt(make_user(role="admin"), "Looked")


def test_otherwise_it_is_read_at_night(app: Flask) -> None:
    make_user()
    change(text("UPDATE users SET points = points + 7"))
    with time_machine.travel("2026-07-01T12:00:00+00:00"):
        verify_books()
    assert get_halt() is None
    with time_machine.travel("2026-07-01T03:30:00+00:00"):
        verify_books()
        verify_books()
    assert get_halt() is not None
