"""What the author of a mail wrote anew: without what it quotes and without its signature.

German and English by their own words, other languages by the shape. Line by line, each looked at a
bounded number of times. What is doubtful stays: a quotation too many is read over, a lost word of a
customer is not. mail-parser-reply, which does this too, takes seconds for a line made to be slow
and drops lists (docs/decisions/inbound-mail.md).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from community.core.reply_addresses import REPLY_MARK
from community.escalation.mail_in.signatures import (
    bare_line,
    is_program_footer,
    without_marked_signature,
    without_signature,
)

TEXT_MAX_CHARS = 200_000

_ORIGINAL = (
    "original message|original appointment|original-nachricht|originalnachricht|reply message"
    "|ursprüngliche nachricht|ursprüngliche mail|ursprüngliche e-mail|original mail"
    "|message d'origine"
    "|mensaje original|messaggio originale|oorspronkelijk bericht|исходное сообщение"
    "|wiadomość oryginalna|mensagem original|původní zpráva|ursprungligt meddelande"
)
_DASH = "[-_=\u2010-\u2015]"
_DIVIDER = re.compile(
    rf"(?:{_DASH} ?){{2,}}(?:{_ORIGINAL})(?: ?{_DASH}){{2,}}"
    # Notes: "-----help@… wrote: -----"; GroupWise: ">>> Ann <ann@…> 04.05.26 9.03 >>>".
    r"|-{3,10}[^-].{1,150}\b(?:wrote|schrieb): ?-{3,10}|>>> .{1,150}\d.{0,20} >>>",
    re.IGNORECASE,
)
_PASSED_ON = (
    "forwarded message|weitergeleitete nachricht|weitergeleitete e-mail|message transféré"
    "|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|wiadomość przekazana"
    "|пересылаемое сообщение|mensagem encaminhada|vidarebefordrat meddelande"
)
_FORWARDED = re.compile(
    rf"{_DASH}{{2,}} ?(?:{_PASSED_ON})(?: from .{{1,100}})? ?{_DASH}{{2,}}"
    r"|begin forwarded message ?:|anfang der weitergeleiteten (?:nachricht|e-mail|mail) ?:"
    r"|début du message (?:réexpédié|transféré) ?:|inicio del mensaje reenviado ?:"
    r"|inizio messaggio inoltrato ?:|begin doorgestuurd bericht ?:",
    re.IGNORECASE,
)
_FROM_LABELS = "from von de da van från fra od от mittente afsender expéditeur"
_FROM = frozenset(_FROM_LABELS.split())
_SUBJECT_LABELS = (
    "subject betreff objet asunto oggetto onderwerp ämne emne temat тема assunto předmět tárgy konu"
)
_SUBJECTS = frozenset(_SUBJECT_LABELS.split())
_OTHER_LABELS = (
    "sent gesendet to an date datum cc kopie reply-to organization"
    " envoyé à para enviado enviada fecha data a inviato verzonden aan"
    " skickat till sendt til wysłano do отправлено кому дата received"
)
_OTHERS = frozenset(_OTHER_LABELS.split()) | _SUBJECTS
_LABELS = _FROM | _OTHERS
_LABEL = re.compile(r"[*\s]*([^\W\d_][\w-]{0,14})(?: em)?\s?\*?\s?:")
_HEADER_LINES = 8
_VERBS = (
    "wrote|writes|schrieb|schreibt|geschrieben|a écrit|escribió|ha scritto|schreef|skrev"
    r"|napisał|napisała|napisał\(a\)|napsal|escreveu|писал|пишет"
)
_WROTE = re.compile(rf"\b(?:{_VERBS})(?!\w)", re.IGNORECASE)
_BEGINS = re.compile(r"(?:[-–] ?)*(?:on|am|le|el|il|op|den|dnia|em|в)\s", re.IGNORECASE)
_TELLS_WHO = re.compile(r"\d|@")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_BRACKETED = re.compile(r"[<\[(]\s?(?:mailto:)?[^\s<>@]{1,100}@[^\s<>@]{1,100}\s?[>\])]")
_DATE_AND_TIME = re.compile(r"(?:\b\d{4}\b|\d[./]\d{1,2}[./]\d{2}\b).{1,40}?\d[:.]\d\d")
# "Am … schrieb mir der Support:" is told by the customer, "Am … schrieb Max Muster:" by a program.
_TOLD = re.compile(
    r"\b(?:schrieb|schreibt|wrote|writes)\s(?:mir|mich|uns|ich|sie|er|es|ihr|man|wir|der|die|das"
    r"|ein|eine|jemand|mein|ihre?|to|me|us)\b",
    re.IGNORECASE,
)
# A program of Yahoo writes on behind it, on the same line.
_ATTRIBUTION_AND_MORE = re.compile(
    rf"(?:on|am)\s.{{5,150}}(?:<[^\s<>]{{1,100}}@[^\s<>]{{1,100}}>\s?|\b(?:{_VERBS})):\s{{2,}}",
    re.IGNORECASE,
)
_SAID = re.compile(rf"(?:\S+\s){{1,6}}(?:{_VERBS})\s?:", re.IGNORECASE)
# Zoho: "---- On … Help <help@…> wrote ----".
_BETWEEN_DASHES = re.compile(
    rf"-{{2,10}} ?([^-].{{4,200}}\b(?:{_VERBS})) ?-{{2,10}}", re.IGNORECASE
)
_ATTRIBUTION_LINES = 4
_MEASURE = re.compile(
    r">\s?\d+(?:[.,]\d+)?\s?(?:[%€°]|(?:[kmg]?bit|[kmgt]?b(?:yte)?|dbm?|ms|s|sek|sec|min|h|km?|m|v|w"
    r"|euro?|prozent|percent|stunden?|hours?|minuten?|minutes?|sekunden?|seconds?|tagen?|days?)\b)",
    re.IGNORECASE,
)
_PROMPT = re.compile(r">>>\s")


def strip_reply(
    text: str, *, is_forward: bool = False, is_reply: bool = True, is_published: bool = False
) -> str:
    """Return what the author wrote anew, "" where a mail does nothing but quote.

    ``is_forward`` keeps what a mail passes on: there it is what its author wants to show. In one
    that is no reply, lines with ``>`` that nobody is named for are its author's own. Of what is to
    be published (``is_published``) nothing doubtful is kept: not what is passed on, not what may be
    a quotation.
    """
    lines = _lines_of(text)
    if is_forward:
        return _joined(lines)
    found = _Reading(lines, is_reply=is_reply, is_published=is_published)
    found.read()
    return _joined(found.written())


def _lines_of(text: str) -> list[str]:
    plain = text[:TEXT_MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    # "-- " is a mark, "--" alone may be a line that somebody drew.
    return [line if line == "-- " else line.rstrip() for line in plain.split("\n")]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n").rstrip()


class _Reading:
    """A mail's lines, parted by what it quotes: each part is what stands between quotations."""

    def __init__(self, lines: Sequence[str], *, is_reply: bool, is_published: bool) -> None:
        self._lines = lines
        self._is_reply = is_reply
        self._is_published = is_published
        self._parts: list[list[str]] = [[]]
        self._passed_on: list[str] = []
        self._ends_in_quotation = False

    def read(self) -> None:
        """Go through the lines once."""
        at = 0
        while at < len(self._lines):
            bare = bare_line(self._lines[at])
            if _FORWARDED.fullmatch(bare):
                self._passed_on = [] if self._is_published else list(self._lines[at:])
                return
            if _divides(self._lines, at, bare):
                self._end()
                return
            at = self._read_one(at)

    def _read_one(self, at: int) -> int:
        """Keep a line or drop a quotation; return where to go on."""
        if _is_quoted(self._lines[at]):
            return self._read_quoted(at)
        said = _attribution(self._lines, at)
        if said is None:
            self._parts[-1].append(self._lines[at])
            return at + 1
        below = at + said.lines
        if _is_quoted(_next_written(self._lines, below)):
            return self._drop(_end_of_quoted(self._lines, _skip_empty(self._lines, below)))
        if said.is_certain:
            self._end()
            return len(self._lines)
        self._parts[-1].extend(self._lines[at:below])
        return below

    def _read_quoted(self, at: int) -> int:
        end = _end_of_quoted(self._lines, at)
        if _drop_attribution(self._parts[-1]) or not self._is_own(at, end):
            return self._drop(end)
        self._parts[-1].extend(self._lines[at:end])
        return end

    def _is_own(self, at: int, end: int) -> bool:
        """Say whether lines that begin with ``>`` are the author's: a measure, or a prompt."""
        quoted = self._lines[at:end]
        if not self._is_reply and len(self._parts) == 1:
            # Replies end so: an empty line, and what is answered.
            ends = _skip_empty(self._lines, end) == len(self._lines)
            return not ends or (at > 0 and bool(self._lines[at - 1].strip()))
        if len(quoted) == 1 and _MEASURE.match(quoted[0].strip()):
            return True
        # Below what is quoted three times stands what is quoted once.
        return all(_PROMPT.match(line) for line in quoted)

    def _drop(self, end: int) -> int:
        self._parts.append([])
        return end

    def _end(self) -> None:
        self._ends_in_quotation = True

    def written(self) -> list[str]:
        """Return the lines that the author wrote, without signatures."""
        if self._passed_on:
            return [*self._own(), *self._passed_on]
        is_marked = any(REPLY_MARK in line for line in self._lines)
        if self._is_published and not is_marked and _says_nothing(self._own()):
            return []
        if self._ends_in_quotation and _says_nothing(self._own()):
            # Nothing marks where the quotation ends: the answer may stand below or within it.
            return list(self._lines)
        last = len(self._parts) - 1
        while last and not without_signature(self._parts[last]):
            last -= 1
        above = [line for part in self._parts[:last] for line in without_marked_signature(part)]
        found = [*above, *without_signature(self._parts[last])]
        # One that would leave nothing was no signature.
        return found if any(line.strip() for line in found) else self._own()

    def _own(self) -> list[str]:
        return [line for part in self._parts for line in part]


def _says_nothing(lines: Sequence[str]) -> bool:
    return all(not bare_line(line) or is_program_footer(bare_line(line)) for line in lines)


def _divides(lines: Sequence[str], at: int, bare: str) -> bool:
    """Say whether the rest, from this line on, is what is answered."""
    return bool(
        (REPLY_MARK in bare and not _is_quoted(bare))
        or _DIVIDER.fullmatch(bare)
        or _begins_header(lines, at, bare)
    )


def _begins_header(lines: Sequence[str], at: int, bare: str) -> bool:
    """Say whether here begins a block like "From: … Sent: … Subject: …"."""
    if _label(bare) not in _LABELS:
        return False
    block = [bare_line(line) for line in lines[at : at + _HEADER_LINES]]
    others = {label for label in map(_label, block) if label in _OTHERS}
    senders = [line for line in block if _label(line) in _FROM]
    # A sentence may begin with "Von: ", and a text message has a sender and a time. A mail has a
    # subject too, or the sender's address.
    is_mail = not others.isdisjoint(_SUBJECTS) or any(map(_ADDRESS.search, senders))
    return bool(senders) and len(others) >= 2 and is_mail


def _label(bare: str) -> str:
    match = _LABEL.match(bare)
    return match[1].casefold() if match else ""


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _end_of_quoted(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and _is_quoted(lines[at]):
        at += 1
    return at


def _skip_empty(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _next_written(lines: Sequence[str], at: int) -> str:
    at = _skip_empty(lines, at)
    return lines[at] if at < len(lines) else ""


class _Attribution(NamedTuple):
    """Words like "On … wrote:"; if certain, all below is quoted though nothing marks it."""

    lines: int
    is_certain: bool


def _attribution(lines: Sequence[str], at: int) -> _Attribution | None:
    """Return the words that begin on a line and say whose the quotation below is."""
    joined = ""
    for length, line in enumerate(lines[at : at + _ATTRIBUTION_LINES], start=1):
        bare = bare_line(line).replace("\uff1a", ":")
        if dashed := _BETWEEN_DASHES.fullmatch(bare):
            bare = f"{dashed[1]}:"
        if not bare or _is_quoted(line):
            return None
        joined = f"{joined} {bare}".strip()
        if bare.endswith(":"):
            certain = _is_certain(joined)
            return _Attribution(length, certain) if _is_attribution(joined, length) else None
        if length == 1 and _ATTRIBUTION_AND_MORE.match(bare) and _WROTE.search(bare):
            return _Attribution(1, is_certain=True)
    return None


def _is_attribution(joined: str, length: int) -> bool:
    if not _WROTE.search(joined) or not _TELLS_WHO.search(joined):
        return False
    # "Max schrieb am 3.:" may begin with any name; over several lines that is too bold.
    return length == 1 or _BEGINS.match(joined) is not None


def _is_certain(joined: str) -> bool:
    """Say whether only a program writes so: it names an address, or date, time and then a name."""
    if _TOLD.search(joined):
        return False
    if _ADDRESS.search(joined):
        return True
    return bool(_BEGINS.match(joined) and _DATE_AND_TIME.search(joined))


def _drop_attribution(kept: list[str]) -> bool:
    """Drop the words right above a quoted line which say whose it is; say whether there were any.

    In any language: '14.06.2026, 10:41, "Max" <max@…>:'.
    """
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    last = bare_line(kept[end - 1]).replace("\uff1a", ":") if end else ""
    dated = _DATE_AND_TIME.search(last) and _ADDRESS.search(last)
    names_address = last.endswith(":") and (_BRACKETED.search(last) or dated)
    if not names_address and not (end == len(kept) and _SAID.fullmatch(last)):
        return False
    del kept[end - 1 :]
    return True
