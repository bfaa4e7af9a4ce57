"""Personal data in a text: what it is, where it stands, and how it looks masked. Pure.

Numbers are taken for personal only where they prove it: check digits, known prefixes, the shape of
a telephone number. Order numbers, error codes, addresses of machines, prices and dates pass.
Telephone numbers: Germany, Austria, Switzerland, Great Britain, North America, and any with a
country code; numbers of services (0800 and the like) are nobody's. Sources: PRODUCT A5, ISO 13616
(IBAN), ISO/IEC 7812 (cards, Luhn), ITU-T E.118 (SIM cards), ITU-T E.164 (country codes).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stdnum import iban, luhn

from community.posts.telephones import find_telephones

# Whoever vouches for them harms themselves: never published.
GRAVE = frozenset({"iban", "card"})
MARK = "•"

_CLOSED = r"(?<![\w.,•+-])"
_ENDS = r"(?![\w•])(?!-\w)(?![.,]\d)"
_URL = re.compile(r"(?:https?|ftp|imap|smtp|mailbox|news)://[^\s<>()\[\]\"']{1,2000}", re.I)
_IBAN = re.compile(r"(?<![\w•])[A-Z]{2}[0-9]{2}(?:[  -]?[A-Z0-9]){11,30}(?![\w•])", re.I)
_CARD = re.compile(
    _CLOSED
    + r"(?:[0-9]{13,19}|[0-9]{4}([  -])[0-9]{4}\1[0-9]{4}\1[0-9]{1,4}(?:\1[0-9]{1,3})?"
    + r"|[0-9]{4}([  -])[0-9]{6}\2[0-9]{4,5})"
    + _ENDS
)
_SIM = re.compile(_CLOSED + r"89(?:[  -]?[0-9]){16,20}" + _ENDS)
_IMEI = re.compile(_CLOSED + r"[0-9]{2}[  -]?[0-9]{6}[  -]?[0-9]{6}[  -]?[0-9]" + _ENDS)
_EMAIL = re.compile(
    r"(?<![\w.+%•-])(?<!//)(?P<local>[A-Z0-9][\w.+%'-]{0,63})(?:@|[ ]?[(\[](?:at|ät)[)\]][ ]?)"
    r"(?P<host>[A-Z0-9][A-Z0-9-]{0,62}(?:\.[A-Z0-9-]{1,63}){0,5}"
    r"(?:\.|[ ]?[(\[](?:dot|punkt)[)\]][ ]?)[A-Z]{2,24})(?![\w@•-])",
    re.I,
)
# Issuers by leading digits, with the lengths their numbers have. Source: ISO/IEC 7812, the
# networks' own ranges.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (300, 305, frozenset({14})),
    (36, 36, frozenset({14})),
    (38, 39, frozenset({14})),
    (6011, 6011, frozenset({16, 19})),
    (644, 659, frozenset({16, 19})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (5018, 5018, frozenset(range(13, 20))),
    (5020, 5020, frozenset(range(13, 20))),
    (5038, 5038, frozenset(range(13, 20))),
    (5893, 5893, frozenset(range(13, 20))),
    (6304, 6304, frozenset(range(13, 20))),
    (6759, 6763, frozenset(range(13, 20))),
)
# Nobody's: addresses that stand for any address (RFC 2606), and those of programs and offices.
_NOBODYS_HOST = re.compile(
    r"(?:.*\.)?(?:example|invalid|test|localhost|local|tld)|(?:.*\.)?example\.[a-z]+"
    r"|(?:.*\.)?(?:your|my|some|any)?-?(?:domain|provider|isp|server|company)\.[a-z]+",
    re.I,
)
_NOBODYS_NAME = re.compile(
    r"(?:no-?reply|do-?not-?reply|postmaster|mailer-daemon|webmaster|hostmaster|abuse|support"
    r"|info|git|service|kundenservice|help|hilfe|kontakt|contact|presse|security|privacy|datenschutz"
    r"|(?:your|my|user|some)?[._-]?(?:name|mail|e-?mail|address|username|user|account)|you|me"
    r"|someone|somebody|anyone|foo|bar|abc|xyz|x+|\d{0,2}x{2,}|test|vorname[._-]?(?:nach)?name"
    r"|max[._-]?muster(?:mann)?|(?:john|jane)[._-]?doe|first[._-]?last)",
    re.I,
)
_IMEI_WORD = re.compile(r"\bimei\b", re.I)


@dataclass(frozen=True)
class Found:
    """Something personal between two places of a text, as it is and as it looks masked."""

    kind: str
    start: int
    end: int
    text: str
    masked: str

    @property
    def is_grave(self) -> bool:
        """Whether it must not be published even if the writer wants it."""
        return self.kind in GRAVE

    @property
    def mark(self) -> str:
        """A short mark of what was found, by which a form says that its writer vouches for it."""
        plain = re.sub(r"[\W_]+", "", self.text).casefold()
        return hashlib.sha256(f"{self.kind}:{plain}".encode()).hexdigest()[:16]


Spans = Iterable[tuple[int, int]]


def find_personal_data(
    text: str, customer_number: re.Pattern[str] | None = None
) -> Sequence[Found]:
    """Return what is personal in a text, in order, without overlaps.

    ``customer_number`` is how the operator's customer numbers look, made by ``core.patterns``.
    """
    # Numbers in addresses of pages are the pages'.
    plain = _URL.sub(lambda url: "@" * len(url[0]), text)
    finders: tuple[tuple[str, Callable[[str], Spans], str], ...] = (
        ("iban", _ibans, plain),
        ("card", _cards, plain),
        ("sim", _sims, plain),
        ("imei", _imeis, plain),
        ("customer_number", lambda text: _customers(text, customer_number), plain),
        ("email", _emails, text),
        ("phone", find_telephones, plain),
    )
    found: list[Found] = []
    for kind, find, source in finders:
        for start, end in find(source):
            if not any(start < other.end and other.start < end for other in found):
                piece = text[start:end]
                found.append(Found(kind, start, end, piece, masked(kind, piece)))
    return sorted(found, key=lambda one: one.start)


def mask(text: str, found: Iterable[Found]) -> str:
    """Return a text with everything in ``found`` masked."""
    for one in sorted(found, key=lambda one: one.start, reverse=True):
        text = text[: one.start] + one.masked + text[one.end :]
    return text


def masked(kind: str, piece: str) -> str:
    """Return what is left of something personal: enough for its writer to know it again."""
    if kind == "email":
        return f"{piece[0]}{MARK * 3}@{MARK * 3}"
    if kind == "iban":
        return f"{piece[:2].upper()}{MARK * 2} {MARK * 4} {MARK * 4}"
    if kind == "card":
        return " ".join([MARK * 4] * 4)
    if kind == "phone":
        return f"{piece[:3]}{MARK * 7}"
    return f"{piece[:2]}{MARK * 8}"


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        # What follows a number may look like more of it: "DE89 … 00 und".
        places = [place for place, char in enumerate(match[0]) if char.isalnum()]
        for length in range(len(places), 14, -1):
            end = places[length - 1] + 1
            followed = match[0][end : end + 1].isalnum()
            if not followed and iban.is_valid(match[0][:end].replace(" ", " ")):
                yield match.start(), match.start() + end
                break


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = _digits(match[0])
        if _is_issued(digits) and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield match.span()


def _is_issued(digits: str) -> bool:
    return any(
        first <= int(digits[: len(str(first))]) <= last and len(digits) in lengths
        for first, last, lengths in _ISSUERS
    )


def _sims(text: str) -> Iterator[tuple[int, int]]:
    for match in _SIM.finditer(text):
        if luhn.is_valid(_digits(match[0])):
            yield match.span()


def _imeis(text: str) -> Iterator[tuple[int, int]]:
    for match in _IMEI.finditer(text):
        # One number of fifteen digits in ten has such a check digit: the word must be there too.
        near = text[max(0, match.start() - 30) : match.start()]
        if _IMEI_WORD.search(near) and luhn.is_valid(_digits(match[0])):
            yield match.span()


def _customers(text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text) if pattern else ():
        if match.end() > match.start():
            yield match.span()


def _emails(text: str) -> Iterator[tuple[int, int]]:
    for match in _EMAIL.finditer(text):
        named = _NOBODYS_NAME.fullmatch(match["local"])
        hosted = _NOBODYS_HOST.fullmatch(match["host"])
        if not named and not hosted:
            yield match.span()


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")
