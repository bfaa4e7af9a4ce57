"""German verbs on -ieren and their nouns are one word to the search."""

import pytest

from community.search.analysis import stem


@pytest.mark.parametrize("word", ["aktivieren", "aktiviert", "aktivierung", "aktivierte"])
def test_forms_of_a_borrowed_verb_share_a_stem(word):
    assert stem(word, "de") == stem("aktivieren", "de")


@pytest.mark.parametrize("word", ["tier", "bier", "papier", "klavier"])
def test_nouns_on_ier_stay_apart(word):
    others = {"tier", "bier", "papier", "klavier"} - {word}
    assert stem(word, "de") not in {stem(other, "de") for other in others}
