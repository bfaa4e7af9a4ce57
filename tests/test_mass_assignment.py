"""A form changes what it is for: fields that are columns' names are refused or ignored."""

from typing import Any

import pytest
import time_machine
from flask import Flask

from community.core import clock
from community.core.db import db
from tests.policy_digest import TABLES, Digest
from tests.policy_matrix import MOST_POWERFUL_FIRST, Matrix, changing_rules
from tests.policy_requests import Cell

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


def test_no_form_sets_columns_it_has_no_field_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, wrong = Matrix(app), []
    with time_machine.travel(clock.now(), tick=False):
        for role in MOST_POWERFUL_FIRST:
            with matrix.as_owner(role, monkeypatch):
                for rule in changing_rules(app):
                    cell = matrix.most_powerful(rule)
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
