"""Reads for drafts and simulations: versions, facts of members, and names for the summary."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from community.core import clock
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import NotFound
from community.core.settings import site_zone
from community.identity.models import User
from community.identity.people import Person, person_columns
from reputation.drafts.models import RuleDraft, RuleSimulation
from reputation.drafts.policies import can_edit_rules
from reputation.drafts.replay import Facts
from reputation.ledger.facts import list_accepted, list_taken_edits, list_thanks
from reputation.ledger.models import RuleVersion
from reputation.ledger.queries import get_confirmed_at, list_accounts_after, list_erased
from reputation.ledger.rulebook import load_rulebook, rules_of
from reputation.ledger.rules import FIRST_RULES, Rules

SIMULATIONS_SHOWN = 10


class Version(NamedTuple):
    """A version of the rules; ``row_id`` is None for those a new site begins with.

    ``state`` is past, present, coming or withdrawn.
    """

    rules: Rules
    row_id: int | None
    state: str


def today() -> date:
    """Return the site's present day."""
    return clock.now().astimezone(site_zone()).date()


def list_versions(viewer: Viewer, currency: str) -> list[Version]:
    """Return all versions of a currency, the latest first, withdrawn ones too."""
    require(can_edit_rules(viewer))
    now = clock.now()
    present = load_rulebook().at(currency, now)
    query = select(RuleVersion).where(RuleVersion.currency == currency)
    rows = db.session.scalars(query.order_by(RuleVersion.version.desc()))
    found = [Version(rules_of(row), row.id, _state(row, present)) for row in rows]
    first = FIRST_RULES[currency]
    return found + [
        Version(rules, None, "present" if rules == present else "past") for rules in first
    ]


def _state(row: RuleVersion, present: Rules | None) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.begins_at > clock.now():
        return "coming"
    return "present" if present and present.version == row.version else "past"


def list_drafts(viewer: Viewer, currency: str) -> Sequence[RuleDraft]:
    """Return the drafts that are neither published nor dropped, the latest first."""
    require(can_edit_rules(viewer))
    query = select(RuleDraft).where(
        RuleDraft.currency == currency,
        RuleDraft.published_id.is_(None),
        RuleDraft.dropped_at.is_(None),
    )
    return db.session.scalars(query.order_by(RuleDraft.id.desc())).all()


def get_draft(viewer: Viewer, draft_id: int) -> RuleDraft:
    """Return a draft; raises ``NotFound``, for dropped ones too."""
    require(can_edit_rules(viewer))
    draft = db.session.get(RuleDraft, draft_id)
    if draft is None or draft.dropped_at is not None:
        raise NotFound()
    return draft


def lock_draft(draft_id: int) -> RuleDraft:
    """Return a draft as it is now, locked."""
    query = lock_row(select(RuleDraft).where(RuleDraft.id == draft_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def list_simulations(viewer: Viewer, draft_id: int) -> Sequence[RuleSimulation]:
    """Return the latest simulations of a draft, the newest first."""
    require(can_edit_rules(viewer))
    query = select(RuleSimulation).where(RuleSimulation.draft_id == draft_id)
    newest = query.order_by(RuleSimulation.id.desc()).limit(SIMULATIONS_SHOWN)
    return db.session.scalars(newest).all()


def get_simulation(viewer: Viewer, simulation_id: int) -> RuleSimulation:
    """Return a simulation; raises ``NotFound``."""
    require(can_edit_rules(viewer))
    simulation = db.session.get(RuleSimulation, simulation_id, populate_existing=True)
    if simulation is None:
        raise NotFound()
    return simulation


def list_people(user_ids: Collection[int]) -> dict[int, Person]:
    """Return members as pages show them, by id."""
    if not user_ids:
        return {}
    rows = db.session.execute(select(*person_columns()).where(User.id.in_(user_ids)))
    found = (Person._make(row) for row in rows)
    return {person.id: person for person in found}


def get_highest_user_id() -> int:
    """Return the id up to which members are worked through."""
    return db.session.scalar(select(func.max(User.id))) or 0


def list_members_after(user_id: int, limit: int) -> tuple[Sequence[int], list[int]]:
    """Return the next members who may have earned anything, by id, and which still have accounts.

    The accounts of the erased are not settled any more, whatever the rules.
    """
    found = list_accounts_after(user_id, limit)
    erased = list_erased(found)
    return found, [each for each in found if each not in erased]


def get_facts(user_id: int) -> Facts:
    """Return all that a member may have earned by."""
    return Facts(
        user_id,
        list_accepted(user_id, None),
        list_thanks(user_id, None),
        get_confirmed_at(user_id),
        list_taken_edits(user_id, None),
    )
