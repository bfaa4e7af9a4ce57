"""Catalogues are complete and current, and nothing the forum says goes past them."""

import re
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from jinja2 import nodes

from community.translations import catalogues
from community.translations.catalogues import LANGUAGES
from tests.source import ROOT

TEMPLATES = ROOT / "community" / "templates"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
# Singular forms may leave the number out: "one neighbour", "jemand".
NUMBER = "%(num)s"
STRAIGHT_QUOTES = re.compile("[\"'`]|--|\\.\\.\\.")
FORMAL = re.compile(r"\b(Sie|Ihnen|Ihr|Ihre[nmrs]?)\b")
GENDER_STARS = re.compile(r"\w[*:_/]in(nen)?\b|\wInnen\b")

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# What is typed the same in every language: keys, search words, formats.
SAME_EVERYWHERE = re.compile(r"<(style|script|code|kbd)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# Also the parts of a tag that a macro of its own prints.
ATTRIBUTE = re.compile(r"\b[\w-]+=\"[^\"]*\"|\brequired\b|\bbtn--")
TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
SAID_ATTRIBUTE = re.compile(r"\b(?:aria-label|title|placeholder|alt|label)=\"([^\"]*)\"")
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"Community"}
# Formats for machines, in which these are the words of the format.
FORMATS = {"feeds/robots.txt", "feeds/security.txt"}
GETTEXT = {"_", "_l", "N_", "gettext", "lazy_gettext", "ngettext", "_count"}
SENTENCE = re.compile(r"[A-Z“](?![A-Z])[^_\n]* [^_\n]*\S")


@pytest.fixture(scope="module")
def messages() -> Catalog:
    return catalogues.extract_messages()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> Catalog:
    return catalogues.read_catalogue(language)


def test_every_message_is_translated(messages: Catalog, catalogue: Catalog) -> None:
    """If this fails: ``python3 dev.py translate``, then fill what it names."""
    missing = [
        message.id
        for message in messages
        if message.id
        and ((known := catalogue.get(message.id)) is None or not catalogues.is_translated(known))
    ]
    assert missing == []


def test_nothing_is_left_over(messages: Catalog, catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.id not in messages] == []
    assert list(catalogue.obsolete) == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_placeholders_agree(catalogue: Catalog) -> None:
    wrong = []
    for message in spoken(catalogue):
        wanted = placeholders(forms(message.id)[-1])
        *early, last = [placeholders(form) for form in forms(message.string)]
        if last != wanted or any(form | {NUMBER} != wanted | {NUMBER} for form in early):
            wrong.append(message.id)
    assert wrong == []


def test_plural_forms_are_all_there(catalogue: Catalog) -> None:
    counted = [message for message in spoken(catalogue) if message.pluralizable]
    assert counted
    assert all(len(message.string) == catalogue.num_plurals == 2 for message in counted)


def test_the_compiled_catalogue_is_current(language: str, messages: Catalog) -> None:
    """If this fails: ``python3 dev.py translate``."""
    fresh = catalogues.refreshed(language, messages)
    assert catalogues.source_path(language).read_bytes() == catalogues.source_text(fresh)
    assert catalogues.compiled_path(language).read_bytes() == catalogues.compiled(fresh)


def test_catalogues_hold_no_dates_and_no_places(language: str) -> None:
    text = catalogues.source_path(language).read_text(encoding="utf-8")
    assert re.findall(r"(?m)^#:.*|\b20\d\d-\d\d-\d\d|.*@.*LANGUAGE.*|Generated-By", text) == []


def test_german_is_friendly_and_well_set() -> None:
    texts = [
        form for each in spoken(catalogues.read_catalogue("de")) for form in forms(each.string)
    ]
    assert [text for text in texts if STRAIGHT_QUOTES.search(text)] == []
    assert [text for text in texts if FORMAL.search(text)] == []
    assert [text for text in texts if GENDER_STARS.search(text)] == []
    assert [text for text in texts if text.count("„") != text.count("“")] == []


def test_spaces_and_ends_agree(catalogue: Catalog) -> None:
    def shape(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], re.search(r"[:,…]?\s*$", text)[0]

    wrong = [
        message.id
        for message in spoken(catalogue)
        if shape(forms(message.id)[-1]) != shape(forms(message.string)[-1])
    ]
    assert wrong == []


def test_templates_say_nothing_untranslated() -> None:
    said = {}
    for path in template_files():
        text = JINJA.sub("", path.read_text(encoding="utf-8"))
        if words := untranslated_words(text):
            said[str(path.relative_to(TEMPLATES))] = words
    assert said == {}


def test_the_search_for_words_in_templates_finds_them() -> None:
    text = '<p title="A hint"><b>{{ x }}</b> points <code>is:solved</code></p>'
    assert untranslated_words(JINJA.sub("", text)) == ["hint", "points"]


def test_expressions_in_templates_say_nothing_untranslated(app: Flask) -> None:
    said = {}
    for path in template_files():
        tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
        if words := [text for text in plain_strings(tree) if SENTENCE.fullmatch(text)]:
            said[str(path.relative_to(TEMPLATES))] = words
    assert said == {}


def spoken(catalogue: Catalog) -> list[Message]:
    """Return the messages without the header."""
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """Return singular and plural, or the one form there is."""
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    """Return the names that values are put in for."""
    return set(PLACEHOLDER.findall(text))


def template_files() -> list[Path]:
    """Return all templates that speak to people."""
    files = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))
    return [path for path in files if str(path.relative_to(TEMPLATES)) not in FORMATS]


def untranslated_words(text: str) -> list[str]:
    """Return the words between tags, and in attributes that people see or hear."""
    text = SAME_EVERYWHERE.sub(" ", text)
    said = SAID_ATTRIBUTE.findall(text)
    said.append(ATTRIBUTE.sub(" ", TAG.sub(" ", text)))
    return [word for part in said for word in WORD.findall(unescape(part)) if word not in NAMES]


def plain_strings(node: nodes.Node) -> list[str]:
    """Return the strings in expressions, without those that are translated."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in GETTEXT:
        return [text for each in node.kwargs for text in plain_strings(each)]
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else []
    return [text for child in node.iter_child_nodes() for text in plain_strings(child)]
