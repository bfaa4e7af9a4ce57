"""Headers of a mail that came in, read so that no header can hang, raise or lie about its end.

What is looked at is bounded: of a header its first characters, of headers the first ones. The
standard library's readers are given nothing longer, for some need time that grows with the square.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from itertools import islice

from community.core import markup
from community.escalation.mail_in.charsets import decode_bytes
from community.escalation.mail_in.message import MailAddress

HEADERS_MAX = 1_000
HEADER_MAX_CHARS = 8_000
NAME_MAX_CHARS = 100
SUBJECT_MAX_CHARS = 200
REFERENCES_MAX = 50
MESSAGE_ID_MAX_CHARS = 250
# No quoted local part and no comment: what we write to is an ordinary address.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
_ADDRESS_MAX_CHARS = 254
_MESSAGE_ID = re.compile(rf"<([^<>\s\x00-\x1f\x7f-\x9f]{{1,{MESSAGE_ID_MAX_CHARS}}})>")
# Some programs leave out the brackets.
_BARE_MESSAGE_ID = re.compile(
    r"^\s*([^<>\s\x00-\x1f\x7f-\x9f@]{1,120}@[^<>\s\x00-\x1f\x7f-\x9f@]{1,120})\s*$"
)
# A name that should have been quoted: "Muster, Max <max@…>".
_FREELY_NAMED = re.compile(r"([^<>]{1,500}?) ?< ?([^<>\s]{3,254}) ?>")
_LIKE_ADDRESS = re.compile(r"[^\s,;]@[^\s,;]+\.")


class Headers:
    """The headers of one mail by their names, in the order in which they stand there."""

    def __init__(self, mail: Message) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in islice(mail.raw_items(), HEADERS_MAX):
            self._values[name.lower()].append(_plain(value))

    def all(self, name: str) -> list[str]:
        """Return every header of this name."""
        return self._values.get(name.lower(), [])

    def first(self, name: str) -> str:
        """Return the first header of this name, "" if there is none."""
        return next(iter(self.all(name)), "")

    def has(self, *names: str) -> bool:
        """Say whether any of these headers is there."""
        return any(name.lower() in self._values for name in names)

    def named(self, *names: str) -> str:
        """Return the first of these names that a header has, "" if none."""
        return next((name for name in names if name in self._values), "")

    def named_like(self, beginnings: tuple[str, ...]) -> str:
        """Return the name of a header that begins in one of these ways, "" if none does."""
        return next((name for name in self._values if name.startswith(beginnings)), "")

    def stripped(self, *names: str) -> list[str]:
        """Return the values of all headers of these names without space around them."""
        return [value.strip() for name in names for value in self.all(name)]

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Return the ordinary addresses in these headers, each once, in small letters."""
        found = (each.email for name in names for each in read_addresses(self.all(name)))
        return tuple(dict.fromkeys(email for email in found if email))

    def senders(self) -> list[MailAddress]:
        """Return everybody in From; one whose address is none has an empty one."""
        values = self.all("from")
        found = read_addresses(values)
        if len(found) > 1 and len(values) == 1 and (only := _named_freely(values[0])):
            return [only]
        return found

    def references(self) -> tuple[str, ...]:
        """Return the Message-IDs that this mail answers, the nearest first."""
        direct = self._message_ids("in-reply-to")
        thread = self._message_ids("references", ends=True)[::-1]
        return tuple(dict.fromkeys((*direct, *thread)))[:REFERENCES_MAX]

    def message_id(self) -> str:
        """Return the Message-ID without its brackets, "" if there is none."""
        return next(iter(self._message_ids("message-id")), "")

    def subject(self) -> str:
        """Return the subject on one line."""
        return one_line(decode_words(self.first("subject")), SUBJECT_MAX_CHARS)

    def _message_ids(self, name: str, *, ends: bool = False) -> list[str]:
        value = self.first(name)
        # Of a long thread its end counts: there stands what is answered.
        cut = value[-HEADER_MAX_CHARS:] if ends else value[:HEADER_MAX_CHARS]
        return _MESSAGE_ID.findall(decode_words(cut)) or _BARE_MESSAGE_ID.findall(cut)[:1]


def read_addresses(values: Iterable[str]) -> list[MailAddress]:
    """Return who is named in headers of addresses; what cannot be read is nobody."""
    cut = [value[:HEADER_MAX_CHARS] for value in values][:HEADERS_MAX]
    try:
        pairs = getaddresses(cut)
    except (ValueError, IndexError, TypeError, RecursionError):
        return []
    return [
        MailAddress(ordinary_address(address), one_line(decode_words(name), NAME_MAX_CHARS))
        for name, address in pairs
        if name or address
    ]


def _named_freely(value: str) -> MailAddress | None:
    """Return the one sender whose name holds signs that would part several."""
    match = _FREELY_NAMED.fullmatch(" ".join(value[:HEADER_MAX_CHARS].split()))
    email = ordinary_address(match[2]) if match else ""
    if match is None or not email:
        return None
    # Whoever checks senders may have looked at an address in the name: then it is nobody's.
    if match[1].strip().lower() != email and _LIKE_ADDRESS.search(match[1]):
        return None
    return MailAddress(email, one_line(decode_words(match[1].strip(' "')), NAME_MAX_CHARS))


def ordinary_address(address: str) -> str:
    """Return an address in small letters, "" for what is none that we would write to."""
    lowered = address.strip().lower()
    fits = len(lowered) <= _ADDRESS_MAX_CHARS and _ADDRESS.fullmatch(lowered)
    return lowered if fits else ""


def decode_words(value: str) -> str:
    """Return a header with its encoded words read. Source: RFC 2047."""
    cut = value[:HEADER_MAX_CHARS]
    if "=?" not in cut:
        return cut
    try:
        parts = decode_header(cut)
    except (HeaderParseError, ValueError, LookupError):
        return cut
    return "".join(
        part if isinstance(part, str) else decode_bytes(part, charset or "ascii")
        for part, charset in parts
    )


def one_line(text: str, most: int) -> str:
    """Return a text on one line without control characters: fit for a header of ours."""
    return " ".join(markup.make_showable(text).split())[:most].strip()


def _plain(value: object) -> str:
    # A header with bytes beyond ASCII comes as an object or with half surrogates.
    text = str(value)
    raw = text.encode("utf-8", "surrogateescape")
    return decode_bytes(raw, "utf-8") if not text.isascii() else text
