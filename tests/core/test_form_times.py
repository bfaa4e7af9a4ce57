"""How long a form was open: told by the form itself, and by nothing that was made up."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from community.core import clock
from community.core.form_times import opened_now, seconds_open

READER, SOMEBODY_ELSE = 7, 8


def test_the_form_tells_how_long_it_was_open(app: Flask) -> None:
    with time_machine.travel("2026-01-05 12:00:00+00:00", tick=False) as now:
        mark = opened_now(READER)
        now.shift(2.5)
        assert seconds_open(mark, READER) == 2.5


def test_nobody_elses_form_tells_anything(app: Flask) -> None:
    mark = opened_now(READER)
    assert seconds_open(mark, READER) is not None
    for other in (SOMEBODY_ELSE, None):
        assert seconds_open(mark, other) is None


@pytest.mark.parametrize("mark", ["", "1", "1.2", "x" * 10_000, "1767614400000.AAAA", "\x00", "é."])
def test_what_was_made_up_tells_nothing(app: Flask, mark: str) -> None:
    assert seconds_open(mark, READER) is None


def test_a_changed_instant_tells_nothing(app: Flask) -> None:
    instant, _, signature = opened_now(READER).rpartition(".")
    assert seconds_open(f"{int(instant) - 60_000}.{signature}", READER) is None


def test_an_instant_to_come_tells_nothing(app: Flask) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        mark = opened_now(READER)
    assert seconds_open(mark, READER) is None
