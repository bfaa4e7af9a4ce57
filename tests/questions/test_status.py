"""The one status of a question, and every total that follows from it."""

import itertools
import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.errors import Refusal
from community.posts.models import Post
from community.posts.operations import give_kudos, take_kudos_back
from community.questions.models import Acceptance, Answer
from community.questions.operations.acceptances import accept_answer, unaccept_answer
from community.questions.operations.answers import post_answer, post_comment
from community.questions.operations.closures import (
    close_question,
    reopen_question,
    request_info,
)
from community.questions.operations.questions import (
    ask_question,
    lock_question,
    lock_writing,
    say_me_too,
    take_me_too_back,
    unlock_writing,
)
from community.questions.operations.removals import delete_post, hide_post, restore_post
from community.questions.rebuild import rebuild_totals
from community.questions.status import status_for, status_of
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.editing import edit_question
from tests.questions.recounting import assert_totals_are_right

pytestmark = pytest.mark.usefixtures("app")

TEXT = "Take the SIM out, wait a minute and put it back in again."


@pytest.mark.parametrize(
    ("accepted", "closed", "with_support", "answered"),
    list(itertools.product([False, True], repeat=4)),
)
def test_the_first_fact_that_holds_is_the_status(accepted, closed, with_support, answered):
    facts = [(accepted, "solved"), (closed, "closed"), (with_support, "support")]
    expected = next((word for holds, word in facts if holds), "answered" if answered else "open")
    found = status_of(
        accepted=accepted, closed=closed, with_support=with_support, answered=answered
    )
    assert found == expected


def test_only_the_asker_sees_that_we_wait_for_them():
    asker, other = make_user(), make_user()
    facts = {"awaits_asker": True, "asker_id": asker.id}
    assert status_for(asker, status="open", **facts) == "waiting"
    assert status_for(asker, status="answered", **facts) == "waiting"
    assert status_for(asker, status="solved", **facts) == "solved"
    assert status_for(other, status="open", **facts) == "open"
    assert status_for(GUEST, status="open", **facts) == "open"


class Scene:
    """A question with its asker and a moderator, and short ways to act on it."""

    def __init__(self) -> None:
        self.asker, self.mod = make_user(), make_user(role="moderator")
        self.question = make_question(self.asker, tags="esim, roaming")

    def do(self, operation, actor, *about, **values):
        with transaction():
            question = lock_question(self.question.id)
            fresh = [db.session.get_one(Post, post.id, populate_existing=True) for post in about]
            return operation(actor, question, *fresh, **values)

    def on(self, post, operation, actor):
        return self.do(operation, actor, post, reason="It praises a shop")

    @property
    def status(self):
        assert_totals_are_right()
        return reload(self.question).status


@pytest.fixture
def scene(app):
    return Scene()


def test_a_new_question_is_open(scene):
    assert scene.status == "open"


def test_only_an_answer_of_somebody_else_makes_it_answered(scene):
    make_answer(scene.question, scene.asker)
    assert scene.status == "open"
    make_comment(scene.question, scene.question, make_user(), "Which phone is it?")
    assert scene.status == "open"
    make_answer(scene.question)
    assert scene.status == "answered"


def test_accepting_and_unaccepting(scene):
    answer = make_answer(scene.question)
    make_acceptance(answer, scene.asker)
    assert scene.status == "solved"
    assert load_user(answer.author_id).solved_count == 1
    scene.do(unaccept_answer, scene.asker, answer)
    assert scene.status == "answered"
    assert load_user(answer.author_id).solved_count == 0


def test_an_own_answer_can_solve_but_counts_for_nobody(scene):
    answer = make_answer(scene.question, scene.asker)
    make_acceptance(answer, scene.asker)
    assert scene.status == "solved"
    assert load_user(scene.asker.id).solved_count == 0


def test_replacing_moves_the_point(scene):
    first, second = make_answer(scene.question), make_answer(scene.question)
    make_acceptance(first, scene.asker)
    make_acceptance(second, scene.asker)
    assert scene.status == "solved"
    assert load_user(first.author_id).solved_count == 0
    assert load_user(second.author_id).solved_count == 1


def test_three_answers_may_stand_beside_each_other(scene):
    for _ in range(3):
        make_acceptance(make_answer(scene.question), scene.asker, also=True)
    places = db.session.scalars(select(Acceptance.place).order_by(Acceptance.place)).all()
    assert list(places) == [1, 2, 3]
    assert scene.status == "solved"


def test_taking_one_of_two_solutions_back_leaves_it_solved(scene):
    first, second = make_answer(scene.question), make_answer(scene.question)
    make_acceptance(first, scene.asker)
    make_acceptance(second, scene.asker, also=True)
    scene.do(unaccept_answer, scene.asker, first)
    assert scene.status == "solved"


def test_hiding_an_accepted_answer_and_bringing_it_back(scene):
    answer = make_answer(scene.question)
    make_acceptance(answer, scene.asker)
    scene.on(answer, hide_post, scene.mod)
    assert scene.status == "open"
    assert load_user(answer.author_id).solved_count == 0
    scene.on(answer, restore_post, scene.mod)
    assert scene.status == "solved"
    assert load_user(answer.author_id).solved_count == 1


def test_a_deleted_answer_takes_its_acceptance_along_and_brings_it_back(scene):
    answer, other = make_answer(scene.question), make_answer(scene.question)
    make_acceptance(answer, scene.asker)
    scene.on(answer, delete_post, scene.mod)
    assert scene.status == "answered"
    scene.on(answer, restore_post, scene.mod)
    assert scene.status == "solved"
    scene.on(answer, delete_post, scene.mod)
    scene.on(other, delete_post, scene.mod)
    assert scene.status == "open"


def test_a_hidden_question_leaves_all_totals_and_comes_back(scene):
    answer = make_answer(scene.question)
    make_acceptance(answer, scene.asker)
    with transaction():
        give_kudos(scene.asker, db.session.get_one(Answer, answer.id))
    scene.on(scene.question, hide_post, scene.mod)
    helper = load_user(answer.author_id)
    assert (helper.solved_count, helper.kudos_count) == (0, 0)
    assert_totals_are_right()
    scene.on(scene.question, restore_post, scene.mod)
    helper = load_user(answer.author_id)
    assert (helper.solved_count, helper.kudos_count) == (1, 1)
    assert scene.status == "solved"


def test_closing_and_reopening(scene):
    make_answer(scene.question)
    scene.do(close_question, scene.asker, reason="incident_over")
    assert scene.status == "closed"
    scene.do(reopen_question, scene.asker)
    assert scene.status == "answered"


def test_a_closed_question_can_still_be_solved(scene):
    answer = make_answer(scene.question)
    scene.do(close_question, scene.mod, reason="needs_details")
    make_acceptance(answer, scene.asker)
    assert scene.status == "solved"
    scene.do(unaccept_answer, scene.asker, answer)
    assert scene.status == "closed"


def test_the_askers_next_post_ends_a_request_for_facts(scene):
    scene.do(request_info, scene.mod, note="Which device is it?")
    assert reload(scene.question).awaits_asker
    make_answer(scene.question)
    assert reload(scene.question).awaits_asker
    make_comment(scene.question, scene.question, scene.asker, "A Pixel 8.")
    assert not reload(scene.question).awaits_asker
    assert scene.status == "answered"


def test_a_lock_leaves_the_status_alone(scene):
    scene.do(lock_writing, scene.mod, reason="Too heated")
    assert reload(scene.question).is_locked
    assert scene.status == "open"
    scene.do(unlock_writing, scene.mod, reason="Calm again")
    assert not reload(scene.question).is_locked


def test_a_comment_under_a_hidden_answer_is_no_activity(scene):
    answer = make_answer(scene.question)
    make_comment(scene.question, answer, scene.asker, "That did not help.")
    scene.on(answer, hide_post, scene.mod)
    assert scene.status == "open"
    assert reload(scene.question).last_by_asker
    assert reload(scene.question).last_activity_at == scene.question.created_at


STEPS = (
    *("ask", "answer", "answer", "comment", "accept", "unaccept", "kudos"),
    *("undo", "me_too", "not_me_too", "close", "reopen", "info", "lock"),
    *("unlock", "hide", "delete", "restore", "restore", "edit"),
)


class Walk:
    """Random steps through all operations by a few people on a few questions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = [make_user() for _ in range(4)] + [make_user(role="admin")]
        self.boards = [make_board(), make_board(audience="members")]
        self.done: dict[str, int] = {}
        with transaction():
            self.ask(self.people[0])

    def step(self) -> None:
        actor = self.random.choice([*self.people, self.people[-1]])
        step = getattr(self, self.random.choice(STEPS))
        try:
            with transaction():
                step(actor)
        except Refusal:
            return
        self.done[step.__name__] = self.done.get(step.__name__, 0) + 1

    def ask(self, actor) -> None:
        tags = ", ".join(self.random.sample(["esim", "roaming", "bill", "5g"], 2))
        board, title = self.random.choice(self.boards), "My phone finds no network"
        ask_question(actor, board, title=title, body=TEXT, tags=tags, language="en")

    def post(self, kind=None):
        query = select(Post).order_by(Post.id).execution_options(populate_existing=True)
        if kind:
            query = query.where(Post.kind == kind)
        found = db.session.scalars(query).all()
        if not found:
            raise Refusal()
        post = self.random.choice(found)
        return lock_question(post.root_id), post

    def answer(self, actor) -> None:
        post_answer(actor, self.post("question")[0], TEXT)

    def comment(self, actor) -> None:
        post_comment(actor, *self.post(), "Thank you!")

    def accept(self, actor) -> None:
        accept_answer(actor, *self.post("answer"), also=self.random.random() < 0.5)

    def unaccept(self, actor) -> None:
        unaccept_answer(actor, *self.post("answer"))

    def kudos(self, actor) -> None:
        question, post = self.post()
        parent = db.session.get_one(Post, post.parent_id or post.id)
        if question.is_published and parent.is_published:
            give_kudos(actor, post)

    def undo(self, actor) -> None:
        question, post = self.post()
        parent = db.session.get_one(Post, post.parent_id or post.id)
        if question.is_published and parent.is_published and post.is_published:
            take_kudos_back(actor, post)

    def me_too(self, actor) -> None:
        say_me_too(actor, self.post("question")[0])

    def not_me_too(self, actor) -> None:
        take_me_too_back(actor, self.post("question")[0])

    def close(self, actor) -> None:
        close_question(actor, self.post("question")[0], reason="no_longer_needed")

    def reopen(self, actor) -> None:
        reopen_question(actor, self.post("question")[0])

    def info(self, actor) -> None:
        request_info(actor, self.post("question")[0], "Which phone is it?")

    def lock(self, actor) -> None:
        if self.random.random() < 0.3:
            lock_writing(actor, self.post("question")[0], "Too heated")

    def unlock(self, actor) -> None:
        unlock_writing(actor, self.post("question")[0], "Calm again")

    def hide(self, actor) -> None:
        hide_post(actor, *self.post(), "Off topic")

    def delete(self, actor) -> None:
        delete_post(actor, *self.post(), "Spam")

    def restore(self, actor) -> None:
        restore_post(actor, *self.post(), "A mistake")

    def edit(self, actor) -> None:
        question, _ = self.post("question")
        tags = ", ".join(self.random.sample(["esim", "roaming", "bill", "5g"], 2))
        edit_question(actor, question, title=question.title, body=question.body, tags=tags)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_all_totals_stay_right(app, seed):
    walk = Walk(seed)
    for number in range(160):
        walk.step()
        if number % 8 == 7:
            assert_totals_are_right()
    assert len(walk.done) >= 12, walk.done
    for _ in rebuild_totals():
        assert_totals_are_right()


def test_kudos_and_me_toos_once_each(scene):
    member = make_user()
    for _ in range(2):
        scene.do(say_me_too, member)
        with transaction():
            give_kudos(member, lock_question(scene.question.id))
    question = reload(scene.question)
    assert (question.me_too_count, question.kudos_count) == (1, 1)
    with transaction():
        take_kudos_back(member, lock_question(scene.question.id))
    scene.do(take_me_too_back, member)
    question = reload(scene.question)
    assert (question.me_too_count, question.kudos_count) == (0, 0)
    assert_totals_are_right()


def test_waiting_since_before_the_first_answer_is_kept(scene):
    answer = make_answer(scene.question)
    assert reload(scene.question).first_answer_at == answer.created_at
    assert answer.created_at - scene.question.created_at < timedelta(minutes=1)
