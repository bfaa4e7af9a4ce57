"""Answers that seem to have solved their question wait for somebody's word; none is accepted."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.escalation.triggers.operations.signals import say_unsolved
from community.identity.models import User
from community.posts.operations import give_kudos, take_kudos_back
from community.questions.models import Answer, LikelySolution, Question
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.likely import refuse_solution, weigh_answers
from community.questions.operations.questions import lock_question
from community.questions.operations.turning import turn_into_comment
from community.questions.queries.likely import page_of_likely
from community.questions.thanks import says_it_helped
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")

WEEK = timedelta(days=7)


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """Let time pass."""
    with time_machine.travel(clock.now()) as traveller:
        yield traveller.shift


def thank(answer: Answer, giver: User) -> None:
    with transaction():
        give_kudos(giver, db.session.get_one(Answer, answer.id))
    run_due_jobs()


def thank_often(answer: Answer, times: int = 3) -> None:
    for _ in range(times):
        thank(answer, make_user(points=50))


def listed(viewer: User | None = None) -> list[int]:
    run_due_jobs()
    viewer = viewer or make_user(role="moderator")
    return [row.answer_id for row in page_of_likely(load_user(viewer.id)).rows]


def refuse(actor: User, answer: Answer) -> None:
    with transaction():
        refuse_solution(
            actor, lock_question(answer.root_id or 0), db.session.get_one(Answer, answer.id)
        )


def solved(question: Question) -> bool:
    return bool(reload(question).status == "solved")


def test_three_kudos_and_a_week_of_silence_bring_an_answer_up_and_accept_nothing(later):
    answer = make_answer(question := make_question())
    thank_often(answer, 2)
    later(WEEK)
    assert listed() == []
    thank_often(answer, 1)
    assert listed() == [answer.id]
    assert not solved(question)


def test_the_askers_thanks_are_enough_but_not_before_the_week_is_over(later):
    asker = make_user()
    by_kudos, by_words = make_answer(make_question(asker)), make_answer(make_question(asker))
    thank(by_kudos, asker)
    make_comment(
        reload(db.session.get_one(Question, by_words.root_id)),
        by_words,
        asker,
        "Danke, hat geklappt!",
    )
    later(WEEK - timedelta(minutes=5))
    assert listed() == []
    later(timedelta(minutes=10))
    assert set(listed()) == {by_kudos.id, by_words.id}


def test_an_asker_who_speaks_again_is_not_silent(later):
    asker = make_user()
    answer = make_answer(question := make_question(asker))
    thank_often(answer)
    later(timedelta(days=5))
    make_comment(question, question, asker, "I will try that tomorrow and tell you.")
    later(timedelta(days=3))
    assert listed() == []
    later(timedelta(days=4, minutes=1))
    assert listed() == [answer.id]


def test_what_is_settled_locked_hidden_or_not_thanked_for_any_more_drops_out(later):
    asker, moderator = make_user(), make_user(role="moderator")
    accepted, hidden, taken = (make_answer(make_question(asker)) for _ in range(3))
    for answer in (accepted, hidden):
        thank_often(answer)
    thank(taken, asker)
    with transaction():
        take_kudos_back(asker, db.session.get_one(Answer, taken.id))
    make_acceptance(accepted, asker)
    set_post_visibility(hidden, "hidden", moderator)
    later(WEEK)
    assert listed() == []
    assert db.session.scalar(select(func.count()).select_from(LikelySolution)) == 0


def test_an_answer_made_a_comment_drops_out(later):
    answer = make_answer(question := make_question())
    thank_often(answer)
    with transaction():
        turn_into_comment(
            make_user(role="moderator"),
            lock_question(question.id),
            db.session.get_one(Answer, answer.id),
            reason="It is a remark",
        )
    later(WEEK)
    assert listed() == []


def test_whoever_says_no_is_recorded_once_and_asked_again_only_about_something_new(later):
    moderator = make_user(role="moderator")
    answer = make_answer(question := make_question())
    thank_often(answer)
    later(WEEK)
    assert listed() == [answer.id]
    refuse(moderator, answer)
    refuse(moderator, answer)
    with transaction():
        weigh_answers(question.id)
    assert listed() == []
    said = select(AuditEntry.actor_id).where(AuditEntry.action == "solution.refused")
    assert db.session.scalars(said).all() == [moderator.id]
    later(timedelta(minutes=1))
    thank_often(answer, 1)
    assert listed() == [answer.id]


def test_an_asker_who_undoes_it_is_not_overruled_again(later):
    asker, moderator = make_user(), make_user(role="moderator")
    answer = make_answer(question := make_question(asker))
    thank_often(answer)
    later(WEEK)
    make_acceptance(answer, moderator)
    run_due_jobs()
    later(timedelta(minutes=1))
    with transaction():
        unaccept_answer(asker, lock_question(question.id), db.session.get_one(Answer, answer.id))
    later(timedelta(days=30))
    assert listed() == []


def test_an_asker_who_says_that_nothing_helped_is_heard(later):
    asker = make_user()
    answer = make_answer(question := make_question(asker))
    thank_often(answer)
    run_due_jobs()
    later(timedelta(minutes=1))
    with transaction():
        say_unsolved(asker, lock_question(question.id))
    later(WEEK)
    assert listed() == []


def test_trusted_members_see_it_and_neither_asker_nor_helper_nor_others_do(later):
    asker, helper = make_user(role="moderator"), make_user(role="moderator")
    here, there = make_board(), make_board()
    answer = make_answer(make_question(asker, board=here), helper)
    thank_often(answer)
    later(WEEK)
    assert listed(make_user(points=500)) == [answer.id]
    assert listed(make_user(on={here.id: "moderator"})) == [answer.id]
    assert listed(make_user(on={there.id: "moderator"})) == []
    assert listed(asker) == listed(helper) == []
    with pytest.raises(NotAllowed):
        listed(make_user(points=499))
    with pytest.raises(NotAllowed):
        refuse(make_user(points=499), answer)
    with pytest.raises(NotAllowed):
        refuse(load_user(helper.id), answer)


def test_what_others_may_not_read_is_not_listed(later):
    answer = make_answer(
        make_question(make_user(role="moderator"), make_board(audience="staff")),
        make_user(role="agent"),
    )
    for _ in range(3):
        thank(answer, make_user(role="agent"))
    later(WEEK)
    assert listed() == [answer.id]
    assert listed(make_user(points=5_000)) == []


def test_the_list_is_one_query_from_its_own_index_however_many_questions_there_are(
    later, database_kind
):
    viewer = make_user(role="moderator")
    answers = [make_answer(make_question()) for _ in range(3)]
    for answer in answers:
        thank_often(answer)
    make_question(), make_answer(make_question())
    later(WEEK)
    run_due_jobs()
    viewer = load_user(viewer.id)
    with counted_queries() as sent:
        page = page_of_likely(viewer)
    assert len(page.rows) == 3
    assert len(sent) == 1
    if database_kind == "sqlite":
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {sent[0].replace('?', '1')}")).all()
        steps = [row[3] for row in plan]
        assert any("likely_solutions USING INDEX ix_likely_solutions_due_at" in it for it in steps)
        assert not any(step.startswith("SCAN") for step in steps)


def test_one_confirms_from_the_list_and_the_asker_hears_of_it_and_undoes_it(
    client: ForumClient, later
):
    asker, trusted = make_user("Asking Ada"), make_user("Trusted Tom", points=600)
    answer = make_answer(question := make_question(asker))
    other = make_answer(make_question())
    thank_often(answer)
    thank_often(other)
    later(WEEK)
    page = client.sign_in(trusted).get("/likely-solutions").text
    assert question.title in page
    client.submit(f"/answers/{answer.id}/acceptance", {})
    assert solved(question)
    gone = client.submit(f"/answers/{other.id}/likely-refusal", {}, follow_redirects=True)
    assert "off the list" in gone.text
    run_due_jobs()
    bell = client.sign_in(asker).get("/notifications").text
    assert "Trusted Tom marked" in bell
    assert "You can undo that there" in bell
    client.submit(f"/answers/{answer.id}/acceptance", {"_method": "DELETE"})
    assert not solved(question)


@pytest.mark.parametrize(
    ("words", "helped"),
    [
        ("Thanks, that worked!", True),
        ("Vielen Dank, jetzt geht es", True),
        ("Das hat mir sehr geholfen.", True),
        ("It works now", True),
        ("Thanks, but it still does not work", False),
        ("Danke, hat leider nichts gebracht", False),
        ("Thanks. Where do I find that setting?", False),
        ("It didn't help, thanks anyway", False),
        ("I have an iPhone", False),
    ],
)
def test_thanks_are_told_from_other_remarks(words, helped):
    assert says_it_helped(words) is helped
