"""Approving a list, and the files made of it."""

import csv
import io
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction, write_access
from community.core.errors import NotAllowed
from community.core.sealing import SealBroken
from community.identity.models import ExternalIdentity
from reputation.ledger.operations import Posting, book
from reputation.payback.models import Choice, PaybackHold, PaybackPeriod, PayoutDetails, PayoutLine
from reputation.payouts.errors import (
    FileGone,
    ListChanged,
    NotApproved,
    NotLocked,
    OnlyEuros,
    PayerMissing,
    PayoutsHalted,
    SamePerson,
)
from reputation.payouts.files.credit_transfer import check_schema
from reputation.payouts.models import PayoutBatch, PayoutItem
from reputation.payouts.operations import (
    approve_list,
    export_form,
    import_settlement,
    open_file,
    retry_line,
)
from tests.factories.community import make_user
from tests.reputation.payouts.runs import (
    OTHER_IBAN,
    PAYER,
    Run,
    add_details,
    break_books,
    make_run,
    period_state,
    references,
    report,
    settings_with,
    state_of,
)


def actions() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.action.like("payout.%"))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def export(run: Run, form: Choice) -> PayoutBatch | None:
    with transaction():
        return export_form(run.preparer, run.period_id, form)


def file_of(run: Run, batch: PayoutBatch) -> bytes:
    with transaction():
        return open_file(run.approver, batch.id)


def test_a_second_person_approves_the_list_they_have_seen(app: Flask) -> None:
    run = make_run(("credit", 500), ("roll", 20))
    with transaction():
        assert approve_list(run.approver, run.period_id, run.digest)
    assert period_state(run.period_id) == "approved"
    assert [state_of(one) for one in run.line_ids] == ["approved", "rolled"]
    with transaction():
        assert not approve_list(run.approver, run.period_id, run.digest)
    assert actions() == ["payout.approved"]


def test_who_prepared_the_list_does_not_approve_it(app: Flask) -> None:
    run = make_run(("credit", 500))
    with pytest.raises(SamePerson), transaction():
        approve_list(run.preparer, run.period_id, run.digest)
    assert period_state(run.period_id) == "locked"


def test_nobody_approves_a_list_that_nobody_prepared(app: Flask) -> None:
    run = make_run(("credit", 500))
    with transaction():
        db.session.execute(update(PaybackPeriod).values(prepared_by_id=None))
    with pytest.raises(SamePerson), transaction():
        approve_list(run.approver, run.period_id, run.digest)


@pytest.mark.parametrize("role", ["member", "moderator", "agent"])
def test_administrators_alone_run_payouts(app: Flask, role: str) -> None:
    run, other = make_run(("credit", 500)), make_user(role=role)
    with pytest.raises(NotAllowed), transaction():
        approve_list(other, run.period_id, run.digest)
    with pytest.raises(NotAllowed), transaction():
        export_form(other, run.period_id, Choice.CREDIT)


def test_the_system_is_no_second_person(app: Flask) -> None:
    run = make_run(("credit", 500))
    with pytest.raises(NotAllowed), transaction():
        approve_list(SYSTEM, run.period_id, run.digest)


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_another_list_than_the_locked_one_is_not_approved(app: Flask, seen: str) -> None:
    run = make_run(("credit", 500))
    with pytest.raises(ListChanged), transaction():
        approve_list(run.approver, run.period_id, seen)


def test_a_list_that_was_changed_after_the_lock_is_neither_approved_nor_exported(
    app: Flask,
) -> None:
    run = make_run(("credit", 500)).approved()
    later = make_run(("credit", 500))
    with transaction():
        values = {"earned": 900, "amount": 900}
        db.session.execute(update(PayoutLine).values(**values))
    with pytest.raises(ListChanged), transaction():
        approve_list(later.approver, later.period_id, later.digest)
    with pytest.raises(ListChanged):
        export(run, Choice.CREDIT)


def test_a_list_is_approved_once(app: Flask) -> None:
    run = make_run(("credit", 500)).approved()
    with pytest.raises(NotLocked), transaction():
        approve_list(make_user(role="admin"), run.period_id, run.digest)


def test_a_list_with_nothing_to_pay_is_paid_once_approved(app: Flask) -> None:
    run = make_run(("roll", 500)).approved()
    assert period_state(run.period_id) == "paid"
    assert export(run, Choice.CREDIT) is None


def test_nothing_is_exported_before_approval(app: Flask) -> None:
    with pytest.raises(NotApproved):
        export(make_run(("credit", 500)), Choice.CREDIT)


def test_the_table_for_billing_names_members_and_who_they_are_there(app: Flask) -> None:
    run = make_run(("credit", 1_234), ("credit", 7)).approved()
    with transaction():
        identity = {"user_id": run.user_ids[0], "provider": "crm", "subject": "4711"}
        db.session.add(ExternalIdentity(**identity))
    batch = run.export("credit")
    rows = list(csv.DictReader(io.StringIO(file_of(run, batch).decode(), newline="")))
    assert [(row["member_id"], row["customer"], row["amount"]) for row in rows] == [
        (str(run.user_ids[0]), "crm:4711", "12.34"),
        (str(run.user_ids[1]), "", "0.07"),
    ]
    assert [row["line_key"] for row in rows] == references(batch)
    assert (batch.points, batch.total, batch.items_count) == (1_241, 1_241, 2)
    assert period_state(run.period_id) == "paying"


def test_cash_is_an_order_that_the_published_schema_accepts(app: Flask) -> None:
    run = make_run(("cash", 1_500), ("cash", 2_000), ("credit", 1)).approved()
    with settings_with(**PAYER):
        batch = run.export("cash")
    xml = file_of(run, batch)
    check_schema(xml)
    assert b"<CtrlSum>35.00</CtrlSum>" in xml
    assert f"Juergen {run.user_ids[0]}".encode() in xml
    assert state_of(run.line_ids[2]) == "approved"


def test_gifts_to_a_charity_are_one_payment_and_matched(app: Flask) -> None:
    run = make_run(("charity", 333), ("charity", 100), match_percent=50).approved()
    batch = run.export("charity")
    (row,) = csv.DictReader(io.StringIO(file_of(run, batch).decode(), newline=""))
    assert (row["members"], row["given_minor"], row["matched_minor"]) == ("2", "433", "216")
    assert (batch.points, batch.total) == (433, 649)
    assert references(batch) == [row["line_key"]]


def test_a_file_that_is_asked_for_again_is_the_same_file(app: Flask) -> None:
    run = make_run(("cash", 1_500)).approved()
    with settings_with(**PAYER):
        first = run.export("cash")
    with settings_with(payout_name="Somebody else", payout_iban="", site_name="Else"):
        again = run.export("cash")
        data = file_of(run, again)
    assert again.id == first.id
    assert sha256(data).hexdigest() == first.file_digest
    assert file_of(run, first) == data
    assert db.session.query(PayoutItem).count() == 1
    taken = ["payout.file_taken"] * 2
    assert actions() == ["payout.approved", "payout.exported", "payout.begun", *taken]


def test_a_stored_file_that_was_changed_does_not_open(app: Flask) -> None:
    run = make_run(("credit", 500)).approved()
    other = make_run(("credit", 900)).approved()
    batch, foreign = run.export("credit"), other.export("credit")
    with transaction():
        values = {"sealed_file": foreign.sealed_file}
        db.session.execute(update(PayoutBatch).where(PayoutBatch.id == batch.id).values(**values))
    db.session.expire_all()
    with pytest.raises(SealBroken):
        file_of(run, batch)


def test_the_database_keeps_no_names_or_accounts_in_the_clear(app: Flask) -> None:
    run = make_run(("cash", 1_500)).approved()
    with settings_with(**PAYER):
        batch = run.export("cash")
    assert b"DE89" in file_of(run, batch)
    assert "DE89" not in (batch.sealed_file or "")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"payout_name": "", "payout_iban": PAYER["payout_iban"]}, PayerMissing),
        ({"payout_name": "Nordfunk", "payout_iban": ""}, PayerMissing),
        ({"payout_name": "Nordfunk", "payout_iban": "DE00370400440532013000"}, PayerMissing),
        ({**PAYER, "currency": "CHF"}, OnlyEuros),
    ],
)
def test_cash_needs_an_account_in_euros_to_be_paid_from(
    app: Flask, values: dict[str, str], refusal: type[Exception]
) -> None:
    run = make_run(("cash", 1_500)).approved()
    with settings_with(**values), pytest.raises(refusal):
        export(run, Choice.CASH)
    assert state_of(run.line_ids[0]) == "approved"


def test_who_is_under_investigation_is_held_and_left_out(app: Flask) -> None:
    run = make_run(("credit", 500), ("credit", 70)).approved()
    with transaction():
        hold = {"user_id": run.user_ids[0], "reason": "Ring", "reference": "case:1"}
        db.session.add(PaybackHold(**hold))
    assert run.export("credit").points == 70
    assert [state_of(one) for one in run.line_ids] == ["held", "exported"]
    assert "payout.left_out" in actions()


def test_cash_to_other_bank_details_than_the_locked_ones_waits_for_a_person(app: Flask) -> None:
    run = make_run(("cash", 1_500), ("cash", 1_600), ("cash", 1_700)).approved()
    with transaction():
        add_details(run.user_ids[0], "Eve Dropper", OTHER_IBAN)
        db.session.execute(delete(PayoutDetails).where(PayoutDetails.user_id == run.user_ids[1]))
    with settings_with(**PAYER):
        assert run.export("cash").points == 1_700
        assert [state_of(one) for one in run.line_ids] == ["failed", "failed", "exported"]
        with transaction():
            retry_line(run.approver, run.line_ids[0])
        batch = run.export("cash")
    assert OTHER_IBAN.encode() in file_of(run, batch)
    assert (batch.number, batch.points) == (2, 1_500)


def test_a_name_that_no_bank_can_write_fails_before_the_file_is_made(app: Flask) -> None:
    run = make_run(("cash", 1_500)).approved()
    with transaction():
        add_details(run.user_ids[0], "🦊")
        retry = update(PayoutLine).values(state="retried")
        db.session.execute(retry)
    with settings_with(**PAYER):
        assert export(run, Choice.CASH) is None
    assert state_of(run.line_ids[0]) == "failed"


def test_more_than_an_account_holds_by_now_is_not_paid(app: Flask) -> None:
    run = make_run(("credit", 500)).approved()
    with transaction():
        book(Posting(run.user_ids[0], "payback", "adjustment", -1, "correction"))
    assert export(run, Choice.CREDIT) is None
    assert state_of(run.line_ids[0]) == "failed"
    assert period_state(run.period_id) == "approved"


def test_nothing_leaves_while_the_books_do_not_add_up(app: Flask) -> None:
    run, later = make_run(("credit", 500)).approved(), make_run(("credit", 500))
    break_books(later.user_ids[0])
    with pytest.raises(PayoutsHalted):
        export(run, Choice.CREDIT)
    with pytest.raises(PayoutsHalted), transaction():
        approve_list(later.approver, later.period_id, later.digest)
    assert state_of(run.line_ids[0]) == "approved"


def test_a_file_goes_once_every_payment_is_decided(app: Flask) -> None:
    run = make_run(("credit", 500)).approved()
    batch = run.export("credit")
    data = report(f"{references(batch)[0]},settled,500,")
    with transaction():
        import_settlement(run.preparer, batch.id, data)
    db.session.expire_all()
    with pytest.raises(FileGone):
        file_of(run, batch)


def test_the_database_refuses_a_line_in_two_files(app: Flask) -> None:
    run = make_run(("credit", 500), ("credit", 20)).approved()
    batch = run.export("credit")
    twin = {"line_id": run.line_ids[0], "reference": "PB-1-9", "amount": 500, "matched": 0}
    other = PayoutBatch(
        period_id=run.period_id,
        form="credit",
        number=2,
        message_id="OTHER",
        currency="EUR",
        points=500,
        total=500,
        items_count=1,
        execute_on=batch.execute_on,
        file_name="x.csv",
    )
    with transaction():
        db.session.add(other)
    second = insert(PayoutItem).values(batch_id=other.id, state="exported", reason="", **twin)
    with pytest.raises(IntegrityError), write_access():
        db.session.execute(second)
