"""Trust levels by rules alone: what they take, that more never costs one, and how they are lost."""

from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.trust.rules import (
    BASIC,
    GRACE,
    LEADER,
    LEVELS,
    MEMBER,
    NEEDS,
    NEW,
    REGULAR,
    Measures,
    Standing,
    earned_level,
    needs_of,
    next_standing,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBERS = [field.name for field in fields(Measures)]
GOOD = [name for name in NUMBERS if name != "upheld_flags"]


def enough_for(level):
    """Return measures that are worth exactly this level and no more."""
    numbers: dict[str, int] = {}
    for each in range(BASIC, level + 1):
        for name, wanted in NEEDS[each].items():
            numbers[name] = max(wanted, numbers.get(name, 0))
    return Measures(**numbers)


measures = st.builds(Measures, **{name: st.integers(0, 130) for name in NUMBERS})
standings = st.builds(
    Standing,
    level=st.sampled_from(LEVELS),
    is_fixed=st.booleans(),
    grace_until=st.none() | st.timedeltas(-GRACE, GRACE).map(lambda delta: NOW + delta),
)


@pytest.mark.parametrize("level", [NEW, BASIC, MEMBER, REGULAR])
def test_enough_is_enough(level):
    assert earned_level(enough_for(level)) == level


@pytest.mark.parametrize(
    ("level", "name"), [(level, name) for level, needs in NEEDS.items() for name in needs]
)
def test_one_too_few_of_anything_is_too_few(level, name):
    full = enough_for(level)
    short = replace(full, **{name: NEEDS[level][name] - 1})
    assert earned_level(short, kept=level - 1) == level - 1


def test_the_published_numbers():
    assert NEEDS[BASIC] == {"topics_entered": 5, "posts_read": 30, "minutes": 10}
    assert NEEDS[MEMBER]["days_visited"] == 15
    assert NEEDS[REGULAR]["recent_accepted"] == 10
    assert timedelta(days=14) == GRACE


def test_the_first_accepted_answer_makes_one_known():
    assert earned_level(Measures(accepted=1)) == BASIC


def test_more_than_five_upheld_reports_keep_from_level_3():
    full = enough_for(REGULAR)
    assert earned_level(replace(full, upheld_flags=5)) == REGULAR
    assert earned_level(replace(full, upheld_flags=6)) == MEMBER


@given(measures, st.sampled_from(GOOD), st.integers(0, 500), st.sampled_from([NEW, BASIC, MEMBER]))
def test_doing_more_never_costs_a_level(before, name, more, kept):
    after = replace(before, **{name: asdict(before)[name] + more})
    assert earned_level(after, kept) >= earned_level(before, kept)


@given(measures, st.integers(0, 50))
def test_upheld_reports_never_raise_a_level(before, more):
    after = replace(before, upheld_flags=before.upheld_flags + more)
    assert earned_level(after) <= earned_level(before)


@given(measures)
def test_what_the_next_level_takes_is_what_is_missing(found):
    level = earned_level(found)
    if level < REGULAR and found.upheld_flags <= 5:
        assert not all(need.is_met for need in needs_of(level + 1, found))


@given(standings, measures, st.booleans())
def test_the_same_again_changes_nothing(present, found, is_superuser):
    first = next_standing(present, found, is_superuser=is_superuser, now=NOW)
    assert next_standing(first, found, is_superuser=is_superuser, now=NOW) == first


@given(standings, measures, st.booleans())
def test_nobody_falls_without_a_grace_that_is_over(present, found, is_superuser):
    after = next_standing(present, found, is_superuser=is_superuser, now=NOW)
    if after.level < min(present.level, REGULAR):
        assert present.grace_until is not None
        assert present.grace_until <= NOW
        assert after.level >= MEMBER


@given(standings, measures)
def test_what_is_fixed_stays(present, found):
    fixed = replace(present, is_fixed=True)
    after = next_standing(fixed, found, is_superuser=True, now=NOW)
    assert (after.level, after.is_fixed) == (present.level, True)


def test_upward_at_once():
    after = next_standing(Standing(NEW), enough_for(REGULAR), is_superuser=False, now=NOW)
    assert after == Standing(REGULAR)


def test_level_3_is_lost_after_the_grace_and_kept_by_who_comes_back():
    at_risk = next_standing(Standing(REGULAR), Measures(), is_superuser=False, now=NOW)
    assert at_risk == Standing(REGULAR, grace_until=NOW + GRACE)
    later = NOW + GRACE
    almost = later - timedelta(seconds=1)
    assert next_standing(at_risk, Measures(), is_superuser=False, now=almost) == at_risk
    lost = next_standing(at_risk, Measures(), is_superuser=False, now=later)
    assert lost == Standing(MEMBER)
    back = next_standing(at_risk, enough_for(REGULAR), is_superuser=False, now=almost)
    assert back == Standing(REGULAR)


@pytest.mark.parametrize("level", [BASIC, MEMBER])
def test_levels_1_and_2_stay(level):
    assert next_standing(Standing(level), Measures(), is_superuser=False, now=NOW).level == level


def test_level_4_comes_and_goes_with_the_role():
    leader = next_standing(Standing(NEW), Measures(), is_superuser=True, now=NOW)
    assert leader == Standing(LEADER)
    after = next_standing(leader, Measures(), is_superuser=False, now=NOW)
    assert after == Standing(REGULAR, grace_until=NOW + GRACE)
    kept = next_standing(leader, enough_for(REGULAR), is_superuser=False, now=NOW)
    assert kept == Standing(REGULAR)
