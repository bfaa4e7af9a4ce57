"""Appeals: one each, in time, decided by somebody else, and what was wrong is undone."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import GUEST, SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import delete_post, hide_post
from moderation.appeals.models import DecisionAppeal
from moderation.appeals.operations import (
    AppealDone,
    AppealInvalid,
    AppealTooLate,
    decide_appeal,
    open_appeal,
)
from moderation.appeals.policies import can_appeal_decision, can_decide_appeal
from moderation.cases.models import ModerationCase
from moderation.cases.operations import DecidedBefore, claim_case, decide_case
from moderation.sanctions.models import Sanction, Statement
from moderation.sanctions.queries.texts import months_later
from tests.factories.community import load_user, make_answer, make_question, make_user, reload
from tests.factories.sanctions import make_appeal, make_sanction, make_statement
from tests.mailbox import sent_mails
from tests.parallel import errors_of

TEXT = "I only answered a question."


@pytest.fixture
def user(app):
    return make_user("Mira Member", language="en")


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def other(app):
    return make_user("Olga Other", role="moderator")


def appeal_against(statement):
    query = select(DecisionAppeal).where(DecisionAppeal.statement_id == statement.id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def case_of(appeal):
    query = select(ModerationCase).where(ModerationCase.source == f"appeal:{appeal.id}")
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def decide(actor, appeal, outcome, note="We looked at it again"):
    with transaction():
        claim_case(actor, case_of(appeal))
    with transaction():
        decide_case(actor, case_of(appeal), outcome, note)


def hide(actor, post, operation=hide_post):
    with transaction():
        question = lock_question(post.root_id)
        operation(actor, question, db.session.get_one(Post, post.id), "It praises a shop")
    run_due_jobs()
    query = select(Statement).where(Statement.post_id == post.id).order_by(Statement.id.desc())
    return db.session.scalars(query.limit(1)).one()


def test_an_appeal_opens_a_case_with_ids_and_codes_alone(user, keeper):
    question = make_question(user)
    statement = hide(keeper, question)
    appeal = make_appeal(statement, TEXT)
    case = case_of(appeal)
    assert (case.kind, case.state, case.post_id) == ("appeal", "open", question.id)
    assert case.evidence == {
        "statement": statement.id,
        "measure": "post_hidden",
        "rule": "other",
    }


def test_however_often_it_is_sent_the_first_appeal_stays(user, keeper):
    statement = make_statement(user, by=keeper)
    first = make_appeal(statement, TEXT)
    assert make_appeal(statement, "Something else").id == first.id
    assert appeal_against(statement).text == TEXT
    assert len(db.session.scalars(select(ModerationCase)).all()) == 1


def test_two_appeals_at_once_are_one(at_once, user, keeper):
    statement = make_statement(user, by=keeper)

    def appeal():
        with transaction():
            return open_appeal(load_user(user.id), statement.id, TEXT).id

    assert errors_of(at_once([appeal, appeal])) == []
    assert len(db.session.scalars(select(DecisionAppeal)).all()) == 1


@pytest.mark.parametrize(
    ("late", "fits"),
    [(timedelta(seconds=-1), True), (timedelta(0), True), (timedelta(seconds=1), False)],
)
def test_it_is_in_time_for_six_months(user, keeper, late, fits):
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        statement = make_statement(user, by=keeper)
    with time_machine.travel(months_later(begun) + late, tick=False):
        if fits:
            assert make_appeal(statement).is_open
            return
        with pytest.raises(AppealTooLate):
            make_appeal(statement)
    assert appeal_against(statement) is None


def test_nothing_is_appealed_that_was_taken_back_or_is_none(user, keeper):
    restored = make_statement(user, by=keeper, measure="post_restored")
    undone = make_statement(user, by=keeper)
    with transaction():
        db.session.get_one(Statement, undone.id).undone_at = clock.now()
    for statement in (restored, undone):
        with pytest.raises(AppealTooLate):
            make_appeal(statement)


def test_others_decisions_are_not_there(user, keeper):
    statement = make_statement(user, by=keeper)
    for somebody in (make_user(), keeper):
        with pytest.raises(NotFound), transaction():
            open_appeal(somebody, statement.id, TEXT)
    with pytest.raises(NotFound), transaction():
        open_appeal(user, 999_999, TEXT)


@pytest.mark.parametrize("text", ["", " \n", "x" * 2_001])
def test_an_appeal_says_what_is_wrong(user, keeper, text):
    statement = make_statement(user, by=keeper)
    with pytest.raises(AppealInvalid):
        make_appeal(statement, text)
    assert appeal_against(statement) is None


def test_whoever_decided_first_does_not_decide_again(user, keeper, other):
    appeal = make_appeal(make_statement(user, by=keeper))
    with pytest.raises(DecidedBefore), transaction():
        claim_case(keeper, case_of(appeal))
    with pytest.raises(NotAllowed), transaction():
        decide_appeal(keeper, appeal.id, "upheld", "I was right")
    decide(other, appeal, "upheld")
    assert reload(appeal).decided_by_id == other.id


@pytest.mark.parametrize("actor", [SYSTEM, GUEST])
def test_no_machine_decides_an_appeal(user, actor):
    appeal = make_appeal(make_statement(user, by=SYSTEM))
    with pytest.raises(NotAllowed), transaction():
        decide_appeal(actor, appeal.id, "upheld", "Beep")
    assert reload(appeal).is_open


def test_who_may_appeal_and_who_may_decide(user, keeper, other):
    statement = make_statement(user, by=keeper)
    appeal, now = make_appeal(statement), clock.now()
    people = {
        "guest": GUEST,
        "system": SYSTEM,
        "member": user,
        "somebody": make_user(),
        "agent": make_user(role="agent"),
        "first": keeper,
        "second": other,
        "admin": make_user(role="admin"),
    }
    may_appeal = {name for name, who in people.items() if can_appeal_decision(who, statement, now)}
    may_decide = {name for name, who in people.items() if can_decide_appeal(who, appeal, statement)}
    assert may_appeal == {"member"}
    assert may_decide == {"second", "admin"}


@pytest.mark.parametrize("operation", [hide_post, delete_post])
def test_overturning_brings_the_post_back(app, user, keeper, other, operation):
    answer = make_answer(make_question(), user)
    statement = hide(keeper, answer, operation)
    appeal = make_appeal(statement)
    decide(other, appeal, "overturned", "It answers the question")
    run_due_jobs()
    assert reload(answer).visibility == "published"
    assert reload(db.session.get_one(Post, answer.root_id)).answers_count == 1
    assert reload(statement).is_undone
    assert reload(appeal).state == "overturned"
    about = select(Statement.measure).where(Statement.user_id == user.id)
    assert list(db.session.scalars(about)) == [statement.measure]


def test_upholding_leaves_everything_as_it_is(user, keeper, other):
    question = make_question(user)
    statement = hide(keeper, question)
    appeal = make_appeal(statement)
    decide(other, appeal, "upheld")
    run_due_jobs()
    assert reload(question).visibility == "hidden"
    assert not reload(statement).is_undone
    assert reload(appeal).state == "upheld"


def test_a_later_removal_of_the_same_post_stands(user, keeper, other):
    answer = make_answer(make_question(), user)
    statement = hide(keeper, answer)
    hide(keeper, answer, delete_post)
    appeal = make_appeal(statement)
    decide(other, appeal, "overturned")
    run_due_jobs()
    assert reload(answer).visibility == "deleted"
    assert reload(statement).is_undone


@pytest.mark.parametrize("kind", ["notice", "warning", "read_only", "suspension", "ban"])
def test_overturning_lifts_the_sanction(user, keeper, other, kind):
    sanction = make_sanction(user, kind, by=keeper)
    appeal = make_appeal(db.session.get_one(Statement, sanction.statement_id))
    decide(other, appeal, "overturned", "It was somebody else")
    stored = load_user(user.id)
    assert stored.active
    assert stored.silenced_until is None
    assert reload(sanction).state == "lifted"
    assert reload(sanction).lift_reason == "It was somebody else"


def test_what_has_expired_meanwhile_is_taken_back_all_the_same(user, keeper, other):
    begun = clock.now()
    sanction = make_sanction(user, "read_only", by=keeper, days=1)
    appeal = make_appeal(db.session.get_one(Statement, sanction.statement_id))
    with time_machine.travel(begun + timedelta(days=2), tick=False):
        run_due_jobs()
        decide(other, appeal, "overturned")
    assert reload(sanction).state == "expired"
    assert reload(db.session.get_one(Statement, sanction.statement_id)).is_undone


def test_an_overturned_suspension_leaves_another_one_in_force(user, keeper, other):
    suspension = make_sanction(user, "suspension", by=keeper)
    make_sanction(user, "ban", by=keeper)
    appeal = make_appeal(db.session.get_one(Statement, suspension.statement_id))
    decide(other, appeal, "overturned")
    assert not load_user(user.id).active
    states = dict(db.session.execute(select(Sanction.kind, Sanction.state)).all())
    assert states == {"suspension": "lifted", "ban": "active"}


@pytest.mark.parametrize("outcome", ["upheld", "overturned"])
def test_the_member_is_told_with_the_reasons(app, user, keeper, other, outcome):
    statement = make_statement(user, by=keeper, measure="warning")
    appeal = make_appeal(statement)
    run_due_jobs()
    sent_mails(app)
    decide(other, appeal, outcome, "We looked at it again")
    run_due_jobs()
    assert any("We looked at it again" in mail.body for mail in sent_mails(app))
    notes = db.session.scalars(select(Notification.note).where(Notification.user_id == user.id))
    assert outcome in set(notes)
    audited = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == f"decision.{outcome}")
    ).one()
    assert (audited.actor_id, audited.subject_id) == (other.id, user.id)


def test_of_two_who_decide_at_once_one_is_told(at_once, user, keeper, other):
    appeal = make_appeal(make_statement(user, by=keeper))
    third = make_user(role="moderator")

    def settle(actor, outcome):
        with transaction():
            decide_appeal(load_user(actor.id), appeal.id, outcome, "Seen")

    errors = errors_of(
        at_once([lambda: settle(other, "upheld"), lambda: settle(third, "overturned")])
    )
    assert errors == ["AppealDone()"]
    decisions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("decision."))
    )
    assert len([action for action in decisions if action != "decision.appealed"]) == 1


def test_the_answer_is_final(user, keeper, other):
    appeal = make_appeal(make_statement(user, by=keeper))
    decide(other, appeal, "upheld")
    with pytest.raises(AppealDone), transaction():
        decide_appeal(make_user(role="admin"), appeal.id, "overturned", "I think otherwise")


@pytest.mark.parametrize(
    ("outcome", "answer"), [("maybe", "Seen"), ("upheld", " "), ("upheld", "x" * 501)]
)
def test_an_answer_is_one_of_two_with_a_reason(user, keeper, other, outcome, answer):
    appeal = make_appeal(make_statement(user, by=keeper))
    with pytest.raises(AppealInvalid), transaction():
        decide_appeal(other, appeal.id, outcome, answer)
    assert reload(appeal).is_open


def test_a_post_that_was_deleted_long_ago_comes_back_all_the_same(user, keeper, other):
    answer = make_answer(make_question(), user)
    appeal = make_appeal(hide(keeper, answer, delete_post))
    with time_machine.travel(clock.now() + timedelta(days=150), tick=False):
        decide(other, appeal, "overturned")
    assert reload(answer).visibility == "published"
