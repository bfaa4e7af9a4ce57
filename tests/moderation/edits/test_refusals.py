"""Changed texts that waited and were refused: reasons, appeals, undoing, and what is learned."""

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.notifications.models import Notification
from community.posts.models import SuggestedEdit
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import refuse_suggestion
from moderation.appeals.operations import open_appeal
from moderation.cases.models import ModerationCase
from moderation.cases.operations import DecisionUnknown, claim_case, decide_case, undo_case
from moderation.sanctions.models import Statement
from moderation.spam.bayes import Totals
from moderation.spam.models import SpamLesson
from moderation.spam.queries import get_totals
from tests.factories.community import load_user, make_question, make_user, reload
from tests.factories.suggestions import hold_edit

SPAM = "Cheap watches and pills at https://pills.example, order now while they last."
FACTS = "It advertises a shop."


@pytest.fixture
def moderator(app: Flask) -> User:
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def question(app: Flask) -> Question:
    return make_question(make_user("Mira Member", language="en"))


def hold(question: Question, code: str = "spam") -> SuggestedEdit:
    made = hold_edit(load_user(question.author_id), question, SPAM, code=code)
    run_due_jobs()
    return made


def case_of(kind: str = "held_edit") -> ModerationCase:
    query = select(ModerationCase).where(ModerationCase.kind == kind)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def decide(actor: User, key: str, *, kind: str = "held_edit", rule: str = "spam") -> None:
    with transaction():
        claim_case(actor, case_of(kind))
    with transaction():
        decide_case(actor, case_of(kind), key, FACTS, rule)
    run_due_jobs()


def statement() -> Statement:
    query = select(Statement).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def lessons() -> list[tuple[int, bool, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(SpamLesson)).all()
    return [(row.post_id, row.suggestion_id > 0, row.label) for row in rows]


def test_who_is_refused_reads_the_reasons_once_and_how_to_appeal(moderator, question) -> None:
    hold(question)
    decide(moderator, "refuse")
    told = statement()
    assert (told.user_id, told.measure, told.rule) == (question.author_id, "edit_refused", "spam")
    assert (told.automated, told.decided_by_id, told.facts) == (True, moderator.id, FACTS)
    assert told.appeal_until is not None
    assert "We have not published your change of the question" in told.text
    query = select(Notification.kind).where(Notification.user_id == question.author_id)
    assert list(db.session.scalars(query)) == ["decision"]


def test_a_board_where_all_waits_has_found_nothing_by_itself(moderator, question) -> None:
    hold(question, code="board")
    decide(moderator, "refuse")
    assert statement().automated is False


def test_a_refusal_names_the_rule(moderator, question) -> None:
    hold(question)
    with pytest.raises(DecisionUnknown) as refused:
        decide(moderator, "refuse", rule="")
    assert set(refused.value.errors) == {"rule"}


def test_there_is_no_way_around_the_case(moderator, question) -> None:
    made = hold(question)
    with transaction():
        locked = lock_question(question.id)
        waiting = db.session.get_one(SuggestedEdit, made.id)
        with pytest.raises(NotAllowed):
            refuse_suggestion(load_user(moderator.id), locked, locked, waiting, "Because")


def test_the_change_is_learned_as_spam_and_the_post_is_not(moderator, question) -> None:
    hold(question)
    decide(moderator, "refuse")
    assert lessons() == [(question.id, True, "spam")]
    assert get_totals() == Totals(1, 0)


def test_a_change_that_is_published_teaches_that_it_is_none(moderator, question) -> None:
    hold(question)
    decide(moderator, "accept", rule="")
    assert lessons() == [(question.id, True, "ham")]


def test_what_broke_another_rule_teaches_nothing(moderator, question) -> None:
    hold(question)
    decide(moderator, "refuse", rule="abuse")
    assert lessons() == []


def test_undone_it_is_published_unlearned_and_taken_back(moderator, question) -> None:
    made = hold(question)
    decide(moderator, "refuse")
    with transaction():
        undo_case(load_user(moderator.id), case_of(), "I was wrong.")
    run_due_jobs()
    assert (reload(question).body, reload(made).state) == (SPAM, "accepted")
    assert statement().is_undone
    assert (lessons(), get_totals()) == ([], Totals(0, 0))


def test_an_appeal_that_is_right_publishes_the_change(moderator, question) -> None:
    made = hold(question)
    decide(moderator, "refuse")
    with transaction():
        open_appeal(load_user(question.author_id), statement().id, "It is my own shop's address.")
    decide(make_user(role="moderator"), "overturned", kind="appeal", rule="")
    assert (reload(question).body, reload(made).state) == (SPAM, "accepted")
    assert statement().is_undone


def test_an_appeal_is_right_also_where_the_post_has_no_room_for_the_change(
    moderator, question
) -> None:
    made = hold(question)
    decide(moderator, "refuse")
    with transaction():
        open_appeal(load_user(question.author_id), statement().id, "It is my own shop's address.")
    with transaction():
        reload(question).body = "Another text that stands where the change would stand."
    decide(make_user(role="moderator"), "overturned", kind="appeal", rule="")
    assert reload(made).state == "refused"
    assert statement().is_undone


def test_the_letter_is_shown_before_it_is_sent(moderator, question, client) -> None:
    hold(question)
    client.sign_in(moderator)
    with transaction():
        claim_case(moderator, case_of())
    page = client.submit(
        f"/moderation/cases/{case_of().id}/letter",
        {"decision": "refuse", "note": FACTS, "rule": "spam"},
    )
    assert "We have not published your change" in page.text
    assert FACTS in page.text
