"""The readable part of a question's address."""

import pytest

from community.posts.text import RESERVED_SLUGS, SLUG_MAX_CHARS, slug_of


def test_umlauts_are_written_out():
    assert slug_of("Größe der SIM: über 5 GB?") == "groesse-der-sim-ueber-5-gb"


def test_a_slug_is_never_longer_than_its_column():
    assert len(slug_of("sehr lang " * 40)) <= SLUG_MAX_CHARS


@pytest.mark.parametrize("word", sorted(RESERVED_SLUGS))
def test_a_slug_never_equals_an_address_below_a_question(word):
    assert slug_of(f"{word} ?!?!?!?!?!") == f"{word}-question"


def test_a_title_without_latin_letters_has_no_slug():
    assert slug_of("我的手机没有信号") == ""
