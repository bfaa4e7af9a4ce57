"""An allowance is used no more often than it may be, whoever comes at the same time."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core.allowances import (
    Allowance,
    AllowanceUse,
    allowance_key,
    count_uses,
    forget_uses,
    give_back,
    prune_allowances,
    seconds_to_wait,
    take_place,
)
from community.core.db import db, transaction

HOUR = timedelta(hours=1)


@pytest.fixture
def three(app):
    return Allowance(allowance_key("test", "somebody"), 3, HOUR)


def take(allowance):
    with transaction():
        return take_place(allowance)


def test_it_is_used_up_and_comes_back_a_place_at_a_time(three):
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as traveller:
        assert seconds_to_wait([three]) == 0
        assert take(three) is not None
        traveller.shift(1_200)
        assert take(three) is not None
        assert take(three) is not None
        assert take(three) is None
        assert seconds_to_wait([three]) == 2_400
        traveller.shift(2_400)
        assert seconds_to_wait([three]) == 0
        assert take(three) is not None
        assert take(three) is None
        assert count_uses(three.key) == 3


def test_never_more_than_the_limit_in_any_hour(three):
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as traveller:
        moments = []
        for minute in range(600):
            if take(three) is not None:
                moments.append(minute)
            traveller.shift(60)
    assert len(moments) == 30
    assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[3:], strict=False))


def test_the_longest_wait_counts(three):
    other = Allowance(allowance_key("test", "longer"), 1, 2 * HOUR)
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False):
        for allowance in (three, three, three, other):
            take(allowance)
        assert seconds_to_wait([three, other]) == 7_200
        assert seconds_to_wait([]) == 0


def test_places_can_be_given_back(three):
    places = [take(three) for _ in range(3)]
    with transaction():
        give_back(places[1:2])
    assert take(three) == places[1]
    with transaction():
        forget_uses(three.key)
    assert count_uses(three.key) == 0


def test_the_same_words_at_other_places_are_another_key(app):
    keys = {
        *(allowance_key("a", "bc"), allowance_key("ab", "c"), allowance_key("abc")),
        *(allowance_key("a", "b", "c"), allowance_key("a", "bc", "")),
    }
    assert len(keys) == 5


def test_what_no_longer_counts_is_forgotten(three):
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as traveller:
        take(three)
        traveller.shift(1_800)
        take(three)
        traveller.shift(1_801)
        with transaction():
            prune_allowances()
        assert db.session.scalar(select(func.count()).select_from(AllowanceUse)) == 1


def test_many_at_once_use_it_no_more_often(app, three):
    taken = []

    def take_some():
        with app.app_context():
            for _ in range(5):
                taken.append(take(three))
            db.session.remove()

    threads = [threading.Thread(target=take_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40
    assert sum(place is not None for place in taken) == 3


def test_a_clock_that_was_set_back_locks_nobody_out(three):
    with time_machine.travel("2026-01-01 12:00:00+00:00", tick=False) as traveller:
        for _ in range(3):
            take(three)
        traveller.shift(-86_400)
        assert seconds_to_wait([three]) == 0
        assert [take(three) is not None for _ in range(4)] == [True] * 3 + [False]
        assert seconds_to_wait([three]) == 3_600
