"""Every column of every table is listed as personal or as saying nothing about anybody."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Column
from sqlalchemy import Table as SqlTable

from community import models
from community.core.db import Base
from community.privacy.marks import Erasure, Rows
from community.privacy.register import STORES, TABLES, personal_columns

assert models

COLUMNS = [
    (table.name, column) for table in Base.metadata.sorted_tables for column in table.columns
]


def _unlisted(columns: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    listed = {(name, column) for name, table in TABLES.items() for column in table.columns}
    return sorted({(name, column.name) for name, column in columns} - listed)


def test_every_column_is_listed() -> None:
    assert _unlisted(COLUMNS) == [], "add them to community/privacy/register"


def test_a_new_column_is_noticed() -> None:
    assert _unlisted([*COLUMNS, ("users", Column("shoe_size"))]) == [("users", "shoe_size")]


def test_nothing_is_listed_twice_or_gone() -> None:
    listed = Counter((name, column) for name, table in TABLES.items() for column in table.columns)
    real = {(name, column.name) for name, column in COLUMNS}
    assert sorted(listed.keys() - real) == [], "take them out of community/privacy/register"
    assert [place for place, times in listed.items() if times > 1] == []


def test_every_link_to_a_person_is_personal() -> None:
    unmarked = [
        f"{name}.{column.name}"
        for name, column in COLUMNS
        if any(key.target_fullname == "users.id" for key in column.foreign_keys)
        and column.name not in TABLES[name].personal
    ]
    assert unmarked == []


@pytest.mark.parametrize("word", ["email", "mail", "password", "token", "secret", "bio", "network"])
def test_columns_that_sound_personal_are(word: str) -> None:
    harmless = {("index_requests", "token"), ("jobs", "lease_token")}
    found = [
        f"{name}.{column}"
        for name, table in TABLES.items()
        for column in table.nothing.split()
        if word in column.split("_") and (name, column) not in harmless
    ]
    assert found == []


def test_owners_are_columns() -> None:
    for name, table in TABLES.items():
        for column in (table.owner, table.of_post, *table.gone_with):
            assert column is None or column in Base.metadata.tables[name].columns, name


def test_marks_fit_their_rows() -> None:
    for name, column, mark in personal_columns():
        table = TABLES[name]
        assert mark.what
        if mark.erasure is Erasure.GOES:
            assert table.rows is not Rows.KEPT or table.owner is None, f"{name}.{column}"
        if mark.erasure is Erasure.BLANKED and mark.blank is None:
            assert _may_be_null(Base.metadata.tables[name], column), f"{name}.{column}"


def _may_be_null(table: SqlTable, column: str) -> bool:
    return bool(table.columns[column].nullable)


def test_places_on_disk_are_below_the_instance_folder() -> None:
    for store in STORES:
        assert store.path is None or not store.path.startswith(("/", "."))
