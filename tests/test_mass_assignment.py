"""A form changes what it is for: fields that are columns' names are refused or ignored."""

from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Table, inspect, select

from community.core import clock
from community.core.db import db
from community.identity.models import RoleGrant, User
from community.policy_table import POLICIES
from community.posts.models import Post
from community.questions.models import Question
from tests.policy_matrix import Matrix, changing_rules
from tests.policy_requests import TARGETS, Cell

TABLES: tuple[Table, ...] = tuple(
    inspect(model).local_table for model in (User, Post, Question, RoleGrant)
)
# Of new rows: they differ each time.
DRAWN = {"id", "root_id", "parent_id", "fs_uniquifier", "password", "passkey_handle"}
HOSTILE = {
    "role": "admin",
    "visibility": "deleted",
    "status": "closed",
    "kind": "question",
    "email": "thief@example.org",
    "confirmed_at": "2020-01-01",
    "silenced_until": "",
}


def extra_fields(form: dict[str, Any]) -> dict[str, str]:
    """Return a value for each column the form has no field for."""
    names = {column.name for table in TABLES for column in table.columns} - set(form)
    return {name: HOSTILE.get(name, "1") for name in names}


class Digest:
    """What the tables hold within a request's transaction, as it was last written."""

    def __init__(self) -> None:
        self.known = {table.name: self._ids(table) for table in TABLES}
        self.rows: list[Any] = []

    def _ids(self, table: Table) -> set[int]:
        return set(db.session.scalars(select(table.c.id)))

    def take(self) -> None:
        """Read all rows; of new ones what is not drawn by lot."""
        self.rows = [
            (
                table.name,
                row.id if row.id in self.known[table.name] else 0,
                self._values(table, row),
            )
            for table in TABLES
            for row in db.session.execute(select(table).order_by(table.c.id))
        ]

    def _values(self, table: Table, row: Any) -> list[Any]:
        is_new = row.id not in self.known[table.name]
        return [
            (column.name, getattr(row, column.name))
            for column in table.columns
            if not (is_new and column.name in DRAWN)
        ]


def _someone(rule: Any, matrix: Matrix) -> Cell:
    """Return a cell the table allows, the most powerful one."""
    policy = POLICIES[rule.endpoint]
    targets = TARGETS if rule.arguments else TARGETS[:1]
    for role in ("admin", "moderator", "member", "guest"):
        for target in reversed(targets):
            if role in getattr(policy, target):
                return Cell(matrix.world, role, target)
    raise AssertionError(rule)


def test_no_form_sets_columns_it_has_no_field_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, wrong = Matrix(app), []
    with time_machine.travel(clock.now(), tick=False):
        for role in ("admin", "moderator", "member", "guest"):
            with matrix.as_owner(role, monkeypatch):
                for rule in changing_rules(app):
                    cell = _someone(rule, matrix)
                    if cell.role == role:
                        wrong += _difference(matrix, rule, cell)
    assert not wrong, "\n".join(wrong)


def _difference(matrix: Matrix, rule: Any, cell: Cell) -> list[str]:
    states = []
    for extra in (None, extra_fields):
        digest = Digest()
        digest.take()
        matrix.watch = digest.take
        before = digest.rows
        matrix.send(rule, cell, extra)
        states.append((digest.rows, before))
        db.session.rollback()
    (plain, before), (mixed, _) = states
    if mixed in (plain, before):
        return []
    changed = [
        f"{a[0]}.{one[0]}: {two[1]!r} instead of {one[1]!r}"
        for a, b in zip(plain, mixed, strict=False)
        for one, two in zip(a[2], b[2], strict=False)
        if one != two
    ]
    return [f"{rule.endpoint} by {cell.role}: {changed or 'more rows or fewer'}"]
