"""What is said of a line that brings less than the rules name, by rules alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reputation.ledger.lines import Line
from reputation.ledger.remarks import remarks_on, state_of
from reputation.ledger.rules import FIRST_RULES, RuleBook

BOOK = RuleBook(FIRST_RULES)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = AT.date()


def line(number: int, amount: int, **values: Any) -> Line:
    return Line(
        **{
            "id": number,
            "currency": "reputation",
            "amount": amount,
            "cause": "kudos_answer",
            "is_reversal": False,
            "moment": AT,
            "occurred_at": AT,
            "earned_on": DAY,
            "matures_at": None,
            "rule_version": 1,
            "reversed_at": None,
            "question_id": None,
            "post_id": None,
            "title": None,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("amount", "total", "remark"),
    [
        (10, 100, None),
        (2, 100, "later"),
        (6, 200, "cut"),
        (10, 200, "full-day"),
        (2, 200, "full-day"),
    ],
)
def test_a_line_says_why_it_brings_less(amount: int, total: int, remark: str | None) -> None:
    assert remarks_on([line(1, amount)], BOOK, {DAY: total}).get(1) == remark


def test_only_the_latest_line_of_a_full_day_says_so() -> None:
    lines = [line(3, 10), line(2, 10), line(1, 10, earned_on=date(2026, 11, 19))]
    days = {DAY: 200, date(2026, 11, 19): 200}
    assert remarks_on(lines, BOOK, days) == {3: "full-day", 1: "full-day"}


@pytest.mark.parametrize(
    "values",
    [
        {"is_reversal": True},
        {"reversed_at": AT},
        {"cause": "accepted"},
        {"rule_version": 99},
    ],
)
def test_nothing_is_remarked_on_other_lines(values: dict[str, Any]) -> None:
    assert remarks_on([line(1, 3, **values)], BOOK, {DAY: 200}) == {}


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "certain"),
        ({"matures_at": AT + timedelta(seconds=1)}, "pending"),
        ({"matures_at": AT}, "certain"),
        ({"reversed_at": AT, "matures_at": AT + timedelta(days=1)}, "reversed"),
        ({"is_reversal": True, "matures_at": AT + timedelta(days=1)}, "reversal"),
    ],
)
def test_a_line_has_one_state(values: dict[str, Any], state: str) -> None:
    assert state_of(line(1, 10, **values), AT) == state
