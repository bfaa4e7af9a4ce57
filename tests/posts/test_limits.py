"""How fast members may write, and what newcomers may put into a text."""

import re
from dataclasses import fields
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db, transaction
from community.core.settings import Settings
from community.identity.models import User
from community.posts.models import Post
from community.posts.policies import is_newcomer
from tests.factories.community import make_answer, make_board, make_question, make_user
from tests.source import ROOT

TEXT = "I scanned the code twice and waited for an hour, and nothing came of it."


@pytest.fixture
def now(limits_on):
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as traveller:
        yield traveller


def ago(**period):
    return clock.now() - timedelta(**period)


def make_newcomer(**values):
    """Make a member who joined last week and has written nothing."""
    return make_user(created_at=ago(days=7), **values)


def make_regular():
    """Make a member whom everybody knows."""
    return make_user(created_at=ago(days=400), solved_count=3)


def ask(client, board, number=0, body=TEXT):
    form = {"title": f"The eSIM does not activate, case {number}", "body": f"{body} ({number})"}
    return client.submit("/questions", {**form, "board": board.slug, "language": "en"})


def answer(client, question, body=TEXT):
    return client.submit(f"/questions/{question.id}/answers", {"body": body})


def wait_of(response):
    """Return what a refused page says of the wait, having checked that the text is kept."""
    assert response.status_code == 429
    assert "I scanned the code twice" in response.text
    return int(response.headers["Retry-After"])


@pytest.mark.parametrize(
    ("days", "solved", "posts", "role", "expected"),
    [
        (0.5, 0, 0, "member", True),
        (0.5, 0, 9, "member", True),
        (0.5, 1, 0, "member", False),
        (9, 0, 0, "member", True),
        (9, 0, 2, "member", True),
        (9, 0, 3, "member", False),
        (9, 1, 0, "member", False),
        (0.5, 0, 0, "superuser", False),
        (0.5, 0, 0, "moderator", False),
        (0.5, 0, 0, "agent", False),
        (0.5, 0, 0, "admin", False),
    ],
)
def test_who_is_new(app, days, solved, posts, role, expected):
    user = make_user(created_at=ago(days=days), solved_count=solved, role=role)
    assert is_newcomer(user, posts, 1) is expected


@pytest.mark.parametrize("role", ["moderator", "agent"])
def test_staff_of_one_board_are_held_up_on_the_others_alone(client, now, role):
    here, there = make_board(), make_board()
    client.sign_in(make_newcomer(on={here.id: role}), second_factor=True)
    assert [ask(client, here, number).status_code for number in (1, 2)] == [303, 303]
    assert wait_of(ask(client, there, 3)) == 120


@pytest.mark.parametrize(("make", "pause"), [(make_newcomer, 120), (make_regular, 15)])
def test_between_two_questions(client, now, make, pause):
    board = make_board("esim")
    client.sign_in(make())
    assert ask(client, board, 1).status_code == 303
    now.shift(pause - 5)
    assert wait_of(ask(client, board, 2)) == 5
    now.shift(5)
    assert ask(client, board, 2).status_code == 303


@pytest.mark.parametrize(("make", "pause"), [(make_newcomer, 30), (make_regular, 5)])
def test_between_two_posts(client, now, make, pause):
    question = make_question()
    client.sign_in(make())
    assert answer(client, question, f"{TEXT} One.").status_code == 303
    now.shift(pause - 2)
    refused = answer(client, question, f"{TEXT} Two.")
    assert wait_of(refused) == 2
    assert "You can send this in 2 seconds" in refused.text
    comment = client.submit(f"/posts/{question.id}/comments", {"body": TEXT})
    assert wait_of(comment) == 2
    now.shift(2)
    assert answer(client, question, f"{TEXT} Two.").status_code == 303


def test_asking_does_not_keep_from_adding_a_fact(client, now):
    board = make_board("esim")
    client.sign_in(make_newcomer())
    url = ask(client, board).location
    question_id = int(url.split("/")[2])
    assert client.submit(f"/posts/{question_id}/comments", {"body": TEXT}).status_code == 303


def test_newcomers_leave_room_for_others_but_not_in_their_own_question(client, now):
    newcomer = make_newcomer()
    own, other = make_question(newcomer), make_question()
    client.sign_in(newcomer)
    for question, answers in ((other, [303] * 3 + [429]), (own, [303] * 5)):
        found = []
        for number in range(len(answers)):
            now.shift(60)
            _forget_standing(newcomer)
            url = f"/posts/{question.id}/comments"
            found.append(client.submit(url, {"body": f"{TEXT} {question.id} {number}"}).status_code)
        assert found == answers


def _forget_standing(user: User) -> None:
    """Let posts be held, so that they do not make their author known."""
    with transaction():
        for post in db.session.scalars(select(Post).where(Post.author_id == user.id)):
            if post.kind == "comment":
                post.visibility = "held"


def test_three_posts_make_a_newcomer_known(client, now):
    newcomer = make_newcomer()
    question = make_question()
    client.sign_in(newcomer)
    for number in range(3):
        now.shift(30)
        assert answer(client, question, f"{TEXT} {number}").status_code == 303
    now.shift(5)
    assert answer(client, question, f"{TEXT} 4").status_code == 303


def test_the_same_text_is_refused_for_five_minutes(client, now):
    first, second = make_question(), make_question()
    client.sign_in(make_regular())
    assert answer(client, first).status_code == 303
    now.shift(60)
    refused = answer(client, second, f"  {TEXT.upper()}\n\n")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 240
    assert answer(client, second, f"{TEXT} And more.").status_code == 303
    now.shift(240)
    assert answer(client, second).status_code == 303


def test_short_thanks_may_be_said_twice(client, now):
    first, second = make_question(), make_question()
    client.sign_in(make_regular())
    for question in (first, second):
        now.shift(10)
        response = client.submit(f"/posts/{question.id}/comments", {"body": "Thank you!"})
        assert response.status_code == 303


LINKS = "See https://a.example/1, https://b.example/2 and www.c.example/3 for how it was solved."
MENTIONS = "I think @anna, @bela and @carl know more about this than I do, please look."


@pytest.mark.parametrize("text", [LINKS, MENTIONS])
def test_newcomers_link_and_mention_little(client, now, text):
    board, question = make_board("esim"), make_question()
    client.sign_in(make_newcomer())
    for refused in (ask(client, board, body=text), answer(client, question, text)):
        assert refused.status_code == 422
        assert "While you are new here" in refused.text
        assert text.split()[-1] in refused.text
    comment = client.submit(f"/posts/{question.id}/comments", {"body": text})
    assert comment.status_code == 422
    client.sign_in(make_regular())
    assert answer(client, question, text).status_code == 303


def test_links_to_this_site_and_in_code_do_not_count(client, now):
    question = make_question()
    client.sign_in(make_newcomer())
    text = (
        "See http://localhost/questions/1, http://localhost/questions/2, [here](/tags), "
        "https://a.example/1, https://a.example/1, https://b.example/ and `https://c.example/`."
    )
    assert answer(client, question, text).status_code == 303


@pytest.mark.parametrize("text", [LINKS, MENTIONS])
def test_an_edit_is_no_way_around(client, now, text):
    newcomer = make_newcomer()
    post = make_answer(make_question(), newcomer)
    client.sign_in(newcomer)
    refused = client.submit(f"/posts/{post.id}/revisions", {"body": text})
    assert refused.status_code == 422
    assert "While you are new here" in refused.text
    client.sign_in(make_user(role="moderator"))
    assert client.submit(f"/posts/{post.id}/revisions", {"body": text}).status_code == 303


def test_staff_are_exempt(client, now):
    board = make_board("esim")
    client.sign_in(make_user(role="agent", created_at=ago(hours=1)))
    for number in range(5):
        assert ask(client, board, number, body=LINKS).status_code == 303


def test_a_day_holds_so_many_questions_and_says_when_the_next_may_come(client, now):
    board = make_board("esim")
    regular = make_regular()
    client.sign_in(regular)
    for number in range(20):
        now.shift(60)
        assert ask(client, board, number).status_code == 303
    now.shift(60)
    refused = ask(client, board, 21)
    assert wait_of(refused) == 86_400 - 20 * 60
    assert "in 24 hours" in refused.text
    count = select(func.count()).where(Post.author_id == regular.id)
    with transaction():
        assert db.session.scalar(count) == 20


def test_the_documented_numbers_are_the_defaults():
    page = (ROOT / "docs" / "limits.md").read_text()
    rows = [row.split("|") for row in page.splitlines() if "`FORUM_" in row and row[0] == "|"]
    defaults = {f"FORUM_{f.name.upper()}": f.default for f in fields(Settings)}
    for *_, newcomers, others, names, _end in rows:
        numbers = [int(number) for number in re.findall(r"\d+", f"{newcomers} {others}")]
        for name in re.findall(r"`(\w+)`", names):
            assert defaults[name] in numbers, name
    assert len(rows) >= 8
