"""What bank, billing or a charity's treasurer report back: one line a payment. Pure.

A table in UTF-8 with the columns ``line_key`` and ``status`` (``settled`` or ``failed``), and where
wanted ``amount_minor`` and ``reason``. Anything else is refused, with the number of its line.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NEEDED = frozenset({"line_key", "status"})
KNOWN = NEEDED | {"amount_minor", "reason"}
SETTLED = "settled"
FAILED = "failed"
STATUSES = (SETTLED, FAILED)
LINES_MAX = 100_000
BYTES_MAX = 8_000_000
KEY_MAX_CHARS = 35
REASON_MAX_CHARS = 200
AMOUNT_MAX_DIGITS = 12


class Unreadable(ValueError):
    """The file as a whole is no settlement report; ``why`` is one of this module's words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Report:
    """One line that can be read; ``amount`` is None where the file does not name it."""

    line: int
    key: str
    status: str
    amount: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fault:
    """One line that cannot; ``why`` is a code that pages and commands have words for."""

    line: int
    key: str
    why: str


def read_settlement(data: bytes) -> tuple[list[Report], list[Fault]]:
    """Return the lines of a report and what is wrong with it; raises ``Unreadable``.

    A key that comes twice with the same words counts once; with others, both lines are faults.
    """
    rows = list(_rows(data))
    read = [_read(number, row) for number, row in rows]
    reports = [one for one in read if isinstance(one, Report)]
    faults = [one for one in read if isinstance(one, Fault)]
    return _without_contradictions(reports, faults)


def _rows(data: bytes) -> Iterator[tuple[int, Mapping[str | None, str | list[str] | None]]]:
    if len(data) > BYTES_MAX:
        raise Unreadable("too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8") from error
    if "\x00" in text:
        raise Unreadable("not_utf8")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = reader.fieldnames or []
        if not NEEDED <= set(columns) <= KNOWN or len(columns) != len(set(columns)):
            raise Unreadable("columns")
        for number, row in enumerate(reader, start=2):
            if number > LINES_MAX + 1:
                raise Unreadable("too_large")
            yield number, row
    except csv.Error as error:
        raise Unreadable("not_csv") from error


def _read(number: int, row: Mapping[str | None, str | list[str] | None]) -> Report | Fault:
    cells = {name: cell for name, cell in row.items() if isinstance(cell, str) and name}
    key = cells.get("line_key", "")[:KEY_MAX_CHARS]
    # DictReader files surplus cells under None and fills missing ones with None.
    if len(cells) != len(row) or len(cells.get("line_key", "")) > KEY_MAX_CHARS:
        return Fault(number, key, "shape")
    if cells["status"] not in STATUSES:
        return Fault(number, key, "status")
    amount = cells.get("amount_minor", "")
    if amount and not (amount.isascii() and amount.isdigit() and len(amount) <= AMOUNT_MAX_DIGITS):
        return Fault(number, key, "amount")
    if len(cells.get("reason", "")) > REASON_MAX_CHARS:
        return Fault(number, key, "shape")
    return Report(
        number, key, cells["status"], int(amount) if amount else None, cells.get("reason", "")
    )


def _without_contradictions(
    reports: list[Report], faults: list[Fault]
) -> tuple[list[Report], list[Fault]]:
    said: dict[str, set[tuple[str, int | None]]] = {}
    for one in reports:
        said.setdefault(one.key, set()).add((one.status, one.amount))
    contradictory = {key for key, words in said.items() if len(words) > 1}
    faults = faults + [
        Fault(one.line, one.key, "contradiction") for one in reports if one.key in contradictory
    ]
    first = {one.key: one for one in reversed(reports) if one.key not in contradictory}
    kept = sorted(first.values(), key=lambda one: one.line)
    return kept, sorted(faults, key=lambda one: one.line)
