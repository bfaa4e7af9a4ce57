"""Titles, slugs and bodies: what is accepted, and how it is made fit."""

import re
import unicodedata
from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import markup
from community.core.reasons import UNACCEPTABLE
from community.posts.errors import UnfitText

TITLE_MIN_CHARS = 15
TITLE_MAX_CHARS = 150
BODY_MIN_CHARS = 20
COMMENT_MIN_CHARS = 2
COMMENT_MAX_CHARS = 600
TAGS_MAX = 5
TAG_MAX_CHARS = 40
SLUG_MAX_CHARS = 80
# Words that stand at the same place in addresses below a question.
RESERVED_SLUGS = frozenset({"closure", "considered", "lock", "news", "related", "watch"})
SAFE_TAG = re.compile(r"[^\W_](?:[\w.+#-]*[\w+#])?", re.UNICODE)
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

Problem = str | LazyString


def slug_of(title: str) -> str:
    """Return the readable part of an address, ASCII, at most 80 characters, perhaps empty."""
    folded = unicodedata.normalize("NFKD", title.casefold().translate(GERMAN))
    ascii_only = folded.encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:SLUG_MAX_CHARS].strip("-")
    return f"{slug}-question" if slug in RESERVED_SLUGS else slug


def tidy_title(raw: str) -> str:
    """Return a title on one line; raises ``markup.UnacceptableText``."""
    return " ".join(markup.clean_text(raw).split())


def fit_text(raw: str, problem_of: Callable[[str], Problem | None], field: str = "body") -> str:
    """Return a text as it is stored; raises ``UnfitText`` naming the field."""
    try:
        text = markup.clean_text(raw)
    except markup.UnacceptableText:
        raise UnfitText(errors={field: UNACCEPTABLE}) from None
    if problem := problem_of(text):
        raise UnfitText(errors={field: problem})
    return text


def fit_note(raw: str, longest: int) -> str:
    """Return a short remark as it is stored; what does not fit in is cut off.

    Raises ``UnfitText`` for characters no database keeps.
    """
    return fit_text(raw, lambda text: None, "note")[:longest]


def title_problem(title: str) -> Problem | None:
    """Return what is wrong with a tidied title, or None."""
    if not title:
        return _l("Say in one sentence what is going wrong.")
    if len(title) < TITLE_MIN_CHARS:
        return _l("A few more words, please: at least %(num)s characters.", num=TITLE_MIN_CHARS)
    if len(title) > TITLE_MAX_CHARS:
        return _l("Please shorten this to %(num)s characters.", num=TITLE_MAX_CHARS)
    return None


def body_problem(body: str, *, shortest: int = BODY_MIN_CHARS) -> Problem | None:
    """Return what is wrong with a body, or None."""
    if not body.strip():
        return _l("Please write something.")
    if len(body.strip()) < shortest:
        return _l("A few more words, please: at least %(num)s characters.", num=shortest)
    if len(body) > markup.MAX_CHARS:
        return _l("This is too long: at most %(num)s characters.", num=markup.MAX_CHARS)
    return None


def comment_problem(body: str) -> Problem | None:
    """Return what is wrong with a comment, or None."""
    if len(body.strip()) < COMMENT_MIN_CHARS:
        return _l("Please write something.")
    if len(body) > COMMENT_MAX_CHARS:
        return _l("A comment has at most %(num)s characters.", num=COMMENT_MAX_CHARS)
    return None


def note_problem(note: str, *, shortest: int, longest: int) -> Problem | None:
    """Return what is wrong with a short remark, or None."""
    if len(note) > longest:
        return _l("Please shorten this to %(num)s characters.", num=longest)
    return body_problem(note, shortest=shortest)


def parse_tags(raw: str) -> list[str]:
    """Return tag names from a line separated by commas or spaces: folded, unique, in order."""
    words = re.split(r"[,\s]+", unicodedata.normalize("NFC", raw))
    names = (word.lstrip("#").casefold() for word in words)
    # Not a list that is searched for each word: a megabyte of them would take minutes.
    return list(dict.fromkeys(name for name in names if name))


def tags_problem(names: list[str]) -> Problem | None:
    """Return what is wrong with a list of tag names, or None."""
    if len(names) > TAGS_MAX:
        return _l("At most %(num)s tags, please.", num=TAGS_MAX)
    for name in names:
        if len(name) > TAG_MAX_CHARS or not SAFE_TAG.fullmatch(name):
            return _l("“%(tag)s” cannot be a tag: use letters, digits and hyphens.", tag=name[:40])
    return None
