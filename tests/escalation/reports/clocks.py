"""Clocks of every kind, made straight into the table: what the report is counted from."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from community.core.db import db, transaction
from community.escalation.calendars.queries import default_calendar_id
from community.escalation.cases.models import CHANNELS, SupportCase
from community.escalation.sla.models import CLOCK_KINDS, PRIORITIES, SlaClock, SlaPolicy
from community.escalation.teams.models import Team
from tests.factories.community import make_board

STATES = ("running", "paused", "warned", "met", "breached", "cancelled")


def make_named_team(slug: str, lead_id: int | None = None) -> Team:
    """Make a team with somebody who leads it."""
    names = {"en": slug.title(), "de": slug.title()}
    with transaction():
        db.session.add(Team(slug=slug, names=names, lead_id=lead_id))
    found = db.session.scalars(select(Team).where(Team.slug == slug)).one()
    db.session.expunge(found)
    return found


def make_policy(name: str) -> int:
    """Make a policy that promises nothing by itself; returns its id."""
    with transaction():
        policy = SlaPolicy(name=name, position=9, conditions={"teams": [0]}, targets={})
        db.session.add(policy)
        db.session.flush()
        return policy.id


def make_clocks(
    teams: Sequence[Team], number: int, now: datetime, *, seed: int = 1, days: int = 400
) -> None:
    """Make cases with clocks in every state, over so many days before now."""
    chance = random.Random(seed)
    boards = [None, make_board("one").id, make_board("two").id]
    with transaction():
        policies = list(db.session.scalars(select(SlaPolicy.id).order_by(SlaPolicy.id)))
        calendar_id = default_calendar_id()
        cases = [_case(chance, teams) for _ in range(max(1, number // 3))]
        db.session.execute(insert(SupportCase), cases)
        ids = list(db.session.scalars(select(SupportCase.id).order_by(SupportCase.id)))
        rows = []
        for at in range(number):
            # One open clock a case and kind: the rest of a case's clocks have ended.
            case_id, kind = ids[at % len(ids)], CLOCK_KINDS[(at // len(ids)) % 3]
            row = _clock(chance, now, days, may_be_open=at < 3 * len(ids))
            rows.append(
                {
                    "case_id": case_id,
                    "kind": kind,
                    "policy_id": chance.choice(policies),
                    "calendar_id": calendar_id,
                    "team_id": chance.choice(teams).id,
                    "board_id": chance.choice(boards),
                    "priority": chance.choice(PRIORITIES),
                    "channel": CHANNELS[at % 3],
                    **row,
                }
            )
        db.session.execute(insert(SlaClock), rows)


def _case(chance: random.Random, teams: Sequence[Team]) -> dict[str, Any]:
    return {
        "subject": "Something private",
        "requester_email": "a@example.org",
        "team_id": chance.choice(teams).id,
        "language": "en",
        "channel": "form",
        "state": "open",
    }


def _clock(chance: random.Random, now: datetime, days: int, *, may_be_open: bool) -> dict[str, Any]:
    state = chance.choice(STATES if may_be_open else STATES[3:])
    started_at = now - timedelta(minutes=chance.randrange(days * 24 * 60))
    # Some of those that run are late already, and the sweep has not been there.
    due_at = now + timedelta(hours=chance.choice([-2, 0, 2]))
    ended_at = None
    if state in ("met", "cancelled") or (
        state == "breached" and (not may_be_open or chance.random() < 0.5)
    ):
        ended_at = started_at + timedelta(hours=3)
    return {
        "state": state,
        "policy_version": 1,
        "calendar_version": 1,
        "language": "en",
        "target_minutes": 60,
        "spent_seconds": 0,
        "started_at": started_at,
        "due_at": None if state == "paused" else due_at,
        "breached_at": due_at if state == "breached" else None,
        "ended_at": ended_at,
        "pause_reason": "",
        "step": 0,
    }
