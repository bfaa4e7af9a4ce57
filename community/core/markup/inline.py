"""Inline patterns that replace those of python-markdown which bad input makes slow.

All searches for a closing bracket or backtick remember what they learned about
the rest of the text, so that a text full of openings is read once, not once
per opening.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString, code_escape

from community.core.markup.guards import WorkBudget

_LONGEST_LABEL = 1_000
_LONGEST_TARGET = 2_000
_LONGEST_TICKS = 100
_BRACKETS = re.compile(r"[\[\]]")
_TARGET = re.compile(
    r"\(\s*(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"""(?:\s+(?:"([^"]*)"|'([^']*)'))?\s*\)"""
)
_LABEL = re.compile(r"\s?\[([^\[\]]{0,200})\]")

_REPLACED = (
    *("backtick", "reference", "link", "image_link", "image_reference", "short_reference"),
    *("short_image_ref", "autolink", "automail", "linebreak", "html", "entity"),
)

Match = tuple[Any, int | None, int | None]
_NO_MATCH: Match = (None, None, None)


class _Tail:
    """The unread rest of a text, and what is known about it.

    A match replaces text to its left only, so knowledge stored by distance
    from the end stays true for as long as the text ends the same.
    """

    def __init__(self) -> None:
        self.text = ""
        self.known: dict[int, int] = {}

    def covers(self, data: str, at: int) -> bool:
        return len(data) - at <= len(self.text) and data.endswith(self.text)

    def restart(self, data: str, at: int) -> None:
        self.text = data[at:]
        self.known = {}

    def advance(self, data: str, end: int) -> None:
        """Note that everything before `end` is about to be replaced."""
        self.text = data[end:]


class BracketProcessor(InlineProcessor):
    """Links and images: inline, by reference and by short reference."""

    def __init__(self, pattern: str, tag: str, md: Markdown, budget: WorkBudget) -> None:
        super().__init__(pattern, md)
        self._tag = tag
        self._budget = budget
        self._tail = _Tail()

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        opening = m.end() - 1
        closing = self._find_closing(data, opening)
        if closing is None:
            return _NO_MATCH
        self._budget.spend(1)
        label = data[opening + 1 : closing]
        found = self._find_target(data, closing + 1, label)
        if found is None:
            return _NO_MATCH
        address, title, end = found
        self._budget.spend_replacement(data)
        self._tail.advance(data, end)
        return self._build(label, self.unescape(address), title), m.start(), end

    def _find_closing(self, data: str, opening: int) -> int | None:
        if not self._tail.covers(data, opening):
            self._tail.restart(data, opening)
            self._pair(data, opening)
            self._budget.spend(1 + len(self._tail.text) // 64)
        distance = self._tail.known.get(len(data) - opening)
        return None if distance is None else len(data) - distance

    def _pair(self, data: str, start: int) -> None:
        open_at: list[int] = []
        size = len(data)
        for bracket in _BRACKETS.finditer(data, start):
            at = bracket.start()
            if data[at] == "[":
                open_at.append(at)
            elif open_at and at - open_at[-1] <= _LONGEST_LABEL:
                self._tail.known[size - open_at.pop()] = size - at
            else:
                open_at.clear()

    def _find_target(self, data: str, at: int, label: str) -> tuple[str, str | None, int] | None:
        if data.startswith("(", at):
            target = _TARGET.match(data, at, at + _LONGEST_TARGET)
            if target is not None:
                address = target[1] if target[1] is not None else target[2]
                return address, target[3] or target[4], target.end()
        end = at
        explicit = _LABEL.match(data, at)
        if explicit is not None:
            label, end = explicit[1] or label, explicit.end()
        return self._look_up(label, end)

    def _look_up(self, label: str, end: int) -> tuple[str, str | None, int] | None:
        if not self.md.references or len(label) > _LONGEST_LABEL:
            return None
        key = " ".join(self.unescape(label).split()).casefold()
        found = self.md.references.get(key)
        return None if found is None else (found[0], found[1], end)

    def _build(self, label: str, address: str, title: str | None) -> Element:
        element = Element(self._tag)
        if self._tag == "img":
            element.set("src", address)
            element.set("alt", self.unescape(label))
        else:
            element.set("href", address)
            element.text = label
        if title:
            element.set("title", self.unescape(title))
        return element


class CodeSpanProcessor(InlineProcessor):
    """Code spans: closed by as many backticks as opened them."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        super().__init__(r"(?<!\\)`+|\\`+", md)
        self._budget = budget
        self._tail = _Tail()

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        ticks = m.end() - m.start()
        if m[0][0] == "\\":
            return None, m.start(), m.start() + 2
        if ticks > _LONGEST_TICKS or self._is_unclosed(ticks, data, m.start()):
            return None, m.start(), m.end()
        self._budget.spend_replacement(data)
        closing = re.compile(f"(?<!`)`{{{ticks}}}(?!`)").search(data, m.end())
        if closing is None:
            self._tail.known[ticks] = 0
            return None, m.start(), m.end()
        self._tail.advance(data, closing.end())
        element = Element("code")
        code = data[m.end() : closing.start()]
        element.text = AtomicString(code_escape(code.strip() or code))
        return element, m.start(), closing.end()

    def _is_unclosed(self, ticks: int, data: str, at: int) -> bool:
        if not self._tail.covers(data, at):
            self._tail.restart(data, at)
        return ticks in self._tail.known


class StrikeProcessor(InlineProcessor):
    """~~Struck out~~ text, within a paragraph."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        super().__init__(r"(?<!~)~~(?![\s~])([^~]{1,2000})(?<!\s)~~(?!~)", md)
        self._budget = budget

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        self._budget.spend_replacement(data)
        element = Element("del")
        element.text = m[1]
        return element, m.start(), m.end()


class AddressProcessor(InlineProcessor):
    """Addresses in angle brackets: <https://example.org/> and <me@example.org>."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        super().__init__(r"<(?:(https?://[^\s<>]{1,2000})|([^\s<>@:/]{1,64}@[^\s<>@]{1,255}))>", md)
        self._budget = budget

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        self._budget.spend_replacement(data)
        shown = self.unescape(m[1] or m[2])
        element = Element("a")
        element.set("href", shown if m[1] else "mailto:" + shown)
        element.text = AtomicString(shown)
        return element, m.start(), m.end()


class BareAddressProcessor(InlineProcessor):
    """Keep emphasis out of bare addresses; they become links when HTML is written."""

    def __init__(self, md: Markdown, budget: WorkBudget) -> None:
        start, rest = r"(?<![\w/])https?://[^\s<>`\x02\x03_*~]{0,300}", r"[^\s<>`\x02\x03]{0,1000}"
        super().__init__(f"{start}[_*~]{rest}", md)
        self._budget = budget

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]
        self._budget.spend_replacement(data)
        return m[0], m.start(), m.end()


def register_inline_patterns(md: Markdown, budget: WorkBudget) -> None:
    """Replace the patterns of `md` by the bounded ones; raw HTML has none, so it stays text."""
    patterns = md.inlinePatterns
    for name in _REPLACED:
        patterns.deregister(name)
    patterns.register(CodeSpanProcessor(md, budget), "code_span", 190)
    patterns.register(BracketProcessor(r"!\[", "img", md, budget), "image", 170)
    patterns.register(BracketProcessor(r"\[", "a", md, budget), "link", 160)
    patterns.register(AddressProcessor(md, budget), "address", 120)
    patterns.register(BareAddressProcessor(md, budget), "bare_address", 115)
    patterns.register(StrikeProcessor(md, budget), "strike", 70)
