"""Plain text: what is stored, what is shown, what a list shows of it."""

import html
import re
import unicodedata

import nh3

# Neither HTML nor XML can carry these: feeds would break on them, pages would
# show nothing. The range holds STX and ETX too, which the parser uses as marks.
_UNSHOWABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_ODD_SPACE = re.compile("[\x0b\x0c\x85]")
# Holds all combining marks. Putting a run of them into order takes time that
# grows with its square: a second for 30,000. No language stacks more than 30
# (Source: UAX #15, section 13, stream-safe text).
_LONG_MARKS = re.compile(r"([^\w\s\x00-\x7f]{31,})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLOCK_END = re.compile(r"(</(?:p|li|t[dhr]|h[1-6]|pre|blockquote|div)>|<br\s*/?>)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_ELLIPSIS = "…"


class UnacceptableText(ValueError):
    """The text holds a character that cannot be stored: NUL or a lone surrogate."""


def clean_text(text: str) -> str:
    """Return `text` in the form in which it is stored.

    Unicode is normalised to NFC (but for runs of more than 30 combining marks or
    symbols), and CR LF and lone CR become LF; nothing else changes, so blanks at
    the ends, control and invisible characters stay.

    Raises UnacceptableText for NUL (PostgreSQL refuses it) and for lone
    surrogates (they have no UTF-8 form).
    """
    if "\0" in text:
        raise UnacceptableText("the text holds a NUL character")
    if _SURROGATE.search(text):
        raise UnacceptableText("the text holds half of a surrogate pair")
    return _normalise(text)


def make_showable(text: str) -> str:
    """Return any string in a form that HTML, XML and UTF-8 can carry.

    Normalises like `clean_text`; control characters vanish, vertical tab, form
    feed and NEL become blanks, lone surrogates U+FFFD.
    """
    text = _normalise(_SURROGATE.sub("\ufffd", text))
    return _ODD_SPACE.sub(" ", _UNSHOWABLE.sub("", text))


def plain_text(markup: str) -> str:
    """Return the text of rendered HTML, without tags, one line per block."""
    # str(): markup joins its parts by escaping them, also inside re.sub.
    spaced = _BLOCK_END.sub("\\1\n", str(markup))
    stripped = html.unescape(nh3.clean(spaced, tags=set()))
    return re.sub(r"\s*\n\s*", "\n", stripped).strip()


def shorten(text: str, length: int) -> str:
    """Return `text` on one line, cut at a word to at most `length` characters."""
    line = _SPACE.sub(" ", text).strip()
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    word_end = cut.rfind(" ")
    if word_end > length // 2:
        cut = cut[:word_end]
    return cut.rstrip(" .,;:") + _ELLIPSIS


def _normalise(text: str) -> str:
    if not text.isascii():
        parts = _LONG_MARKS.split(text)
        parts[::2] = (unicodedata.normalize("NFC", part) for part in parts[::2])
        text = "".join(parts)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
