"""The simulator says what the ledger would hold, writes no point, and can be interrupted."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.models import SuggestedEdit, Vote
from community.questions.models import Acceptance
from reputation.drafts.models import RuleDraft, RuleSimulation
from reputation.drafts.operations import simulations
from reputation.drafts.operations.drafts import values_of
from reputation.drafts.operations.simulations import (
    TimeInvalid,
    request_simulation,
    simulate_batch,
    span_of,
)
from reputation.drafts.queries import today
from reputation.ledger.models import LedgerEntry, RuleVersion
from reputation.ledger.operations import add_rules
from reputation.ledger.queries import sums_between
from reputation.ledger.rebuild import rebuild_ledger
from reputation.ledger.rules import PAYBACK_1, SETTLED
from tests.factories.community import (
    days_ago,
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    reload,
)
from tests.reputation.drafts.scene import draft_of, simulate
from tests.reputation.ledger.booking import make_member, thank
from tests.reputation.ledger.test_edits import taken_edit
from tests.reputation.ledger.test_histories import World

HISTORIES = 6
ACTS_EACH = 30
DAYS = 40


@pytest.fixture
def admin(app):
    """An administrator whose own account brings nothing."""
    return make_member(role="admin")


def spread_over_time(chance):
    """Let what happened have happened some time in the last weeks, some of it on one day."""
    for model, column in ((Vote, "created_at"), (Acceptance, "accepted_at")):
        with transaction():
            for row in db.session.scalars(select(model)):
                setattr(row, column, days_ago(chance.choice([3.1, 3.2, chance.uniform(0.1, DAYS)])))
    with transaction():
        for user in db.session.scalars(select(User).where(User.confirmed_at.is_not(None))):
            user.confirmed_at = days_ago(chance.uniform(0.1, DAYS))


def random_draft(admin, chance):
    return draft_of(
        admin,
        chance.choice(["reputation", "payback"]),
        amounts={cause: chance.choice([0, 1, 7, 20]) for cause in SETTLED},
        full_givers=chance.randrange(4),
        later_kudos=chance.randrange(9),
        daily_cap=chance.randrange(60),
    )


def put_in_force(draft, begins_at):
    """Let a draft hold from an instant in the past, which no operation would do."""
    values = values_of(draft)
    with transaction():
        rules = values.as_rules(begins_at)
        row = RuleVersion(
            currency=draft.currency,
            version=2,
            begins_at=begins_at,
            amounts=dict(rules.values),
            full_givers=rules.full_givers,
            later_kudos=rules.later_kudos,
            daily_cap=rules.daily_cap,
            matures_after_days=rules.matures_after_days,
        )
        db.session.add(row)


def booked(draft, simulation):
    span = span_of(simulation)
    with transaction():
        sums = sums_between(None, draft.currency, *span, SETTLED)
    return {user_id: total for user_id, total in sums.items() if total}


def changes_in(summary):
    return {each[0]: (each[1], each[2]) for each in (*summary["gaining"], *summary["losing"])}


@pytest.mark.parametrize("number", range(HISTORIES))
def test_the_ledger_would_hold_what_the_simulator_says(app, admin, number):
    # Another one each time; a failure shows it.
    seed = random.SystemRandom().randrange(10**6)
    chance, world = random.Random(seed), World(seed)
    for _act in range(ACTS_EACH):
        world.act()
    spread_over_time(chance)
    if chance.random() < 0.5:
        with transaction():
            add_rules(SYSTEM, "payback", PAYBACK_1)
    rebuild_ledger()
    draft = random_draft(admin, chance)
    simulation = simulate(admin, draft, days=chance.randrange(1, DAYS - 2))
    summary = simulation.summary
    before = booked(draft, simulation)
    put_in_force(draft, span_of(simulation).begins_at)
    rebuild_ledger()
    after = booked(draft, simulation)
    assert summary["after"] == sum(after.values()), seed
    assert summary["before"] == sum(before.values()), seed
    moved = {
        user_id: (before.get(user_id, 0), after.get(user_id, 0))
        for user_id in {*before, *after}
        if before.get(user_id, 0) != after.get(user_id, 0)
    }
    assert changes_in(summary) == moved, seed
    assert summary["members"] == len({*before, *after}), seed


@pytest.fixture
def helper(app):
    """Somebody who was thanked three times and accepted once, five days ago."""
    helper, asker = make_member(), make_member()
    question = make_question(asker)
    answer = make_answer(question, helper)
    for _giver in range(3):
        thank(make_member(), answer)
    make_acceptance(answer, asker)
    with transaction():
        db.session.execute(update(Vote).values(created_at=days_ago(5)))
        db.session.execute(update(Acceptance).values(accepted_at=days_ago(5)))
        db.session.execute(delete(Job))
    return helper


def counts():
    with transaction():
        entries = db.session.scalar(select(func.count(LedgerEntry.id)))
        versions = db.session.scalar(select(func.count(RuleVersion.id)))
        return entries, versions


def test_it_says_who_gains_and_writes_no_point(admin, helper):
    before = counts()
    summary = simulate(admin, draft_of(admin, amounts={"accepted": 50})).summary
    assert summary["gaining"] == [[helper.id, 45, 80]]
    assert (summary["members"], summary["gainers"], summary["losers"]) == (2, 1, 0)
    assert (summary["before"], summary["after"]) == (47, 82)
    assert counts() == before
    assert reload(helper).points == 0


def test_it_says_who_loses_where_causes_are_switched_off(admin, helper):
    off = dict.fromkeys(SETTLED, 0)
    summary = simulate(admin, draft_of(admin, amounts=off)).summary
    assert summary["losing"][0] == [helper.id, 45, 0]
    assert (summary["losers"], summary["after"]) == (2, 0)


def test_before_payback_is_started_all_of_it_would_be_new(admin, helper):
    summary = simulate(admin, draft_of(admin, "payback")).summary
    assert summary["gaining"] == [[helper.id, 0, 23]]
    assert summary["before"] == 0


def test_it_counts_changes_that_others_took(admin, app):
    suggester = make_member()
    taken_edit(suggester)
    with transaction():
        db.session.execute(update(SuggestedEdit).values(decided_at=days_ago(5)))
    summary = simulate(admin, draft_of(admin, amounts={"edit_taken": 5})).summary
    assert summary["gaining"] == [[suggester.id, 2, 5]]


def test_what_was_earned_outside_of_the_time_is_not_counted(admin, helper):
    summary = simulate(admin, draft_of(admin, amounts={"accepted": 50}), days=2).summary
    assert summary["members"] == 0


def test_the_erased_are_not_counted(admin, helper):
    with transaction():
        erased = update(User).where(User.id == helper.id).values(erased_at=days_ago(1))
        db.session.execute(erased)
    summary = simulate(admin, draft_of(admin, amounts={"accepted": 50})).summary
    assert summary["gaining"] == []


def test_a_simulation_keeps_the_draft_as_it_was(admin, helper):
    draft = draft_of(admin, amounts={"accepted": 50})
    with transaction():
        yesterday = today() - timedelta(days=1)
        week = yesterday - timedelta(days=7)
        made = request_simulation(load_user(admin.id), draft.id, week, yesterday)
    with transaction():
        db.session.get_one(RuleDraft, draft.id).amounts = dict.fromkeys(SETTLED, 0)
    run_due_jobs()
    assert reload(made).summary["gaining"] == [[helper.id, 45, 80]]


def test_many_batches_and_repeated_ones_add_up_once(admin, helper, monkeypatch):
    monkeypatch.setattr(simulations, "BATCH", 1)
    draft = draft_of(admin, amounts={"accepted": 50})
    simulation = simulate(admin, draft)
    assert (simulation.state, simulation.summary["members"]) == ("done", 2)
    summary = simulation.summary
    for after_id in (0, helper.id, simulation.after_id):
        simulate_batch(simulation.id, after_id)
    run_due_jobs()
    assert reload(simulation).summary == summary


def test_a_batch_that_runs_twice_at_once_counts_once(admin, helper):
    draft = draft_of(admin, amounts={"accepted": 50})
    with transaction():
        yesterday = today() - timedelta(days=1)
        week = yesterday - timedelta(days=7)
        made = request_simulation(load_user(admin.id), draft.id, week, yesterday)
    for _time in range(2):
        simulate_batch(made.id, 0)
    with transaction():
        assert db.session.get_one(RuleSimulation, made.id).summary["members"] == 2
    run_due_jobs()
    assert reload(made).summary["members"] == 2
    assert reload(made).finished_at is not None


@pytest.mark.parametrize(
    ("first", "last"),
    [(1, 0), (3, 0), (1, 2), (400, 1), (-3, -1)],
)
def test_only_up_to_a_year_that_is_over_is_replayed(admin, first, last):
    """Days are counted back from today, which is not over."""
    draft = draft_of(admin)
    begins_on, ends_on = (today() - timedelta(days=days) for days in (first, last))
    with pytest.raises(TimeInvalid), transaction():
        request_simulation(load_user(admin.id), draft.id, begins_on, ends_on)


@pytest.mark.parametrize("role", ["member", "moderator"])
def test_administrators_alone_simulate(admin, role):
    draft, actor = draft_of(admin), make_user(role=role)
    with pytest.raises(NotAllowed), transaction():
        request_simulation(actor, draft.id, today(), today())


def test_the_present_rules_are_those_of_when_it_was_asked_for(admin, helper):
    """A version published while it runs does not change what it is compared with."""
    draft = draft_of(admin, amounts={"accepted": 50})
    with transaction():
        yesterday = today() - timedelta(days=1)
        week = yesterday - timedelta(days=7)
        made = request_simulation(load_user(admin.id), draft.id, week, yesterday)
    put_in_force(draft, clock.now() + timedelta(seconds=1))
    run_due_jobs()
    assert reload(made).summary["gaining"] == [[helper.id, 45, 80]]
