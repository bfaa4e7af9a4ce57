"""What waits because of who wrote it, or where."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.errors import UnfitText
from community.posts.models import SuggestedEdit
from community.posts.screening import TextRefused
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from moderation.cases.models import ModerationCase
from moderation.held.operations import ScreeningUnknown, change_screening
from tests.factories.community import (
    days_ago,
    load_user,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.editing import edit_question

LINKS = "See https://a.example.com, https://b.example.com and https://c.example.com for it."
Setting = Callable[..., None]


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Change settings of the site for one test."""

    def change(**values: Any) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **values))

    return change


def newcomer(**values: Any) -> User:
    return make_user(created_at=days_ago(2), **values)


def codes() -> list[list[str]]:
    rows = db.session.scalars(
        select(EventRecord.payload).where(EventRecord.name == "PostHeld").order_by(EventRecord.id)
    )
    return [[found["code"] for found in row["findings"]] for row in rows]


def test_the_first_post_of_a_member_waits_and_the_next_does_not(site: Setting) -> None:
    site(first_posts_review="before", first_posts_reviewed=1)
    author, moderator = newcomer(), make_user(role="moderator")
    first = make_question(author)
    assert first.visibility == "held"
    assert codes() == [["first_post"]]
    set_post_visibility(first, "published", moderator)
    assert make_question(author).visibility == "published"


def test_until_the_first_is_out_the_next_ones_wait_too_and_three_are_enough(site: Setting) -> None:
    site(first_posts_review="before", first_posts_reviewed=1)
    author = newcomer()
    assert {make_question(author).visibility for _ in range(3)} == {"held"}
    with pytest.raises(TextRefused) as refusal:
        make_question(author)
    assert "Your first texts still wait" in str(refusal.value.errors["body"])


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_so_many_first_posts_wait_as_the_site_says(site: Setting, number: int) -> None:
    site(first_posts_review="before", first_posts_reviewed=number)
    author, moderator = newcomer(), make_user(role="moderator")
    waited = 0
    for _ in range(4):
        question = make_question(author)
        waited += question.visibility == "held"
        set_post_visibility(question, "published", moderator)
    assert waited == number


@pytest.mark.parametrize(
    "known", [{"role": "superuser"}, {"role": "moderator"}, {"role": "agent"}, {"trust_level": 2}]
)
def test_who_is_known_needs_no_review(site: Setting, known: dict[str, Any]) -> None:
    site(first_posts_review="before", first_posts_reviewed=3)
    assert make_question(newcomer(**known)).visibility == "published"


def test_who_looks_after_a_board_needs_no_review_there(site: Setting) -> None:
    site(first_posts_review="before", first_posts_reviewed=3)
    here, there = make_board(), make_board()
    agent = newcomer(on={here.id: "agent"})
    assert make_question(agent, here).visibility == "published"
    site(first_posts_review="before", first_posts_reviewed=3)
    assert make_question(newcomer(on={here.id: "agent"}), there).visibility == "held"


def test_trust_below_two_is_not_enough(site: Setting) -> None:
    site(first_posts_review="before", first_posts_reviewed=1)
    assert make_question(newcomer(trust_level=1)).visibility == "held"


def set_board(question: Question, held: str, first_posts: int | None = None) -> None:
    with transaction():
        board = db.session.get_one(type(make_board()), question.board_id)
        change_screening(make_user(role="admin"), board, held, first_posts)


def test_a_board_may_review_more_or_fewer_first_posts(site: Setting) -> None:
    site(first_posts_review="before", first_posts_reviewed=1)
    strict, open_to_all, plain = make_board(), make_board(), make_board()
    admin = make_user(role="admin")
    with transaction():
        change_screening(admin, strict, "nobody", 2)
        change_screening(admin, open_to_all, "nobody", 0)
    author, moderator = newcomer(), make_user(role="moderator")
    assert make_question(author, open_to_all).visibility == "published"
    assert make_question(author, plain).visibility == "published"
    set_post_visibility(make_question(author, plain), "hidden", moderator)
    assert make_question(newcomer(), strict).visibility == "held"


def test_a_board_may_hold_what_everybody_writes_but_its_team(site: Setting) -> None:
    board = make_board()
    with transaction():
        change_screening(make_user(role="admin"), board, "everybody", None)
    for held in (make_user(trust_level=4), make_user(role="superuser"), newcomer()):
        assert make_question(held, board).visibility == "held"
    team = (make_user(role="agent"), make_user(on={board.id: "moderator"}))
    assert {make_question(one, board).visibility for one in team} == {"published"}
    assert {tuple(found) for found in codes()} == {("board",)}


def test_a_board_may_hold_what_newcomers_write(site: Setting) -> None:
    board = make_board()
    with transaction():
        change_screening(make_user(role="admin"), board, "newcomers", None)
    assert make_question(newcomer(), board).visibility == "held"
    assert make_question(newcomer(solved_count=1), board).visibility == "published"
    assert codes() == [["board_newcomers"]]


def test_a_first_post_typed_faster_than_anybody_types_waits(site: Setting) -> None:
    assert make_question(newcomer(), typed_seconds=2.9).visibility == "held"
    assert codes() == [["typed_fast"]]
    for seconds in (3.0, 90.0, None):
        assert make_question(newcomer(), typed_seconds=seconds).visibility == "published"


def test_only_the_first_post_is_timed(site: Setting) -> None:
    author = newcomer()
    make_question(author, typed_seconds=60.0)
    assert make_question(author, typed_seconds=0.1).visibility == "published"


def test_too_many_links_are_refused_or_held_as_the_site_says(site: Setting) -> None:
    site(rate_limits=True)
    with pytest.raises(UnfitText):
        make_question(newcomer(), body=LINKS)
    site(rate_limits=True, newcomer_excess="hold")
    assert make_question(newcomer(), body=LINKS).visibility == "held"
    assert codes() == [["links"]]


def test_too_many_mentions_and_pictures_are_held_likewise(site: Setting) -> None:
    site(newcomer_excess="hold")
    for name in ("Anna", "Bert", "Carl"):
        make_user(name)
    assert make_question(newcomer(), body="@Anna @Bert @Carl, please help.").visibility == "held"
    assert codes() == [["mentions"]]


@pytest.mark.parametrize("known", [{"trust_level": 2}, {"role": "superuser"}])
def test_who_is_known_may_link_without_points(site: Setting, known: dict[str, Any]) -> None:
    site(rate_limits=True, privilege_preset="high")
    assert make_question(newcomer(points=0, **known), body=LINKS).visibility == "published"


def test_an_edit_is_no_first_post(site: Setting) -> None:
    author = newcomer()
    question = make_question(author)
    site(first_posts_review="before", first_posts_reviewed=3)
    with transaction():
        locked = lock_question(question.id)
        body = "It says something else by now, and more."
        edit_question(load_user(author.id), locked, title=locked.title, body=body, tags="")
    assert reload(question).visibility == "published"


def test_an_edit_on_a_strict_board_waits(site: Setting) -> None:
    question = make_question()
    set_board(question, "everybody")
    author = load_user(question.author_id)
    with transaction():
        locked = lock_question(question.id)
        body = "It says something else by now, and more."
        edit_question(author, locked, title=locked.title, body=body, tags="")
    assert reload(question).visibility == "published"
    assert reload(question).body != body
    assert db.session.scalars(select(SuggestedEdit.body)).all() == [body]


@pytest.mark.parametrize(("held", "number"), [("some", 1), ("nobody", 4), ("nobody", -1)])
def test_what_no_board_can_have_is_refused(app: Flask, held: str, number: int) -> None:
    with pytest.raises(ScreeningUnknown), transaction():
        change_screening(make_user(role="admin"), make_board(), held, number)


def test_a_first_post_is_published_and_then_looked_at(site: Setting) -> None:
    site(first_posts_reviewed=1)
    author = newcomer()
    first, second = make_question(author), make_question(author)
    assert (first.visibility, second.visibility, codes()) == ("published", "published", [])
    run_due_jobs()
    [case] = db.session.scalars(select(ModerationCase))
    assert (case.kind, case.post_id, case.evidence["codes"]) == (
        "newcomer",
        first.id,
        ["first_post"],
    )


def test_what_is_hidden_meanwhile_needs_no_look_any_more(site: Setting) -> None:
    site(first_posts_reviewed=1)
    first = make_question(newcomer())
    run_due_jobs()
    set_post_visibility(first, "hidden", make_user(role="moderator"))
    run_due_jobs()
    assert [case.state for case in db.session.scalars(select(ModerationCase))] == ["closed"]
