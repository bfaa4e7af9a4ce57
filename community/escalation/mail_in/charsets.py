"""Bytes of a mail as text, whatever its headers call them."""

import codecs
import re
from contextlib import suppress

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
# UTF-7 hides markup from whoever looks for it; the others are no charsets of mails, and reading
# two of them takes time that grows with the square.
_REFUSED = frozenset(
    [
        *("utf-7", "idna", "punycode", "undefined", "mbcs", "oem"),
        *("unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape"),
    ]
)
# In these, bytes that are UTF-8 by chance mean something else.
_OF_MANY_BYTES = (
    *("iso2022", "hz", "utf-16", "utf-32", "gb", "big5", "shift_jis", "euc", "cp932", "cp949"),
    *("cp950", "johab"),
)
# What calls itself Latin-1 or ASCII was mostly written on Windows. Source: WHATWG Encoding.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}


def decode_bytes(raw: bytes, charset: str) -> str:
    """Return bytes as text: as UTF-8 if they are, else as they say, else as Western letters."""
    return _decode(raw, charset).removeprefix("\ufeff")


def _decode(raw: bytes, charset: str) -> str:
    name = _known(charset)
    for each in (name, "utf-8") if name.startswith(_OF_MANY_BYTES) else ("utf-8",):
        with suppress(UnicodeError, LookupError):
            return raw.decode(each)
    return _decode_named(raw, name)


def _decode_named(raw: bytes, name: str) -> str:
    try:
        text = raw.decode(name, "replace")
    except (UnicodeError, ValueError, LookupError):
        return raw.decode("cp1252", "replace")
    lost = text.count("\ufffd")
    # Latin letters that are called UTF-8: of what is no ASCII, hardly anything can be read.
    if name == "utf-8" and lost > sum(not sign.isascii() for sign in text) - lost:
        return raw.decode("cp1252", "replace")
    return text


def _known(charset: str) -> str:
    if not _NAME.fullmatch(charset):
        return "cp1252"
    try:
        found = codecs.lookup(_called(charset.lower()))
    except (LookupError, ValueError, ImportError):
        return "cp1252"
    name = found.name.lower()
    if name in _REFUSED or not found._is_text_encoding:
        return "cp1252"
    return _MEANT.get(name, name)


def _called(charset: str) -> str:
    """Return the name that the library knows: windows-874, x-sjis, iso-8859-8-i."""
    bare = charset.removeprefix("x-")
    if re.fullmatch(r"iso-8859-[68]-[ei]", bare):
        return bare[:-2]
    return re.sub(r"^(?:windows|cp)-(?=\d{3,4}$)", "cp", bare)
