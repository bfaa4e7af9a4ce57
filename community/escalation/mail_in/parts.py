"""The parts of a mail: its text and its files.

Limits come first: what would take the parser long is refused before it begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from community.core import markup
from community.escalation.mail_in.charsets import decode_bytes
from community.escalation.mail_in.headers import HEADER_MAX_CHARS, decode_words
from community.escalation.mail_in.html_text import html_to_text
from community.escalation.mail_in.message import InboundFile
from community.escalation.mail_in.quotes import TEXT_MAX_CHARS

LARGEST_BYTES = 25 * 1_048_576
FILES_MAX = 20
FILE_NAME_MAX_CHARS = 100
_PARTS_MAX = 200
# Base64 of the largest mail has fewer.
_LINES_MAX = 500_000
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
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


class MailTooLarge(ValueError):
    """The mail has more bytes, lines or parts than we take."""


@dataclass(frozen=True)
class Content:
    """The text of a mail and the files with it."""

    text: str
    files: tuple[InboundFile, ...]


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
    """Return the plain text, or that of the HTML where there is no other, and the files."""
    plain, pages, files = [], [], []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if _is_file(part, kind):
            files.append(_file(part, kind))
        elif kind == "text/html":
            pages.append(part)
        else:
            plain.append(_text_of(part))
    text = "\n\n".join(each for each in plain if each.strip())
    if not text:
        text = "\n\n".join(html_to_text(_text_of(page)) for page in pages)
    return Content(markup.make_showable(text)[:TEXT_MAX_CHARS], tuple(files[:FILES_MAX]))


def _leaves(mail: Message) -> Iterator[Message]:
    """Yield the parts that hold something; a mail inside the mail is one, not opened."""
    waiting, seen = [mail], 0
    while waiting and seen < _PARTS_MAX:
        part = waiting.pop()
        seen += 1
        if not part.is_multipart() or part.get_content_maintype() == "message":
            yield part
            continue
        inside = part.get_payload()
        assert isinstance(inside, list)
        waiting.extend(each for each in inside[_PARTS_MAX::-1] if isinstance(each, Message))


def _is_file(part: Message, kind: str) -> bool:
    if kind not in ("text/plain", "text/html"):
        return not kind.startswith("multipart/")
    disposition = str(part.get("content-disposition", ""))[:HEADER_MAX_CHARS].strip().lower()
    return disposition.startswith("attachment")


def _file(part: Message, kind: str) -> InboundFile:
    return InboundFile(file_name(_declared_name(part)), kind[:100], _bytes_of(part))


def _declared_name(part: Message) -> str:
    try:
        return decode_words(part.get_filename("") or "")
    except _STUMBLES:
        return ""


def file_name(declared: str) -> str:
    """Return the bare name of a file, without what would be a path or steer a terminal."""
    bare = _UNFIT.sub("_", markup.make_showable(declared[:1_000]))
    while ".." in bare:
        bare = bare.replace("..", "_")
    bare = " ".join(bare.split()).strip(". _")
    if len(bare) > FILE_NAME_MAX_CHARS:
        # The end says what kind it is.
        bare = bare[: FILE_NAME_MAX_CHARS - 12] + bare[-12:]
    return bare or "file"


def _text_of(part: Message) -> str:
    return decode_bytes(_bytes_of(part)[:_TEXT_MAX_BYTES], _charset_of(part) or "cp1252")


def _charset_of(part: Message) -> str:
    try:
        return part.get_content_charset("")
    except _STUMBLES:
        return ""


def _bytes_of(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except _STUMBLES:
        found = None
    return found if isinstance(found, bytes) else b""
