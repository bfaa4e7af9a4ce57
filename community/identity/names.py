"""Display names: how two are compared, and the initials and colour of an avatar."""

import unicodedata
import zlib

HUES = 8


def name_key_of(display_name: str) -> str:
    """Return the folded form in which display names must be unique.

    Compatibility forms, case, accents and spaces do not make a name different.
    """
    folded = unicodedata.normalize("NFKD", display_name).casefold()
    return "".join(c for c in folded if c.isalnum())[:120]


def initials_of(display_name: str) -> str:
    """Return one or two letters for the avatar."""
    words = [word for word in display_name.replace("_", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def hue_of(display_name: str) -> int:
    """Return the avatar's colour, 1 to 8, always the same for the same name."""
    return zlib.crc32(display_name.encode("utf-8", "replace")) % HUES + 1
