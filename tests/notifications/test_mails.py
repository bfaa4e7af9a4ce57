"""Mails about notifications: rights and wishes at the moment of sending, safe and well-formed."""

import re
from datetime import timedelta
from email.message import Message

import pytest
from sqlalchemy import select, update

from community.boards.models import Board
from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.identity.models import RoleGrant, User
from community.notifications.models import Notification, NotificationSetting
from community.notifications.operations.mailing import send_notification_mail
from community.notifications.operations.reading import mark_all_read
from community.posts.models import Post
from community.posts.operations import unwatch, watch
from community.questions.operations.closures import close_question, request_info
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)


def notify_without_mail() -> None:
    """Run the subscribers one by one, keeping each mail in the queue."""
    later = clock.now() + timedelta(days=1)
    for _ in range(20):
        with transaction():
            db.session.execute(
                update(Job).where(Job.task.like("%send_notification_mail")).values(due_at=later)
            )
        run_due_jobs(1)


def send_waiting_mails() -> None:
    with transaction():
        db.session.execute(update(Job).values(due_at=clock.now()))
    run_due_jobs()
    failed = select(Job.last_error).where(Job.last_error.is_not(None))
    assert db.session.scalars(failed).all() == []


def answered_question(asker: User | None = None, **values):
    """Make a question whose asker has one mail waiting."""
    question = make_question(asker or make_user(), **values)
    answer = make_answer(question, make_user("Bea Helps"))
    notify_without_mail()
    return question, answer


def parts_of(mail) -> tuple[Message, str, str]:
    message = mail.message()
    text, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    return message, text, html


def test_a_mail_says_what_happened_and_where(app, outbox):
    question, answer = answered_question(make_user("Ada"))
    send_waiting_mails()
    message, text, html = parts_of(outbox[0])
    assert len(outbox) == 1
    assert question.title in message["Subject"]
    for part in (text, html):
        assert "Bea Helps answered" in part
        assert "Switch flight mode on and off" in part
        assert f"http://localhost/questions/{question.id}#answer-{answer.id}" in part
        assert "http://localhost/unsubscribe/" in part
        assert "http://localhost/preferences/notifications" in part
    assert message.get_content_type() == "multipart/alternative"


def test_headers_let_mail_programs_thread_and_leave(app, outbox):
    asker = make_user()
    question, _ = answered_question(asker)
    make_answer(question)
    send_waiting_mails()
    first, second = (mail.message() for mail in outbox if mail.to == [asker.email])
    notification = db.session.scalars(select(Notification).order_by(Notification.id)).first()
    assert first["Message-ID"] == f"<n{notification.id}.{asker.id}@localhost>"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"\s*<http://localhost/unsubscribe/[\w.-]+>", first["List-Unsubscribe"])


def test_each_reader_gets_their_own_language(app, outbox):
    german, english, unset = (make_user(language=code) for code in ("de", "en", None))
    question = make_question(make_user())
    with transaction():
        for user in (german, english, unset):
            watch(user.id, post_id=question.id)
    make_answer(question)
    run_due_jobs()
    languages = {}
    for mail in outbox:
        html = parts_of(mail)[2]
        languages[mail.to[0]] = re.search(r'<html lang="(\w+)"', html)[1]
    assert languages[german.email] == "de"
    assert languages[english.email] == languages[unset.email] == "en"


def test_a_mail_goes_out_once(app, outbox):
    answered_question()
    send_waiting_mails()
    notification = db.session.scalars(select(Notification)).one()
    assert notification.mailed_at is not None
    send_notification_mail(notification.id)
    assert len(outbox) == 1


def test_after_a_crash_the_second_mail_carries_the_same_id(app, outbox):
    answered_question()
    send_waiting_mails()
    with transaction():
        db.session.execute(update(Notification).values(mailed_at=None))
    send_notification_mail(db.session.scalars(select(Notification.id)).one())
    assert len({mail.message()["Message-ID"] for mail in outbox}) == 1


def test_what_was_read_is_not_mailed(app, outbox):
    asker = make_user()
    answered_question(asker)
    with transaction():
        mark_all_read(asker, newest_id=10**9)
    send_waiting_mails()
    assert outbox == []


@pytest.mark.parametrize("visibility", ["hidden", "held", "deleted"])
@pytest.mark.parametrize("which", [0, 1])
def test_what_was_removed_is_not_mailed(app, outbox, visibility, which):
    posts = answered_question()
    set_post_visibility(posts[which], visibility, make_user(role="moderator"))
    send_waiting_mails()
    # What was decided is told to the author, by a letter of its own.
    assert [mail for mail in outbox if "/account/decisions/" not in parts_of(mail)[1]] == []


def test_what_moved_to_the_staff_is_not_mailed_to_members(app, outbox):
    question, _ = answered_question()
    with transaction():
        db.session.execute(
            update(Board).where(Board.id == question.board_id).values(audience="staff")
        )
    send_waiting_mails()
    assert outbox == []


def test_who_left_the_staff_gets_no_more_staff_mails(app, outbox):
    agent = make_user(role="agent")
    answered_question(agent, board=make_board(audience="staff"))
    with transaction():
        db.session.query(RoleGrant).filter_by(user_id=agent.id).delete()
    send_waiting_mails()
    assert outbox == []


@pytest.mark.parametrize(
    "values", [{"active": False}, {"email": None}, {"confirmed_at": None}], ids=str
)
def test_who_cannot_be_reached_gets_no_mail(app, outbox, values):
    asker = make_user()
    answered_question(asker)
    with transaction():
        db.session.execute(update(User).where(User.id == asker.id).values(**values))
    send_waiting_mails()
    assert outbox == []


@pytest.mark.parametrize("values", [{"email": None}, {"confirmed_at": None}], ids=str)
def test_without_an_address_only_the_bell_rings(app, outbox, values):
    asker = make_user()
    question = make_question(asker)
    with transaction():
        db.session.execute(update(User).where(User.id == asker.id).values(**values))
    make_answer(question)
    run_due_jobs()
    assert outbox == []
    assert reload(asker).unread_count == 1


def test_a_watch_turned_off_meanwhile_stops_the_mail(app, outbox):
    asker = make_user()
    question, _ = answered_question(asker)
    with transaction():
        unwatch(asker.id, post_id=question.id)
    send_waiting_mails()
    assert outbox == []


def test_mails_turned_off_meanwhile_are_not_sent(app, outbox):
    asker = make_user()
    answered_question(asker)
    with transaction():
        db.session.add(NotificationSetting(user_id=asker.id, kind="answer", mail=False))
    send_waiting_mails()
    assert outbox == []


def test_a_mention_edited_away_is_not_mailed(app, outbox):
    from tests.factories.editing import edit_reply

    friend, helper = make_user("friend"), make_user()
    question = make_question()
    answer = make_answer(question, helper, "As @friend says, do restart the phone once.")
    notify_without_mail()
    with transaction():
        edit_reply(
            load_user(helper.id),
            lock_question(question.id),
            db.session.get_one(type(answer), answer.id),
            body="As somebody says, do restart the phone once.",
        )
    send_waiting_mails()
    assert friend.email not in [mail.to[0] for mail in outbox]


def test_kudos_are_not_mailed_unless_wished(app, outbox):
    from community.posts.operations import give_kudos

    author, thankful = make_user(), make_user()
    question = make_question(author)
    with transaction():
        give_kudos(thankful, db.session.get_one(Post, question.id))
    run_due_jobs()
    assert outbox == []
    with transaction():
        db.session.add(NotificationSetting(user_id=author.id, kind="kudos", mail=True))
    other = make_question(author)
    with transaction():
        give_kudos(thankful, db.session.get_one(Post, other.id))
    run_due_jobs()
    assert [mail.to for mail in outbox] == [[author.email]]


def test_a_request_for_facts_quotes_what_is_missing(app, outbox):
    question = make_question()
    with transaction():
        request_info(make_user(role="agent"), lock_question(question.id), "Which *phone* is it?")
    run_due_jobs()
    assert "Which phone is it?" in parts_of(outbox[0])[1]


def test_closing_and_acceptance_are_mailed_with_words(app, outbox):
    helper = make_user()
    question = make_question()
    answer = make_answer(question, helper)
    agent = make_user(role="agent")
    make_acceptance(answer, agent)
    run_due_jobs()
    other = make_question()
    with transaction():
        close_question(agent, lock_question(other.id), reason="off_topic")
    run_due_jobs()
    subjects = [mail.message()["Subject"] for mail in outbox]
    assert any(subject.startswith("Your answer was accepted") for subject in subjects)
    assert any(subject.startswith("Closed") for subject in subjects)


HOSTILE = '<script>alert(1)</script> & "quotes" %(name)s {{ 7*7 }}'


def test_hostile_titles_and_names_stay_text(app, outbox):
    asker = make_user("<b>Ada</b> %(x)s")
    question = make_question(asker, title=f"Why {HOSTILE}?")
    make_answer(question, make_user("<img src=x onerror=alert(1)>"), f"Because {HOSTILE} is so.")
    run_due_jobs()
    _, text, html = parts_of(outbox[0])
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>Ada" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script>" in text
    assert "49" not in text.replace("http", "")


def test_line_breaks_cannot_add_headers(app, outbox):
    asker = make_user("Ada\r\nBcc: all@example.org")
    question = make_question(asker)
    with transaction():
        # Titles are tidied when asked; imported or older rows may hold anything.
        from community.questions.models import Question

        db.session.execute(
            update(Question.__table__)
            .where(Question.__table__.c.id == question.id)
            .values(title="Broken\r\nBcc: all@example.org\n\nbody")
        )
    make_answer(question, make_user("Bob\nBcc: x@example.org"))
    run_due_jobs()
    message = outbox[0].message()
    assert message["Bcc"] is None
    assert message["Subject"] == "New answer: Broken Bcc: all@example.org body"
    assert "\nBcc:" not in message.as_string().split("\n\n", 1)[0]
