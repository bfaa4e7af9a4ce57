"""Names that look alike: the form in which they are equal, and the scripts they are written in.

Source: Unicode Technical Standard #39 (confusables), whose table confusable-homoglyphs ships. The
table alone is not enough: it knows no case, and "i" is not "l" to it though "I" is. So what it says
is applied to the folded name, and a few more characters count as one.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from confusable_homoglyphs import categories, utils

MAX_CHARS = 120
# Two look alike in one font or another, or once one of them is a capital.
_MERGED = str.maketrans({"0": "o", "1": "l", "i": "l"})
_PAIRS = (("rn", "m"), ("vv", "w"))

# Letters of Hangul that show nothing.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")

_NO_SCRIPT = frozenset({"COMMON", "INHERITED", "Unknown"})
# Chinese, Japanese and Korean are written with several scripts, and with Latin among them.
_TOGETHER = frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})


def plain_key_of(text: str) -> str:
    """Return letters and digits alone, without case, accents and compatibility forms."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if c.isalnum() and c not in _FILLERS)


def skeleton_of(name: str) -> str:
    """Return the form in which names that look alike are equal; at most 120 characters."""
    # Twice, as the table leads from one letter to another that is capital or composed.
    return _merged(_replaced(_replaced(plain_key_of(name))))[:MAX_CHARS]


def skeletons_of(name: str) -> set[str]:
    """Return all skeletons that a name may be mistaken for.

    Capitals of other scripts look like Latin ones where their small letters do not: a Greek "Ν" is
    an N, a "ν" is a v.
    """
    letters = (c for c in unicodedata.normalize("NFKD", name) if c.isalnum())
    return {skeleton_of(name), skeleton_of("".join(_table().get(c, c) for c in letters))}


def mixes_scripts(word: str) -> bool:
    """Say whether a word has letters of scripts that nobody writes in one word."""
    scripts = {categories.alias(c) for c in word} - _NO_SCRIPT
    return len(scripts) > 1 and not scripts <= _TOGETHER


def _replaced(key: str) -> str:
    return plain_key_of("".join(_table().get(c, c) for c in key))


def _merged(key: str) -> str:
    key = key.translate(_MERGED)
    for pair, letter in _PAIRS:
        key = key.replace(pair, letter)
    return key


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """Return for each character the one that stands for all it looks like."""
    return dict(_entries(utils.load("confusables.json")))


def _entries(found: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, str]]:
    # Each group of look-alikes is a star: one in the middle has many, the others name it alone.
    for raw, alike in found.items():
        character, other = _bare(raw), alike[0]["c"]
        if len(character) != 1 or len(alike) > 1:
            continue
        middle = other if len(found.get(other, ())) > 1 else _first_of_pair(raw, other)
        if _bare(middle) != character and plain_key_of(middle):
            yield character, _bare(middle)


def _first_of_pair(one: str, other: str) -> str:
    return min(one, other, key=lambda text: (not plain_key_of(text).isascii(), text))


def _bare(text: str) -> str:
    # The table wraps what is written from right to left in marks of direction.
    return text.replace("\u200e", "")
