"""Periodic work on personal data."""

import structlog

from community.core.db import forget_changes
from community.core.jobs import external
from community.privacy.retention import PERIODS

log = structlog.get_logger()


@external
def forget_old() -> None:
    """Forget everything older than its time (periodic).

    Each kind has transactions of its own, so a failing one keeps no other from being forgotten.
    """
    failed: list[Exception] = []
    for period in PERIODS:
        forget_changes()
        try:
            period.forget(period.age)
        except Exception as error:
            log.error("not_forgotten", kind=period.kind, error=type(error).__name__)
            failed.append(error)
    if failed:
        raise failed[0]
