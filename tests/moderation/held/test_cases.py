"""Cases of held posts: opened, decided, dropped."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts import screening
from community.posts.models import Post
from community.posts.screening import REVIEW, Finding, Submission
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import delete_post
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case, decide_case, undo_case
from moderation.held.operations import NothingWaits
from moderation.sanctions.models import Statement
from tests.factories.community import load_user, make_question, make_user, reload
from tests.factories.editing import edit_question

WHY = "It sells something."


@pytest.fixture
def found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the screens find in every text, to be filled by the test."""
    findings: list[Finding] = []

    def look(sent: Submission) -> screening.Screening:
        return screening.Screening(sent, tuple(findings))

    monkeypatch.setattr(screening, "_screens", [look])
    return findings


@pytest.fixture
def moderator(app: Flask) -> User:
    return make_user(role="moderator")


def held(found: list[Finding], *findings: Finding) -> Question:
    found[:] = findings
    question = make_question()
    found.clear()
    run_due_jobs()
    return question


def the_case() -> ModerationCase:
    with transaction():
        return present_case()


def present_case() -> ModerationCase:
    """Return the only case, in the transaction of the caller."""
    return db.session.scalars(select(ModerationCase)).one()


def decide(actor: User, decision: str, rule: str = "spam") -> None:
    with transaction():
        claim_case(actor, present_case())
    with transaction():
        decide_case(actor, present_case(), decision, WHY, rule)
    run_due_jobs()


def asked() -> int:
    query = select(EventRecord.id).where(EventRecord.name == "QuestionAsked")
    return len(db.session.scalars(query).all())


@pytest.mark.parametrize(
    ("findings", "kind", "priority"),
    [
        ([Finding("first_post")], "first_post", 10),
        ([Finding("first_post"), Finding("word", reference=7)], "held", 30),
        ([Finding("typed_fast")], "held", 30),
        ([Finding("first_post"), Finding("spam", score=81)], "spam", 81),
        ([Finding("screen_failed")], "held", 30),
    ],
)
def test_a_held_post_is_a_case_of_what_weighs_most(
    found: list[Finding], findings: list[Finding], kind: str, priority: int
) -> None:
    question = held(found, *findings)
    case = the_case()
    assert (case.kind, case.priority, case.post_id) == (kind, priority, question.id)
    assert case.evidence["codes"] == sorted(finding.code for finding in findings)


def test_a_published_post_is_out_and_its_case_closed(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("first_post"))
    decide(moderator, "publish")
    assert reload(question).visibility == "published"
    assert asked() == 1
    assert the_case().state == "closed"
    assert db.session.scalars(select(Statement)).all() == []


def test_a_refused_post_is_hidden_and_its_author_told_why(
    found: list[Finding], moderator: User
) -> None:
    question = held(found, Finding("word", reference=3))
    decide(moderator, "refuse")
    assert reload(question).visibility == "hidden"
    assert asked() == 0
    [statement] = db.session.scalars(select(Statement)).all()
    assert (statement.user_id, statement.post_id) == (question.author_id, question.id)
    assert (statement.measure, statement.rule) == ("post_hidden", "spam")
    assert (statement.facts, statement.automated) == (WHY, True)


def test_what_waits_by_rule_was_not_found_automatically(
    found: list[Finding], moderator: User
) -> None:
    held(found, Finding("first_post"), Finding("board"))
    decide(moderator, "refuse")
    assert not db.session.scalars(select(Statement)).one().automated


def test_a_refusal_taken_back_publishes_and_tells(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("first_post"))
    decide(moderator, "refuse")
    with transaction():
        undo_case(moderator, present_case(), "It was no advertising after all.")
    run_due_jobs()
    assert reload(question).visibility == "published"
    assert asked() == 1
    measures = db.session.scalars(select(Statement.measure).order_by(Statement.id)).all()
    assert measures == ["post_hidden", "post_restored"]


def test_a_post_taken_back_leaves_nothing_to_decide(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("first_post"))
    with transaction():
        locked = lock_question(question.id)
        delete_post(load_user(question.author_id), locked, locked)
    with transaction():
        claim_case(moderator, present_case())
    with pytest.raises(NothingWaits), transaction():
        decide_case(moderator, present_case(), "publish", WHY, "")
    run_due_jobs()
    assert the_case().state == "closed"


def test_what_is_found_in_an_edit_is_another_case(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("first_post"))
    decide(moderator, "publish")
    found[:] = [Finding("word", reference=3)]
    with transaction():
        locked = lock_question(question.id)
        body = "It says something else by now, and more."
        edit_question(load_user(question.author_id), locked, title=locked.title, body=body, tags="")
    run_due_jobs()
    states = db.session.execute(select(ModerationCase.kind, ModerationCase.state)).all()
    assert sorted(map(tuple, states)) == [("first_post", "closed"), ("held_edit", "open")]
    assert asked() == 1


def test_changed_while_it_waits_it_is_the_same_case(found: list[Finding]) -> None:
    question = held(found, Finding("first_post"))
    found[:] = [Finding("word", reference=3)]
    with transaction():
        locked = lock_question(question.id)
        edit_question(
            load_user(question.author_id),
            locked,
            title=locked.title,
            body="It says something else by now, and more.",
            tags="",
        )
    run_due_jobs()
    assert the_case().evidence["codes"] == ["first_post", "word"]


def test_a_reported_word_is_a_case_of_its_own(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("word", REVIEW, reference=3))
    assert reload(question).visibility == "published"
    assert (the_case().kind, the_case().evidence["words"]) == ("word", [3])
    decide(moderator, "hide")
    assert reload(question).visibility == "hidden"
    assert db.session.scalars(select(Statement)).one().measure == "post_hidden"


def test_a_reported_word_may_stand(found: list[Finding], moderator: User) -> None:
    question = held(found, Finding("word", REVIEW, reference=3))
    decide(moderator, "keep")
    assert reload(question).visibility == "published"
    assert db.session.scalars(select(Statement)).all() == []


def test_told_late_of_a_post_that_is_out_no_case_is_opened(found: list[Finding]) -> None:
    found[:] = [Finding("first_post")]
    question = make_question()
    with transaction():
        locked: Any = lock_question(question.id)
        delete_post(load_user(question.author_id), locked, locked)
    run_due_jobs()
    assert db.session.scalars(select(ModerationCase)).all() == []
    assert db.session.get_one(Post, question.id).visibility == "deleted"
