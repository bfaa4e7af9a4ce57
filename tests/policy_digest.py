"""What the tables hold that say who somebody is, what they may do and what they wrote."""

from typing import Any

from sqlalchemy import Table, inspect, select

from community.core.db import db
from community.identity.models import RoleGrant, User
from community.posts.models import Post
from community.questions.models import Question

TABLES: tuple[Table, ...] = tuple(
    inspect(model).local_table for model in (User, Post, Question, RoleGrant)
)
# Of new rows: they differ each time.
DRAWN = {"id", "root_id", "parent_id", "fs_uniquifier", "password", "passkey_handle"}


class Digest:
    """What the tables hold within a request's transaction, as it was last written."""

    def __init__(self) -> None:
        self.known = {table.name: self._ids(table) for table in TABLES}
        self.rows: list[Any] = []

    def _ids(self, table: Table) -> set[int]:
        return set(db.session.scalars(select(table.c.id)))

    def take(self) -> list[Any]:
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
        return self.rows

    def _values(self, table: Table, row: Any) -> list[Any]:
        is_new = row.id not in self.known[table.name]
        return [
            (column.name, getattr(row, column.name))
            for column in table.columns
            if not (is_new and column.name in DRAWN)
        ]
