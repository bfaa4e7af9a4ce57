"""Somebody with the database's password changes the audit log, in every way there is."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from community.core import clock
from community.core.audit import REASON_MAX_CHARS, Action, record
from community.core.audit_chain import FIELDS
from community.core.audit_check import Report, check_chain
from community.core.authz import SYSTEM
from community.core.db import db, transaction, write_access

TABLES = ("audit_entries", "audit_seals", "audit_heads", "audit_reasons")
NUMBERS = frozenset({"id", "actor_id", "subject_id", "position", "entry_id", "count"})
COLUMNS = {
    "audit_entries": FIELDS,
    "audit_seals": ("position", "entry_id", "origin", "key_id", "seal"),
    "audit_heads": ("count", "seal", "key_id", "signature"),
    "audit_reasons": ("id", "text", "salt", "key_id", "seal"),
}


def write_log(entries: int, chance: random.Random) -> None:
    """Write a log in transactions of different lengths."""
    written = 0
    while written < entries:
        with transaction():
            for _ in range(min(chance.randint(1, 5), entries - written)):
                written += 1
                record(
                    SYSTEM,
                    chance.choice(list(Action)),
                    subject=("user", chance.randint(1, 9)),
                    before=chance.choice([None, {"roles": ["agent"]}, {}]),
                    after={"number": written},
                    reason=chance.choice(["", "claim 7", "x" * REASON_MAX_CHARS, 'Ärger, "so"']),
                )


class Tampering:
    """Changes drawn by chance; each is tried and taken back."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.kinds: dict[str, Callable[[], str]] = {
            "change": self._change,
            "delete": self._delete,
            "swap": self._swap,
            "insert": self._insert,
            "cut": self._cut,
            "reason": self._reason,
        }

    def once(self) -> tuple[str, Report]:
        """Tamper once; returns what was done and what a check says of it."""
        with _no_triggers():
            kind = self.chance.choice(list(self.kinds))
            done = f"{kind}: {self.kinds[kind]()}"
            return done, check_chain()

    def _row(self, table: str) -> dict[str, Any]:
        rows = db.session.execute(text(f"SELECT * FROM {table}")).mappings().all()
        return dict(self.chance.choice(rows))

    def _change(self) -> str:
        table = self.chance.choice(TABLES)
        column, row = self.chance.choice(COLUMNS[table]), self._row(table)
        key = COLUMNS["audit_seals"][0] if table == "audit_seals" else "id"
        new = self._other(table, column, row[column])
        self._set(table, key, row[key], **{column: new})
        return f"{table}.{column} of {row[key]}: {new!r} for {row[column]!r}"

    def _other(self, table: str, column: str, old: Any) -> Any:
        if column == "at":
            return clock.now() + timedelta(microseconds=self.chance.randint(1, 10**12))
        if column in NUMBERS:
            return 10_000 + self.chance.randint(1, 10**6)
        if column == "origin":
            return "adopted" if old == "written" else "written"
        if column in ("before", "after"):
            return f'{{"roles": ["{self.chance.choice(["agent", "admin"])}", "more"]}}'
        if column == "seal" and old:
            place = self.chance.randrange(len(old))
            other = self.chance.choice(
                [digit for digit in "0123456789abcdef" if digit != old[place]]
            )
            return old[:place] + other + old[place + 1 :]
        return f"other{self.chance.randint(1, 999)}"

    def _set(self, table: str, key: str, value: Any, **new: Any) -> None:
        if db.engine.dialect.name == "sqlite" and "at" in new:
            new["at"] = new["at"].strftime("%Y-%m-%d %H:%M:%S.%f")
        assignments = ", ".join(f'"{name}" = :{name}' for name in new)
        self._run(f"UPDATE {table} SET {assignments} WHERE {key} = :key", key=value, **new)

    def _run(self, statement: str, **values: Any) -> None:
        db.session.execute(text(statement), values)

    def _delete(self) -> str:
        seal = self._row("audit_seals")
        what = self.chance.choice(["entry", "seal", "both", "head"])
        if what in ("entry", "both"):
            self._run("DELETE FROM audit_entries WHERE id = :id", id=seal["entry_id"])
        if what in ("seal", "both"):
            self._run("DELETE FROM audit_seals WHERE position = :at", at=seal["position"])
        if what == "head":
            self._run("DELETE FROM audit_heads")
        return f"{what} at {seal['position']}"

    def _swap(self) -> str:
        """Let two entries change places: their numbers, or what one column says."""
        one, other = self._row("audit_entries"), self._row("audit_entries")
        while one["id"] == other["id"]:
            other = self._row("audit_entries")
        if self.chance.random() < 0.5:
            for old, new in ((one["id"], -1), (other["id"], one["id"]), (-1, other["id"])):
                self._set("audit_entries", "id", old, id=new)
            return f"entries {one['id']} and {other['id']}"
        seals = {
            row.entry_id: row.position
            for row in db.session.execute(text("SELECT entry_id, position FROM audit_seals"))
        }
        self._set("audit_seals", "position", seals[one["id"]], entry_id=-1)
        self._set("audit_seals", "position", seals[other["id"]], entry_id=one["id"])
        self._set("audit_seals", "position", seals[one["id"]], entry_id=other["id"])
        return f"seals of {one['id']} and {other['id']}"

    def _insert(self) -> str:
        """Put a copy of an entry in, with or without a seal that looks like one."""
        names = ", ".join(f'"{name}"' for name in FIELDS if name != "id")
        entry, new_id = self._row("audit_entries"), 5_000 + self.chance.randint(1, 99)
        self._run(
            f"INSERT INTO audit_entries (id, {names}) SELECT :new, {names} "
            "FROM audit_entries WHERE id = :old",
            new=new_id,
            old=entry["id"],
        )
        if self.chance.random() < 0.5:
            return f"copy of {entry['id']}"
        self._run(
            "INSERT INTO audit_seals (position, entry_id, origin, key_id, seal) "
            "SELECT (SELECT MAX(position) + 1 FROM audit_seals), :new, origin, key_id, seal "
            "FROM audit_seals WHERE entry_id = :old",
            new=new_id,
            old=entry["id"],
        )
        if self.chance.random() < 0.5:
            self._run(
                'UPDATE audit_heads SET "count" = "count" + 1, seal = '
                "(SELECT seal FROM audit_seals ORDER BY position DESC LIMIT 1)"
            )
        return f"copy of {entry['id']} with a seal"

    def _reason(self) -> str:
        """Take a reason away, let two change places, or give one to an entry without."""
        one, other = self._row("audit_reasons"), self._row("audit_reasons")
        what = self.chance.choice(["delete", "swap", "add"])
        if what == "swap" and one["id"] != other["id"]:
            for row, from_ in ((one, other), (other, one)):
                self._set("audit_reasons", "id", row["id"], text=from_["text"], salt=from_["salt"])
            return f"reasons of {one['id']} and {other['id']}"
        if what == "add":
            self._run(
                "INSERT INTO audit_reasons (id, text, salt, key_id, seal) SELECT e.id, 'Because', "
                ":salt, '', '' FROM audit_entries AS e WHERE e.reason = '' LIMIT 1",
                salt=one["salt"],
            )
            return "a reason for an entry without"
        self._run("DELETE FROM audit_reasons WHERE id = :id", id=one["id"])
        return f"reason of {one['id']}"

    def _cut(self) -> str:
        """Take the last entries away, with their seals, and say the log ends there."""
        last = db.session.execute(text("SELECT MAX(position) FROM audit_seals")).scalar_one()
        kept = last - self.chance.randint(1, last - 1)
        self._run(
            "DELETE FROM audit_entries WHERE id IN "
            "(SELECT entry_id FROM audit_seals WHERE position > :kept)",
            kept=kept,
        )
        self._run("DELETE FROM audit_seals WHERE position > :kept", kept=kept)
        if self.chance.random() < 0.7:
            self._run(
                'UPDATE audit_heads SET "count" = :kept, seal = '
                "(SELECT seal FROM audit_seals WHERE position = :kept)",
                kept=kept,
            )
        return f"behind {kept} of {last}"


@contextmanager
def _no_triggers() -> Iterator[None]:
    """Take the triggers away, as whoever owns the database can; nothing of it stays."""
    with write_access():
        try:
            if db.engine.dialect.name == "sqlite":
                _drop_sqlite_triggers()
            else:
                for table in TABLES:
                    db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield
        finally:
            db.session.rollback()


def _drop_sqlite_triggers() -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"
    for name in db.session.execute(text(query)).scalars().all():
        db.session.execute(text(f"DROP TRIGGER {name}"))


def tamper(times: int, *, entries: int, seed: int) -> tuple[int, list[str]]:
    """Tamper with a new log so many times; returns how often it was found, and what was not."""
    chance = random.Random(seed)
    write_log(entries, chance)
    tampering, found, missed = Tampering(chance), 0, []
    for _ in range(times):
        done, report = tampering.once()
        if report.is_whole:
            missed.append(done)
        else:
            found += 1
    return found, missed
