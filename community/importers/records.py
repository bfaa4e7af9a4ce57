"""What every source is read into: plain records with the source's own ids."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from community.core import clock

LARGEST_COUNT = 2**31 - 1
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}")
_CLOCK_SKEW = timedelta(days=1)

PostKind = Literal["question", "answer", "comment"]


class BadRow(ValueError):
    """A row that cannot become a record; the message is the reason that is listed."""


class AuthorRef(NamedTuple):
    """Who wrote something: a user the source lists, or only a name (perhaps not even that)."""

    source_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A member of the source. ``about`` is HTML."""

    source_id: str
    name: str
    created_at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A question, an answer or a comment. ``body`` is HTML where ``is_html``, else Markdown.

    ``parent_id`` is the source's id of what it replies to. ``up``, ``down`` and ``me_toos`` count
    votes whose givers the source hides.
    """

    kind: PostKind
    source_id: str
    author: AuthorRef
    created_at: datetime
    body: str
    place: str
    is_html: bool = False
    parent_id: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    edited_at: datetime | None = None
    up: int = 0
    down: int = 0
    me_toos: int = 0
    is_spam: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A topic label the source lists."""

    source_id: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class AcceptanceRecord:
    """An answer accepted as the solution; the question's id is the record's own."""

    source_id: str
    answer_id: str


@dataclass(frozen=True, slots=True)
class ClosureRecord:
    """A question closed in the source; the question's id is the record's own."""

    source_id: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class DuplicateRecord:
    """Two questions that are one."""

    source_id: str
    question_id: str
    original_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """A vote on a post: +1, -1, or 0 for the mark that an answer was accepted."""

    source_id: str
    post_id: str
    value: Literal[1, 0, -1]
    voter: AuthorRef
    created_at: datetime


VOTE_LABELS = ("votes “me too”", "votes up", "votes down")


def votes_of(record: PostRecord) -> dict[str, int]:
    """Return the numbers of votes that come with a post, by their labels in the table."""
    numbers = (record.me_toos, record.up, record.down)
    return {label: number for label, number in zip(VOTE_LABELS, numbers, strict=True) if number}


def id_of(value: object, name: str = "id") -> str:
    """Return a source's id; raises ``BadRow`` unless it is a whole number of at most 18 digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not _WHOLE_NUMBER.fullmatch(text):
        raise BadRow(f"its {name} is missing or not a whole number")
    return str(int(text))


def instant_of(value: object, name: str) -> datetime:
    """Return an ISO 8601 time, in UTC where it names no zone; raises ``BadRow``."""
    try:
        found = datetime.fromisoformat(str(value))
        instant = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if instant > clock.now() + _CLOCK_SKEW:
            raise BadRow(f"its {name} lies in the future")
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadRow):
            raise
        raise BadRow(f"its {name} is missing or not a time") from error
    return instant


def count_of(value: object, name: str) -> int:
    """Return a number of votes; raises ``BadRow``."""
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_COUNT:
        raise BadRow(f"its {name} is not a count")
    return value


def text_of(value: object, name: str) -> str:
    """Return a text; raises ``BadRow``."""
    if not isinstance(value, str):
        raise BadRow(f"its {name} is missing or not a text")
    return value
