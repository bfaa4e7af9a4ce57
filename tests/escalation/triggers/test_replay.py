"""A week of a real community, replayed and decided a second way: a short form of the benchmark."""

from datetime import UTC, datetime, timedelta

import pytest

from community.escalation.triggers.due import Rule, wait_ends
from tests.benchmarks.replay import (
    OFFICE,
    Asked,
    SlowOffice,
    read_questions,
    replay_and_check,
)
from tests.shared_data import shared_data

MONDAY = datetime(2025, 3, 24, 9, 30, 15, tzinfo=UTC)
# Over the night in which Berlin's clocks are put forward.
DAYS = 9


def questions_every_quarter(hours: int = 24) -> list[Asked]:
    """Ask every 15 minutes; every third question is answered, at times just as it comes due."""
    asked = []
    for number in range(DAYS * 24 * 4):
        at = MONDAY + timedelta(minutes=15 * number, seconds=7 * number % 60)
        ends = wait_ends(at, Rule(normal_hours=hours), (), OFFICE)
        answered_at = (None, ends - timedelta(seconds=1), ends + timedelta(minutes=2))[number % 3]
        asked.append(Asked(number, at, answered_at))
    return asked


@pytest.mark.parametrize("hours", [4, 24, 40])
def test_every_decision_is_the_one_that_counting_minutes_comes_to(hours: int) -> None:
    questions = questions_every_quarter(hours)
    year = replay_and_check(questions, hours)
    assert year.differences == 0
    assert 0 < len(year.handed_over) < len(questions)


def test_the_slow_way_notices_a_deadline_a_minute_off() -> None:
    office = SlowOffice(MONDAY, MONDAY + timedelta(days=30))
    for question in questions_every_quarter()[::50]:
        due = wait_ends(question.at, Rule(), (), OFFICE)
        assert office.due(question.at, 24) == due.replace(microsecond=0)
        assert office.due(question.at + timedelta(minutes=1), 24) >= due


@pytest.mark.slow
def test_a_real_week_is_decided_alike_both_ways() -> None:
    questions = read_questions(shared_data("sumo-thunderbird"), 2025)[:300]
    years = [replay_and_check(questions, hours) for hours in (4, 24, 72)]
    assert [year.differences for year in years] == [0, 0, 0]
    waiting = [len(year.handed_over) for year in years]
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[0] > 0
    assert waiting[2] == 0, "72 business hours are over seven days"
