"""Telephone numbers in a text. Pure.

With a country code any of them; without one those of Germany, Austria, Switzerland, Great Britain
and North America, where their shape or the word before them leaves no doubt. Lines of services
(0800 and the like) are nobody's. Sources: ITU-T E.164; the numbering plans of Bundesnetzagentur,
RTR, BAKOM, Ofcom and NANPA.
"""

import re
from collections.abc import Iterator

_BLANK = "  "
_STARTS = rf"(?<![\w.,/•+@#=:-])(?<![0-9][{_BLANK}-](?=0))"
_ENDS = rf"(?![\w•@%])(?!-\w)(?![.,:][0-9])(?![{_BLANK}/-][0-9])"

_WITH_COUNTRY = re.compile(
    rf"{_STARTS}(?:\+|00)(?P<number>[1-9][0-9]{{0,14}}"
    rf"(?:[{_BLANK}./-]{{0,2}}\(?[0-9]{{1,12}}\)?){{0,7}}){_ENDS}"
)
_MOBILE = re.compile(
    rf"{_STARTS}\(?0(?:1[567]|6[5-9]|7[1-9])[0-9]{{1,2}}\)?(?:[{_BLANK}/-]{{0,3}}[0-9]){{6,9}}{_ENDS}"
)
_LANDLINE = re.compile(
    rf"{_STARTS}(?:\(0[1-9][0-9]{{1,4}}\)[{_BLANK}]?|0[1-9][0-9]{{1,4}}[{_BLANK}]?[/-][{_BLANK}]?)"
    rf"[0-9]{{2,9}}(?:[{_BLANK}-][0-9]{{1,5}}){{0,3}}{_ENDS}"
)
_GROUPS = re.compile(
    rf"{_STARTS}0[1-9][0-9]{{1,3}}[{_BLANK}][0-9]{{3,8}}(?:[{_BLANK}][0-9]{{2,4}}){{0,2}}{_ENDS}"
)
_BARE = re.compile(rf"{_STARTS}0[1-9][0-9]{{6,11}}{_ENDS}")
_AMERICAN = re.compile(
    rf"{_STARTS}(?:1[-.{_BLANK}])?(?:\([2-9][0-9]{{2}}\)[{_BLANK}]?|[2-9][0-9]{{2}}[-.])"
    rf"[2-9][0-9]{{2}}[-.][0-9]{{4}}{_ENDS}"
)
_DATE = re.compile(rf"\(?[0-9]{{1,2}}([-/.{_BLANK}])[0-9]{{1,2}}\1(?:19|20)?[0-9]{{2}}(?![0-9])")
_SAYS_PHONE = re.compile(
    r"(?:\btel\b|telefon|telephone|phone|handy|mobil|\bcell\b|rufnummer|\bfax|whatsapp|\bcall\b"
    r"|\bring\b|anrufen|\bsms\b|\btext me\b|erreichbar|erreichen)[^0-9\n]{0,25}$",
    re.I,
)
_SAYS_OTHER = re.compile(
    r"(?:bestell|order|auftrag|kunden|customer|rechnung|invoice|ticket|artikel|serien|serial"
    r"|vorgang|sendung|tracking|\bcase|\bbuild|version|error|fehler|code|\bid\b|\bbug|\bport\b"
    r"|vertrag|contract|imei|\biccid)[^0-9\n]{0,20}$",
    re.I,
)
_SERVICES = re.compile(r"0?(?:800|90[0-9]|180|137|138|700|810|820|84[0-9]|87[0-9])")
_TOLL_FREE = re.compile(r"1?8(?:00|88|77|66|55|44|33)|1?555")
# How many digits may follow a country code; elsewhere six to twelve.
_LENGTHS = {"1": (10, 10), "7": (10, 10), "41": (9, 9), "43": (5, 13), "44": (9, 10), "49": (6, 13)}
_ANYWHERE = (6, 12)
_COUNTRIES = re.compile(
    r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|2[1-69][0-9]|3[578][0-9]|42[0-9]|50[0-9]|59[0-9]|6[789][0-9]|85[0-9]|88[0-9]|9[679][0-9]"
)
_WORDS_BEFORE = 45
_DISTINCT_DIGITS = 3


def find_telephones(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the telephone numbers stand; they may overlap."""
    for match in _WITH_COUNTRY.finditer(text):
        if _is_foreign(match["number"]):
            yield match.span()
    for pattern, is_number in (
        (_MOBILE, _is_mobile),
        (_LANDLINE, _is_landline),
        (_GROUPS, _is_grouped),
        (_AMERICAN, _is_american),
        (_BARE, None),
    ):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _WORDS_BEFORE) : match.start()]
            said = _SAYS_PHONE.search(before) is not None
            if _SAYS_OTHER.search(before) or _DATE.match(match[0]) or _is_service(match[0]):
                continue
            if said or (is_number is not None and is_number(_digits(match[0]))):
                yield match.span()


def _is_foreign(number: str) -> bool:
    digits = _digits(number.replace("(0)", ""))
    country = _COUNTRIES.match(digits)
    if country is None or len(digits) > 15 or _DATE.match(number):
        return False
    national = digits[country.end() :].lstrip("0")
    least, most = _LENGTHS.get(country[0], _ANYWHERE)
    service = _TOLL_FREE if country[0] == "1" else _SERVICES
    return least <= len(national) <= most and not service.match(national)


def _is_mobile(digits: str) -> bool:
    if digits.startswith("01"):
        return 10 <= len(digits) <= 12
    if digits.startswith("06"):
        return 10 <= len(digits) <= 12
    return len(digits) in (10, 11)


def _is_landline(digits: str) -> bool:
    return 7 <= len(digits) <= 13 and len(set(digits)) > _DISTINCT_DIGITS


def _is_grouped(digits: str) -> bool:
    # Shorter ones, and those of few different digits, are rather bits and bytes.
    return 9 <= len(digits) <= 12 and len(set(digits)) > _DISTINCT_DIGITS


def _is_american(digits: str) -> bool:
    return _TOLL_FREE.match(digits) is None


def _is_service(piece: str) -> bool:
    return piece.lstrip("(").startswith("0") and _SERVICES.match(_digits(piece)) is not None


def _digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")
