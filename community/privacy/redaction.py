"""Taking the names and addresses of one person out of texts that anybody wrote."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from community.identity.names import mention_name_of, name_key_of

FORMER_MEMBER = {"de": "ehemaliges Mitglied", "en": "former member"}
# No text that can be stored holds this character.
_HOLE = "\0"
_MENTION = re.compile(r"(?<![\w@/.+-])@(\w(?:[\w.-]{0,48}\w)?)(?![\w@])")


@dataclass(frozen=True)
class Person:
    """Who is to be taken out of texts: all names and addresses they ever had here."""

    user_id: int
    names: tuple[str, ...]
    emails: tuple[str, ...]
    ordinary: frozenset[str] = frozenset()

    @property
    def needles(self) -> tuple[str, ...]:
        """What a text that names them holds one of (mentions apart), case aside."""
        return tuple(dict.fromkeys((*self.names, *map(mention_name_of, self.names), *self.emails)))


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
        plain = [name for name in person.names if name not in person.ordinary]
        set_field = object.__setattr__
        set_field(self, "_keys", frozenset(map(name_key_of, person.names)))
        # "ann@example.org.uk" is somebody else's; in "ann@example.org.Then" a blank is missing.
        after = r"(?![\w-]|(?-i:\.[a-z]{2,4}\b))"
        set_field(self, "_emails", _any_of(person.emails, r"(?<![\w.+-])", after))
        set_field(self, "_names", _any_of(_spellings(plain), "", r"(?!\w)"))
        attributed = _any_of(person.ordinary, "", r"(?=\s+(?:wrote|said|schrieb|sagte|meinte)\b)")
        set_field(self, "_attributions", attributed)
        set_field(self, "_profile", re.compile(rf"(/users/{person.user_id})/[\w.%-]+"))
        done = "|".join(FORMER_MEMBER.values())
        set_field(self, "_done", re.compile(rf"((?:{done}) {person.user_id}(?!\d))"))

    def redact(self, text: str, language: str) -> str:
        """Return the text without the person; the same text where they are not in it."""
        stand_in = f"{FORMER_MEMBER.get(language, FORMER_MEMBER['en'])} {self.person.user_id}"
        # What stands in already is left alone: somebody may be called "Member".
        pieces = self._done.split(text)
        pieces[::2] = [self._redact(piece) for piece in pieces[::2]]
        return "".join(pieces).replace(_HOLE, stand_in)

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


def _spellings(names: Iterable[str]) -> list[str]:
    """Return names as they are shown and as they are mentioned."""
    return [spelling for name in names for spelling in (name, mention_name_of(name)) if spelling]


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
