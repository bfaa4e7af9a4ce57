"""Build cases of moderators."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.db import transaction
from community.identity.models import User
from moderation.cases.models import ACTIONED, CLAIMED, VIOLATION, ModerationCase
from moderation.cases.operations import open_case

_numbers = itertools.count(1)


def make_case(
    subjects: Sequence[User],
    *,
    state: str = "open",
    claimed_by: User | None = None,
    **evidence: Any,
) -> ModerationCase:
    """Make a case about these members, in a state that follows from what ``claimed_by`` did."""
    facts = {
        "days": 60,
        "signals": ["ring", "linked"],
        "thanks": 42,
        "closed_percent": 71,
        "mutual_percent": 64,
        "linked_percent": 50,
        "audience_percent": 88,
        "pairs": [[subjects[0].id, subjects[-1].id, 21, 4]],
        **evidence,
    }
    with transaction():
        case = open_case(
            "ring",
            f"ring:{9_000 + next(_numbers)}",
            subject_ids=[user.id for user in subjects],
            evidence=facts,
        )
        if claimed_by and state in (CLAIMED, ACTIONED):
            case.claimed_by_id = claimed_by.id
            case.claimed_until = clock.now() + timedelta(minutes=30)
            case.state = state
        if claimed_by and state == ACTIONED:
            case.decision, case.note = VIOLATION, "They say so themselves"
            case.decision_key = VIOLATION
            case.decided_by_id, case.decided_at = claimed_by.id, clock.now()
    return case
