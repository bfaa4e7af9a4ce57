"""Mails held in quiet hours, and sent together afterwards."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.mail import Message, enqueue_mail
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import KINDS, Notification, NotificationSetting
from community.notifications.operations.mailing import send_held_mails, send_notification_mail
from community.notifications.operations.reading import mark_all_read
from community.posts.operations import unwatch
from tests.factories.community import (
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

NIGHT = "2026-11-22T23:00:00+00:00"
MORNING = "2026-11-23T07:00:05+00:00"
ZONE = {"time_zone": "Europe/London", "quiet_from_minutes": 1320, "quiet_until_minutes": 420}


def answer_at_night(asker, answers=1):
    """Make answers at night; returns question and answers."""
    with time_machine.travel(NIGHT, tick=False):
        question, helper = make_question(asker), make_user("Bea")
        made = [make_answer(question, helper) for _ in range(answers)]
        run_due_jobs()
    return question, made


def wake_up():
    with time_machine.travel(MORNING, tick=False):
        run_due_jobs()
    failed = select(Job.last_error).where(Job.last_error.is_not(None))
    assert db.session.scalars(failed).all() == []


def test_mails_of_the_night_come_as_one_in_the_morning(app, outbox):
    asker = make_user(**ZONE)
    question, answers = answer_at_night(asker, 3)
    assert [mail for mail in outbox if mail.to == [asker.email]] == []
    wake_up()
    (mail,) = [mail for mail in outbox if mail.to == [asker.email]]
    assert mail.subject == "3 things happened in your quiet hours"
    for answer in answers:
        assert f"/questions/{question.id}#answer-{answer.id}" in mail.body
    headers = mail.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"].startswith("<h")
    assert db.session.scalars(select(Notification.mailed_at)).all().count(None) == 0
    wake_up()
    assert len(outbox) == 1


def test_one_mail_of_the_night_comes_as_it_always_does(app, outbox):
    answer_at_night(make_user(**ZONE))
    wake_up()
    assert [mail.subject.split(":")[0] for mail in outbox] == ["New answer"]


def test_the_bell_rings_at_once(app, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker)
    assert reload(asker).unread_count == 1


def test_others_are_told_at_once(app, outbox):
    answer_at_night(make_user())
    assert len(outbox) == 1


@pytest.mark.parametrize("missing", ["quiet_from_minutes", "quiet_until_minutes"])
def test_half_of_quiet_hours_is_none(app, outbox, missing):
    answer_at_night(make_user(**{**ZONE, missing: None}))
    assert len(outbox) == 1


def test_what_was_read_in_the_night_is_not_mailed(app, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker, 2)
    with transaction():
        mark_all_read(asker, newest_id=10**9)
    wake_up()
    assert outbox == []


def test_what_was_hidden_in_the_night_is_not_mailed(app, outbox):
    moderator = make_user(role="moderator")
    answers = answer_at_night(make_user(**ZONE), 2)[1]
    with time_machine.travel(NIGHT, tick=False):
        set_post_visibility(answers[0], "hidden", moderator)
    wake_up()
    letter, mail = sorted(outbox, key=lambda mail: "/account/decisions/" not in mail.body)
    assert letter.to != mail.to
    assert f"answer-{answers[1].id}" in mail.body
    assert f"answer-{answers[0].id}" not in mail.body


def test_what_is_not_followed_any_more_is_not_mailed(app, outbox):
    asker = make_user(**ZONE)
    question, _ = answer_at_night(asker, 2)
    with transaction():
        unwatch(asker.id, post_id=question.id)
    wake_up()
    assert outbox == []
    assert db.session.scalars(select(Notification.held_at)).all() == [None, None]


def test_disabled_people_get_no_mail_in_the_morning(app, outbox):
    answer_at_night(make_user(**ZONE), 2)
    with transaction():
        db.session.execute(update(User).values(active=False))
    wake_up()
    assert outbox == []


def test_later_quiet_hours_hold_longer(app, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker, 2)
    with transaction():
        db.session.execute(update(User).values(quiet_until_minutes=540))
    wake_up()
    assert outbox == []
    with time_machine.travel("2026-11-23T09:00:05+00:00", tick=False):
        run_due_jobs()
    assert len(outbox) == 1


def test_a_task_that_runs_twice_mails_once(app, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker, 2)
    wake_up()
    with time_machine.travel(MORNING, tick=False):
        send_held_mails(asker.id)
        for notification_id in db.session.scalars(select(Notification.id)).all():
            send_notification_mail(notification_id)
    assert len(outbox) == 1


def test_after_a_crash_the_second_mail_carries_the_same_id(app, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker, 2)
    wake_up()
    with transaction():
        values = {"mailed_at": None, "held_at": clock.now() - timedelta(hours=1)}
        db.session.execute(update(Notification).values(**values))
    with time_machine.travel(MORNING, tick=False):
        send_held_mails(asker.id)
    assert len({mail.extra_headers["Message-ID"] for mail in outbox}) == 1
    assert len(outbox) == 2


def test_mails_about_the_account_are_never_held(app, outbox):
    reader = make_user(**ZONE)
    with time_machine.travel(NIGHT, tick=False):
        with transaction():
            enqueue_mail(Message(to=reader.email, subject="Sign in", text="x", html="<p>x</p>"))
        run_due_jobs()
    assert [mail.subject for mail in outbox] == ["Sign in"]


def test_one_click_in_the_mail_ends_them_all(app, client, outbox):
    asker = make_user(**ZONE)
    answer_at_night(asker, 2)
    wake_up()
    address = (
        outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    )
    assert "All mails about what happens" in client.get(address).text
    assert db.session.scalars(select(NotificationSetting)).all() == []
    db.session.rollback()
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    settings = db.session.execute(select(NotificationSetting.kind, NotificationSetting.mail)).all()
    assert sorted(settings) == sorted((kind, False) for kind in KINDS)
