"""From thanks by arrangement to a hold, a case, a reversal and its undoing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from moderation.cases import operations as cases
from moderation.cases.models import ModerationCase
from moderation.cases.queries import list_subject_ids
from reputation.fairness.models import RingFinding
from reputation.fairness.operations import carry_out, take_back
from reputation.fairness.pruning import prune_findings
from reputation.fairness.queries import list_members
from reputation.ledger.models import LedgerExclusion
from reputation.ledger.operations import settle_members
from reputation.ledger.queries import get_balances
from reputation.payback.models import PaybackHold
from tests.factories.community import make_user
from tests.reputation.fairness.scene import (
    make_background,
    make_posts,
    make_ring,
    posts_of_others,
    search,
    share_device,
    thank_all,
)
from tests.reputation.ledger.booking import broken


@pytest.fixture
def board(app):
    return make_background()


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def held():
    db.session.rollback()
    query = select(PaybackHold.user_id).where(PaybackHold.lifted_at.is_(None))
    return set(db.session.scalars(query))


def the_case():
    db.session.rollback()
    return db.session.scalars(
        select(ModerationCase).execution_options(populate_existing=True)
    ).one()


def decide(keeper, decision):
    run_due_jobs()
    with transaction():
        cases.claim_case(keeper, the_case())
    with transaction():
        cases.decide_case(keeper, the_case(), decision, "Looked at it")
    run_due_jobs()


def reputation_of(users):
    db.session.rollback()
    return [get_balances(user.id).get("reputation", 0) for user in users]


def settle(users):
    with transaction():
        settle_members(user.id for user in users)


def count(model, *conditions):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_a_ring_is_found_held_and_brought_before_moderators_once(board):
    ring = make_ring(board)
    for _night in range(2):
        (finding,) = search()
        run_due_jobs()
    ids = {user.id for user in ring}
    with transaction():
        assert list_members(finding.id) == ids
    assert held() == ids
    case = the_case()
    assert (case.source, case.state) == (finding.source, "open")
    assert list_subject_ids(case.id) == ids
    assert case.evidence["thanks"] == 24
    assert case.evidence["signals"] == ["ring"]
    assert sorted(case.evidence["pairs"])[0][2:] == [2, 0]
    assert count(EventRecord, EventRecord.name == "RingSuspected") == 1


def test_friends_who_thank_many_others_too_are_left_alone(board):
    friends = [make_user() for _number in range(4)]
    thank_all(friends, [*make_posts(board, friends), *posts_of_others(board)])
    assert search() == []
    assert held() == set()


def test_a_shared_device_alone_suspects_nobody(board):
    family = [make_user() for _number in range(3)]
    share_device(family)
    thank_all(family[:1], make_posts(board, family[1:], number=1))
    assert search() == []


def test_two_alone_are_suspected_only_for_much_and_mutual_thanks(board):
    make_ring(board, size=2, posts=3)
    fan, idol = make_user(), make_user()
    thank_all([fan], make_posts(board, [idol], number=14))
    assert search() == []
    pair = make_ring(board, size=2, posts=8)
    (finding,) = search()
    with transaction():
        assert list_members(finding.id) == {user.id for user in pair}
    assert finding.evidence["signals"] == ["pair"]


def test_accounts_that_feed_one_are_found(board):
    main, *puppets = [make_user() for _number in range(5)]
    thank_all(puppets, make_posts(board, [main], number=7))
    share_device(puppets)
    (finding,) = search()
    assert set(finding.evidence["signals"]) == {"feeding", "linked"}
    with transaction():
        assert list_members(finding.id) == {main.id, *(puppet.id for puppet in puppets)}


def test_who_joins_a_ring_joins_its_case(board):
    ring = make_ring(board)
    search()
    run_due_jobs()
    late = make_user()
    thank_all([*ring, late], make_posts(board, [late], 2))
    thank_all([late], make_posts(board, ring, 1))
    search()
    run_due_jobs()
    assert list_subject_ids(the_case().id) == {late.id, *(user.id for user in ring)}
    assert late.id in held()


def test_a_violation_takes_back_what_they_gained_by_each_other_alone(board, keeper):
    ring = make_ring(board)
    honest = make_user()
    thank_all([honest], make_posts(board, ring[:1], number=1))
    settle(ring)
    before = reputation_of(ring)
    search()
    decide(keeper, "violation")
    assert before[0] > before[1] > reputation_of(ring)[1]
    assert reputation_of(ring) == [11, 1, 1, 1]
    assert held() == set()
    assert the_case().state == "actioned"
    assert count(LedgerExclusion, LedgerExclusion.lifted_at.is_(None)) == 6
    assert search()[0].state == "confirmed"
    assert broken() == []
    with transaction():
        cases.undo_case(keeper, the_case(), "The wrong ones")
    run_due_jobs()
    assert reputation_of(ring) == before
    assert [finding.state for finding in search()] == ["undone"]
    assert broken() == []


def test_what_was_cleared_is_not_held_against_them_again(board, keeper):
    ring = make_ring(board)
    settle(ring)
    before = reputation_of(ring)
    search()
    decide(keeper, "no_violation")
    assert reputation_of(ring) == before
    assert (held(), the_case().state) == (set(), "closed")
    assert len(search()) == 1
    with time_machine.travel(clock.now() + timedelta(days=3)):
        thank_all(ring, make_posts(board, ring, 2))
        again = search()
    assert [finding.state for finding in again] == ["cleared", "suspected"]
    assert again[1].evidence["thanks"] == 24


def test_decisions_are_carried_out_and_audited_once(board, keeper):
    ring = make_ring(board)
    settle(ring)
    (finding,) = search()
    decide(keeper, "violation")
    case_id = the_case().id
    for _time in range(2):
        with transaction():
            carry_out(finding.source, "violation", case_id)
            carry_out(finding.source, "no_violation", case_id)
    assert count(AuditEntry, AuditEntry.action == "pairs.excluded") == 1
    for _time in range(2):
        with transaction():
            take_back(finding.source)
    assert count(AuditEntry, AuditEntry.action == "pairs.included") == 1
    assert count(LedgerExclusion, LedgerExclusion.lifted_at.is_(None)) == 0


@pytest.mark.parametrize("source", ["flag:1", "ring:999", "ring:x", "ring", ""])
def test_cases_of_others_are_none_of_ours(app, source):
    with transaction():
        carry_out(source, "violation", 1)
        take_back(source)
    assert count(AuditEntry) == 0


def test_old_findings_are_forgotten_and_new_ones_kept(board, keeper):
    make_ring(board)
    search()
    decide(keeper, "no_violation")
    with time_machine.travel(clock.now() + timedelta(days=731)), transaction():
        prune_findings(timedelta(days=730))
    assert count(RingFinding) == 0
