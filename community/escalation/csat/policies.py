"""Who may answer, until when, and who sees what was answered."""

from datetime import datetime, timedelta

from community.core.authz import Viewer
from community.escalation.csat.models import CsatResponse
from community.escalation.teams.policies import can_use_desk

# So long a question can be answered: later nobody remembers what it is about.
OPEN_FOR = timedelta(days=30)


def can_see_ratings(viewer: Viewer) -> bool:
    """Say whether the viewer sees what customers said, each of the teams they belong to."""
    return can_use_desk(viewer)


def is_open(response: CsatResponse, now: datetime) -> bool:
    """Say whether the question is neither answered nor forgotten."""
    return response.answered_at is None and now < response.asked_at + OPEN_FOR
