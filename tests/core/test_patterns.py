"""Patterns that operators type end soon, by how they are built."""

import pytest

from community.core.patterns import (
    MAX_CHARS,
    TRIAL_SECONDS,
    PatternRefused,
    compile_bounded,
    try_out,
)
from tests.pace import ends_within, within

CATASTROPHES = (
    *("(a+)+$", "(a*)*b", "(a|a)*$", "(a|aa)+$", "([a-z]+)*1", "(.*)*x", "(x+x+)+y"),
    *(r"(\d+)\1", r"(?P<a>\w)(?P=a)", "(a{1,50}){1,50}b", "(?:a?){50}a{50}", "(a|b|ab){1,30}c"),
    *(r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(\w{1,20}\s{0,5}){1,40}!", "(?=(a+))a*b"),
    *("a*a*a*b", ".*foo", r"\d+x", "a{1,100}a{1,100}a{1,100}b", "a{1,5000}b", "(?(1)a|b)"),
    *("((((((a{1,9}){1,9}){1,9}))))b", "(a?){2,30}b"),
)
USABLE = (
    *("viagra", r"\bcasino\b", "cheap (?:pills|watches)", r"[0-9]{3}-[0-9]{4}", "colou?r"),
    *(r"K-?[0-9]{8,10}", r"buy\W{1,5}now", "(?i:free) money", r"\w{3,20}\.xyz", "(?<!un)paid"),
)


@pytest.mark.parametrize("pattern", CATASTROPHES)
def test_patterns_that_can_explode_are_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused) as refusal:
        compile_bounded(pattern)
    assert str(refusal.value)


@pytest.mark.parametrize("pattern", USABLE)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    try_out(compile_bounded(pattern).pattern)


@pytest.mark.parametrize("pattern", ["(", "[a", "*a", "a" * (MAX_CHARS + 1), "", "a?", "(?:)", "^"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        compile_bounded(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["a{1,30}a{1,30}b", "[a-z]{0,9}[a-y]{0,9}[a-x]{0,9}!", r"\w{1,100}\W{1,9}x", ".{1,99}\\n.x"],
)
def test_the_worst_that_is_taken_ends_within_a_second(pattern: str) -> None:
    compiled = compile_bounded(pattern)
    for text in ("a" * 30_000, "aaaaaaaaa" * 3_000 + "!", "a " * 15_000):
        found = within(1, lambda text=text: sum(1 for _ in compiled.finditer(text)))
        assert found <= len(text)


def test_a_trial_that_does_not_end_is_killed() -> None:
    def try_it() -> None:
        with pytest.raises(PatternRefused):
            try_out("(a+)+$")

    ends_within(TRIAL_SECONDS + 2, try_it)
