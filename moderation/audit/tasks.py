"""Looks after the chain of the audit log."""

import time

import structlog

from community.core.audit_check import verify_log
from community.core.jobs import external
from moderation.audit.operations.log import keep_head

log = structlog.get_logger()


def note_head() -> None:
    """Write into the program's log where the chain ends; whoever keeps that can tell a cut."""
    log.info("audit_head", checkpoint=str(keep_head()))


@external
def check_log() -> None:
    """Check the whole chain, and say loudly if it is broken."""
    started = time.perf_counter()
    report = verify_log()
    seconds = round(time.perf_counter() - started, 1)
    if report.is_whole:
        log.info("audit_whole", entries=report.checked, seconds=seconds)
        return
    first = report.faults[0]
    log.error(
        "audit_broken",
        faults=report.faults_count,
        first=first.kind.name.lower(),
        position=first.position,
        seconds=seconds,
    )
