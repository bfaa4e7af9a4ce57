"""The text of a mail's HTML part, with its quotations marked as in a plain text.

Nothing of the HTML is kept, so nothing of it has to be made safe: what comes out is text, and is
shown as any text that people write. Each step looks at a character once, whatever the markup.
"""

import html
import re
import string

HTML_MAX_CHARS = 500_000
DIVIDER = "-----Original Message-----"
# Their text is for machines.
_SILENT = frozenset(["style", "script", "title", "template", "svg", "math"])
_BLOCK_NAMES = (
    "address article aside blockquote center div dl dd dt fieldset footer form h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section table tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre"])
# What mail programs put between a reply and all that it answers: Outlook of several years,
# Hotmail, Yahoo, Zimbra, Proton, Tutanota.
_DIVIDER_NAMES = (
    "stopspelling divrplyfwdmsg appendonsend outlookmessageheader zwchr yahoo_quoted"
    " ms-outlook-mobile-reference-message protonmail_quote tutanota_quote"
)
_DIVIDERS = frozenset(_DIVIDER_NAMES.split())
_NAME = re.compile(r"/?[a-z][a-z0-9:]{0,30}")
_NAMED = re.compile(r"(?:class|id)\s?=\s?[\"']?([^\"'<>]{0,200})")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_TAG_MAX_CHARS = 2_000
_QUOTES_MAX = 20
# Windows Mail and Outlook draw a thin line above "From: …".
_HEADER_CHARS = 2_500
_SENDER = re.compile(
    r"(?:<[^<>]{0,1000}>|&nbsp;|\s){0,16}(?:from|von|de|da|van|från|fra|od|от|mittente|expéditeur)"
    r"(?:<[^<>]{0,100}>|&nbsp;|\s){0,6}:",
    re.IGNORECASE,
)
# What mail programs write for an indented paragraph: its author's own words.
_INDENTED = re.compile(r"margin: ?0(?:px)? 0(?:px)? 0(?:px)? 40px; ?border: ?none")


def html_to_text(source: str) -> str:
    """Return the text of HTML; lines that it quotes begin with ``>``."""
    page = _Page(source[:HTML_MAX_CHARS])
    page.read()
    return "\n".join(page.lines).strip("\n")


class _Page:
    def __init__(self, source: str) -> None:
        self.lines: list[str] = []
        self._source = source
        # The same length as the source, which `lower` does not promise.
        self._lowered = source.translate(_LOWER)
        self._line: list[str] = []
        self._quotes = 0
        self._blockquotes: list[bool] = []
        self._is_preformatted = False

    def read(self) -> None:
        """Go through the source once."""
        at = 0
        while (opening := self._source.find("<", at)) >= 0:
            self._add_text(self._source[at:opening])
            at = self._read_tag(opening)
        self._add_text(self._source[at:])
        self._end_line()

    def _read_tag(self, opening: int) -> int:
        """Deal with what begins at an opening bracket; return where to go on."""
        if self._source.startswith("<!--", opening):
            return self._after("-->", opening)
        if self._source.startswith(("<!", "<?"), opening):
            return self._after(">", opening)
        name = _NAME.match(self._lowered, opening + 1)
        if name is None:
            self._add_text("<")
            return opening + 1
        end = self._after(">", opening)
        if name.group() in _SILENT:
            # Without an end of it the rest is silent too: browsers show it so.
            return self._after(">", self._after(f"</{name.group()}", end))
        self._apply(name.group(), opening, min(end, opening + _TAG_MAX_CHARS))
        return end

    def _after(self, mark: str, start: int) -> int:
        found = self._lowered.find(mark, start)
        return len(self._source) if found < 0 else found + len(mark)

    def _apply(self, name: str, start: int, end: int) -> None:
        if name == "br":
            self._end_line()
        elif name in ("td", "th"):
            self._add_text(" ")
        elif name.lstrip("/") in _BLOCKS:
            self._begin_block(name, start, end)

    def _begin_block(self, name: str, start: int, end: int) -> None:
        self._end_full_line()
        if name.endswith("blockquote"):
            self._count_quotes(name, self._lowered[start:end])
        if name.lstrip("/") in _SPACED and self.lines and self.lines[-1]:
            self.lines.append(self._quoted(""))
        if name.endswith("pre"):
            self._is_preformatted = name == "pre"
        if name == "li":
            self._line.append("- ")
        if not name.startswith("/") and not self._quotes and self._divides(start, end):
            self.lines.append(DIVIDER)
        elif name == "hr":
            self.lines.append(self._quoted("_" * 32))

    def _count_quotes(self, name: str, tag: str) -> None:
        if name.startswith("/"):
            if self._blockquotes:
                self._quotes -= self._blockquotes.pop()
            return
        counts = self._quotes < _QUOTES_MAX and _INDENTED.search(tag) is None
        self._blockquotes.append(counts)
        self._quotes += counts

    def _divides(self, start: int, end: int) -> bool:
        tag = self._lowered[start:end]
        if any(_DIVIDERS.intersection(words.split()) for words in _NAMED.findall(tag)):
            return True
        # A part of a slice, so that each of many lines costs the same.
        if "border-top" not in tag:
            return False
        return _SENDER.match(self._lowered[end : end + _HEADER_CHARS]) is not None

    def _add_text(self, text: str) -> None:
        plain = html.unescape(text)
        if self._is_preformatted:
            *whole, plain = plain.split("\n")
            for each in whole:
                self._line.append(each)
                self._end_line()
            self._line.append(plain)
        elif spaced := _SPACE.sub(" ", plain):
            self._line.append(spaced)

    def _end_full_line(self) -> None:
        if any(part.strip() for part in self._line):
            self._end_line()
        self._line.clear()

    def _end_line(self) -> None:
        line = "".join(self._line)
        shown = line.rstrip() if self._is_preformatted else _SPACE.sub(" ", line).strip(" ")
        self.lines.append(self._quoted(shown))
        self._line.clear()

    def _quoted(self, line: str) -> str:
        return f"{'>' * self._quotes} {line}" if self._quotes else line
