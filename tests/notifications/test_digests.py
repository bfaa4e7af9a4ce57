"""Digests: once a period, in the morning of the reader's zone, with what they may see then."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from community.boards.models import Board
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Digest, Notification
from community.notifications.operations.digests import plan_digests, send_digest
from community.notifications.operations.preferences import save_mail_times
from community.notifications.operations.reading import mark_all_read
from community.posts.models import Tag
from community.posts.operations import watch
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)

# A Monday.
MORNING = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
OFF = {"digest": "off", "quiet_from_minutes": None, "quiet_until_minutes": None}


@pytest.fixture(autouse=True)
def _sunday(app):
    """Tests begin on the day before."""
    with time_machine.travel(MORNING - timedelta(hours=20), tick=False):
        yield


def make_reader(board=None, **values):
    """A member who wants a daily digest, follows a board, and gets no other mails of it."""
    values = {"time_zone": "Europe/London", "digest": "daily", "language": "en", **values}
    reader = make_user(**values)
    if board is not None:
        with transaction():
            watch(reader.id, board_id=board.id)
    return reader


def digest_at(moment=MORNING):
    """Plan and send what is due then."""
    with time_machine.travel(moment, tick=False):
        with transaction():
            plan_digests()
        run_due_jobs()
    failed = select(Job.last_error).where(Job.last_error.is_not(None))
    assert db.session.scalars(failed).all() == []


def digests_to(outbox, reader):
    return [m for m in outbox if m.to == [reader.email] and m.extra_headers["Message-ID"][1] == "d"]


def test_a_digest_tells_what_is_new_where_one_follows(app, outbox):
    board = make_board("esim", names={"en": "eSIM & SIM", "de": "eSIM"})
    reader = make_reader(board)
    question = make_question(None, board, title="Which eSIM profile is <b>mine</b>?")
    digest_at()
    (mail,) = digests_to(outbox, reader)
    assert mail.subject == f"New: {question.title}"
    html = mail.alternatives[0][0]
    assert f"http://localhost/questions/{question.id}" in mail.body
    assert "Which eSIM profile is &lt;b&gt;mine&lt;/b&gt;?" in html
    assert "New where you follow" in html
    assert "eSIM &amp; SIM" in html
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reload(db.session.scalars(select(Digest)).one()).sent_at is not None


def test_tags_and_people_are_followed_too(app, outbox):
    asker = make_user()
    tagged = make_question(tags="esim")
    reader = make_reader()
    with transaction():
        watch(reader.id, tag_id=db.session.scalars(select(Tag.id)).one())
        watch(reader.id, person_id=asker.id)
    theirs = make_question(asker)
    make_question()
    digest_at()
    (mail,) = digests_to(outbox, reader)
    assert [f"/questions/{q.id}" in mail.body for q in (tagged, theirs)] == [True, True]
    assert mail.body.count("/questions/") == 2


def test_unread_news_come_first_and_only_without_a_mail_of_their_own(app, outbox, client):
    reader = make_reader()
    client.sign_in(reader).submit("/preferences/notifications", {"bell": ["answer"]})
    question = make_question(reader)
    make_answer(question, make_user("Bea"))
    run_due_jobs()
    digest_at()
    (mail,) = digests_to(outbox, reader)
    assert mail.subject == f"Bea answered “{question.title}”"
    assert "For you" in mail.body
    assert f"/questions/{question.id}#answer-" in mail.body


def test_what_was_mailed_or_read_is_not_told_again(app, outbox):
    mailed = make_reader()
    read = make_reader(email="read@example.org")
    for asker in (mailed, read):
        make_answer(make_question(asker))
    with transaction():
        db.session.execute(update(Job).where(Job.task.like("%mail")).values(due_at=MORNING))
    run_due_jobs()
    with transaction():
        mark_all_read(read, newest_id=10**9)
    digest_at()
    assert digests_to(outbox, mailed) + digests_to(outbox, read) == []


def test_questions_without_an_answer_are_recalled(app, outbox):
    board = make_board()
    with time_machine.travel(MORNING - timedelta(days=5), tick=False):
        old = make_question(None, board)
        answered = make_question(None, board)
        make_answer(answered)
    reader = make_reader(board)
    fresh = make_question(None, board)
    digest_at()
    (mail,) = digests_to(outbox, reader)
    after = mail.body.partition("Still without an answer")[2]
    shown = [f"/questions/{q.id}\n" in after for q in (old, answered, fresh)]
    assert shown == [True, False, False]


def test_nothing_new_is_no_mail(app, outbox):
    board = make_board()
    with time_machine.travel(MORNING - timedelta(days=5), tick=False):
        make_question(None, board)
    reader = make_reader(board)
    make_question(reader, board)
    make_question(None, make_board())
    digest_at()
    assert digests_to(outbox, reader) == []
    assert db.session.scalars(select(Digest.sent_at)).all() == [None]


def test_a_period_is_told_once(app, outbox):
    board = make_board()
    reader = make_reader(board)
    make_question(None, board)
    for hours in (0, 0, 1, 9):
        digest_at(MORNING + timedelta(hours=hours))
    with time_machine.travel(MORNING, tick=False):
        send_digest(db.session.scalars(select(Digest.id)).one())
    assert len(digests_to(outbox, reader)) == 1


def test_the_next_digest_begins_where_the_last_one_ended(app, outbox):
    board = make_board()
    reader = make_reader(board)
    first = make_question(None, board)
    digest_at()
    with time_machine.travel(MORNING + timedelta(hours=3), tick=False):
        second = make_question(None, board)
    digest_at(MORNING + timedelta(days=1))
    new = digests_to(outbox, reader)[1].body.partition("Still without")[0]
    assert f"/questions/{second.id}\n" in new
    assert f"/questions/{first.id}\n" not in new


def test_each_zone_has_its_own_morning(app, outbox):
    board = make_board()
    readers = {
        zone: make_reader(board, time_zone=zone, email=f"{place}@example.org")
        for place, zone in (("a", "Asia/Tokyo"), ("b", "Europe/Berlin"), ("c", "America/Lima"))
    }
    digest_at(MORNING - timedelta(hours=12))
    with time_machine.travel(MORNING - timedelta(hours=11), tick=False):
        make_question(None, board)
    got = {}
    for hour in range(-11, 12):
        digest_at(MORNING.replace(minute=0) + timedelta(hours=hour))
        for zone, reader in readers.items():
            if digests_to(outbox, reader):
                got.setdefault(zone, hour)
    assert got == {"Asia/Tokyo": -9, "Europe/Berlin": -1, "America/Lima": 5}


def test_a_weekly_digest_comes_on_monday(app, outbox):
    board = make_board()
    reader = make_reader(board, digest="weekly")
    with time_machine.travel(MORNING - timedelta(days=4), tick=False):
        question = make_question(None, board)
    for days in range(-2, 5):
        digest_at(MORNING + timedelta(days=days))
    (mail,) = digests_to(outbox, reader)
    assert f"/questions/{question.id}" in mail.body
    assert "this is your week" in mail.body


def test_a_digest_speaks_its_readers_language_and_time(app, outbox):
    board = make_board(names={"en": "Phones", "de": "Handys"})
    reader = make_reader(board, language="de", time_zone="America/New_York")
    with time_machine.travel(MORNING, tick=False):
        question = make_question(None, board)
    digest_at(MORNING.replace(hour=14))
    (mail,) = digests_to(outbox, reader)
    assert 'lang="de"' in mail.alternatives[0][0]
    assert "Neu, wo du folgst" in mail.body
    assert "Handys" in mail.body
    local = question.created_at - timedelta(hours=5)
    assert f"{local:%H:%M}" in mail.body


def test_only_languages_that_are_read_are_told(app, outbox):
    board = make_board()
    reader = make_reader(board, reads_languages="de")
    german = make_question(None, board, language="de")
    make_question(None, board, language="en")
    digest_at()
    (mail,) = digests_to(outbox, reader)
    assert mail.body.count("/questions/") == 1
    assert f"/questions/{german.id}" in mail.body


@pytest.mark.parametrize("change", ["board closed", "question hidden", "muted"])
def test_rights_and_wishes_count_at_the_moment_of_sending(app, outbox, change):
    moderator, board = make_user(role="moderator"), make_board()
    reader = make_reader(board)
    question = make_question(None, board)
    with time_machine.travel(MORNING, tick=False), transaction():
        plan_digests()
    if change == "board closed":
        with transaction():
            db.session.execute(update(Board).values(audience="staff"))
    elif change == "question hidden":
        set_post_visibility(question, "hidden", moderator)
    else:
        with transaction():
            save_mail_times(load_user(reader.id), OFF)
    with time_machine.travel(MORNING, tick=False):
        run_due_jobs()
    assert digests_to(outbox, reader) == []


@pytest.mark.parametrize(
    "values", [{"active": False}, {"confirmed_at": None}, {"email": None}, {"digest": "off"}]
)
def test_who_cannot_or_will_not_be_mailed_is_not(app, outbox, values):
    board = make_board()
    reader = make_reader(board)
    make_question(None, board)
    with transaction():
        db.session.execute(update(User).where(User.id == reader.id).values(**values))
    digest_at()
    assert digests_to(outbox, reader) == []
    assert db.session.scalar(select(func.count(Digest.id))) == 0


def test_a_digest_waits_for_the_end_of_quiet_hours(app, outbox):
    board = make_board()
    reader = make_reader(board, quiet_from_minutes=1320, quiet_until_minutes=600)
    make_question(None, board)
    digest_at()
    assert outbox == []
    with time_machine.travel(MORNING.replace(hour=10), tick=False):
        run_due_jobs()
    assert len(digests_to(outbox, reader)) == 1


def test_a_digest_that_could_not_be_sent_for_a_day_is_let_go(app, outbox):
    board = make_board()
    reader = make_reader(board)
    make_question(None, board)
    with time_machine.travel(MORNING, tick=False), transaction():
        plan_digests()
    with time_machine.travel(MORNING + timedelta(days=2), tick=False):
        run_due_jobs()
    assert digests_to(outbox, reader) == []


def test_choosing_a_digest_sends_none_at_once(app, outbox, client):
    board = make_board()
    reader = make_reader(board, digest="off")
    make_question(None, board)
    client.sign_in(reader)
    with time_machine.travel(MORNING, tick=False):
        client.submit("/preferences/notifications", {"digest": "daily"})
    digest_at()
    assert digests_to(outbox, reader) == []
    with time_machine.travel(MORNING + timedelta(hours=4), tick=False):
        make_question(None, board)
    digest_at(MORNING + timedelta(days=1))
    assert len(digests_to(outbox, reader)) == 1


def test_one_click_in_the_mail_ends_it(app, client, outbox):
    board = make_board()
    reader = make_reader(board)
    make_question(None, board)
    digest_at()
    header = digests_to(outbox, reader)[0].extra_headers["List-Unsubscribe"]
    address = header.strip("<>").removeprefix("http://localhost")
    assert "The digest" in client.get(address).text
    assert reload(reader).digest == "daily"
    for _ in range(2):
        assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert reload(reader).digest == "off"


def test_old_digests_are_forgotten(app):
    make_reader(make_board())
    digest_at(MORNING - timedelta(days=70))
    with transaction():
        db.session.execute(update(User).values(digest="off"))
    digest_at()
    assert db.session.scalars(select(Digest)).all() == []


def test_planning_costs_the_same_for_many(app, count_statements):
    board = make_board()
    for _ in range(12):
        make_reader(board)
    with (
        time_machine.travel(MORNING, tick=False),
        transaction(),
        count_statements() as statements,
    ):
        plan_digests()
    assert len(statements) <= 6, statements
    assert db.session.scalar(select(func.count(Digest.id))) == 12
    assert db.session.scalars(select(Notification)).all() == []
