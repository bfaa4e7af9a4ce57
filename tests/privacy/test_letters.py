"""Mails about one's own data are mails about accounts: counted, and kept waiting, never dropped."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.identity.throttling import MAILS_PER_HOUR, may_send_requested_mail, notice_due_at
from community.privacy.letters import (
    send_due_letter,
    send_erased_letter,
    send_inactive_letter,
    send_ready_letter,
)
from tests.factories.community import make_user
from tests.mailbox import sent_mails
from tests.source import application

HOUR = timedelta(hours=1)
# What stores mails about accounts, and the function itself.
STORING = {
    "community/core/mail.py",
    "community/identity/mails.py",
    # Answers to mails: counted as what anybody can ask for.
    "community/escalation/mail_in/letters.py",
    # Replies that could not be posted, given back: at most a few a day to an account.
    "community/escalation/mail_in/post_letters.py",
    # What an agent would publish, to the case's customer: one at a time waits for an answer.
    "community/escalation/publishing/operations/asking.py",
    # To an address that an administrator named for alarms.
    "community/escalation/sla/alarms.py",
    # Once for each case of the support team; the mail itself ends all further ones.
    "community/escalation/csat/operations/asking.py",
}
# Also mails of kinds that their reader can end, the last one an account gets, and what the support
# team writes to a customer.
SENDING = {
    "community/core/mail.py",
    "community/escalation/mail_in/tasks.py",
    # To suppliers: at most a hundred a day of each agent.
    "community/escalation/side/letters.py",
    "community/notifications/operations/digests.py",
    "community/notifications/operations/mailing.py",
    "community/privacy/letters.py",
}


@pytest.fixture
def now(limits_on):
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def user(now):
    return make_user("Ann Smith", language="en", erasure_due_at=clock.now() + 14 * 24 * HOUR)


def waits():
    db.session.rollback()
    due = db.session.scalars(select(Job.due_at).order_by(Job.id))
    return [(each - clock.now()) for each in due]


@pytest.mark.parametrize("send", [send_ready_letter, send_due_letter, send_inactive_letter])
def test_a_letter_waits_for_room_and_is_not_dropped(app, now, user, send):
    with transaction():
        for _ in range(MAILS_PER_HOUR):
            notice_due_at(user.email)
        send(user)
    assert waits() == [pytest.approx(HOUR, abs=timedelta(seconds=2))]
    assert sent_mails(app) == []
    now.shift(HOUR + timedelta(seconds=2))
    (mail,) = sent_mails(app)
    assert mail.to == [user.email]
    assert "/account/data" in mail.body


def test_letters_take_the_room_of_other_mails_about_the_account(user):
    with transaction():
        for _ in range(MAILS_PER_HOUR):
            send_ready_letter(user)
        assert not may_send_requested_mail(user.email)
    assert waits() == [timedelta(0)] * MAILS_PER_HOUR


def test_the_last_letter_waits_for_nothing(app, user):
    with transaction():
        for _ in range(MAILS_PER_HOUR):
            notice_due_at(user.email)
    send_erased_letter(user.id)
    (mail,) = app.extensions["mailman"].outbox
    assert mail.subject == "Your account has been erased"
    assert "Ann Smith" in mail.body


@pytest.mark.parametrize("send", [send_ready_letter, send_due_letter, send_inactive_letter])
def test_nobody_writes_to_an_address_that_was_not_confirmed(now, send):
    user = make_user(erasure_due_at=clock.now())
    with transaction():
        user.confirmed_at = None
        send(user)
    assert waits() == []


def test_no_other_code_sends_mails_past_the_count():
    calls = {(name, source.path) for source in application() for name, _ in source.calls()}
    assert {path for name, path in calls if name == "enqueue_mail"} <= STORING
    texts = {source.path for source in application() if "mail.send(" in source.text}
    assert texts <= SENDING
