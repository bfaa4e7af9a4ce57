"""Beside an answer stands how much its author solved on the question's topic, and nothing that the
reader must not know."""

import random
from collections import Counter

import pytest
from sqlalchemy import select, update

from community.boards.models import Board, BoardGroup
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.models import Post, Tag
from community.questions.models import Answer, TopicStanding
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.placing import move_question
from community.questions.operations.questions import lock_question
from community.questions.operations.topics import rebuild_topics, recount_topics
from community.questions.queries.pages import get_question_page
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_group,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.factories.editing import edit_question
from tests.parallel import errors_of
from tests.questions.recounting import count_topics

pytestmark = pytest.mark.usefixtures("app")


def solve(helper, tags, *, board=None, asker=None):
    """Let a helper give the best answer to a question with these tags."""
    asker = asker or make_user()
    question = make_question(asker, board, tags=tags)
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    run_due_jobs()
    return question, answer


def stored() -> Counter[tuple[int, int, str]]:
    """Return all counts by member, board and tag."""
    query = select(
        TopicStanding.user_id, TopicStanding.board_id, Tag.name, TopicStanding.solved_count
    ).outerjoin(Tag, Tag.id == TopicStanding.tag_id)
    return Counter({(row[0], row[1], row[2] or ""): row[3] for row in db.session.execute(query)})


def mark_on(question, helper, viewer=GUEST):
    """Return what the page shows beside the helper's answer."""
    page = get_question_page(viewer, "en", question.id)
    return next(post.topic for post in page.answers if post.author_id == helper.id)


def facts_of(client, question) -> str:
    """Return the page from its one answer on."""
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    return page.split('id="answer-', 1)[1]


def test_a_reader_sees_how_much_of_it_was_on_the_topic(client):
    helper = make_user(language="en")
    for tags in ("router, wifi", "router", "bill"):
        solve(helper, tags)
    question = make_question(tags="wifi, router, esim")
    make_answer(question, helper)
    run_due_jobs()
    assert mark_on(question, helper) == ("router", 2)
    assert "3 solved, 2 of them on router" in facts_of(client, question)


def test_where_it_was_all_on_the_topic_it_is_said_in_fewer_words(client):
    helper = make_user()
    question, _ = solve(helper, "router")
    assert "1 solved on router" in facts_of(client, question)


def test_without_a_common_tag_the_board_is_the_topic(client):
    helper, board = make_user(), make_board()
    solve(helper, "router", board=board)
    solve(helper, "router")
    question = make_question(board=board, tags="bill")
    make_answer(question, helper)
    run_due_jobs()
    assert mark_on(question, helper) == ("", 1)
    assert f"2 solved, 1 of them on {board.names['en']}" in facts_of(client, question)


def test_who_never_solved_anything_there_has_no_mark():
    helper = make_user()
    solve(helper, "router", board=make_board())
    question = make_question(board=make_board(), tags="bill")
    make_answer(question, helper)
    run_due_jobs()
    assert mark_on(question, helper) is None


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_what_was_solved_on_a_closed_board_counts_for_those_alone_who_may_see_it(audience):
    helper = make_user(role="agent")
    closed = make_board(audience=audience)
    solve(helper, "router", board=closed, asker=make_user(role="admin"))
    solve(helper, "router")
    question = make_question(tags="router")
    make_answer(question, helper)
    run_due_jobs()
    assert mark_on(question, helper) == ("router", 1)
    assert mark_on(question, helper, make_user(role="admin")) == ("router", 2)


def test_what_was_solved_for_a_group_counts_for_that_group_alone():
    group, room = make_group(), make_board(audience="groups")
    with transaction():
        db.session.add(BoardGroup(board_id=room.id, group_id=group.id))
    helper, inside = make_user(groups=[group]), make_user(groups=[group])
    solve(helper, "router", board=room, asker=inside)
    question = make_question(tags="router")
    make_answer(question, helper)
    run_due_jobs()
    assert mark_on(question, helper) is None
    assert mark_on(question, helper, inside) == ("router", 1)


def test_own_answers_to_own_questions_do_not_count():
    asker = make_user()
    question = make_question(asker, tags="router")
    make_acceptance(make_answer(question, asker), asker)
    run_due_jobs()
    assert not stored()


def test_a_removed_answer_or_question_stops_counting_until_it_is_back():
    helper, moderator = make_user(), make_user(role="moderator")
    question, answer = solve(helper, "router")
    before = stored()
    for post in (answer, question):
        for visibility in ("hidden", "published"):
            set_post_visibility(post, visibility, moderator, "spam")
            run_due_jobs()
            assert stored() == (before if visibility == "published" else Counter())


def test_other_tags_and_boards_take_the_count_along():
    helper, admin = make_user(), make_user(role="admin")
    question, _ = solve(helper, "router")
    there = make_board()
    with transaction():
        locked = lock_question(question.id)
        edit_question(
            load_user(admin.id), locked, title=locked.title, body=locked.body, tags="wifi, esim"
        )
    run_due_jobs()
    assert set(stored()) == {(helper.id, question.board_id, tag) for tag in ("", "wifi", "esim")}
    with transaction():
        move_question(
            load_user(admin.id),
            lock_question(question.id),
            db.session.get(Board, there.id),
            "It belongs there.",
        )
    run_due_jobs()
    assert set(stored()) == {(helper.id, there.id, tag) for tag in ("", "wifi", "esim")}


def test_the_erased_have_no_standing():
    helper = make_user()
    solve(helper, "router")
    with transaction():
        db.session.execute(
            update(User).where(User.id == helper.id).values(erased_at=helper.created_at)
        )
        recount_topics([helper.id])
    assert not stored()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_it_equals_a_recount_and_a_rebuild(seed):
    chance = random.Random(seed)
    helpers, moderator = [make_user() for _each in range(3)], make_user(role="moderator")
    boards = [make_board(), make_board()]
    done = [
        solve(chance.choice(helpers), chance.choice(["router", "wifi, router", ""]), board=board)
        for board in boards
        for _each in range(3)
    ]
    for _step in range(10):
        question, answer = chance.choice(done)
        _disturb(chance, moderator, question.id, answer.id, boards)
        if chance.random() < 0.4:
            run_due_jobs()
    run_due_jobs()
    assert stored() == count_topics()
    with transaction():
        rebuild_topics()
    assert stored() == count_topics()


def _disturb(chance, moderator, question_id, answer_id, boards) -> None:
    """Do one thing by which best answers come, go or move."""
    moderator = load_user(moderator.id)
    with transaction():
        question = lock_question(question_id)
        answer = db.session.get_one(Answer, answer_id)
        what = chance.choice(["tags", "board", "hide", "unaccept"])
        if what == "tags":
            tags = chance.choice(["router", "wifi", "wifi, esim"])
            edit_question(moderator, question, title=question.title, body=question.body, tags=tags)
        elif what == "board":
            board = db.session.get(Board, chance.choice(boards).id)
            move_question(moderator, question, board, "It belongs there.")
    if what == "hide":
        post = db.session.get_one(Post, chance.choice([question_id, answer_id]))
        there = "hidden" if post.visibility == "published" else "published"
        set_post_visibility(post, there, moderator, "spam")
    elif what == "unaccept":
        with transaction():
            question = lock_question(question_id)
            asker = load_user(question.author_id)
            if question.status == "solved" and question.is_published and answer.is_published:
                unaccept_answer(asker, question, db.session.get_one(Answer, answer_id))


def test_two_workers_at_once_count_a_helper_once(at_once):
    helper = make_user()
    for _each in range(3):
        solve(helper, "router")
    before = stored()

    def work() -> None:
        with transaction():
            recount_topics([helper.id])

    assert errors_of(at_once([work] * 4)) == []
    assert stored() == before
