"""Diffs: readable, true, and done in bounded time for texts made to be slow."""

import random
import re

import pytest
from markupsafe import Markup

from community.posts.diffs import Budget, DiffLine, diff_lines
from tests.pace import within

LONGEST = 30_000


def _plain(line: DiffLine) -> str:
    text = re.sub(r"</?(?:ins|del)>", "", line.text) if isinstance(line.text, Markup) else line.text
    return str(Markup(text).unescape()) if isinstance(line.text, Markup) else text


def _side(lines: list[DiffLine], kind: str) -> list[str]:
    return [_plain(line) for line in lines if line.kind in (kind, "same")]


def test_equal_texts_have_no_differences():
    assert diff_lines("one\ntwo", "one\ntwo") == []


def test_an_added_line_is_shown_with_its_neighbours():
    old = "\n".join(f"line {number}" for number in range(10))
    new = old.replace("line 5", "line 5\nand a half")
    assert diff_lines(old, new) == [
        DiffLine("same", "…"),
        DiffLine("same", "line 4"),
        DiffLine("same", "line 5"),
        DiffLine("added", "and a half"),
        DiffLine("same", "line 6"),
        DiffLine("same", "line 7"),
        DiffLine("same", "…"),
    ]


def test_changed_words_of_a_line_are_marked():
    removed, added = diff_lines("Restart the phone once.", "Restart the router once.")
    assert removed == DiffLine("removed", "Restart the <del>phone</del> once.")
    assert added == DiffLine("added", "Restart the <ins>router</ins> once.")


def test_lines_with_little_in_common_are_shown_whole():
    removed, added = diff_lines("Nothing works", "All is well again, thank you")
    assert (removed.text, added.text) == ("Nothing works", "All is well again, thank you")


def test_marks_are_the_only_markup():
    removed, added = diff_lines("a <b>bold & brave</b> word", "a <b>bold & brave</b> <script>")
    assert "<b>" not in removed.text
    assert "&lt;b&gt;" in removed.text
    assert "<ins>&lt;" in added.text or "&lt;script" in added.text
    assert "<script" not in added.text


@pytest.mark.parametrize("seed", range(30))
def test_a_diff_holds_both_versions(seed):
    rng = random.Random(seed)
    words = ["sim", "card", "<b>", "&", "ö", "  ", "1"]
    old = [" ".join(rng.choices(words, k=rng.randint(0, 5))) for _ in range(rng.randint(1, 5))]
    new = [line if rng.random() < 0.6 else line + " new" for line in old]
    if rng.random() < 0.5:
        new.insert(rng.randint(0, len(new)), "another line")
    lines = diff_lines("\n".join(old), "\n".join(new), Budget(rng.choice([0, 60, 10_000])))
    if lines and all(line.text != "…" for line in lines):
        assert _side(lines, "removed") == old
        assert _side(lines, "added") == new


def _slow_pairs():
    rng = random.Random(7)
    few = "\n".join(rng.choices("abcdefgh", k=LONGEST // 2))
    shuffled = "\n".join(rng.sample(few.split("\n"), k=len(few.split("\n"))))
    words = " ".join(rng.choices(["sim", "net", "x", "y"], k=7_000))
    others = " ".join(rng.choices(["sim", "net", "x", "y"], k=7_000))
    hundred = [str(number) for number in range(100)]
    return [
        pytest.param("a\n" * (LONGEST // 2), "b\na\n" * (LONGEST // 4), id="one-line-repeated"),
        pytest.param(few, shuffled, id="shuffled-lines"),
        pytest.param(words[:LONGEST], others[:LONGEST], id="one-long-line"),
        pytest.param("\n".join(hundred * 100), "\n".join(hundred[::-1] * 100), id="reversed"),
        pytest.param("x y\n" * 7_000, "x z\n" * 7_000, id="every-line-changed"),
        pytest.param("a" * LONGEST, "b" * LONGEST, id="one-word"),
        pytest.param(" " * LONGEST, "\n" * LONGEST, id="blanks"),
        pytest.param("!?" * (LONGEST // 2), "?!" * (LONGEST // 2), id="marks"),
    ]


@pytest.mark.parametrize(("old", "new"), _slow_pairs())
def test_the_longest_texts_are_compared_quickly(old, new):
    assert within(1, lambda: diff_lines(old, new))
