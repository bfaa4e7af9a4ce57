"""Plain text in and out: what is stored, refused, shown and cut."""

import html
import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from community.core.markup import (
    UnacceptableText,
    clean_text,
    excerpt,
    plain_text,
    render,
    render_with_report,
)
from community.core.markup.convert import parse_to_html
from community.core.markup.fast import is_plain, plain_to_html
from community.core.markup.limits import DEFAULT_LIMITS
from community.core.markup.text import make_showable
from tests.core.html_checker import problems_in
from tests.pace import within
from tests.shared_data import shared_data

PLAIN_WORDS = [
    *(
        "Wort",
        "a",
        "a_b",
        "!",
        "(",
        ")",
        ">",
        "&",
        "&lt;",
        "~",
        "...",
        ":",
        "=",
        "]",
        "#",
        "-",
        "1.",
    ),
    *("@anna", "a@b.org", "@", "https://a.org/x_y", "http://a.b", "www.a.de,", "(www.a.de)", "://"),
    *("\n", "\n\n", " ", "  ", "\t", "\n ", "\xa0", "\u2003", "\u2028", "\x1f", "\r", "\x1c"),
]
MARKS = ["_", "*", "-", "+", "#1", "<", "~~", "|", "---", "`", "[x]", "\\"]


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from(PLAIN_WORDS), max_size=30).map("".join),
        st.lists(st.sampled_from(PLAIN_WORDS + MARKS), max_size=8).map("".join),
        st.text(max_size=200),
    )
)
def test_the_short_cut_equals_the_parser(text: str) -> None:
    shown = make_showable(text)
    if is_plain(shown):
        assert plain_to_html(shown) == parse_to_html(shown, DEFAULT_LIMITS)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_string_renders(text: str) -> None:
    rendered = render_with_report(text)
    assert problems_in(rendered.html) == []


def test_stored_text_is_nfc_with_line_feeds() -> None:
    assert clean_text("a\u0308 \r\n b\r c ") == "ä \n b\n c "
    assert clean_text("\x07\u202e\u200b") == "\x07\u202e\u200b"


def test_a_tower_of_marks_is_stored_in_time() -> None:
    tower = "a" + "\u0315" * 15_000 + "\u0300" * 15_000
    assert within(0.3, lambda: clean_text("a\u0308" + tower)) == "ä" + tower


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff"])
def test_what_cannot_be_stored_is_refused(text: str) -> None:
    with pytest.raises(UnacceptableText):
        clean_text(text)
    assert "\0" not in render(text)


def test_naughty_strings_are_stored_and_shown() -> None:
    rows = shared_data("security/naughty.jsonl").read_text().splitlines()
    refused = 0
    for text in (json.loads(row)["input"] for row in rows):
        try:
            stored = clean_text(text)
        except UnacceptableText:
            refused += 1
            continue
        assert stored == _normal(text)
        assert clean_text(stored) == stored
        markup = str(render(stored))
        assert problems_in(markup) == []
        if is_plain(stored):
            assert _shown(markup) == _without_blanks(make_showable(stored))
    assert refused < len(rows) // 20


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _shown(markup: str) -> str:
    return _without_blanks(html.unescape(re.sub("<[^>]*>", "", markup)))


def _without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_plain_text_has_a_line_for_each_block() -> None:
    markup = render("# Head\n- a <b>\n- c & d\n\n`x` https://example.org/")
    assert plain_text(markup) == "Head\na <b>\nc & d\nx https://example.org/"


def test_excerpts_are_cut_at_words() -> None:
    text = "**Bold** start. " + "word " * 100
    cut = excerpt(text, 50)
    assert cut.startswith("Bold start. word")
    assert cut.endswith("word…")
    assert len(cut) <= 50
    assert excerpt("x" * 300, 20) == "x" * 19 + "…"
    assert excerpt(Markup("<p>a &lt; b</p>")) == "a < b"
    assert excerpt("") == ""
