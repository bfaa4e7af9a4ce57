"""What the author of a mail wrote anew: without what it quotes and without its signature.

German and English by their own words, other languages by the shape. Line by line, each looked at a
bounded number of times. mail-parser-reply, which does this too, takes seconds for a line made to
be slow and drops lists (docs/decisions/inbound-mail.md).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

TEXT_MAX_CHARS = 200_000
# What our own mails ask people to write above.
REPLY_MARK = "##-"
_LINE_LOOKED_AT = 300
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")

_ORIGINAL = (
    "original message|original appointment|original-nachricht|originalnachricht|reply message"
    "|ursprüngliche nachricht|ursprüngliche mail|ursprüngliche e-mail|original mail"
    "|message d'origine"
    "|mensaje original|messaggio originale|oorspronkelijk bericht|исходное сообщение"
    "|wiadomość oryginalna"
)
_DIVIDER = re.compile(rf"[-_=]{{2,}} ?(?:{_ORIGINAL}) ?[-_=]{{2,}}", re.IGNORECASE)
_RULE = re.compile(r"[-_=*–—]{4,}")
_FROM_LABELS = "from von de da van från fra od от mittente afsender expéditeur"
_FROM = frozenset(_FROM_LABELS.split())
_OTHER_LABELS = (
    "sent gesendet to an subject betreff date datum cc kopie reply-to organization"
    " envoyé à objet para enviado asunto fecha a inviato oggetto verzonden aan onderwerp"
    " skickat till ämne sendt til emne wysłano do temat отправлено кому тема дата received"
)
_OTHERS = frozenset(_OTHER_LABELS.split())
_LABELS = _FROM | _OTHERS
_LABEL = re.compile(r"[*\s]*([^\W\d_][\w-]{0,14})\s?\*?\s?:")
_HEADER_LINES = 8
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|geschrieben|a écrit|escribió|ha scritto|schreef|skrev"
    r"|napisał|napisała|napisał\(a\)|escreveu|писал|пишет)\b",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:on|am|le|el|il|op|den|dnia|em|в)\s", re.IGNORECASE)
_TELLS_WHO = re.compile(r"\d|@")
_TELLS_MINUTE = re.compile(r"\d:\d\d|@")
_ATTRIBUTION_LINES = 4

_SIGNATURE_LINES = 20
_FOOTER_LINES = 8
_DASHES = re.compile(r"(?:--|—|––) ?")
_LIST_FOOTER = re.compile(r"_{30,}")
_SENT_FROM = re.compile(
    r"[*_(]*(?:sent from|sent via|sent with|get outlook for|gesendet von|gesendet mit|gesendet aus"
    r"|von meinem|von meiner|diese nachricht wurde von|diese e-mail wurde|holen sie sich outlook"
    r"|outlook für|envoyé de|enviado desde|inviato da|verzonden vanaf)\b",
    re.IGNORECASE,
)
_SENT_FROM_MAX_CHARS = 100
_SENTENCE = re.compile(r"[,;!?]|\.\s|\b(?:is|ist|kann|can|habe|have|geht|works?)\b", re.IGNORECASE)
_GREETING = re.compile(
    r"(?:mit )?(?:(?:ganz |sehr )?(?:freundliche[mn]?|beste[mn]?|herzliche[mn]?|liebe[mn]?"
    r"|viele[mn]?|schöne[mn]?|sonnige[mn]?) )?"
    r"(?:grüße[n]?|gruß|gruss|grüsse[n]?|gruessen?|mfg|vg|lg)"
    r"|(?:best|kind|warm|kindest|warmest|many)?\s?regards|yours (?:sincerely|faithfully|truly)"
    r"|sincerely(?: yours)?|best wishes|hochachtungsvoll",
    re.IGNORECASE,
)
# With a greeting in two languages, or "aus Berlin" behind it.
_GREETING_MAX_CHARS = 60
_SIGNED_LINE_MAX_CHARS = 100
_POSTSCRIPT = re.compile(r"p\.?\s?s\.?\b", re.IGNORECASE)


def strip_reply(text: str, *, is_forward: bool = False) -> str:
    """Return what the author wrote anew, "" where a mail does nothing but quote.

    ``is_forward`` keeps what a mail passes on: there it is what its author wants to show.
    """
    lines = _lines_of(text)
    if is_forward:
        return _joined(lines)
    return _joined(_without_signature(_without_quotes(_above_divider(lines))))


def _lines_of(text: str) -> list[str]:
    plain = text[:TEXT_MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return [line.rstrip() for line in plain.split("\n")]


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()


def _bare(line: str) -> str:
    """Return what of a line is looked at."""
    return _INVISIBLE.sub("", line[:_LINE_LOOKED_AT]).strip()


def _above_divider(lines: Sequence[str]) -> list[str]:
    """Return the lines above the first that says that the rest is what is answered."""
    for at, line in enumerate(lines):
        bare = _bare(line)
        if REPLY_MARK in bare or _DIVIDER.fullmatch(bare) or _begins_header(lines, at, bare):
            return _without_rule(lines[:at])
    return list(lines)


def _begins_header(lines: Sequence[str], at: int, bare: str) -> bool:
    """Say whether here begins a block like "From: … Sent: … Subject: …"."""
    if _label(bare) not in _LABELS:
        return False
    block = map(_bare, lines[at : at + _HEADER_LINES])
    found = [each for each in map(_label, block) if each]
    # A sentence may begin with "Von: "; three such lines are a block, of which one names a sender.
    others = {each for each in found if each in _OTHERS}
    return any(each in _FROM for each in found) and len(others) >= 2


def _label(bare: str) -> str:
    match = _LABEL.match(bare)
    return match[1].casefold() if match else ""


def _without_rule(lines: Sequence[str]) -> list[str]:
    """Drop empty lines and a drawn one at the end."""
    kept = list(lines)
    while kept and (not _bare(kept[-1]) or _RULE.fullmatch(_bare(kept[-1]))):
        kept.pop()
    return kept


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """Drop quoted lines with the words above them that say whose they are.

    Such words without quoted lines below mean that all below is quoted.
    """
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _is_quoted(lines[at]):
            _drop_attribution(kept)
        elif (said := _attribution(lines, at)) is not None:
            at += said.lines - 1
            if not _is_quoted(_next_written(lines, at + 1)):
                if said.is_certain:
                    break
                kept.extend(lines[at - said.lines + 1 : at + 1])
        else:
            kept.append(lines[at])
        at += 1
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _next_written(lines: Sequence[str], at: int) -> str:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return lines[at] if at < len(lines) else ""


class _Attribution(NamedTuple):
    """Words like "On … wrote:"; if certain, all below is quoted though nothing marks it."""

    lines: int
    is_certain: bool


def _attribution(lines: Sequence[str], at: int) -> _Attribution | None:
    """Return the words that begin on a line and say whose the quotation below is."""
    joined = ""
    for length, line in enumerate(lines[at : at + _ATTRIBUTION_LINES], start=1):
        bare = _bare(line)
        if not bare or _is_quoted(line):
            return None
        joined = f"{joined} {bare}".strip()
        if bare.endswith(":"):
            certain = _TELLS_MINUTE.search(joined) is not None
            return _Attribution(length, certain) if _is_attribution(joined, length) else None
    return None


def _is_attribution(joined: str, length: int) -> bool:
    if not _WROTE.search(joined) or not _TELLS_WHO.search(joined):
        return False
    # "Max schrieb am 3.:" may begin with any name; over several lines that is too bold.
    return length == 1 or _BEGINS.match(joined) is not None


def _drop_attribution(kept: list[str]) -> None:
    """Drop the words right above a quoted line which say whose it is, in any language."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    last = _bare(kept[end - 1]) if end else ""
    # "14.06.2026, 10:41, "Max" <max@…>:"
    if last.endswith(":") and "@" in last and _TELLS_WHO.search(last):
        del kept[end - 1 :]


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Drop a signature at the end; one that would leave nothing was none."""
    kept = _without_rule(lines)
    for cut in (_cut_dashes, _cut_sent_from, _cut_greeting, _cut_sent_from):
        shorter = _without_rule(cut(kept))
        if any(line.strip() for line in shorter):
            kept = shorter
    return kept


def _cut_dashes(lines: list[str]) -> list[str]:
    for at in range(_start_of_end(lines, _SIGNATURE_LINES), len(lines)):
        line = lines[at].strip()
        if _DASHES.fullmatch(line) or _LIST_FOOTER.fullmatch(line):
            return lines[:at]
    return lines


def _cut_sent_from(lines: list[str]) -> list[str]:
    if not lines:
        return lines
    last = _bare(lines[-1])
    names_program = _SENT_FROM.match(last) and len(last) <= _SENT_FROM_MAX_CHARS
    return lines[:-1] if names_program and not _SENTENCE.search(last) else lines


def _cut_greeting(lines: list[str]) -> list[str]:
    """Drop "Mit freundlichen Grüßen" with the name and the firm below it."""
    for at in range(_start_of_end(lines, _FOOTER_LINES), len(lines)):
        bare = _bare(lines[at])
        is_greeting = len(bare) <= _GREETING_MAX_CHARS and _GREETING.match(bare)
        if is_greeting and all(map(_is_signed, lines[at + 1 :])):
            return lines[:at]
    return lines


def _start_of_end(lines: Sequence[str], most: int) -> int:
    """Return the first line with at most so many others below it that are not empty."""
    written = 0
    for at in range(len(lines) - 1, -1, -1):
        if written > most:
            return at + 1
        written += bool(lines[at].strip())
    return 0


def _is_signed(line: str) -> bool:
    bare = _bare(line)
    return len(bare) <= _SIGNED_LINE_MAX_CHARS and not _POSTSCRIPT.match(bare) and "?" not in bare
