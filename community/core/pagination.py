"""Keyset pagination: pages are found by the last row's key, never by counting or skipping."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_, true

T = TypeVar("T")

PAGE_SIZE = 20
MAX_CURSOR_CHARS = 200


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the row with this instant and id, going back in time."""

    at: datetime
    id: int

    def __str__(self) -> str:
        raw = json.dumps([int(self.at.timestamp() * 1_000_000), self.id]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """Read a cursor from a query string; anything unreadable means the first page."""
        if not text or len(text) > MAX_CURSOR_CHARS:
            return None
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            micros, row_id = json.loads(raw)
            at = datetime.fromtimestamp(int(micros) / 1_000_000, UTC)
            return cls(at, int(row_id)) if abs(int(row_id)) < 2**31 else None
        except (ValueError, TypeError, OverflowError, OSError, binascii.Error):
            return None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows, and the cursor of the next older one (None at the end)."""

    rows: Sequence[T]
    older: Cursor | None


def before(cursor: Cursor | None, at: Any, row_id: Any) -> ColumnElement[bool]:
    """Return the condition for rows older than the cursor, id breaking ties."""
    if cursor is None:
        return true()
    return or_(at < cursor.at, and_(at == cursor.at, row_id < cursor.id))


def page_of(
    rows: Sequence[T], key: Callable[[T], tuple[datetime, int]], size: int = PAGE_SIZE
) -> Page[T]:
    """Cut a page out of up to ``size + 1`` rows; the extra row tells that there is more."""
    if len(rows) <= size:
        return Page(rows, None)
    at, row_id = key(rows[size - 1])
    return Page(rows[:size], Cursor(at, row_id))
