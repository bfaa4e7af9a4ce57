"""Names kept for the community itself: what sounds like staff, like the site, or like nobody.

This is the one list of them, in English and German. It is compared loosely, so that "4dmin",
"rnoderator" and "S u p p o r t" are found as well.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from community.identity.lookalikes import skeleton_of

# Refused wherever they stand as a word of their own, also joined to each other ("adminteam").
STAFF_WORDS = (
    # English
    *("admin", "admins", "administrator", "administrators", "administration", "sysadmin"),
    *("mod", "mods", "moderator", "moderators", "moderation", "superuser", "superusers"),
    *("staff", "team", "teams", "support", "official", "officially", "employee", "employees"),
    *("helpdesk", "servicedesk", "webmaster", "customerservice", "customercare", "systemmessage"),
    # German
    *("administratorin", "administratoren", "administratorinnen", "moderatorin", "moderatoren"),
    *("moderatorinnen", "mitarbeiter", "mitarbeiterin", "mitarbeitende", "kundenservice"),
    *("kundendienst", "kundenbetreuung", "kundenbetreuer", "kundenbetreuerin", "kundenberater"),
    *("kundenberaterin", "offiziell", "offizielle", "offizieller", "offizielles", "betreiber"),
    *("betreiberin", "geschäftsleitung", "hotline", "redaktion", "systemnachricht"),
)
# Refused alone, or joined to a word above: parts of names that people do have.
WHOLE_NAMES = (
    *(
        "root",
        "owner",
        "system",
        "security",
        "billing",
        "payback",
        "abuse",
        "postmaster",
        "hostmaster",
    ),
    *("noreply", "info", "service", "help", "contact", "privacy", "legal", "press", "agent"),
    *("bot", "null", "none", "undefined", "nobody", "anonymous", "guest", "everyone", "everybody"),
    *("here", "all", "community", "member", "former member", "deleted user", "unknown", "me"),
    *("sicherheit", "rechnung", "abrechnung", "datenschutz", "kontakt", "hilfe", "presse"),
    *("niemand", "anonym", "gast", "alle", "mitglied", "ehemaliges mitglied", "unbekannt"),
    *("gelöschter nutzer", "inhaber", "impressum"),
)
# Refused anywhere, in the middle of a word too: too long to stand there by chance.
MARKERS = (
    *("moderator", "administrator", "kundenservice", "kundendienst", "kundenbetreu", "helpdesk"),
    *("mitarbeiter", "customerservice", "customercare"),
)
SITE_MARKER_CHARS = 5

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_LEET = str.maketrans({"2": "z", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"})


def is_reserved_name(name: str, *, site_name: str) -> bool:
    """Say whether a name could be taken for the community's staff, the site or nobody."""
    joined = {_loose(name), _loose(name.strip(" 0123456789"))}
    words = {*joined, *map(_loose, _words_of(name))} - {""}
    return _known(site_name).covers(joined, words)


def _words_of(name: str) -> Iterator[str]:
    for word in _WORD.findall(name):
        bare = word.strip("0123456789")
        yield word
        yield bare
        yield from _HUMP.split(bare)


def _loose(text: str) -> str:
    """Return the letters of a name, with digits and pairs as the letters they stand for."""
    return skeleton_of(skeleton_of(text).translate(_LEET)).replace("cl", "d")


class _Known:
    """The lists as patterns, in which each letter may stand more often than it should."""

    def __init__(self, site_name: str) -> None:
        site = _loose(site_name)
        staff = {*map(_loose, STAFF_WORDS), site} - {""}
        whole = {*map(_loose, WHOLE_NAMES), *staff}
        markers = {*map(_loose, MARKERS), *([site] if len(site) >= SITE_MARKER_CHARS else [])}
        one = _any_of(whole)
        self.whole = re.compile(one)
        self.marker = re.compile(_any_of(markers))
        # Words of the lists and nothing else, at least one of them a word of the staff.
        self.joined = re.compile(rf"(?={one}*$){one}*?{_any_of(staff)}.*")

    def covers(self, joined: set[str], words: set[str]) -> bool:
        """Say whether the name without spaces, or one of its words, is on a list."""
        if any(self.whole.fullmatch(each) or self.marker.search(each) for each in joined):
            return True
        return any(self.joined.fullmatch(word) for word in words)


def _any_of(words: set[str]) -> str:
    return f"(?:{'|'.join(map(_repeatable, sorted(words, key=len, reverse=True)))})"


def _repeatable(word: str) -> str:
    runs = re.finditer(r"(.)\1*", word)
    return "".join(f"{re.escape(run[1])}{{{len(run[0])},}}" for run in runs)


@lru_cache(maxsize=8)
def _known(site_name: str) -> _Known:
    return _Known(site_name)
