"""Cases: opened once, claimed by one, decided once, by nobody who is concerned."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.jobs import EventRecord, emit
from community.core.worker import run_due_jobs
from community.events.rings import RingSettled, RingSuspected
from moderation.cases import operations, queries
from moderation.cases.models import CaseSubject, ModerationCase
from tests.factories.cases import make_case
from tests.factories.community import load_user, make_user


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def other(app):
    return make_user("Olga Other", role="moderator")


def now(case):
    db.session.rollback()
    return db.session.get(ModerationCase, case.id, populate_existing=True)


def actions(case):
    db.session.rollback()
    about = (AuditEntry.subject_type == "case", AuditEntry.subject_id == case.id)
    query = select(AuditEntry.action).where(*about).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def decided_events():
    query = select(EventRecord).where(EventRecord.name == "CaseDecided")
    return [record.payload for record in db.session.scalars(query)]


def do(operation, actor, case, *args):
    with transaction():
        operation(actor, queries.get_case(actor, case.id), *args)


def test_a_finding_told_of_twice_opens_one_case(app):
    anna, ben, carl = make_user(), make_user(), make_user()
    for members, thanks in (((anna, ben), 12), ((anna, ben, carl), 30)):
        with transaction():
            emit(RingSuspected("ring:1", [user.id for user in members], {"thanks": thanks}))
        run_due_jobs()
    (case,) = db.session.scalars(select(ModerationCase)).all()
    assert (case.state, case.evidence) == ("open", {"thanks": 30})
    assert queries.list_subject_ids(case.id) == {anna.id, ben.id, carl.id}
    assert actions(case) == ["case.opened"]


def test_a_decided_case_is_not_changed_by_its_finding(keeper):
    case = make_case([make_user()], state="claimed", claimed_by=keeper)
    do(operations.decide_case, keeper, case, "no_violation", "Two friends")
    with transaction():
        operations.open_case("ring", case.source, subject_ids=[], evidence={"thanks": 1})
    assert now(case).evidence["thanks"] == 42
    assert now(case).state == "decided"


def test_a_case_is_claimed_decided_and_closed(keeper):
    case = make_case([make_user()])
    do(operations.claim_case, keeper, case)
    assert now(case).state == "claimed"
    do(operations.decide_case, keeper, case, "no_violation", " Two friends ")
    assert (now(case).decision, now(case).note) == ("no_violation", "Two friends")
    for _time in range(2):
        with transaction():
            emit(RingSettled(case.source))
        run_due_jobs()
    assert now(case).state == "closed"
    assert actions(case) == ["case.opened", "case.claimed", "case.decided"]
    assert decided_events() == [
        {
            "case_id": case.id,
            "source": case.source,
            "decision": "no_violation",
            "actor_id": keeper.id,
        }
    ]


def test_a_claim_is_one_moderators_until_it_lapses(keeper, other):
    case = make_case([make_user()])
    do(operations.claim_case, keeper, case)
    do(operations.claim_case, keeper, case)
    with pytest.raises(operations.CaseTaken):
        do(operations.claim_case, other, case)
    with pytest.raises(operations.CaseNotClaimed):
        do(operations.decide_case, other, case, "violation", "Seen")
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        with pytest.raises(operations.CaseNotClaimed):
            do(operations.decide_case, keeper, case, "violation", "Seen")
        do(operations.claim_case, other, case)
        do(operations.decide_case, other, case, "violation", "Seen")
        with pytest.raises(operations.CaseDone):
            do(operations.claim_case, keeper, case)
        with pytest.raises(operations.CaseDone):
            do(operations.decide_case, keeper, case, "no_violation", "Seen")
    assert now(case).decision == "violation"
    assert actions(case) == ["case.opened", "case.claimed", "case.claimed", "case.decided"]
    assert len(decided_events()) == 1


def test_a_case_given_back_is_open_to_everybody(keeper, other):
    case = make_case([make_user()], state="claimed", claimed_by=keeper)
    do(operations.release_case, other, case)
    assert now(case).state == "claimed"
    for _time in range(2):
        do(operations.release_case, keeper, case)
    assert now(case).state == "open"
    do(operations.claim_case, other, case)
    assert actions(case) == ["case.opened", "case.released", "case.claimed"]


@pytest.mark.parametrize(
    ("decision", "note"),
    [("", "Why"), ("maybe", "Why"), ("violation", " "), ("violation", "x" * 501)],
)
def test_a_decision_needs_a_choice_and_a_reason(keeper, decision, note):
    case = make_case([make_user()], state="claimed", claimed_by=keeper)
    with pytest.raises(operations.DecisionUnknown):
        do(operations.decide_case, keeper, case, decision, note)
    assert now(case).state == "claimed"


def test_a_carried_out_decision_is_undone_once(keeper, other):
    case = make_case([make_user()], state="actioned", claimed_by=keeper)
    do(operations.undo_case, other, case, "The wrong ones")
    for operation, args in ((operations.undo_case, ["Again"]), (operations.close_case, [])):
        with pytest.raises(operations.CaseDone):
            do(operation, keeper, case, *args)
    assert now(case).state == "undone"
    assert actions(case) == ["case.opened", "case.undone"]


def test_a_case_that_waits_cannot_be_undone_or_closed(keeper):
    case = make_case([make_user()], state="claimed", claimed_by=keeper)
    for operation, args in ((operations.undo_case, ["No"]), (operations.close_case, [])):
        with pytest.raises(operations.CaseDone):
            do(operation, keeper, case, *args)


def test_nobody_sees_or_judges_a_case_about_themselves(keeper, other):
    case = make_case([make_user(), keeper])
    with pytest.raises(NotFound):
        queries.get_case(keeper, case.id)
    assert queries.page_of_cases(keeper).rows == []
    with pytest.raises(NotAllowed), transaction():
        operations.claim_case(keeper, now(case))
    assert [row.case.id for row in queries.page_of_cases(other).rows] == [case.id]


def test_who_becomes_a_subject_after_claiming_decides_no_more(keeper):
    case = make_case([make_user()], state="claimed", claimed_by=keeper)
    with transaction():
        db.session.add(CaseSubject(case_id=case.id, user_id=keeper.id))
    with pytest.raises(NotAllowed), transaction():
        operations.decide_case(keeper, now(case), "no_violation", "It is I")
    assert now(case).state == "claimed"


def test_two_who_claim_at_once_are_one_claim(app, keeper, other):
    case = make_case([make_user()])

    def claim(user_id):
        with app.app_context():
            try:
                do(operations.claim_case, load_user(user_id), case)
            except operations.CaseTaken:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(claim, [keeper.id, other.id]))
    assert sorted(won) == [False, True]
    assert actions(case) == ["case.opened", "case.claimed"]


def test_old_cases_are_forgotten_with_their_subjects(keeper):
    old, young = (
        make_case([make_user()], state="actioned", claimed_by=keeper) for _number in range(2)
    )
    do(operations.close_case, keeper, old)
    with time_machine.travel(clock.now() + timedelta(days=731)), transaction():
        operations.prune_cases(timedelta(days=730))
    assert now(old) is None
    assert now(young) is not None
    assert queries.list_subject_ids(old.id) == set()
