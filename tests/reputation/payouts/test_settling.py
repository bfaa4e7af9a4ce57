"""Reports on payments: booked once, whatever comes twice, late, partly or wrongly."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from reputation.ledger.operations import Posting, book
from reputation.ledger.verify import verify_ledger
from reputation.payback.models import Choice
from reputation.payouts.books import find_break
from reputation.payouts.errors import (
    NotFailed,
    NotFinished,
    PayoutsHalted,
    ReportUnreadable,
)
from reputation.payouts.models import PayoutBatch, PayoutItem, SettlementImport
from reputation.payouts.operations import (
    Outcome,
    close_period,
    export_form,
    import_settlement,
    leave_line,
    retry_line,
)
from reputation.payouts.queries import reconcile
from tests.factories.community import make_user
from tests.reputation.payouts.runs import (
    Run,
    balance,
    break_books,
    look_again,
    make_run,
    paid,
    period_state,
    references,
    report,
    state_of,
)


def settle(run: Run, batch: PayoutBatch, *lines: str) -> Outcome:
    with transaction():
        return import_settlement(run.preparer, batch.id, report(*lines))


def exported(*amounts: int) -> tuple[Run, PayoutBatch, list[str]]:
    run = make_run(*[("credit", amount) for amount in amounts]).approved()
    batch = run.export("credit")
    return run, batch, references(batch)


def why(outcome: Outcome) -> list[tuple[int, str]]:
    return [(fault.line, fault.why) for fault in outcome.faults]


def check_books(run: Run) -> None:
    assert find_break() is None
    assert [broken for _, broken in verify_ledger() if broken] == []
    assert all(sums.agrees for sums in reconcile(run.period_id))


def test_a_settled_payment_is_booked_and_ends_its_line(app: Flask) -> None:
    run, batch, (key,) = exported(500)
    assert settle(run, batch, f"{key},settled,500,") == Outcome(settled=1)
    assert (paid(run.user_ids[0]), balance(run.user_ids[0])) == ([-500], 0)
    assert state_of(run.line_ids[0]) == "settled"
    assert period_state(run.period_id) == "paid"
    check_books(run)


def test_the_same_report_twice_changes_nothing(app: Flask) -> None:
    run, batch, keys = exported(500, 600)
    lines = [f"{keys[0]},settled,500,", f"{keys[1]},failed,600,closed"]
    assert settle(run, batch, *lines) == Outcome(settled=1, failed=1)
    assert settle(run, batch, *lines) == Outcome(repeated=2)
    assert [paid(one) for one in run.user_ids] == [[-500], []]
    assert len(db.session.scalars(select(SettlementImport)).all()) == 1
    check_books(run)


def test_a_report_may_come_in_parts_that_overlap(app: Flask) -> None:
    run, batch, keys = exported(500, 600, 700)
    assert settle(run, batch, f"{keys[0]},settled,,") == Outcome(settled=1)
    assert period_state(run.period_id) == "paying"
    later = [f"{key},settled,," for key in keys]
    assert settle(run, batch, *later) == Outcome(settled=2, repeated=1)
    assert [paid(one) for one in run.user_ids] == [[-500], [-600], [-700]]
    check_books(run)


def test_lines_that_do_not_fit_are_named_and_change_nothing(app: Flask) -> None:
    run, batch, keys = exported(500, 600, 700)
    other_run, _, (foreign,) = exported(900)
    outcome = settle(
        run,
        batch,
        f"{keys[0]},settled,501,",
        "PB-999999-1,settled,,",
        f"{foreign},settled,900,",
        f"{keys[1]},settled,600,",
        f"{keys[2]},settled,700,",
        f"{keys[2]},failed,700,",
        f"{keys[2]},paid,700,",
    )
    assert sorted(why(outcome)) == [
        (2, "other_amount"),
        (3, "unknown"),
        (4, "unknown"),
        (6, "contradiction"),
        (7, "contradiction"),
        (8, "status"),
    ]
    assert outcome.settled == 1
    assert [state_of(one) for one in run.line_ids] == ["exported", "settled", "exported"]
    assert state_of(other_run.line_ids[0]) == "exported"
    check_books(run)


@pytest.mark.parametrize(("first", "second"), [("settled", "failed"), ("failed", "settled")])
def test_a_later_report_that_says_otherwise_is_refused(app: Flask, first: str, second: str) -> None:
    run, batch, (key,) = exported(500)
    settle(run, batch, f"{key},{first},,")
    assert why(settle(run, batch, f"{key},{second},,")) == [(2, "decided_otherwise")]
    assert state_of(run.line_ids[0]) == first
    check_books(run)


def test_a_failed_payment_is_tried_again_under_another_key(app: Flask) -> None:
    run, batch, (key,) = exported(500)
    settle(run, batch, f"{key},failed,,account closed")
    with transaction():
        assert retry_line(run.preparer, run.line_ids[0])
        assert not retry_line(run.preparer, run.line_ids[0])
    again = run.export("credit")
    (new_key,) = references(again)
    assert again.number == 2
    assert new_key != key
    # A late report on the first attempt pays nothing and fails nothing.
    assert why(settle(run, batch, f"{key},settled,,")) == [(2, "decided_otherwise")]
    assert why(settle(run, again, f"{key},settled,,")) == [(2, "unknown")]
    assert settle(run, batch, f"{key},failed,,") == Outcome(repeated=1)
    assert state_of(run.line_ids[0]) == "exported"
    assert settle(run, again, f"{new_key},settled,,") == Outcome(settled=1)
    assert paid(run.user_ids[0]) == [-500]
    check_books(run)


def test_a_failed_payment_may_wait_for_the_next_period(app: Flask) -> None:
    run, batch, (key,) = exported(500)
    settle(run, batch, f"{key},failed,,")
    with transaction():
        assert leave_line(run.preparer, run.line_ids[0])
        assert not leave_line(run.preparer, run.line_ids[0])
    assert (state_of(run.line_ids[0]), period_state(run.period_id)) == ("rolled", "paid")
    assert balance(run.user_ids[0]) == 500
    with pytest.raises(NotFailed), transaction():
        retry_line(run.preparer, run.line_ids[0])
    check_books(run)


@pytest.mark.parametrize("act", [retry_line, leave_line])
def test_only_a_failed_payment_is_tried_again_or_left(app: Flask, act: object) -> None:
    run, *_ = exported(500)
    with pytest.raises(NotFailed), transaction():
        act(run.preparer, run.line_ids[0])  # type: ignore[operator]
    with pytest.raises(NotFound), transaction():
        act(run.preparer, 0)  # type: ignore[operator]
    with pytest.raises(NotAllowed), transaction():
        act(make_user(), run.line_ids[0])  # type: ignore[operator]


def test_gifts_to_a_charity_are_settled_together_or_not_at_all(app: Flask) -> None:
    run = make_run(("charity", 300), ("charity", 100)).approved()
    batch = run.export("charity")
    (key,) = references(batch)
    with transaction():
        book(Posting(run.user_ids[1], "payback", "adjustment", -1, "correction"))
    assert why(settle(run, batch, f"{key},settled,800,")) == [(2, "overdrawn")]
    assert [paid(one) for one in run.user_ids] == [[], []]
    assert [state_of(one) for one in run.line_ids] == ["exported", "exported"]
    with transaction():
        book(Posting(run.user_ids[1], "payback", "adjustment", 1, "put right"))
    assert settle(run, batch, f"{key},settled,800,") == Outcome(settled=2)
    assert [paid(one) for one in run.user_ids] == [[-300], [-100]]
    check_books(run)


def test_two_people_who_bring_the_same_report_settle_it_once(app: Flask) -> None:
    run, batch, keys = exported(500, 600, 700)
    lines = [f"{key},settled,," for key in keys]
    outcomes: list[Outcome] = []

    def bring() -> None:
        with app.app_context():
            outcomes.append(settle(run, batch, *lines))
            db.session.remove()

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.settled for one in outcomes) == [0, 0, 0, 3]
    assert [paid(one) for one in run.user_ids] == [[-500], [-600], [-700]]
    check_books(run)


def test_two_people_who_export_at_once_get_one_file(app: Flask) -> None:
    run = make_run(("credit", 500), ("credit", 600)).approved()
    made: list[int] = []

    def press() -> None:
        with app.app_context():
            with transaction():
                batch = export_form(run.preparer, run.period_id, Choice.CREDIT)
                assert batch is not None
                made.append(batch.id)
            db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    look_again()
    assert len(set(made)) == 1
    assert len(made) == 4
    assert db.session.query(PayoutItem).count() == 2


def test_a_report_that_cannot_be_read_changes_nothing(app: Flask) -> None:
    run, batch, _ = exported(500)
    with pytest.raises(ReportUnreadable) as refused, transaction():
        import_settlement(run.preparer, batch.id, b"<xml/>")
    assert list(refused.value.errors) == ["report"]
    with pytest.raises(NotFound), transaction():
        import_settlement(run.preparer, batch.id + 1, report())
    with pytest.raises(NotAllowed), transaction():
        import_settlement(make_user(role="agent"), batch.id, report())
    assert state_of(run.line_ids[0]) == "exported"


def test_nothing_settles_while_the_books_do_not_add_up(app: Flask) -> None:
    run, batch, (key,) = exported(500)
    break_books(run.user_ids[0])
    with pytest.raises(PayoutsHalted):
        settle(run, batch, f"{key},settled,,")
    break_books(run.user_ids[0], -1)
    assert settle(run, batch, f"{key},settled,,") == Outcome(settled=1)


def test_a_period_is_closed_once_all_is_decided_and_the_sums_agree(app: Flask) -> None:
    run, batch, keys = exported(500, 600)
    settle(run, batch, f"{keys[0]},settled,,", f"{keys[1]},failed,,")
    with pytest.raises(NotFinished), transaction():
        close_period(run.preparer, run.period_id)
    with transaction():
        leave_line(run.preparer, run.line_ids[1])
    with pytest.raises(NotAllowed), transaction():
        close_period(make_user(), run.period_id)
    with transaction():
        assert close_period(run.preparer, run.period_id)
        assert not close_period(run.preparer, run.period_id)
    assert period_state(run.period_id) == "closed"
    (credit, *_) = reconcile(run.period_id)
    assert (credit.approved, credit.settled, credit.left, credit.booked) == (1_100, 500, 600, 500)
