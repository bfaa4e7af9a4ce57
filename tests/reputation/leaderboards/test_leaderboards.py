"""Leaderboards: what counts when and where, who is named, and that a rebuild finds nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from community.core import clock
from community.core.authz import GUEST, SYSTEM
from community.core.db import db, transaction
from community.core.jobs import Job, emit
from community.core.worker import run_due_jobs
from community.events import PointsChanged
from community.identity.models import User
from community.identity.operations.closing import disable_user
from community.identity.operations.preferences import change_preferences
from community.privacy.operations.erasures import order_erasure
from reputation.leaderboards import queries
from reputation.leaderboards.models import LeaderboardScore
from reputation.leaderboards.operations import refresh_scores
from reputation.leaderboards.queries import get_leaderboard, get_own_place
from reputation.leaderboards.rebuild import rebuild_leaderboards
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.queries import counted_queries
from tests.reputation.gains import book_gain, deliver_everything, take_gain_back
from tests.reputation.ledger.booking import thank

pytestmark = pytest.mark.usefixtures("app")

# A Sunday, half an hour into the day of the site's zone (Europe/Berlin).
NOW = datetime.fromisoformat("2026-11-22T00:30+01:00")
YESTERDAY = NOW - timedelta(hours=1)
WHOLE_SITE = 0


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def shown(period: str = "week", board_id: int = WHOLE_SITE) -> list[tuple[int, str, int]]:
    """Return place, name and points of a leaderboard."""
    with transaction():
        found = get_leaderboard(period, board_id, clock.now())
    return [(one.place, one.person.name, one.points) for one in found.places]


def own_place(user: User, period: str = "week", board_id: int = WHOLE_SITE) -> Any:
    with transaction():
        return get_own_place(load_user(user.id), period, board_id, clock.now())


def refresh(*users: User) -> None:
    with transaction():
        refresh_scores([user.id for user in users])


def rows() -> list[tuple[Any, ...]]:
    with transaction():
        return sorted(
            (r.user_id, r.period, r.begins_on, r.board_id, r.points)
            for r in db.session.scalars(select(LeaderboardScore))
        )


def test_acts_of_members_reach_the_leaderboards() -> None:
    asker, helper, board = make_user("Ayla"), make_user("Ben"), make_board()
    answer = make_answer(make_question(asker, board), helper)
    make_acceptance(answer, asker)
    thank(make_user("Cleo"), answer)
    deliver_everything()
    gained = [(1, "Ben", 25), (2, "Ayla", 2)]
    for period in ("day", "week", "month", "all"):
        assert shown(period, board.id) == gained
    assert shown("day") == gained


def test_a_burst_of_kudos_is_added_up_once_within_a_minute() -> None:
    helper, answer = make_user("Ben"), make_answer(make_question())
    for _ in range(3):
        book_gain(helper, 10, answer)
        with transaction():
            emit(PointsChanged(helper.id))
    run_due_jobs()
    assert shown() == []
    with transaction():
        waiting = db.session.scalars(
            select(Job.arguments).where(Job.task.contains("leaderb"))
        ).all()
    assert waiting == [{"user_id": helper.id}]
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        run_due_jobs()
        assert shown() == [(1, "Ben", 30)]


def test_a_removed_post_takes_its_points_from_the_leaderboards() -> None:
    asker, helper, board = make_user("Ayla"), make_user("Ben"), make_board()
    question = make_question(asker, board)
    make_acceptance(make_answer(question, helper), asker)
    deliver_everything()
    assert shown("day", board.id) == [(1, "Ben", 15), (2, "Ayla", 2)]
    set_post_visibility(question, "hidden", make_user(role="moderator"))
    deliver_everything()
    assert shown("day") == []
    assert shown("all", board.id) == []


def test_each_period_counts_what_was_gained_in_it() -> None:
    helper, answer = make_user("Ben"), make_answer(make_question())
    for points, at in (
        (1, NOW),
        (10, YESTERDAY),
        (100, NOW - timedelta(days=7)),
        (1000, NOW - timedelta(days=22)),
    ):
        book_gain(helper, points, answer, at=at)
    refresh(helper)
    assert [shown(period)[0][2] for period in ("day", "week", "month", "all")] == [1, 11, 111, 1111]


def test_a_reversal_takes_the_gain_out_of_the_day_it_was_earned() -> None:
    helper, answer = make_user("Ben"), make_answer(make_question())
    book_gain(helper, 5, answer, at=NOW)
    old = book_gain(helper, 10, answer, at=YESTERDAY)
    take_gain_back(old)
    refresh(helper)
    assert shown("day") == [(1, "Ben", 5)]
    assert shown("week") == [(1, "Ben", 5)]


def test_what_was_not_gained_by_helping_counts_in_all_time_alone() -> None:
    helper = make_user("Ben")
    for cause in ("opening", "confirmed"):
        book_gain(helper, 40, cause=cause)
    refresh(helper)
    assert shown("day") == []
    assert shown("all") == [(1, "Ben", 80)]


def test_payback_points_count_nowhere() -> None:
    helper, answer = make_user("Ben"), make_answer(make_question())
    book_gain(helper, 20, answer, currency="payback")
    refresh(helper)
    assert rows() == []


def test_boards_have_leaderboards_of_their_own() -> None:
    helper, other = make_user("Ben"), make_user("Dora")
    one, two = make_board(), make_board()
    book_gain(helper, 10, make_answer(make_question(board=one)))
    book_gain(other, 15, make_answer(make_question(board=two)))
    refresh(helper, other)
    assert shown(board_id=one.id) == [(1, "Ben", 10)]
    assert shown(board_id=two.id) == [(1, "Dora", 15)]
    assert shown() == [(1, "Dora", 15), (2, "Ben", 10)]


def test_equals_share_a_place() -> None:
    answer = make_answer(make_question())
    people = [make_user(name) for name in ("Ben", "Dora", "Elif")]
    for person, points in zip(people, (10, 10, 5), strict=True):
        book_gain(person, points, answer)
    refresh(*people)
    assert {(place, name) for place, name, _ in shown()} == {(1, "Ben"), (1, "Dora"), (3, "Elif")}
    assert [own_place(person).place for person in people] == [1, 1, 3]


def test_equals_that_do_not_fit_are_told_of_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_SHOWN", 2)
    answer = make_answer(make_question())
    people = [make_user(name) for name in ("Ben", "Dora", "Elif")]
    for person, points in zip(people, (10, 5, 5), strict=True):
        book_gain(person, points, answer)
    refresh(*people)
    with transaction():
        found = get_leaderboard("week", WHOLE_SITE, clock.now())
    assert [one.person.name for one in found.places] == ["Ben"]
    assert (found.next_place, found.next_points) == (2, 5)


def test_a_place_far_down_is_not_counted_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    answer = make_answer(make_question())
    people = [make_user() for _ in range(4)]
    for points, person in enumerate(people, start=1):
        book_gain(person, points, answer)
    refresh(*people)
    assert own_place(people[0]).is_far
    assert not own_place(people[2]).is_far


@pytest.mark.parametrize("role", ["moderator", "agent", "admin"])
def test_staff_are_left_out_and_nobody_loses_a_place_to_them(role: str) -> None:
    staff, helper, answer = make_user(role=role), make_user("Ben"), make_answer(make_question())
    book_gain(staff, 50, answer)
    book_gain(helper, 10, answer)
    refresh(staff, helper)
    assert shown() == [(1, "Ben", 10)]
    assert own_place(helper).place == 1
    assert own_place(staff) is None


def test_superusers_take_part() -> None:
    helper = make_user("Sina", role="superuser")
    book_gain(helper, 10, make_answer(make_question()))
    refresh(helper)
    assert shown() == [(1, "Sina", 10)]


def test_staff_of_one_board_are_left_out_there_alone() -> None:
    board, other = make_board(), make_board()
    helper = make_user("Ben", on={board.id: "moderator"})
    book_gain(helper, 10, make_answer(make_question(board=board)))
    book_gain(helper, 5, make_answer(make_question(board=other)))
    refresh(helper)
    assert shown(board_id=board.id) == []
    assert shown(board_id=other.id) == [(1, "Ben", 5)]
    assert shown() == [(1, "Ben", 15)]


def test_who_opts_out_is_gone_at_once_and_holds_no_place() -> None:
    hidden, helper, answer = make_user("Quiet"), make_user("Ben"), make_answer(make_question())
    book_gain(hidden, 50, answer)
    book_gain(helper, 10, answer)
    refresh(hidden, helper)
    with transaction():
        change_preferences(load_user(hidden.id), {"is_on_leaderboards": False})
    assert shown() == [(1, "Ben", 10)]
    assert own_place(helper).place == 1
    assert own_place(hidden) is None


@pytest.mark.parametrize("close", [disable_user, order_erasure])
def test_who_has_gone_is_not_named(close: Any) -> None:
    helper = make_user("Ben")
    book_gain(helper, 10, make_answer(make_question()))
    refresh(helper)
    with transaction():
        close(SYSTEM, load_user(helper.id))
    run_due_jobs()
    assert shown() == []
    assert shown("all") == []


def test_of_the_erased_no_score_is_kept_and_none_comes_back() -> None:
    helper = make_user("Ben")
    book_gain(helper, 10, make_answer(make_question()))
    refresh(helper)
    with transaction():
        order_erasure(SYSTEM, load_user(helper.id))
    run_due_jobs()
    rebuild_leaderboards()
    assert [row for row in rows() if row[0] == helper.id] == []


def test_guests_and_who_gained_nothing_have_no_place() -> None:
    with transaction():
        assert get_own_place(GUEST, "week", WHOLE_SITE, clock.now()) is None
    own = own_place(make_user())
    assert (own.points, own.place) == (0, None)


def test_a_rebuild_finds_nothing_to_change_and_makes_the_same_from_nothing() -> None:
    people = [make_user() for _ in range(4)]
    answers = [make_answer(make_question(), person) for person in people]
    for giver in people:
        for answer in answers:
            if answer.author_id != giver.id:
                thank(giver, answer)
    deliver_everything()
    before = rows()
    assert before
    assert rebuild_leaderboards().rows == 0
    with transaction():
        db.session.execute(delete(LeaderboardScore))
    assert rebuild_leaderboards().rows == len(before)
    assert rows() == before


def test_a_rebuild_corrects_what_is_wrong_and_forgets_past_periods() -> None:
    helper = make_user("Ben")
    book_gain(helper, 10, make_answer(make_question()))
    refresh(helper)
    right = rows()
    with transaction():
        db.session.execute(update(LeaderboardScore).values(points=77))
        db.session.add(
            LeaderboardScore(
                user_id=helper.id,
                period="day",
                begins_on=YESTERDAY.date(),
                board_id=WHOLE_SITE,
                points=3,
            )
        )
    rebuild_leaderboards()
    assert rows() == right


def test_a_new_day_begins_empty() -> None:
    helper = make_user("Ben")
    book_gain(helper, 10, make_answer(make_question()))
    refresh(helper)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert shown("day") == []
        # Monday.
        assert shown("week") == []
        assert shown("month") == [(1, "Ben", 10)]


def test_refreshing_many_takes_few_queries() -> None:
    answer, people = make_answer(make_question()), [make_user() for _ in range(6)]
    for person in people:
        book_gain(person, 10, answer)
    refresh(*people)
    with transaction(), counted_queries() as statements:
        refresh_scores([person.id for person in people])
    assert len([s for s in statements if "ledger_accounts" not in s]) <= 4
