"""Whoever is paid, or could not be, is told of it once, by the ways they want."""

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Notification, NotificationSetting
from reputation.payouts.models import PayoutBatch
from reputation.payouts.operations import import_settlement
from tests.client import ForumClient
from tests.reputation.payouts.runs import (
    PAYER,
    Run,
    make_run,
    references,
    report,
    settings_with,
)


@pytest.fixture
def outbox(app: Flask) -> list[EmailMessage]:
    """Return the mails sent in this test."""
    app.extensions["mailman"].outbox = []
    return app.extensions["mailman"].outbox


def exported(form: str, *amounts: int) -> tuple[Run, PayoutBatch, list[str]]:
    run = make_run(*[(form, amount) for amount in amounts]).approved()
    with settings_with(**PAYER):
        batch = run.export(form)
    return run, batch, references(batch)


def settle(run: Run, batch: PayoutBatch, *lines: str) -> None:
    with transaction():
        import_settlement(run.preparer, batch.id, report(*lines))
    run_due_jobs()


def told() -> list[tuple[int, str]]:
    kinds = Notification.kind == "payment"
    query = select(Notification.user_id, Notification.note).where(kinds)
    return [(user_id, note) for user_id, note in db.session.execute(query)]


def test_a_member_hears_once_that_they_were_paid_or_not(
    app: Flask, outbox: list[EmailMessage]
) -> None:
    run, batch, keys = exported("credit", 500, 600)
    del outbox[:]
    lines = [f"{keys[0]},settled,500,", f"{keys[1]},failed,600,closed"]
    settle(run, batch, *lines)
    settle(run, batch, *lines)
    settle(run, batch, lines[1], lines[0])
    assert sorted(told()) == [
        (run.user_ids[0], "settled credit 500"),
        (run.user_ids[1], "failed credit 600"),
    ]
    assert sorted(mail.subject for mail in outbox) == [
        "500 payback points were credited to your bill",
        "600 payback points of yours could not be paid: nothing of it is lost",
    ]


def test_a_refused_line_tells_nobody(app: Flask) -> None:
    run, batch, (key,) = exported("credit", 500)
    settle(run, batch, f"{key},settled,501,")
    assert told() == []


def test_who_wants_no_mail_of_payments_sees_it_beside_the_bell(
    app: Flask, outbox: list[EmailMessage]
) -> None:
    run, batch, (key,) = exported("credit", 500)
    with transaction():
        wish = NotificationSetting(user_id=run.user_ids[0], kind="payment", bell=True, mail=False)
        db.session.add(wish)
    del outbox[:]
    settle(run, batch, f"{key},settled,500,")
    assert told() == [(run.user_ids[0], "settled credit 500")]
    assert outbox == []


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("credit", "900 payback points were credited to your bill"),
        ("cash", "900 payback points were transferred to your bank account"),
        ("charity", "Your gift of 900 payback points was passed on. Thank you"),
    ],
)
def test_the_line_says_in_which_form_and_leads_to_payback(
    client: ForumClient, form: str, line: str
) -> None:
    run, batch, keys = exported(form, 900)
    settle(run, batch, f"{keys[0]},settled,,")
    page = client.sign_in(db.session.get_one(User, run.user_ids[0])).get("/notifications").text
    assert line in page
    assert 'href="/payback"' in page
