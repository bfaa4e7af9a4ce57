"""Taking the names and addresses of one person out of texts that anybody wrote."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape, unescape

from community.identity.names import mention_name_of, name_key_of
from community.posts.text import slug_of

FORMER_MEMBER = {"de": "ehemaliges Mitglied", "en": "former member"}
# No text that can be stored holds this character.
_HOLE = "\0"
_URL = r"https?://[^\s<>\"]+"
_FIXED_IN_TEXT = re.compile(f"({_URL})")
_FIXED_IN_HTML = re.compile(rf"(<style\b.*?</style>|<[^>]*>|{_URL})", re.DOTALL | re.IGNORECASE)
_QUESTION = re.compile(r"(/questions/\d+)/([\w.%-]+)")
_MENTION = re.compile(r"(?<![\w@/.+-])@(\w(?:[\w.-]{0,48}\w)?)(?![\w@])")


@dataclass(frozen=True)
class Person:
    """Who is to be taken out of texts: all names and addresses they ever had here.

    ``ordinary`` are spellings that are words as well, ``links`` hashes of links mailed to them.
    """

    user_id: int
    names: tuple[str, ...]
    emails: tuple[str, ...]
    ordinary: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    @property
    def needles(self) -> tuple[str, ...]:
        """What a text that names them holds one of (mentions apart), case aside."""
        return tuple(dict.fromkeys((*self.spellings, *self.emails)))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names as they are shown and as they are mentioned."""
        both = (*self.names, *map(mention_name_of, self.names))
        return tuple(dict.fromkeys(spelling for spelling in both if spelling))

    @property
    def plain_spellings(self) -> tuple[str, ...]:
        """Those that mean the person wherever they stand."""
        return tuple(spelling for spelling in self.spellings if spelling not in self.ordinary)


@dataclass(frozen=True)
class Redactor:
    """Rewrites texts without a person's names and addresses.

    A mention, an attribution ("Max wrote:") and an address mean the person wherever they stand. A
    bare name means them unless it is an ``ordinary`` word, such as "Phone": a member who chose
    such a name must not be able to take the word out of everybody's posts.
    """

    person: Person
    _keys: frozenset[str] = field(init=False)
    _emails: re.Pattern[str] = field(init=False)
    _names: re.Pattern[str] = field(init=False)
    _attributions: re.Pattern[str] = field(init=False)
    _profile: re.Pattern[str] = field(init=False)
    _done: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        person = self.person
        set_field = object.__setattr__
        set_field(self, "_keys", frozenset(map(name_key_of, person.names)))
        # "ann@example.org.uk" is somebody else's; in "ann@example.org.Then" a blank is missing.
        after = r"(?![\w-]|(?-i:\.[a-z]{2,4}\b))"
        set_field(self, "_emails", _any_of(person.emails, r"(?<![\w.+-])", after))
        set_field(self, "_names", _any_of(person.plain_spellings, "", r"(?!\w)"))
        attributed = _any_of(person.ordinary, "", r"(?=\s+(?:wrote|said|schrieb|sagte|meinte)\b)")
        set_field(self, "_attributions", attributed)
        set_field(self, "_profile", re.compile(rf"(/users/{person.user_id})/[\w.%-]+"))
        done = "|".join(FORMER_MEMBER.values())
        set_field(self, "_done", re.compile(rf"((?:{done}) {person.user_id}(?!\d))"))

    def redact(self, text: str, language: str) -> str:
        """Return the text without the person; the same text where they are not in it."""
        # What stands in already is left alone: somebody may be called "Member".
        pieces = self._done.split(text)
        pieces[::2] = [self._redact(piece) for piece in pieces[::2]]
        return "".join(pieces).replace(_HOLE, self._stand_in(language))

    def redact_mail(self, text: str, language: str) -> str:
        """Do the same to a mail, whose links must go on working."""
        pieces = _FIXED_IN_TEXT.split(text)
        pieces[::2] = [self.redact(piece, language) for piece in pieces[::2]]
        pieces[1::2] = [self._redact_fixed(piece, language) for piece in pieces[1::2]]
        return "".join(pieces)

    def redact_html(self, html: str, language: str) -> str:
        """Do the same to a mail's HTML part, whose tags stay as they are."""
        pieces = _FIXED_IN_HTML.split(html)
        pieces[::2] = [self._redact_escaped(piece, language) for piece in pieces[::2]]
        pieces[1::2] = [self._redact_fixed(piece, language) for piece in pieces[1::2]]
        return "".join(pieces)

    def _redact_escaped(self, html: str, language: str) -> str:
        plain = unescape(html)
        redacted = self.redact(plain, language)
        return html if redacted == plain else escape(redacted)

    def _redact_fixed(self, piece: str, language: str) -> str:
        piece = self._profile.sub(r"\1", _QUESTION.sub(self._question, piece))
        return self._emails.sub(_HOLE, piece).replace(_HOLE, self._stand_in(language))

    def _question(self, found: re.Match[str]) -> str:
        words = f"-{found[2]}-"
        slugs = [slug_of(name) for name in self.person.plain_spellings]
        return found[1] if any(f"-{slug}-" in words for slug in slugs if slug) else found[0]

    def _stand_in(self, language: str) -> str:
        return f"{FORMER_MEMBER.get(language, FORMER_MEMBER['en'])} {self.person.user_id}"

    def _redact(self, text: str) -> str:
        text = self._profile.sub(r"\1", text)
        text = self._emails.sub(_HOLE, text)
        if "@" in text:
            text = _MENTION.sub(self._mention, text)
        text = self._attributions.sub(_HOLE, text)
        return self._names.sub(_HOLE, text)

    def _mention(self, found: re.Match[str]) -> str:
        return _HOLE if name_key_of(found[1]) in self._keys else found[0]

    def finds_in(self, text: str) -> bool:
        """Say whether the text names the person."""
        return self.redact(text, "en") != text


def _any_of(words: Iterable[str], before: str, after: str) -> re.Pattern[str]:
    # The longest first, so that "Ann Lee" is not left as "Lee".
    ordered = sorted({" ".join(word.split()) for word in words if word}, key=len, reverse=True)
    if not ordered:
        return re.compile(r"(?!)")
    choices = "|".join(before + _pattern_of(word) for word in ordered)
    return re.compile(f"(?:{choices}){after}", re.IGNORECASE)


def _pattern_of(word: str) -> str:
    if " " in word:
        return r"(?<!\w)" + re.escape(word).replace(r"\ ", r"\s+")
    # Behind an @ a single word is part of a mention, which has been dealt with.
    return r"(?<![\w@])" + re.escape(word)
