"""Opening support cases."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.escalation.cases.models import (
    CLOSED,
    NEW,
    OPEN,
    PRIVATE,
    SOLVED,
    CaseMessage,
    CaseStep,
    Escalation,
    SupportCase,
)
from community.escalation.cases.operations.opening import open_case
from community.escalation.teams.models import Team, TeamBoard
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.status import recompute
from tests.factories.community import make_answer, make_board, make_question, make_user, reload
from tests.factories.support import make_support_case


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _opened() -> int:
    return db.session.scalar(select(func.count()).where(EventRecord.name == "CaseOpened")) or 0


def _question(case: SupportCase) -> Question:
    found: Question = reload(db.session.get_one(Question, case.question_id))
    return found


def test_an_escalated_question_is_with_the_support_team(app: Flask) -> None:
    question = make_question()
    case = make_support_case(question, reason="Nobody answered in 24 hours")
    assert (case.state, case.requester_id, case.board_id) == (
        NEW,
        question.author_id,
        question.board_id,
    )
    assert _question(case).status == "support"
    why = db.session.scalars(select(Escalation)).one()
    assert (why.case_id, why.reason) == (case.id, "Nobody answered in 24 hours")
    assert _opened() == 1
    audited = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "support_case.opened")
    ).one()
    assert audited.subject_id == case.id


def test_support_keeps_a_question_that_is_answered_meanwhile(app: Flask) -> None:
    question = make_question()
    case = make_support_case(question)
    make_answer(question)
    with transaction():
        recompute(lock_question(question.id))
    assert _question(case).status == "support"


def test_the_same_trigger_twice_opens_nothing(app: Flask) -> None:
    question = make_question()
    first = make_support_case(question)
    assert make_support_case(question).id == first.id
    assert (_count(SupportCase), _count(Escalation), _opened()) == (1, 1, 1)


def test_another_trigger_is_noted_on_the_case_that_is_open(app: Flask) -> None:
    question = make_question()
    first = make_support_case(question)
    second = make_support_case(question, trigger="me_too", occurrence=2)
    assert second.id == first.id
    assert (_count(Escalation), _opened()) == (2, 1)
    steps = db.session.scalars(select(CaseStep.what).order_by(CaseStep.id)).all()
    assert steps == ["opened", "escalated"]


def test_a_solved_case_is_opened_again_by_a_new_trigger(app: Flask) -> None:
    question = make_question()
    case = make_support_case(question)
    with transaction():
        db.session.get_one(SupportCase, case.id).state = SOLVED
    again = make_support_case(question, trigger="still_not_solved")
    assert (again.id, again.state) == (case.id, OPEN)


def test_a_closed_case_stays_closed_and_another_one_is_opened(app: Flask) -> None:
    question = make_question()
    first = make_support_case(question)
    with transaction():
        db.session.get_one(SupportCase, first.id).state = CLOSED
    second = make_support_case(question, trigger="still_not_solved")
    assert second.id != first.id
    assert reload(first).state == CLOSED


def test_a_closed_case_is_not_opened_twice_by_what_opened_it(app: Flask) -> None:
    question = make_question()
    first = make_support_case(question)
    with transaction():
        db.session.get_one(SupportCase, first.id).state = CLOSED
    assert make_support_case(question).id == first.id


def test_two_workers_open_one_case(app: Flask, at_once: Any) -> None:
    question = make_question()

    def act() -> int:
        with transaction():
            return open_case(
                SYSTEM,
                trigger="unanswered",
                subject=question.title,
                language="en",
                question_id=question.id,
            ).id

    found = at_once([act] * 6)
    assert len(set(found)) == 1
    assert (_count(SupportCase), _count(Escalation), _opened(), _count(Team)) == (1, 1, 1, 1)


def test_private_words_are_no_post(app: Flask) -> None:
    asker = make_user()
    case = make_support_case(requester=asker, body="My number is **secret**.")
    message = db.session.scalars(select(CaseMessage)).one()
    assert (message.kind, message.author_id, message.post_id) == (PRIVATE, asker.id, None)
    assert "<strong>secret</strong>" in message.html
    assert case.question_id is None


def test_strangers_are_known_by_their_address(app: Flask) -> None:
    with transaction():
        case = open_case(
            SYSTEM,
            trigger="mail",
            subject="Help",
            language="de",
            requester_email="stranger@example.org",
            channel="mail",
            body="Hallo",
            message_id="abc@example.org",
        )
    assert case.requester_email == "stranger@example.org"
    assert db.session.scalars(select(CaseMessage.message_id)).one() == "abc@example.org"


def test_a_board_has_its_own_team(app: Flask) -> None:
    board = make_board()
    with transaction():
        team = Team(slug="network", names={"en": "Network"})
        db.session.add(team)
        db.session.flush()
        db.session.add(TeamBoard(board_id=board.id, team_id=team.id))
    assert make_support_case(make_question(board=board)).team_id == team.id
    elsewhere = make_support_case(make_question())
    assert db.session.get_one(Team, elsewhere.team_id).slug == "support"
