"""A table that is opened in a spreadsheet runs nothing of what somebody typed."""

import csv
import io
import json
import unicodedata
from decimal import Decimal

import pytest

from community.core.csv_files import csv_file, harmless
from tests.shared_data import shared_data

SEPARATORS = ",;\t"


def rows_of(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def begins_a_formula(cell: str) -> bool:
    invisible = {"Cf", "Cc", "Zs"}
    kept = "".join(c for c in cell if unicodedata.category(c) not in invisible and c != '"')
    return unicodedata.normalize("NFKC", kept.lstrip()).startswith(("=", "+", "-", "@"))


def shared_rows() -> list[dict[str, str]]:
    lines = shared_data("security").joinpath("csv.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_row_of_the_collection_does_as_it_should() -> None:
    rows = shared_rows()
    assert len(rows) >= 37
    for row in rows:
        typed, wanted = row["input"], row["expect"]
        if wanted == "number-in-numeric-column":
            assert rows_of(csv_file(["a"], [[Decimal(typed)]]))[1] == [typed]
            continue
        text = csv_file(["a", "b"], [["x", typed]])
        if wanted == "unchanged-after-csv-parse":
            assert rows_of(text)[1] == ["x", typed], row
            continue
        assert wanted == "neutralised"
        for separator in SEPARATORS:
            cells = [cell for line in rows_of(text, separator) for cell in line]
            assert [cell for cell in cells if begins_a_formula(cell)] == [], row
        # Whoever splits at line ends and reads each line by itself.
        parts = [part for cell in rows_of(text)[1] for part in cell.splitlines()]
        assert [part for part in parts if begins_a_formula(part)] == [], row


def test_numbers_stay_numbers() -> None:
    assert csv_file(["n"], [[-7], [Decimal("-1.50")]]) == "n\r\n-7\r\n-1.50\r\n"


# Nothing that cannot be seen hides a sign: controls, fillers, marks of variants, tags.
@pytest.mark.parametrize(
    "hidden",
    [
        *("\x01", "\x1b", "\x85", "\xad", "\u034f", "\u061c", "\u1160", "\u17b4", "\u180e"),
        *("\u2066", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\ufffa", "\U000e0020", "\u3000"),
        *('"\u200b"', "a\n\xad", "a;\ufe0f", "\u2060\x1f\t"),
    ],
)
def test_a_formula_behind_what_is_not_seen_is_none(hidden: str) -> None:
    for sign in "=+-@⁼₊＝":
        cell = harmless(f"{hidden}{sign}1")
        assert f"'{hidden}{sign}1" == cell or f"{hidden}'{sign}1" == cell.removeprefix("'")


@pytest.mark.parametrize("cell", ["", "1-2", "a=b", "me@example.org", "so - or so", "“=”"])
def test_what_begins_no_formula_is_left_alone(cell: str) -> None:
    assert harmless(cell) == cell
