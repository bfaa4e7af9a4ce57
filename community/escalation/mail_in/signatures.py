"""The end of a mail that says who wrote it, or with which program: it is no part of the message.

Only what is marked as a signature or looks like one in each of its lines is taken away.
"""

import re
from collections.abc import Sequence

_LINE_LOOKED_AT = 300
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_RULE = re.compile(r"[-_=*\u2010-\u2015]{4,}")

MARK = "-- "
_MARKED_LINES = 20
_FOOTER_LINES = 16
_DASHES = re.compile(r"--|[—–]|––")
_LIST_RULE = re.compile(r"_{30,}")
_LIST_WORDS = re.compile(r"mailing.?list|mailman|listinfo|unsubscribe|https?://|@", re.IGNORECASE)

_DEVICES = (
    r"mail\w*|e-mail|outlook|iphone|ipad|android\S*|ios|windows|smartphone|handy|galaxy|samsung\S*"
    r"|huawei\S*|xiaomi|app|thunderbird|proton\S*|tablet|blackberry|telefon|mobil\w*|phone|pixel"
    r"|gerät|device|gmx|web\.de|spark|fairemail|k-9|bluemail|airmail|aqua\S*"
)
_PROGRAM = re.compile(
    rf"(?:von (?:mein\S*|outlook|yahoo|gmx|web\.de)\b.{{0,60}}\bgesendet"
    r"|von mein\S* (?:iphone|ipad|android\S*|smartphone|handy|tablet)"
    rf"|gesendet (?:von|mit|aus|über|via) (?:meine[mr]\S* \S+(?: \S+){{0,3}}"
    rf"|(?:\S+ ){{0,3}}?\[?(?:{_DEVICES})\b.{{0,80}})"
    rf"|sent (?:from|via|with|using) (?:my \S+(?: \S+){{0,5}}|(?:an?|our)(?: [^\W\d]+){{1,6}}"
    rf"|(?:\S+ ){{0,3}}?\[?(?:{_DEVICES})\b.{{0,80}})"
    r"|get outlook for\b.{0,60}|(?:holen sie sich )?outlook für (?:ios|android)\b.{0,60}"
    r"|diese (?:nachricht|e-mail|mail) wurde von\b.{1,80}\b(?:gesendet|versendet|geprüft)"
    r"|virenfrei\b.{0,60}|virus-free\b.{0,60}"
    r"|envoyé (?:de|depuis) mon\b.{1,40}|enviado desde mi\b.{1,40}"
    r"|inviato da(?:l mio)?\b.{1,40}|(?:verzonden|verstuurd) vanaf mijn\b.{1,40})[.!]?",
    re.IGNORECASE,
)
_PROGRAM_MAX_CHARS = 160
_LINK = re.compile(r"<?(?:https?://|www\.)\S{1,200}", re.IGNORECASE)
_EXCUSE = re.compile(r"\.\s(?:please|bitte)\s.{0,60}$", re.IGNORECASE)

_WARM = (
    "freundliche[mnr]?|beste[mnr]?|herzliche[mnr]?|liebe[mnr]?|viele[mnr]?|schöne[mnr]?"
    "|sonnige[mnr]?|nette[mnr]?"
)
_GREETING = re.compile(
    rf"(?:mit |einen )?(?:den )?(?:(?:ganz |sehr )?(?:{_WARM})\s){{0,2}}"
    r"(?:grüße[n]?|gruß|gruss|grüsse[n]?|gruessen?|mfg|vg|lg)\b"
    r"|(?:(?:best|kind|warm|kindest|warmest|many)\s)?regards\b"
    r"|yours (?:sincerely|faithfully|truly)\b|sincerely(?: yours)?\b|best wishes\b"
    r"|hochachtungsvoll\b|herzlichst\b",
    re.IGNORECASE,
)
# With a greeting in two languages, or "aus Berlin" behind it.
_GREETING_MAX_CHARS = 60
_STOPS = re.compile(r"[\s,.!]*")
_JOIN = re.compile(r"\s?(?:[/|&+]|und|and)\s?", re.IGNORECASE)
_PLACE = re.compile(r"\s?(?:aus|vom|von|from|und|and)(?:\s[\w.-]+){1,5}[.!]*", re.IGNORECASE)
_NAMES = re.compile(
    r"[\s,]*(?:(?:[iI]hre?|deine?|eure?|your|und|and|&|von|van|i\.\s?[AV]\.)\s)*"
    r"[^\W\d_a-zäöüß][\w.'-]*(?:\s(?:und\s|and\s|&\s|von\s|van\s|de\s)?[^\W\d_a-zäöüß][\w.'-]*){0,3}[.!]*"
)

_SIGNED_LINE_MAX_CHARS = 100
_LATER_LINE_MAX_CHARS = 60
_POSTSCRIPT = re.compile(
    r"p\.?\s?s\.?\b|(?:nachtrag|anlagen?|anhang|attachments?)\b", re.IGNORECASE
)
_SPEECH_WORDS = (
    "ich wir mir mich uns es man ist sind war waren wird wurde hat habe haben hatte nicht kein"
    " keine geht ging kann können muss soll will noch auch aber leider übrigens seit kommt kam weil"
    " dass wenn bitte danke i i'm i've we me it is are was were has have had not no please thanks"
    " can could will would but also still since because forgot"
)
_SPEECH = frozenset(_SPEECH_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:'\w+)?")
# "i. A." is no "I", and "proton.me" speaks of nobody.
_NO_WORD = re.compile(r"https?://\S+|\b\w+\.\w+\b|\b\w\.")
# "2. …" or "Konto: …": more than who somebody is.
_ITEM = re.compile(r"\d{1,2}[.)]\s|[^\W\d_][\w ]{2,20}\s?:\s")
_CLOCK_TIME = re.compile(r"\d\d:\d\d")
_CONTACT = re.compile(
    r"@|www\.|https?://|\b(?:web|internet|skype|linkedin|facebook|instagram|tel|telefon|fon|phone"
    r"|fax|mobil|mobile|handy|büro|durchwahl|office|direct|gmbh|ag|kg|e\.\s?v|hrb|ltd|inc|straße"
    r"|str\.)\b|\+\d",
    re.IGNORECASE,
)
_SMALL_PRINT = re.compile(
    r"vertraulich\w* (?:und|oder|information)|confidential|privileged|intended (?:solely|only|rec)"
    r"|(?:richtige|beabsichtigte|vorgesehene)[rn]? (?:adressat|empfänger)|irrtümlich erhalten"
    r"|geschäftsführ\w+\s?:|amtsgericht|handelsregister|sitz der gesellschaft|vorstand\b.{0,20}:"
    r"|aufsichtsrat|ust-?id|steuernummer\s?:|registered (?:in|office)|virenfrei|auf viren geprüft"
    r"|virus-free|before printing|bevor sie diese (?:e-)?mail|informationen zum datenschutz"
    r"|datenschutz(?:hinweise|erklärung|informationen)",
    re.IGNORECASE,
)


def bare_line(line: str) -> str:
    """Return what of a line is looked at."""
    return _INVISIBLE.sub("", line[:_LINE_LOOKED_AT]).strip()


def without_rule(lines: Sequence[str]) -> list[str]:
    """Drop empty lines and a drawn one at the end."""
    kept = list(lines)
    while kept and (not bare_line(kept[-1]) or _RULE.fullmatch(bare_line(kept[-1]))):
        kept.pop()
    return kept


def without_signature(lines: Sequence[str]) -> list[str]:
    """Drop a signature at the end, and what a mail program writes there."""
    kept = without_rule(lines)
    for cut in (without_marked_signature, _cut_dashes, _cut_program, _cut_greeting, _cut_program):
        kept = without_rule(cut(kept))
    return kept


def without_marked_signature(lines: Sequence[str]) -> list[str]:
    """Drop what stands below the line that all programs know as a signature's beginning.

    Source: RFC 3676 §4.3.
    """
    for at in range(_start_of_end(lines, _MARKED_LINES), len(lines)):
        if lines[at] == MARK:
            return list(lines[:at])
    return list(lines)


def is_program_footer(bare: str) -> bool:
    """Say whether a line is one that a mail program writes: "Sent from my phone"."""
    plain = _EXCUSE.sub("", bare.lstrip("*_( ").rstrip("*_) "))
    if len(plain) > _PROGRAM_MAX_CHARS or not _PROGRAM.fullmatch(plain):
        return False
    return not re.search(r"[,;!?]\s", plain) and not _SPEECH.intersection(_words(plain)).difference(
        ("wurde",)
    )


def _cut_dashes(lines: list[str]) -> list[str]:
    for at in range(_start_of_end(lines, _MARKED_LINES), len(lines)):
        bare, below = bare_line(lines[at]), lines[at + 1 :]
        if _DASHES.fullmatch(bare) and _is_signed(below) and not _announces(lines[:at]):
            return lines[:at]
        if _LIST_RULE.fullmatch(bare) and _is_list_footer(below):
            return lines[:at]
    return lines


def _announces(lines: Sequence[str]) -> bool:
    """Say whether lines end in "My new address:"."""
    above = without_rule(lines)
    return bool(above) and bare_line(above[-1]).endswith(":")


def _is_list_footer(lines: Sequence[str]) -> bool:
    written = [bare_line(line) for line in lines if line.strip()]
    return len(written) <= 6 and any(map(_LIST_WORDS.search, written)) and _is_signed(lines)


def _cut_program(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _LINK.fullmatch(bare_line(lines[end - 1]))):
        end -= 1
    return lines[: end - 1] if end and is_program_footer(bare_line(lines[end - 1])) else lines


def _cut_greeting(lines: list[str]) -> list[str]:
    """Drop "Mit freundlichen Grüßen" with the name and the firm below it."""
    for at in range(_start_of_end(lines, _FOOTER_LINES), len(lines)):
        if is_greeting(bare_line(lines[at])) and _is_signed(lines[at + 1 :]):
            return lines[:at]
    return lines


def is_greeting(bare: str) -> bool:
    """Say whether a line is a formal end of a letter, perhaps with a name or a place."""
    greeting = _GREETING.match(bare)
    if greeting is None or len(bare) > _GREETING_MAX_CHARS:
        return False
    rest = bare[greeting.end() :]
    joined = _JOIN.match(rest)
    if joined and (second := _GREETING.match(rest, joined.end())):
        rest = rest[second.end() :]
    if _STOPS.fullmatch(rest) or _NAMES.fullmatch(rest):
        return True
    return _PLACE.fullmatch(rest) is not None and not _SPEECH.intersection(_words(rest))


def _start_of_end(lines: Sequence[str], most: int) -> int:
    """Return the first line with at most so many others below it that are not empty."""
    written = 0
    for at in range(len(lines) - 1, -1, -1):
        if written > most:
            return at + 1
        written += bool(lines[at].strip())
    return 0


def _is_signed(lines: Sequence[str]) -> bool:
    """Say whether lines below a greeting are a name, a firm, ways to reach them, small print."""
    paragraphs = _paragraphs(lines)
    return all(
        (any(map(_SMALL_PRINT.search, paragraph)) and not any("?" in line for line in paragraph))
        or all(_names_somebody(line, is_first=at == 0) for line in paragraph)
        for at, paragraph in enumerate(paragraphs)
    )


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        bare = bare_line(line)
        if bare:
            found[-1].append(bare)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _names_somebody(bare: str, *, is_first: bool) -> bool:
    if is_program_footer(bare):
        return True
    if len(bare) > _SIGNED_LINE_MAX_CHARS or _POSTSCRIPT.match(bare) or "?" in bare:
        return False
    if _SPEECH.intersection(_words(bare)) or _CLOCK_TIME.search(bare):
        return False
    if _CONTACT.search(bare):
        return True
    return (is_first or len(bare) <= _LATER_LINE_MAX_CHARS) and not _ITEM.match(bare)


def _words(text: str) -> list[str]:
    return _WORD.findall(_NO_WORD.sub("", text).lower())
