"""Display names: how two are compared, and the initials and colour of an avatar."""

import re
import unicodedata
import zlib
from functools import lru_cache

HUES = 8
MIN_CHARS = 2
MAX_CHARS = 40

_ADDRESS = re.compile(
    r"://|@|/|\\|\bwww\.|\.(?:app|biz|club|com|de|eu|info|io|me|net|online|org|ru|shop|site|top|xyz)\b",
    re.IGNORECASE,
)


def tidy_name(typed: str) -> str:
    """Return a display name as it is kept: composed characters, single spaces."""
    return re.sub(" +", " ", unicodedata.normalize("NFC", typed)).strip(" ")


def is_well_formed_name(name: str) -> bool:
    """Say whether a tidy name can be shown, compared and mentioned, and is no address."""
    if not MIN_CHARS <= len(name) <= MAX_CHARS or len(name_key_of(name)) < MIN_CHARS:
        return False
    return not _ADDRESS.search(name) and not any(_is_unseen(c) for c in name)


def _is_unseen(character: str) -> bool:
    # Control and format characters, line separators, unassigned and private code points.
    category = unicodedata.category(character)
    return category[0] == "C" or (category[0] == "Z" and character != " ")


def mention_name_of(display_name: str) -> str:
    """Return the name as it is written after an @: without spaces and other marks."""
    return re.sub(r"[^\w.-]", "", display_name).strip(".-")


def name_key_of(display_name: str) -> str:
    """Return the folded form in which display names must be unique.

    Compatibility forms, case, accents and spaces do not make a name different.
    """
    folded = unicodedata.normalize("NFKD", display_name).casefold()
    return "".join(c for c in folded if c.isalnum())[:120]


@lru_cache(maxsize=20_000)
def initials_of(display_name: str) -> str:
    """Return one or two letters for the avatar."""
    words = [word for word in display_name.replace("_", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


@lru_cache(maxsize=20_000)
def hue_of(display_name: str) -> int:
    """Return the avatar's colour, 1 to 8, always the same for the same name."""
    return zlib.crc32(display_name.encode("utf-8", "replace")) % HUES + 1
