"""Replaying a past time under a draft, batch by batch, without writing a point anywhere."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import clock
from community.core.authz import require
from community.core.db import count_changed, db, forget_changes, transaction
from community.core.errors import Invalid
from community.core.jobs import enqueue, external
from community.core.settings import site_zone
from community.identity.models import User
from reputation.drafts.models import DONE, RUNNING, RuleDraft, RuleSimulation
from reputation.drafts.operations.drafts import values_of
from reputation.drafts.policies import can_edit_rules
from reputation.drafts.queries import (
    get_draft,
    get_facts,
    list_members_after,
    today,
)
from reputation.drafts.replay import (
    Outcome,
    Span,
    add_outcomes,
    earned,
    empty_summary,
    promised,
    with_rules,
)
from reputation.drafts.values import Values, beginning_of
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import RuleBook

BATCH = 200
LONGEST = timedelta(days=366)


class TimeInvalid(Invalid):
    """Only a time that is over, of up to a year, can be replayed."""


def request_simulation(
    actor: User, draft_id: int, begins_on: date, ends_on: date
) -> RuleSimulation:
    """Store a simulation of a draft as it is now, and the job that works it out.

    Raises ``TimeInvalid``.
    """
    require(can_edit_rules(actor))
    draft = get_draft(actor, draft_id)
    if not begins_on <= ends_on < today() or ends_on - begins_on > LONGEST:
        message = _l("Choose up to a year that is over.")
        raise TimeInvalid(errors={"begins_on": message})
    simulation = RuleSimulation(
        draft_id=draft.id,
        begins_on=begins_on,
        ends_on=ends_on,
        rules=values_of(draft).written(),
        requested_by_id=actor.id,
        summary=empty_summary(),
    )
    db.session.add(simulation)
    db.session.flush()
    enqueue(simulate_batch, simulation_id=simulation.id, after_id=0)
    return simulation


@external
def simulate_batch(simulation_id: int, after_id: int) -> None:
    """Add the next members to a simulation and store the job for those behind them (task).

    Reads outside of a writing transaction, for it takes its time. A second run of the same batch
    changes nothing: what it would add was added.
    """
    simulation = db.session.get(RuleSimulation, simulation_id, populate_existing=True)
    if simulation is None or simulation.state != RUNNING or simulation.after_id != after_id:
        return
    draft = db.session.get_one(RuleDraft, simulation.draft_id)
    found, members = list_members_after(after_id, BATCH)
    outcomes = _outcomes(simulation, draft.currency, members)
    summary = add_outcomes(simulation.summary, outcomes)
    forget_changes()
    with transaction():
        values = {"summary": summary, "after_id": found[-1] if found else after_id}
        if not found:
            values |= {"state": DONE, "finished_at": clock.now()}
        if _advance(simulation_id, after_id, values) and found:
            enqueue(simulate_batch, simulation_id=simulation_id, after_id=found[-1])


def _outcomes(simulation: RuleSimulation, currency: str, members: list[int]) -> list[Outcome]:
    span = span_of(simulation)
    present, drafted = books_for(simulation, currency)
    outcomes = []
    for user_id in members:
        facts = get_facts(user_id)
        before, after = (earned(book, facts, currency, span) for book in (present, drafted))
        bonus = promised(drafted, facts, currency, span)
        outcomes.append(Outcome(user_id, before, after + bonus, bonus))
    return outcomes


def span_of(simulation: RuleSimulation) -> Span:
    """Return the time a simulation replays."""
    zone = site_zone()
    end = simulation.ends_on + timedelta(days=1)
    return Span(beginning_of(simulation.begins_on, zone), beginning_of(end, zone))


def books_for(simulation: RuleSimulation, currency: str) -> tuple[RuleBook, RuleBook]:
    """Return two books: the rules in force when it was asked for, and the draft, both all along.

    A promotion of the draft begins with the first day that is replayed.
    """
    book, since = load_rulebook(), span_of(simulation).begins_at
    present = book.at(currency, simulation.requested_at)
    standing = Values.of(present).as_rules(since, present.version) if present else None
    drafted = Values.read(simulation.rules).as_rules(since)
    return (
        with_rules(book, currency, standing, since),
        with_rules(book, currency, drafted, since),
    )


def _advance(simulation_id: int, after_id: int, values: dict[str, object]) -> bool:
    statement = (
        update(RuleSimulation)
        .where(
            RuleSimulation.id == simulation_id,
            RuleSimulation.after_id == after_id,
            RuleSimulation.state == RUNNING,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return bool(count_changed(statement))
