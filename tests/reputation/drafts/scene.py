"""Drafts, and communities to try them out on."""

from dataclasses import replace
from datetime import date, timedelta

from community.core.db import transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.drafts.models import RuleDraft, RuleSimulation
from reputation.drafts.operations.drafts import (
    change_draft,
    earliest_beginning,
    make_draft,
    publish_draft,
    values_of,
)
from reputation.drafts.operations.simulations import request_simulation
from reputation.drafts.queries import today
from reputation.ledger.models import RuleVersion
from tests.factories.community import load_user, reload


def draft_of(actor: User, currency: str = "reputation", **changes: object) -> RuleDraft:
    """Make a draft with some values changed; amounts are given as ``amounts``."""
    with transaction():
        draft = make_draft(load_user(actor.id), currency)
        begins_on = changes.pop("begins_on", draft.begins_on)
        assert isinstance(begins_on, date)
        values = values_of(draft)
        amounts = {**values.amounts, **changes.pop("amounts", {})}  # type: ignore[dict-item]
        values = replace(values, amounts=amounts, **changes)  # type: ignore[arg-type]
        return change_draft(load_user(actor.id), draft.id, values, begins_on)


def publish(actor: User, draft: RuleDraft) -> RuleVersion:
    """Publish as an operation."""
    with transaction():
        return publish_draft(load_user(actor.id), draft.id)


def first_day(currency: str) -> date:
    """Return the first day on which new rules may begin."""
    with transaction():
        return earliest_beginning(currency)


def simulate(actor: User, draft: RuleDraft, days: int = 30) -> RuleSimulation:
    """Replay the days up to yesterday, and let the worker finish it."""
    with transaction():
        yesterday = today() - timedelta(days=1)
        begins_on = yesterday - timedelta(days=days)
        made = request_simulation(load_user(actor.id), draft.id, begins_on, yesterday)
    run_due_jobs()
    found = reload(made)
    assert isinstance(found, RuleSimulation)
    return found
