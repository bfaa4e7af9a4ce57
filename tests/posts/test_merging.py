"""Carrying a change over to a newer version of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.posts.merging import merge_names, merge_texts

BASE = "one\ntwo\nthree\nfour\nfive"
LINES = st.lists(st.sampled_from(["", "a", "b", "c", "long line"]), max_size=8).map("\n".join)


@pytest.mark.parametrize(
    ("changed", "newer", "merged"),
    [
        ("ONE\ntwo\nthree\nfour\nfive", BASE, "ONE\ntwo\nthree\nfour\nfive"),
        (
            "ONE\ntwo\nthree\nfour\nfive",
            "one\ntwo\nthree\nfour\nFIVE",
            "ONE\ntwo\nthree\nfour\nFIVE",
        ),
        (
            "one\ntwo\nthree\nfour",
            "zero\none\ntwo\nthree\nfour\nfive",
            "zero\none\ntwo\nthree\nfour",
        ),
        (
            "ONE\ntwo\nthree\nfour\nfive",
            "ONE\ntwo\nthree\nfour\nfive",
            "ONE\ntwo\nthree\nfour\nfive",
        ),
        # The same correction of both, and one more.
        (
            "ONE\ntwo\nthree\nfour\nFIVE",
            "ONE\ntwo\nthree\nfour\nfive",
            "ONE\ntwo\nthree\nfour\nFIVE",
        ),
        ("ONE\ntwo\nthree\nfour\nfive", "uno\ntwo\nthree\nfour\nfive", None),
        ("ONE\ntwo\nthree\nfour\nfive", "one\nTWO\nthree\nfour\nfive", None),
        ("one\ntwo\nthree\nfour\nfive\nsix", "one\ntwo\nthree\nfour\nfive\nseven", None),
        ("one", "one\ntwo\nthree\nFOUR\nfive", None),
    ],
)
def test_changes_of_different_lines_fit_together(
    changed: str, newer: str, merged: str | None
) -> None:
    assert merge_texts(BASE, changed, newer) == merged


@given(base=LINES, changed=LINES, newer=LINES)
def test_nothing_is_lost_and_it_does_not_matter_who_was_first(
    base: str, changed: str, newer: str
) -> None:
    assert merge_texts(base, changed, base) == changed
    assert merge_texts(base, base, newer) == newer
    merged = merge_texts(base, changed, newer)
    assert merged == merge_texts(base, newer, changed)
    if merged is not None:
        added = set(changed.split("\n")) | set(newer.split("\n"))
        assert set(merged.split("\n")) <= added


def test_names_added_and_left_out_are_carried_over() -> None:
    assert merge_names(["sim", "old"], ["sim", "esim"], ["sim", "old", "ios"]) == [
        "sim",
        "ios",
        "esim",
    ]
    assert merge_names([], ["sim"], ["sim"]) == ["sim"]
    assert merge_names(["sim"], [], ["sim"]) == []
