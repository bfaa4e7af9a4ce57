"""Display names: which can be one, how two are compared, and the initials and colour of an avatar.

What looks like another name is the business of ``lookalikes``, what sounds like staff that of
``reserved_names``.
"""

import re
import unicodedata
import zlib
from functools import lru_cache
from typing import TypedDict

from flask_babel import gettext as _

from community.identity.lookalikes import mixes_scripts, skeleton_of

HUES = 8
# No name somebody chose holds a slash, and no key made of one: nobody can have or mention these.
FORMER = "former member/"
# Under this stands what somebody asked who stays unnamed.
STAND_IN, STAND_IN_KEY = "support team/customer", "support/customer"
MIN_CHARS = 2
MAX_CHARS = 40
# Letters are composed where they can be; beyond that, two marks are the most that any script needs.
MARKS_MAX = 2
# No symbols: a star or a tick beside a name would pass for a mark of its role.
_PUNCTUATION = frozenset(" .,-_'’‘·&+()!")

_ADDRESS = re.compile(
    r"://|@|/|\\|\bwww\.|\.(?:ai|app|at|biz|cc|ch|cloud|club|co|com|de|dev|eu|fr|gg|info|io|it|link"
    r"|live|ly|me|mobi|name|net|nl|online|org|pl|ru|shop|site|store|tel|tk|to|top|tv|uk|us|xyz)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s.,_'’‘·&+()!-]+")


class NameColumns(TypedDict):
    """A display name and what follows from it."""

    display_name: str
    name_key: str
    name_skeleton: str


def name_columns(name: str) -> NameColumns:
    """Return what is stored of a tidy name that nobody has."""
    return {
        "display_name": name,
        "name_key": name_key_of(name),
        "name_skeleton": skeleton_of(name),
    }


def tidy_name(typed: str) -> str:
    """Return a display name as it is kept: letters in their plain, composed form, single spaces."""
    return re.sub(" +", " ", unicodedata.normalize("NFKC", typed)).strip(" ")


def is_well_formed_name(name: str) -> bool:
    """Say whether a tidy name can be shown, compared and mentioned, and is no address."""
    if not MIN_CHARS <= len(name) <= MAX_CHARS or len(name_key_of(name)) < MIN_CHARS:
        return False
    if _ADDRESS.search(name) or not all(map(_may_stand_in_name, name)):
        return False
    return not _has_piled_marks(name)


def is_in_mixed_scripts(name: str) -> bool:
    """Say whether a word of the name is written in several scripts, such as a Latin and a Greek."""
    return any(mixes_scripts(word) for word in _WORD.findall(name))


def _may_stand_in_name(character: str) -> bool:
    # Not control and format characters, fillers, symbols, unassigned and private code points.
    category = unicodedata.category(character)
    if character in _PUNCTUATION or category == "Nd":
        return True
    return category[0] in "LM" and category != "Me" and not _shows_nothing(character)


def _shows_nothing(character: str) -> bool:
    """Say whether a letter or mark is invisible. Source: Unicode, Default_Ignorable_Code_Point."""
    code = ord(character)
    return (
        code in (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)
        or 0x180B <= code <= 0x180F
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
    )


def _has_piled_marks(name: str) -> bool:
    marks = "".join("m" if unicodedata.category(c)[0] == "M" else " " for c in name)
    return "m" * (MARKS_MAX + 1) in marks


def former_name_of(user_id: int) -> tuple[str, str]:
    """Return what is stored as name and key of somebody whose account was erased."""
    return f"{FORMER}{user_id}", f"former/{user_id}"


def shown_name(stored: str) -> str:
    """Return a stored display name as pages show it, in the reader's language."""
    if stored == STAND_IN:
        return str(_("Somebody (through the support team)"))
    if not stored.startswith(FORMER):
        return stored
    return str(_("former member %(number)s", number=stored.removeprefix(FORMER)))


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
