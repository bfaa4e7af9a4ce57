"""How many tamperings with the audit log are found, and how long a long log takes to check."""

import resource
import time
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from community.core import clock
from community.core.audit import Action, AuditEntry
from community.core.audit_check import verify_log
from community.core.audit_reasons import AuditReason, mark_of, new_salt
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from moderation.audit.operations.log import seal_log
from tests.moderation.audit.tampering import tamper

TAMPERED_ENTRIES = 200
# What was promised for 1,000,000 entries, and that memory does not grow with them.
SECONDS_PER_MILLION = 60
MEMORY_GROWTH_MIB = 64
AT_ONCE = 50_000


@dataclass(frozen=True)
class Outcome:
    """What was found; ``missed`` says which tamperings were not."""

    seed: int
    tamperings: int
    found: int
    missed: list[str]
    entries: int
    faults: int
    sealing_seconds: float
    seconds: float
    memory_growth_mib: float

    @property
    def holds(self) -> bool:
        """Say whether everything was found, and in time."""
        in_time = self.seconds <= SECONDS_PER_MILLION * self.entries / 1_000_000
        found = self.found == self.tamperings and not self.missed and not self.faults
        return found and in_time and self.memory_growth_mib <= MEMORY_GROWTH_MIB


def measure_audit(*, tamperings: int, entries: int, seed: int) -> Outcome:
    """Tamper with a short log, then fill it up to ``entries`` and check it."""
    found, missed = tamper(tamperings, entries=TAMPERED_ENTRIES, seed=seed)
    sealing = _fill_up(entries)
    verify_log(None)
    before, started = _peak_mib(), time.perf_counter()
    report = verify_log()
    return Outcome(
        seed=seed,
        tamperings=tamperings,
        found=found,
        missed=missed[:20],
        entries=report.checked,
        faults=report.faults_count,
        sealing_seconds=round(sealing, 1),
        seconds=round(time.perf_counter() - started, 1),
        memory_growth_mib=round(_peak_mib() - before, 1),
    )


def _fill_up(entries: int) -> float:
    """Write entries as a release without seals did, and have them sealed; returns seconds."""
    there = db.session.scalar(select(func.count(AuditEntry.id))) or 0
    row = {
        "actor_id": 7,
        "actor_role": "moderator",
        "action": Action.CASE_DECIDED.value,
        "subject_type": "case",
        "after": {"decision": "violation", "rule": "spam"},
        "request_id": "0123456789abcdef",
    }
    seconds = 0.0
    for start in range(there, entries, AT_ONCE):
        rows = [
            {**row, "subject_id": number, "at": clock.now()}
            for number in range(start, min(start + AT_ONCE, entries))
        ]
        with transaction():
            _write_with_reasons(rows)
        started = time.perf_counter()
        with transaction():
            seal_log(SYSTEM, "Filled up.")
        seconds += time.perf_counter() - started
    return seconds


def _write_with_reasons(rows: list[dict[str, object]]) -> None:
    last = db.session.scalar(select(func.max(AuditEntry.id))) or 0
    text, entries, reasons = "The third advertisement within an hour, for the same shop.", [], []
    for number, row in enumerate(rows, last + 1):
        salt = new_salt()
        entries.append({**row, "id": number, "mark": mark_of(text, salt)})
        reasons.append({"id": number, "text": text, "salt": salt, "key_id": "", "seal": ""})
    db.session.execute(insert(AuditEntry), entries)
    db.session.execute(insert(AuditReason), reasons)
    if db.engine.dialect.name != "sqlite":
        # The numbers were given here: the next one must be free.
        db.session.execute(select(func.setval("audit_entries_id_seq", last + len(rows))))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
