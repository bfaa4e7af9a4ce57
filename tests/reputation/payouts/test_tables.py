"""Tables for billing and for the charities."""

import csv
import io

import pytest

from community.core.csv_files import harmless
from reputation.payouts.files.tables import (
    Credit,
    Donation,
    charity_file,
    credit_file,
)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_billing_reads_who_is_credited_with_how_much() -> None:
    data = credit_file(
        [Credit("PB-1-1", 17, "crm:4711", 1_005), Credit("PB-2-1", 18, "", 7)],
        currency="EUR",
        text="Payback June",
    )
    assert data.endswith(b"\r\n")
    first, second = rows_of(data)
    assert first == {
        "line_key": "PB-1-1",
        "member_id": "17",
        "customer": "crm:4711",
        "amount_minor": "1005",
        "amount": "10.05",
        "currency": "EUR",
        "text": "Payback June",
    }
    assert (second["customer"], second["amount"]) == ("", "0.07")


def test_a_charity_gets_what_was_given_and_what_is_added() -> None:
    data = charity_file([Donation("PB-C3-9", "Seenotretter", 4, 2_000, 2_000)], currency="EUR")
    (row,) = rows_of(data)
    assert (row["given_minor"], row["matched_minor"]) == ("2000", "2000")
    assert (row["amount_minor"], row["amount"], row["members"]) == ("4000", "40.00", "4")


def test_the_same_lines_give_the_same_bytes() -> None:
    lines = [Credit("PB-1-1", 17, 'Größe, "AG"', 5)]
    first, again = (credit_file(lines, currency="EUR", text="x") for _ in range(2))
    assert first == again
    assert rows_of(first)[0]["customer"] == 'Größe, "AG"'


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\x00=1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")
    (row,) = rows_of(credit_file([Credit("PB-1-1", 1, cell, 1)], currency="EUR", text="x"))
    assert row["customer"].startswith("'")


@pytest.mark.parametrize("cell", ["", "crm:1", "a=b", "10.05", "PB-1-1"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell
