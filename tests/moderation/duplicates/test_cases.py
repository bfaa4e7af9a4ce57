"""Duplicates that asker and others disagree about are cases, and so are those nobody answers."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.questions.models import Closure
from community.questions.operations.duplicates import (
    accept_proposal,
    dispute_proposal,
    propose_duplicate,
)
from community.questions.operations.questions import lock_question
from moderation.cases import operations, queries
from moderation.cases.models import ModerationCase
from moderation.cases.operations import DecidedBefore
from moderation.duplicates.tasks import ask_moderators_about_silent
from tests.factories.community import make_question, make_user, reload

pytestmark = pytest.mark.usefixtures("app")
NOTE = "Mine is about a tablet"


def do(operation, actor, question, *about):
    with transaction():
        return operation(actor, lock_question(question.id), *about)


@pytest.fixture
def asker():
    return make_user()


@pytest.fixture
def original():
    return make_question(title="The one that was asked before")


@pytest.fixture
def question(asker, original):
    question = make_question(asker)
    do(propose_duplicate, make_user(points=1_000), question, original)
    return question


@pytest.fixture
def moderator():
    return make_user(role="moderator", language="en")


def dispute(asker, question, note=NOTE):
    do(dispute_proposal, asker, question, note)
    run_due_jobs()


def only_case():
    return db.session.scalars(
        select(ModerationCase).execution_options(populate_existing=True)
    ).one()


def decide(actor, key):
    case_id = only_case().id
    with transaction():
        operations.claim_case(actor, queries.get_case(actor, case_id))
    with transaction():
        operations.decide_case(actor, queries.get_case(actor, case_id), key, "Looked at both")


def test_a_no_opens_one_case_however_often_it_is_said(asker, question):
    dispute(asker, question)
    dispute(asker, question, "Mine is about a tablet, and yours about a phone")
    case = only_case()
    assert (case.kind, case.state, case.post_id) == ("duplicate", "open", question.id)
    assert NOTE not in str(case.evidence)


def test_a_moderator_reads_both_sides_and_closes(client, asker, question, original, moderator):
    dispute(asker, question)
    client.sign_in(moderator)
    page = client.get(f"/moderation/cases/{only_case().id}").text
    assert NOTE in page
    assert original.title in page
    assert "Asked before?" in client.get("/moderation/cases?kind=duplicate").text
    decide(moderator, "close")
    assert reload(question).status == "closed"
    assert only_case().state == "closed"
    with transaction():
        assert db.session.scalars(select(Closure.duplicate_of_id)).one() == original.id


def test_a_moderator_keeps_it_open(asker, question, moderator):
    dispute(asker, question)
    decide(moderator, "keep")
    assert reload(question).status == "open"
    assert only_case().state == "closed"


def test_the_case_is_gone_when_the_asker_agrees_after_all(asker, question):
    dispute(asker, question)
    do(accept_proposal, asker, question)
    run_due_jobs()
    assert only_case().state == "closed"
    assert only_case().decision is None


def test_who_proposed_it_decides_no_case_about_it(asker, original, moderator):
    question = make_question(asker)
    do(propose_duplicate, moderator, question, original)
    dispute(asker, question)
    with pytest.raises(DecidedBefore), transaction():
        operations.claim_case(moderator, queries.get_case(moderator, only_case().id))


def test_after_three_silent_days_moderators_are_asked_once(question):
    for days, cases in ((2, 0), (3.1, 1), (4, 1)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            with transaction():
                ask_moderators_about_silent()
            with transaction():
                assert db.session.query(ModerationCase).count() == cases


def test_what_is_settled_is_no_case_after_three_days(asker, question):
    do(accept_proposal, asker, question)
    with time_machine.travel(clock.now() + timedelta(days=4)), transaction():
        ask_moderators_about_silent()
    with transaction():
        assert db.session.query(ModerationCase).count() == 0
