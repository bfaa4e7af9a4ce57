"""A day after their first answer a newcomer is thanked: once, and by the ways they want."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import NotificationSetting, Welcome
from community.notifications.operations import welcoming
from community.notifications.operations.welcoming import sweep_welcomes
from tests.factories.community import (
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.notifications.telling import told
from tests.parallel import errors_of

pytestmark = pytest.mark.usefixtures("app")


def sweep() -> None:
    """Run the sweep as the worker does, and what it stored."""
    with transaction():
        sweep_welcomes()
    run_due_jobs()


@pytest.fixture
def later(monkeypatch):
    """Let hours pass since the test began."""
    real = clock.now

    def pass_time(hours: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=hours))

    return pass_time


@pytest.fixture
def after(later):
    """Let hours pass since the test began, and sweep."""

    def pass_time(hours: float) -> None:
        later(hours)
        run_due_jobs()
        sweep()

    return pass_time


def break_off() -> None:
    """Sweep, and fail before the transaction ends."""
    with transaction():
        sweep_welcomes()
        assert 1 // 0


def answered(user: User) -> User:
    """Let a member answer somebody's question, and what follows from it happen."""
    make_answer(make_question(), user)
    run_due_jobs()
    return user


def due_at(user: User) -> datetime | None:
    return db.session.scalar(select(Welcome.due_at).where(Welcome.user_id == user.id))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Thank you for your first answer! See here what helping others brings you"),
        ("de", "Danke für deine erste Antwort! Hier siehst du, was dir das Helfen bringt"),
    ],
)
def test_a_day_after_the_first_answer_its_writer_is_thanked(client, outbox, after, language, line):
    helper = answered(make_user(language=language))
    after(23)
    assert "welcome" not in told(helper)
    after(25)
    assert told(helper).count("welcome") == 1
    assert [mail.subject for mail in outbox if mail.to == [helper.email]] == [line]
    page = client.sign_in(reload(helper)).get("/notifications").text
    assert line in page
    assert 'href="/reputation"' in page


def test_it_is_said_once_however_many_answers_and_sweeps_follow(after):
    helper = answered(make_user())
    answered(helper)
    after(25)
    answered(helper)
    after(60)
    sweep()
    assert told(helper).count("welcome") == 1


def test_two_answers_before_the_first_was_worked_off_are_one_beginning(after):
    helper = make_user()
    for _each in range(2):
        make_answer(make_question(), helper)
    after(25)
    assert told(helper).count("welcome") == 1


def test_who_answered_long_before_is_no_newcomer(after):
    helper = answered(make_user())
    with transaction():
        # As it was before newcomers were welcomed, or where answers were imported.
        db.session.execute(delete(Welcome))
    answered(helper)
    after(25)
    assert "welcome" not in told(helper)


def test_an_answer_that_was_removed_is_not_thanked_for_but_the_next_one_is(after):
    helper, moderator = make_user(), make_user(role="moderator")
    answer = make_answer(make_question(), helper)
    run_due_jobs()
    set_post_visibility(answer, "deleted", moderator, "spam")
    after(25)
    assert "welcome" not in told(helper)
    assert due_at(helper) is None
    answered(helper)
    after(26)
    assert "welcome" not in told(helper)
    after(52)
    assert told(helper).count("welcome") == 1


def test_where_the_first_was_removed_the_day_begins_with_what_stands(after):
    helper, moderator = make_user(), make_user(role="moderator")
    answer = make_answer(make_question(), helper)
    after(20)
    answered(helper)
    set_post_visibility(answer, "deleted", moderator, "spam")
    after(25)
    assert "welcome" not in told(helper)
    after(45)
    assert told(helper).count("welcome") == 1


def test_removed_after_the_thanks_it_is_not_thanked_for_again(after):
    helper, moderator = make_user(), make_user(role="moderator")
    answer = make_answer(make_question(), helper)
    after(25)
    set_post_visibility(answer, "deleted", moderator, "spam")
    answered(helper)
    after(60)
    assert told(helper).count("welcome") == 1


@pytest.mark.parametrize("role", ["agent", "moderator", "admin"])
def test_the_team_is_not_welcomed(after, role):
    colleague = answered(make_user(role=role))
    after(25)
    assert "welcome" not in told(colleague)


@pytest.mark.parametrize(
    "state",
    [
        {"active": False, "suspended_at": datetime(2026, 1, 1).astimezone()},
        {"active": False, "erased_at": datetime(2026, 1, 1).astimezone()},
        {"active": False, "disabled_at": datetime(2026, 1, 1).astimezone()},
    ],
    ids=["suspended", "erased", "disabled"],
)
def test_who_is_kept_out_at_the_time_is_never_welcomed(after, state):
    helper = answered(make_user())
    with transaction():
        db.session.execute(update(User).where(User.id == helper.id).values(**state))
    after(25)
    with transaction():
        back = {"active": True, **dict.fromkeys(set(state) - {"active"})}
        db.session.execute(update(User).where(User.id == helper.id).values(**back))
    after(60)
    assert "welcome" not in told(helper)


@pytest.mark.parametrize(("bell", "mail"), [(True, False), (False, True), (False, False)])
def test_it_comes_by_the_ways_a_member_wants(outbox, after, bell, mail):
    helper = make_user()
    with transaction():
        wish = NotificationSetting(user_id=helper.id, kind="welcome", bell=bell, mail=mail)
        db.session.add(wish)
    answered(helper)
    after(25)
    assert told(helper).count("welcome") == (bell or mail)
    assert reload(helper).unread_count == bell
    assert len([letter for letter in outbox if letter.to == [helper.email]]) == mail


def test_two_workers_at_once_thank_everybody_once(at_once, later):
    helpers = [answered(make_user()) for _each in range(3)]
    later(25)

    def work() -> None:
        with transaction():
            sweep_welcomes()

    assert errors_of(at_once([work] * 4)) == []
    assert [told(helper).count("welcome") for helper in helpers] == [1, 1, 1]


def test_a_sweep_that_broke_off_is_made_up_for(later):
    helper = answered(make_user())
    later(25)
    with pytest.raises(ZeroDivisionError):
        break_off()
    run_due_jobs()
    assert "welcome" not in told(helper)
    sweep()
    assert told(helper).count("welcome") == 1


def test_a_sweep_looks_at_nobody_who_is_settled_or_not_yet_due(count_statements, after, later):
    for _each in range(3):
        answered(make_user())
    after(25)
    answered(make_user())
    later(26)
    with count_statements() as statements, transaction():
        sweep_welcomes()
    assert len([each for each in statements if "welcomes" in each or "posts" in each]) == 1


def test_more_than_fit_in_one_sweep_are_thanked_in_the_next(monkeypatch, after):
    monkeypatch.setattr(welcoming, "BATCH", 2)
    helpers = [answered(make_user()) for _each in range(5)]
    after(25)
    assert [told(helper).count("welcome") for helper in helpers] == [1] * 5
