"""Bytes of a mail as text, whatever its headers call them."""

import codecs
import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
# UTF-7 hides markup from whoever looks for it; the others are no charsets of mails, and reading
# two of them takes time that grows with the square.
_REFUSED = frozenset(
    [
        *("utf-7", "idna", "punycode", "undefined", "mbcs", "oem"),
        *("unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape"),
    ]
)
# What calls itself Latin-1 or ASCII was mostly written on Windows. Source: WHATWG Encoding.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}


def decode_bytes(raw: bytes, charset: str) -> str:
    """Return bytes as text: as UTF-8 if they are, else as they say, else as Western letters."""
    try:
        return raw.decode("utf-8") if _may_be_utf8(charset) else _decode_named(raw, charset)
    except (UnicodeDecodeError, LookupError):
        return _decode_named(raw, charset)


def _may_be_utf8(charset: str) -> bool:
    # In these, bytes that are UTF-8 by chance may mean something else.
    stateful = ("iso-2022", "iso2022", "hz", "utf-16", "utf_16", "utf-32", "utf_32")
    return not charset.lower().startswith(stateful)


def _decode_named(raw: bytes, charset: str) -> str:
    name = _known(charset)
    try:
        return raw.decode(name, "replace")
    except (UnicodeError, ValueError, LookupError):
        return raw.decode("cp1252", "replace")


def _known(charset: str) -> str:
    if not _NAME.fullmatch(charset):
        return "cp1252"
    try:
        found = codecs.lookup(charset)
    except (LookupError, ValueError, ImportError):
        return "cp1252"
    name = found.name.lower()
    if name in _REFUSED or not found._is_text_encoding:
        return "cp1252"
    return _MEANT.get(name, name)
