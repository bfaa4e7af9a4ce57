"""Where a watched word stands in a text."""

import pytest

from community.core.patterns import PatternRefused
from moderation.words.matching import compile_word

FOUND = [
    ("viagra", "Buy Viagra now", "Viagra"),
    ("via*", "VIAGRA!", "VIAGRA"),
    ("via*", "go via Rome", "via"),
    ("*coin", "my bitcoin is gone", "bitcoin"),
    ("c*sino", "a c4sino", "c4sino"),
    ("buy now", "please buy\nnow", "buy\nnow"),
    ("c++", "I write C++ daily", "C++"),
    ("größe", "Die GRÖSSE? Nein, die Größe.", "Größe"),
    (".xyz", "see cheap.xyz for it", ".xyz"),
    ("50% off", "50% off today", "50% off"),
]
PASSED = [
    ("viagra", "viagras"),
    ("via", "viaduct"),
    ("ass", "classic passwords"),
    ("*coin", "coins"),
    ("a.c", "abc"),
    ("buy now", "buy it now"),
    ("(x)", "x"),
]


@pytest.mark.parametrize(("word", "text", "piece"), FOUND)
def test_words_are_found_whole_and_whatever_their_case(word: str, text: str, piece: str) -> None:
    found = compile_word(word, False).search(text)
    assert found is not None
    assert found[0] == piece


@pytest.mark.parametrize(("word", "text"), PASSED)
def test_words_are_not_found_in_others(word: str, text: str) -> None:
    assert compile_word(word, False).search(text) is None


@pytest.mark.parametrize("word", ["*", "**", "a", " ", "a*", "*.*", "-", "a*b*c*d*e"])
def test_words_that_would_fit_nearly_everything_are_refused(word: str) -> None:
    with pytest.raises(PatternRefused):
        compile_word(word, False)


def test_a_regular_expression_is_taken_as_it_is_and_bounded() -> None:
    assert compile_word(r"v[i1]agra\d{0,3}", True).search("V1AGRA22") is not None
    with pytest.raises(PatternRefused):
        compile_word(r"(v+i+)+", True)
