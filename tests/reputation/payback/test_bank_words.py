"""Account numbers and names in the form that banks take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.payback.iban import NoIban, masked_iban, tidy_iban
from reputation.payback.sepa_text import NAME_MAX_CHARS, NoSepaText, sepa_name, sepa_text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("de89370400440532013000", "DE89370400440532013000"),
        (" NL91 ABNA 0417 1643 00 ", "NL91ABNA0417164300"),
        ("AT61-1904-3002-3457-3201", "AT611904300234573201"),
        ("CH93 0076 2011 6238 5295 7", "CH9300762011623852957"),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", "MT84MALT011000012345MTLCAST001S"),
    ],
)
def test_an_account_number_is_kept_without_spaces(typed: str, number: str) -> None:
    assert tidy_iban(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "DE",
        "DE89370400440532013001",  # a wrong digit
        "DE98370400440532013000",  # check digits swapped
        "DE8937040044053201300",  # too short
        "DE893704004405320130000",  # too long
        "SA0380000000608010167519",  # a country outside the scheme
        "XX89370400440532013000",
        "DE89 3704 0044 0532 0130 00 " + " " * 60,
        "DE89370400440532013000; DROP TABLE",
        "DE8937040044053201300٠",
    ],
)
def test_what_no_transfer_reaches_is_refused(typed: str) -> None:
    with pytest.raises(NoIban):
        tidy_iban(typed)


@given(st.integers(4, 21), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(place: int, step: int) -> None:
    right = "DE89370400440532013000"
    digit = (int(right[place]) + step) % 10
    with pytest.raises(NoIban):
        tidy_iban(f"{right[:place]}{digit}{right[place + 1 :]}")


def test_a_page_shows_little_of_an_account_number() -> None:
    assert masked_iban("DE89370400440532013000") == "DE … 3000"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Jürgen Größer", "Juergen Groesser"),
        ("Ju\u0308rgen", "Juergen"),
        ("STRAẞE", "STRASSE"),
        ("Zoë Núñez", "Zoe Nunez"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("Иван Петров", "Ivan Petrov"),
        ("Müller & Söhne_KG", "Mueller + Soehne-KG"),
        ("//A // B/", "A / B"),
        ("a\nb\tc", "a b c"),
    ],
)
def test_names_are_written_in_the_letters_of_the_scheme(name: str, written: str) -> None:
    assert sepa_name(name) == written


@pytest.mark.parametrize("name", ["", "   ", "🦊", "//", "…—"])
def test_a_name_without_any_letter_is_refused(name: str) -> None:
    with pytest.raises(NoSepaText):
        sepa_name(name)


@given(st.text(max_size=200))
def test_nothing_but_the_schemes_letters_is_left(text: str) -> None:
    try:
        written = sepa_text(text, NAME_MAX_CHARS)
    except NoSepaText:
        return
    assert re.fullmatch(r"[A-Za-z0-9?:().,'+ -][A-Za-z0-9/?:().,'+ -]{0,69}", written)
    assert "//" not in written
    assert not written.endswith("/")
