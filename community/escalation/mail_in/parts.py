"""The parts of a mail: its text and its files.

Limits come first: what would take the parser long is refused before it begins.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import NamedTuple

from community.core import markup
from community.escalation.cases.file_kinds import file_name
from community.escalation.mail_in.charsets import decode_bytes
from community.escalation.mail_in.flowed import unflow
from community.escalation.mail_in.headers import HEADER_MAX_CHARS, Headers, decode_words
from community.escalation.mail_in.html_text import html_to_text
from community.escalation.mail_in.message import InboundFile
from community.escalation.mail_in.quotes import TEXT_MAX_CHARS
from community.escalation.mail_in.signatures import bare_line, is_program_footer

LARGEST_BYTES = 25 * 1_048_576
FILES_MAX = 20
_PARTS_MAX = 200
# Base64 of the largest mail has fewer.
_LINES_MAX = 500_000
# Every look for a header goes through all of them. Mail servers refuse more than 100 KB of them.
_HEADER_LINES_MAX = 20_000
_HEAD = re.compile(rb"\r?\n\r?\n|\r\r")
# Each line is compared with the boundary of every part around it.
_WORK_MAX = 3_000_000
_BOUNDARIES_MAX = 150
_SEPARATORS_MAX = 100_000
_TEXT_MAX_BYTES = 2_000_000
# The parser itself reads these, and takes time that grows with the square of their length.
_SHAPE_HEADER = re.compile(rb"(?:^|[\r\n])content-(?:type|disposition)[ \t]*:", re.IGNORECASE)
_SHAPE_HEADER_MAX_BYTES = 8_000
_HEADER_END = re.compile(rb"[\r\n](?![ \t])")
_SEPARATOR = re.compile(rb"[\r\n]--")
_MAKER = re.compile(rb"boundary|message/", re.IGNORECASE)
# What the standard library's readers raise for odd mails, whatever they promise.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError)
_WRITTEN_KINDS = ("text/plain", "text/html", "text/markdown", "text/x-markdown", "text/enriched")
_WORD = re.compile(r"[^\W\d_]{2,40}")
FORWARDED = "---------- Forwarded message ---------"


class MailTooLarge(ValueError):
    """The mail has more bytes, lines or parts than we take."""


@dataclass(frozen=True)
class Content:
    """The text of a mail and the files with it.

    ``is_marked`` means that lines with ``>`` are surely quoted: a page's markup said so.
    """

    text: str
    files: tuple[InboundFile, ...]
    is_marked: bool = False


def parse_bytes(raw: bytes) -> Message:
    """Return a mail's tree of parts; raises ``MailTooLarge``."""
    if len(raw) > LARGEST_BYTES:
        raise MailTooLarge("bytes")
    makers = sum(1 for _ in _MAKER.finditer(raw))
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if makers > _BOUNDARIES_MAX or lines > _LINES_MAX or lines * (makers + 1) > _WORK_MAX:
        raise MailTooLarge("parts")
    if sum(1 for _ in _SEPARATOR.finditer(raw)) * makers > _SEPARATORS_MAX:
        raise MailTooLarge("parts")
    head = _HEAD.search(raw)
    if raw.count(b"\n", 0, head.start() if head else len(raw)) > _HEADER_LINES_MAX:
        raise MailTooLarge("headers")
    if any(_is_long(raw, found.end()) for found in _SHAPE_HEADER.finditer(raw)):
        raise MailTooLarge("parameters")
    try:
        return message_from_bytes(raw, policy=compat32)
    except RecursionError as error:
        raise MailTooLarge("depth") from error


def _is_long(raw: bytes, start: int) -> bool:
    return _HEADER_END.search(raw, start, start + _SHAPE_HEADER_MAX_BYTES) is None and (
        len(raw) - start > _SHAPE_HEADER_MAX_BYTES
    )


def read_content(mail: Message) -> Content:
    """Return the text of a mail, from its plain part if that says what its HTML says, and files.

    Where it has no text of its own, what a mail within it says is its text: it is passed on.
    """
    reading = _Reading()
    text, is_marked = reading.join(reading.read(mail))
    if not text.strip():
        text, is_marked = reading.read_passed_on(), True
    text = markup.make_showable(text)[:TEXT_MAX_CHARS]
    return Content(text, tuple(reading.files[:FILES_MAX]), is_marked=is_marked)


class _Text(NamedTuple):
    text: str
    is_html: bool


class _Reading:
    """The files found on the way through a mail's tree, and how many parts were looked at."""

    def __init__(self) -> None:
        self.files: list[InboundFile] = []
        self._within: list[Message] = []
        self._room = _TEXT_MAX_BYTES
        self._seen = 0

    def read(self, part: Message) -> list[_Text]:
        """Return the texts in a part, in their order; files are put aside."""
        self._seen += 1
        if self._seen > _PARTS_MAX:
            return []
        if not part.is_multipart() or part.get_content_maintype() == "message":
            return self._read_leaf(part)
        inside = part.get_payload()
        assert isinstance(inside, list)
        found = [self.read(each) for each in inside[:_PARTS_MAX] if isinstance(each, Message)]
        if part.get_content_type() == "multipart/alternative":
            return _choose(found)
        return [text for texts in found for text in texts]

    def _read_leaf(self, part: Message) -> list[_Text]:
        kind = part.get_content_type()
        if _is_file(part, kind, is_first=self._seen <= 2):
            self.files.append(_file(part, kind))
            if kind == "message/rfc822":
                self._within.append(part)
            return []
        if self._room <= 0:
            return []
        is_html = kind == "text/html"
        text = _text_of(part) if is_html else _plain_text(part)
        self._room -= len(text)
        return [_Text(html_to_text(text) if is_html else text, is_html)]

    def join(self, texts: list[_Text]) -> tuple[str, bool]:
        """Return texts as one, each said once, and whether HTML marks what it quotes."""
        said: list[_Text] = []
        for each in texts:
            # One after the other is what some programs write who mean one or the other.
            if each.text.strip() and not (said and _say_the_same(said[-1], each)):
                said.append(each)
        return "\n\n".join(each.text for each in said), any(each.is_html for each in said)

    def read_passed_on(self) -> str:
        """Return what mails within the mail say, with their senders and subjects."""
        return "\n\n".join(map(_passed_on, self._within))


def _passed_on(part: Message) -> str:
    inside = part.get_payload()
    mail = inside[0] if isinstance(inside, list) and inside else None
    if not isinstance(mail, Message):
        return ""
    headers = Headers(mail)
    sender = ", ".join(f"{each.name} <{each.email}>".strip() for each in headers.senders()[:1])
    reading = _Reading()
    text, _is_marked = reading.join(reading.read(mail))
    return f"{FORWARDED}\nFrom: {sender}\nSubject: {headers.subject()}\n\n{text}".rstrip()


def _choose(ways: list[list[_Text]]) -> list[_Text]:
    """Return of several ways of saying one thing the plain one, unless it only stands in for it."""
    plain = next((texts for texts in ways if _is_written(texts, is_html=False)), [])
    rich = next((texts for texts in reversed(ways) if _is_written(texts, is_html=True)), [])
    if not plain or not rich:
        return plain or rich
    words, others = _words_of(plain), _words_of(rich)
    stands_in = others and len(words & others) * 2 < len(words)
    return rich if stands_in or _says_nothing(plain) else plain


def _is_written(texts: list[_Text], *, is_html: bool) -> bool:
    return any(each.is_html for each in texts) == is_html and any(
        each.text.strip() for each in texts
    )


def _says_nothing(texts: list[_Text]) -> bool:
    lines = (bare_line(line) for each in texts for line in each.text.split("\n"))
    return all(is_program_footer(line) for line in lines if line)


def _say_the_same(one: _Text, other: _Text) -> bool:
    if one.is_html == other.is_html:
        return False
    words, others = _words_of([one]), _words_of([other])
    return len(words & others) * 10 >= 9 * max(len(words), len(others), 1)


def _words_of(texts: list[_Text]) -> set[str]:
    return {word for each in texts for word in _WORD.findall(each.text.lower())}


def _is_file(part: Message, kind: str, *, is_first: bool) -> bool:
    disposition = str(part.get("content-disposition", ""))[:HEADER_MAX_CHARS].strip().lower()
    if disposition.startswith("attachment"):
        return True
    if kind not in _WRITTEN_KINDS:
        return not kind.startswith("multipart/")
    # A log that is shown below the words it came with.
    return not is_first and disposition.startswith("inline") and bool(_declared_name(part))


def _file(part: Message, kind: str) -> InboundFile:
    return InboundFile(file_name(_declared_name(part)), kind[:100], _bytes_of(part))


def _declared_name(part: Message) -> str:
    for name in ("content-disposition", "content-type"):
        _read_raw_letters(part, name)
    try:
        return decode_words(part.get_filename("") or "")
    except _STUMBLES:
        return ""


def _read_raw_letters(part: Message, name: str) -> None:
    """Let a header with bytes beyond ASCII be read: the library makes question marks of them."""
    raw = next((value for key, value in part.raw_items() if key.lower() == name), "")
    if not str(raw).isascii():
        letters = str(raw).encode("utf-8", "surrogateescape")
        part.replace_header(name, decode_bytes(letters, "utf-8"))


def _text_of(part: Message) -> str:
    return decode_bytes(_bytes_of(part)[:_TEXT_MAX_BYTES], _charset_of(part) or "cp1252")


def _plain_text(part: Message) -> str:
    text = _text_of(part)
    if _parameter(part, "format") != "flowed":
        return text
    return unflow(text, drops_space=_parameter(part, "delsp") == "yes")


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_param(name, "")).lower()
    except _STUMBLES:
        return ""


def _charset_of(part: Message) -> str:
    try:
        return part.get_content_charset("")
    except _STUMBLES:
        return ""


def _bytes_of(part: Message) -> bytes:
    try:
        inside = part.get_payload()
        if isinstance(inside, list):
            return inside[0].as_bytes() if inside and isinstance(inside[0], Message) else b""
        found = part.get_payload(decode=True)
    except (*_STUMBLES, RecursionError):
        found = None
    return found if isinstance(found, bytes) else b""
