"""Names and texts in the few letters that every bank of the scheme carries. Pure.

Source: EPC217-08, SEPA Conversion Table; the German letters as banks here write them.
"""

import re
from unicodedata import normalize

from text_unidecode import unidecode

NAME_MAX_CHARS = 70
TEXT_MAX_CHARS = 140

GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
)
SIGNS = str.maketrans({"&": "+", "_": "-", "@": "(at)", "€": "EUR"})
OTHERS = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


class NoSepaText(ValueError):
    """Nothing that a bank could carry is left of a text."""


def sepa_text(text: str, max_chars: int = TEXT_MAX_CHARS) -> str:
    """Return a text in SEPA's letters, cut to ``max_chars``; raises ``NoSepaText``.

    A slash at either end and two in a row are kept away: some banks read them as their own marks.
    """
    plain = unidecode(normalize("NFC", text).translate(GERMAN).translate(SIGNS))
    plain = re.sub("/{2,}", "/", " ".join(OTHERS.sub(" ", plain).split()))
    plain = plain.strip("/ ")[:max_chars].strip("/ ")
    if not re.search("[A-Za-z0-9]", plain):
        raise NoSepaText()
    return plain


def sepa_name(name: str) -> str:
    """Return the name of a person or company as banks carry it; raises ``NoSepaText``."""
    return sepa_text(name, NAME_MAX_CHARS)
