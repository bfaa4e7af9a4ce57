"""What is said in a case, to whom, and what the customer replies."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.escalation.cases.errors import (
    CaseClosed,
    NobodyToTell,
    NotBetweenYou,
    SomethingNew,
)
from community.escalation.cases.models import (
    CLOSED,
    FOLLOW_UP,
    NEW,
    OPEN,
    PENDING,
    PRIVATE,
    CaseLink,
    CaseMessage,
    SupportCase,
)
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.queries.talk import newest_of
from community.identity.models import User
from community.posts.errors import UnfitText
from community.posts.models import Post
from community.questions.models import Answer
from tests.factories.community import (
    make_answer,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.support import make_agent, make_support_case

PUBLIC_TEXT = "We have found the cause and mend it tonight."
SECRET = "Please confirm the number that ends with 37."


def _do(act: Any, *arguments: Any, **values: Any) -> Any:
    with transaction():
        return act(*arguments, **values)


def _messages(case: SupportCase) -> list[tuple[str, str, bool]]:
    rows = db.session.scalars(
        select(CaseMessage).where(CaseMessage.case_id == case.id).order_by(CaseMessage.id)
    )
    return [(row.kind, row.direction, row.post_id is not None) for row in rows]


def _posts() -> int:
    return db.session.scalar(select(func.count()).select_from(Post)) or 0


def test_a_public_reply_is_an_answer_to_the_question(app: Flask) -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    _do(messages.reply_publicly, agent, case.id, PUBLIC_TEXT)
    answer = db.session.scalars(select(Answer)).one()
    assert (answer.root_id, answer.author_id, answer.body) == (question.id, agent.id, PUBLIC_TEXT)
    assert _messages(case) == [("public", "out", True)]
    assert db.session.scalars(select(CaseMessage.body)).one() == ""


def test_what_is_private_or_a_note_is_no_post(app: Flask) -> None:
    agent = make_agent()
    case = make_support_case(make_question())
    before = _posts()
    _do(messages.message_privately, agent, case.id, SECRET)
    _do(messages.note_internally, agent, case.id, "Same fault on the whole mast.")
    assert _posts() == before
    assert _messages(case) == [("private", "out", False), ("internal", "out", False)]


def test_a_private_case_has_no_public_to_answer(app: Flask) -> None:
    with pytest.raises(NotBetweenYou):
        _do(messages.reply_publicly, make_agent(), make_support_case().id, PUBLIC_TEXT)


@pytest.mark.parametrize("role", ["member", "moderator"])
def test_others_say_nothing_in_a_case(app: Flask, role: str) -> None:
    case, other = make_support_case(make_question()), make_user(role=role)
    for say in (messages.reply_publicly, messages.message_privately, messages.note_internally):
        with pytest.raises(NotAllowed):
            _do(say, other, case.id, PUBLIC_TEXT)
    with pytest.raises(NotAllowed):
        _do(messages.receive_message, case.id, from_user=other, body=SECRET)
    assert _messages(case) == []


def test_empty_words_are_refused(app: Flask) -> None:
    case = make_support_case(make_question())
    with pytest.raises(UnfitText):
        _do(messages.message_privately, make_agent(), case.id, "  ")


def test_nothing_is_sent_over_something_new(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    question = make_question(asker)
    case = make_support_case(question)
    seen = newest_of(case.id, question.id)
    _do(messages.receive_message, case.id, from_user=asker, body="It works again!")
    for say in (messages.reply_publicly, messages.message_privately, messages.note_internally):
        with pytest.raises(SomethingNew):
            _do(say, agent, case.id, PUBLIC_TEXT, seen=seen)
    _do(
        messages.reply_publicly,
        agent,
        case.id,
        PUBLIC_TEXT,
        seen=newest_of(case.id, question.id),
    )


def test_a_new_answer_of_a_member_is_something_new(app: Flask) -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    seen = newest_of(case.id, question.id)
    make_answer(question)
    with pytest.raises(SomethingNew):
        _do(messages.message_privately, agent, case.id, SECRET, seen=seen)


def test_ones_own_words_are_nothing_new(app: Flask) -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    seen = newest_of(case.id, question.id)
    _do(messages.note_internally, agent, case.id, "Looking into it.")
    _do(messages.message_privately, agent, case.id, SECRET, seen=seen)


@pytest.mark.parametrize("state", ["pending", "on_hold", "solved", "returned"])
def test_a_reply_opens_what_is_not_closed(app: Flask, state: str) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    _do(assigning.take_case, agent, case.id)
    steps: dict[str, Any] = {
        "pending": lambda: states.wait_for_customer(agent, case.id),
        "on_hold": lambda: states.hold(agent, case.id, "supplier"),
        "solved": lambda: states.solve(agent, case.id, outcome="fixed", contact_reason="fault"),
        "returned": lambda: states.return_to_community(agent, case.id),
    }
    _do(steps[state])
    _do(messages.receive_message, case.id, from_user=asker, body="Still not.")
    assert reload(case).state == OPEN


def test_a_reply_leaves_a_new_case_new(app: Flask) -> None:
    asker = make_user()
    case = make_support_case(make_question(asker))
    _do(messages.receive_message, case.id, from_user=asker, body="One thing more.")
    assert reload(case).state == NEW


def test_the_same_mail_comes_once(app: Flask) -> None:
    asker = make_user()
    case = make_support_case(make_question(asker))
    for _ in range(2):
        _do(messages.receive_message, case.id, from_user=asker, body="Hi", message_id="m1@x")
    assert _messages(case) == [("private", "in", False)]


def test_a_reply_to_a_closed_case_begins_one_that_follows_up(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    case = make_support_case(make_question(asker))
    _do(states.close_as_spam, agent, case.id)
    for text in ("Wait, that was real.", "Are you there?"):
        _do(messages.receive_message, case.id, from_user=asker, body=text)
    link = db.session.scalars(select(CaseLink)).one()
    assert (link.kind, link.other_id) == (FOLLOW_UP, case.id)
    follower = db.session.get_one(SupportCase, link.case_id)
    assert (follower.requester_id, follower.question_id) == (asker.id, None)
    assert _messages(follower) == [("private", "in", False)] * 2
    assert reload(case).state == CLOSED
    with pytest.raises(CaseClosed):
        _do(messages.note_internally, agent, case.id, "Too late.")


def test_what_the_asker_writes_in_public_opens_the_case_as_well(app: Flask) -> None:
    agent, asker = make_agent(), make_user()
    question = make_question(asker)
    case = make_support_case(question)
    _do(states.wait_for_customer, agent, case.id)
    make_comment(question, question, asker, "I have tried that, no.")
    make_answer(question)
    run_due_jobs()
    assert _messages(case) == [("public", "in", True)]
    assert reload(case).state == OPEN


def test_what_others_write_leaves_a_case_waiting(app: Flask) -> None:
    agent, question = make_agent(), make_question()
    case = make_support_case(question)
    _do(states.wait_for_customer, agent, case.id)
    make_answer(question)
    run_due_jobs()
    assert reload(case).state == PENDING


def test_strangers_are_written_to_and_members_who_left_are_not(app: Flask) -> None:
    agent = make_agent()
    with transaction():
        mailed = open_case(
            SYSTEM,
            trigger="mail",
            subject="Help",
            language="en",
            requester_email="someone@example.org",
            channel="mail",
        )
    assert _do(messages.message_privately, agent, mailed.id, SECRET).kind == PRIVATE
    case = make_support_case()
    with transaction():
        left = db.session.get_one(User, case.requester_id)
        left.erased_at = left.created_at
    with pytest.raises(NobodyToTell):
        _do(messages.message_privately, agent, case.id, SECRET)
