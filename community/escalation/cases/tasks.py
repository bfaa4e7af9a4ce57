"""Periodic work on cases."""

from datetime import timedelta

from community.core.settings import current_settings
from community.escalation.cases.operations.states import close_settled


def close_settled_cases() -> None:
    """Close cases that were solved days ago and that nobody came back to (periodic)."""
    close_settled(timedelta(hours=current_settings().support_close_hours))
