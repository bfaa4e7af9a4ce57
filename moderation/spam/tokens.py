"""What a text is judged by: its words and pairs of words, its links, its scripts and disguises.

A token is a short string with its kind in front ("w:casino", "d:example.com"). Each counts once a
text, however often it stands there. What could name a person is not taken over: numbers become
their length, addresses of mail their domain. The work is bounded: of a longer text only the start
counts, which is where an advertisement wants to be read.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

MOST_CHARS = 8_000
MOST_WORDS = 600
MOST_LINKS = 40
WORD_CHARS = 24
# Beyond ASCII these show nothing, or change how the rest is shown: no word needs them.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0]"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LINK = re.compile(r"(?:https?|ftp)://[^\s<>\"'`|\\^)\]]+|www\.[^\s<>\"'`|\\^)\]]+", re.IGNORECASE)
_BROKEN_LINK = re.compile(
    r"hxxps?:|\w\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\sdot\s|\spunkt\s)\s?(?:com|net|org|de|ru|info|xyz|top)\b"
    r"|\w\s?[.,]\s(?:com|net|org)\b",
    re.IGNORECASE,
)
_MARKED_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https?://[^\s)]+)", re.IGNORECASE)
_HTML_LINK = re.compile(r"<a\s|\[url[=\]]|\[link[=\]]", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,4}[a-z]{2,24})\b", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\b00)?\(?\d[\d\s()./-]{7,18}\d\b")
_MONEY = re.compile(
    r"[$€£¥₹₿]\s?\d|\d\s?(?:[$€£¥₹₿%]|(?:usd|eur|euro|dollar|btc|usdt)\b)", re.IGNORECASE
)
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,20}\w(?!\w)")
_DISGUISED = re.compile(
    r"\b(?=[a-z]*[0134578@$])(?=\S*[a-z]\S*[a-z])[a-z0134578@$]{4,24}\b", re.IGNORECASE
)
# A 1 stands for an i or for an l.
_PLAIN = [str.maketrans("0134578@$", f"o{one}eastbas") for one in "il"]
_SHORTENER_NAMES = (
    "bit.ly tinyurl.com t.co goo.gl is.gd ow.ly cutt.ly rebrand.ly shorturl.at t.me wa.me"
)
_SHORTENERS = frozenset(_SHORTENER_NAMES.split())
_NOT_LETTERS = frozenset({"DIGIT", "FULLWIDTH", "MODIFIER", "COMBINING"})
_IN_ONE_TEXT = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
_LENGTHS = (20, 40, 80, 160, 320, 640, 1_280, 2_560)


def tokens_of(title: str, body: str, *, own_host: str = "") -> frozenset[str]:
    """Return what a text is judged by; links to ``own_host`` are none.

    Takes time that grows with the length of the text alone, and at most ``MOST_CHARS`` of it.
    """
    raw_title, raw = title[:MOST_CHARS], body[:MOST_CHARS]
    found = set(_disguises(f"{raw_title}\n{raw}"))
    head, text = _bared(raw_title), _bared(raw)
    whole = f"{head}\n{text}"
    found.update(_links(whole, own_host))
    found.update(_contacts(whole))
    found.update(_manners(head, text))
    found.update(_scripts(whole))
    bare = _without_links(whole)
    found.update(_words(bare))
    found.update(f"t:{word}" for word in _folded_words(_without_links(head)))
    return frozenset(found)


def shingles_of(title: str, body: str, *, length: int = 4) -> frozenset[str]:
    """Return the runs of words by which near copies of a text are found; none of a short text."""
    words = _folded_words(_bared(f"{title[:MOST_CHARS]}\n{body[:MOST_CHARS]}"))
    return frozenset(" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


def _bared(text: str) -> str:
    """Return a text in one form, without characters that show nothing."""
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", text))


def _without_links(text: str) -> str:
    return _MAIL.sub(" ", _LINK.sub(" ", text))


def _words(text: str) -> Iterator[str]:
    words = _folded_words(text)
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{one} {other}" for one, other in pairwise(words))


def _folded_words(text: str) -> list[str]:
    found = (match.group().casefold() for match in _WORD.finditer(text))
    words = (f"#{len(word)}" if word.isdigit() else word[:WORD_CHARS] for word in found)
    return [word for _number, word in zip(range(MOST_WORDS), words, strict=False)]


def _links(text: str, own_host: str) -> Iterator[str]:
    links = [host for host in _hosts(text) if host != own_host][:MOST_LINKS]
    yield f"links:{_step(len(links), (1, 2, 3, 6))}"
    for host in links:
        name = host.removeprefix("www.")
        yield f"d:{name[:60]}"
        yield f"tld:{name.rpartition('.')[2][:12]}"
        yield from _kinds_of_host(name)
    for words, address in _MARKED_LINK.findall(text):
        if "." in words and (shown := _host_of(words)) and shown != _host_of(address):
            yield "link:masked"
    if _HTML_LINK.search(text):
        yield "link:html"
    if _BROKEN_LINK.search(text):
        yield "link:broken"


def _hosts(text: str) -> list[str]:
    found = (_host_of(match.group()) for match in _LINK.finditer(text))
    return list(dict.fromkeys(host for host in found if host))


def _host_of(address: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _kinds_of_host(name: str) -> Iterator[str]:
    if name in _SHORTENERS:
        yield "link:shortened"
    if name.replace(".", "").isdigit() or ":" in name:
        yield "link:number"
    if name.startswith("xn--") or ".xn--" in name or not name.isascii():
        yield "link:foreign"
    if name.count("-") > 1:
        yield "link:hyphens"


def _contacts(text: str) -> Iterator[str]:
    bare = _LINK.sub(" ", text)
    for domain in {match.group(1).lower() for match in _MAIL.finditer(bare)}:
        yield f"m:{domain[:60]}"
        yield "has:mail"
    if _PHONE.search(bare) or "[number]" in bare:
        yield "has:phone"
    if "[email]" in bare:
        yield "has:mail"
    if _MONEY.search(bare):
        yield "has:money"


def _manners(title: str, body: str) -> Iterator[str]:
    """Yield how a text is written: length, capitals, marks, signs that are no letters."""
    yield f"len:{_step(len(body), _LENGTHS)}"
    if title:
        yield f"title:{_step(len(title), _LENGTHS)}"
        if " ".join(title.split()).casefold() == " ".join(body.split()).casefold():
            yield "body:title"
    text = f"{title} {body}"
    letters = [c for c in text if c.isalpha()]
    capitals = sum(map(str.isupper, letters))
    yield f"caps:{_step(100 * capitals // max(1, len(letters)), (2, 10, 30, 60))}"
    signs = sum(unicodedata.category(c) in ("So", "Sk") or c == "\ufffd" for c in text)
    yield f"signs:{_step(signs, (1, 3, 10))}"
    yield f"calls:{_step(text.count('!'), (1, 3, 8))}"
    if "?" not in text:
        yield "asks:nothing"


def _scripts(text: str) -> Iterator[str]:
    counts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            script = _script_of(character)
            counts[script] = counts.get(script, 0) + 1
    total = sum(counts.values())
    for script, count in counts.items():
        if 20 * count >= total:
            yield f"s:{script.lower()}"


def _disguises(text: str) -> Iterator[str]:
    """Yield what hides words from a reader who looks for them, and the words themselves."""
    if _HIDDEN.search(text):
        yield "hides:characters"
    text = unicodedata.normalize("NFKC", text)
    if any(_mixes(word) for word in _odd_words(text)):
        yield "hides:scripts"
    plain = _without_links(text)
    for match in _SPACED.finditer(plain):
        yield "hides:gaps"
        yield f"w:{re.sub(r'[^a-z]', '', match.group().casefold())[:WORD_CHARS]}"
    for match in _DISGUISED.finditer(plain):
        word = match.group().casefold()
        if not word.isalpha():
            yield from (f"w:{word.translate(table)[:WORD_CHARS]}" for table in _PLAIN)


def _odd_words(text: str) -> Iterable[str]:
    return (word for word in _WORD.findall(text)[:MOST_WORDS] if not word.isascii())


def _mixes(word: str) -> bool:
    scripts = {_script_of(c) for c in word if c.isalpha()}
    return len(scripts) > 1 and not scripts <= _IN_ONE_TEXT


@lru_cache(maxsize=4_096)
def _script_of(character: str) -> str:
    first = unicodedata.name(character, "NONE").partition(" ")[0]
    return "LATIN" if first in _NOT_LETTERS else first


def _step(number: int, steps: Iterable[int]) -> int:
    """Return the highest step that a number reaches, 0 below the first."""
    return max((step for step in steps if number >= step), default=0)
