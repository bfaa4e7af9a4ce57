"""Pins, slow mode and moving to another board."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.posts.errors import SlowedDown
from community.questions.errors import UnfitPause, UnfitPin, UnknownBoard
from community.questions.models import Pin
from community.questions.operations.answers import post_answer
from community.questions.operations.placing import (
    move_question,
    pin_question,
    slow_question,
    unpin_question,
    unslow_question,
)
from community.questions.operations.questions import lock_question
from community.questions.queries.placing import list_pinned
from tests.factories.community import (
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.questions.recounting import assert_totals_are_right

pytestmark = pytest.mark.usefixtures("app")

TEXT = "Take the SIM out, wait a minute and put it back in again."


def do(operation, actor, question, *about, **values):
    if operation is not post_answer:
        values.setdefault("reason", "Everybody asks this")
    with transaction():
        return operation(actor, lock_question(question.id), *about, **values)


def in_days(number):
    return (clock.now() + timedelta(days=number)).date()


def recorded():
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_what_is_pinned_stands_first_until_its_time_has_passed(client):
    board, moderator = make_board("net"), make_user(role="moderator")
    pinned, *others = [make_question(board=board) for _ in range(3)]
    do(pin_question, moderator, pinned, scope="board", last_day=in_days(2))
    page = client.get("/boards/net").text
    assert page.index(pinned.title) < page.index(others[0].title)
    assert page.count(pinned.title) == 1
    assert "Pinned" in page
    everywhere = client.get("/questions").text
    assert everywhere.index(pinned.title) > everywhere.index(others[0].title)
    with transaction():
        db.session.execute(update(Pin).values(until=clock.now()))
    page = client.get("/boards/net").text
    assert page.index(pinned.title) > page.index(others[0].title)
    assert "Pinned" not in page


def test_a_pin_for_the_whole_site_is_for_those_who_look_after_all_of_it():
    board = make_board()
    local, moderator = make_user(on={board.id: "moderator"}), make_user(role="moderator")
    question = make_question(board=board)
    with pytest.raises(NotAllowed):
        do(pin_question, local, question, scope="site", last_day=in_days(2))
    do(pin_question, moderator, question, scope="site", last_day=in_days(2), reason="Outage")
    assert [row.id for row in list_pinned(GUEST, "en", None)] == [question.id]
    with pytest.raises(NotAllowed):
        do(unpin_question, local, question)
    for _ in range(2):
        do(unpin_question, moderator, question)
    assert list_pinned(GUEST, "en", None) == []
    assert recorded() == ["question.pinned", "question.unpinned"]


def test_what_may_not_be_seen_is_not_pinned_either():
    moderator = make_user(role="moderator")
    question = make_question(moderator, make_board(audience="staff"))
    do(pin_question, moderator, question, scope="site", last_day=in_days(2))
    assert list_pinned(GUEST, "en", None) == []
    assert [row.id for row in list_pinned(moderator, "en", None)] == [question.id]


@pytest.mark.parametrize("days", [-2, 400])
def test_a_pin_ends_on_a_day_within_a_year(days):
    with pytest.raises(UnfitPin):
        do(
            pin_question,
            make_user(role="moderator"),
            make_question(),
            scope="board",
            last_day=in_days(days),
        )


def test_pinning_anew_replaces_and_the_same_again_is_no_second_act():
    moderator, question = make_user(role="moderator"), make_question()
    for days in (2, 2, 5):
        do(pin_question, moderator, question, scope="board", last_day=in_days(days))
    assert len(db.session.scalars(select(Pin)).all()) == 1
    assert recorded() == ["question.pinned", "question.pinned"]


def test_in_slow_mode_members_wait_and_lose_nothing(client):
    question, member, moderator = make_question(), make_user(), make_user(role="moderator")
    make_answer(question, member)
    do(slow_question, moderator, question, minutes=15)
    client.sign_in(member)
    refused = client.submit(f"/questions/{question.id}/answers", {"body": TEXT})
    assert refused.status_code == 429
    assert TEXT in refused.text
    assert "Slow mode" in refused.text
    assert "15 minutes" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    commented = client.submit(f"/posts/{question.id}/comments", {"body": "Which phone is it?"})
    assert commented.status_code == 429
    assert "Which phone is it?" in commented.text
    with transaction():
        post_answer(make_user(), lock_question(question.id), TEXT)
        post_answer(moderator, lock_question(question.id), TEXT)
        post_answer(moderator, lock_question(question.id), TEXT + " Once more.")


def test_slow_mode_is_turned_on_and_off_once():
    question, member, moderator = make_question(), make_user(), make_user(role="moderator")
    with pytest.raises(NotAllowed):
        do(slow_question, member, question, minutes=15)
    with pytest.raises(UnfitPause):
        do(slow_question, moderator, question, minutes=2)
    make_answer(question, member)
    for _ in range(2):
        do(slow_question, moderator, question, minutes=15)
    with pytest.raises(SlowedDown):
        do(post_answer, member, question, TEXT)
    for _ in range(2):
        do(unslow_question, moderator, question)
    do(post_answer, member, question, TEXT)
    assert recorded() == ["question.slowed", "question.unslowed"]


def test_a_moved_question_takes_all_below_it_along(client):
    here, there, moderator = make_board("here"), make_board("there"), make_user(role="moderator")
    question = make_question(board=here, tags="esim")
    answer = make_answer(question)
    comment = make_comment(question, answer, make_user(), "Thank you!")
    for _ in range(2):
        do(move_question, moderator, question, there, reason="Belongs there")
    assert {reload(post).board_id for post in (question, answer, comment)} == {there.id}
    assert_totals_are_right()
    assert question.title in client.get("/boards/there").text
    assert question.title not in client.get("/boards/here").text
    assert recorded() == ["question.moved"]


def test_what_is_moved_behind_a_door_is_gone_for_guests_at_once(client):
    moderator, team = make_user(role="moderator"), make_board("team", audience="staff")
    question = make_question(tags="esim")
    do(move_question, moderator, question, team)
    for url in (f"/questions/{question.id}", "/tags/esim"):
        assert client.get(url).status_code == 404
    for url in ("/questions", "/feeds/questions.atom", "/tags", "/search?q=phone"):
        assert question.title not in client.get(url).text
    assert_totals_are_right()


def test_nobody_moves_to_where_they_may_not_look():
    here, team = make_board(), make_board(audience="staff")
    local, question = make_user(on={here.id: "moderator"}), make_question(board=here)
    with pytest.raises(UnknownBoard):
        do(move_question, local, question, team)
    with pytest.raises(UnknownBoard):
        do(move_question, local, question, None)
    with pytest.raises(NotAllowed):
        do(move_question, make_user(), question, make_board())


def test_who_moderates_one_board_makes_nothing_public():
    closed, public = make_board(audience="members"), make_board()
    local = make_user(on={closed.id: "moderator"})
    question = make_question(board=closed)
    with pytest.raises(NotAllowed):
        do(move_question, local, question, public)
    do(move_question, local, question, make_board(audience="members"))


def test_superusers_of_the_second_tier_move_among_open_boards():
    question, target = make_question(), make_board()
    with pytest.raises(NotAllowed):
        do(move_question, make_user(role="superuser"), question, target)
    second = make_user(role="superuser", superuser_tier=2)
    do(move_question, second, question, target)
    assert reload(question).board_id == target.id
    with pytest.raises(NotAllowed):
        do(move_question, second, question, make_board(audience="members"))


def test_the_asker_is_told_where_the_question_went(app):
    from tests.notifications.telling import told

    asker, moderator = make_user(), make_user(role="moderator")
    question = make_question(asker)
    do(move_question, moderator, question, make_board())
    assert told(asker) == ["moved"]
    do(move_question, moderator, question, make_board(audience="staff"))
    assert told(asker) == ["moved"]
