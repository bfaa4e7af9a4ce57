"""What somebody typed into the search box and chose in the filters, read forgivingly.

``is:solved tag:esim board:roaming user:"Kim K" lang:de staff:yes after:2026-11-01`` narrow a
search; everything else is words. Nothing is an error: what is not understood is a word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from community.core.markup.text import make_showable
from community.core.pagination import Cursor
from community.questions.models import STATUSES
from community.search.analysis import words

MAX_QUERY_CHARS = 200
MAX_WORDS = 12
MAX_PAGE = 10
LANGUAGES = ("de", "en")
SORTS = ("relevance", "newest")

_TOKEN = re.compile(r'(is|tag|board|user|lang|staff|after|before):(?:"([^"]*)"|(\S+))', re.I)


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """A search: its words as typed, and what it is narrowed to. Dates are whole days, UTC."""

    text: str = ""
    words: tuple[str, ...] = ()
    statuses: frozenset[str] = field(default_factory=frozenset)
    tags: tuple[str, ...] = ()
    board: str = ""
    user: str = ""
    language: str = ""
    by_staff: bool = False
    after: date | None = None
    before: date | None = None
    sort: str = "relevance"
    page: int = 1
    cursor: Cursor | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was asked for."""
        return not self.words and not self.is_narrowed

    @property
    def is_narrowed(self) -> bool:
        """Say whether any filter is set."""
        return self.filters_count > 0

    @property
    def filters_count(self) -> int:
        """How many filters are set."""
        lists = (self.statuses, self.tags, self.board, self.user, self.language)
        return sum(map(bool, (*lists, self.by_staff, self.after, self.before)))

    @property
    def not_before(self) -> datetime | None:
        """The first instant that counts."""
        return _midnight(self.after) if self.after else None

    @property
    def until(self) -> datetime | None:
        """The first instant that counts no more: the day named is included."""
        return _midnight(self.before + timedelta(days=1)) if self.before else None


def read_request(arguments: Mapping[str, str]) -> SearchRequest:
    """Read a search from the query string; words typed as filters win over chosen ones."""
    text = " ".join(_showable(arguments.get("q", "")).split())
    request = SearchRequest(
        text=text[:MAX_QUERY_CHARS],
        sort=arguments["sort"] if arguments.get("sort") in SORTS else "relevance",
        page=_page(arguments.get("page", "")),
        cursor=Cursor.parse(arguments.get("older")),
    )
    for name in ("is", "board", "user", "lang", "staff", "after", "before"):
        request = _narrow(request, name, _showable(arguments.get(name, ""))[:100]) or request
    for name in _showable(arguments.get("tag", ""))[:100].split():
        request = _narrow(request, "tag", name) or request
    return _read_words(request)


def _read_words(request: SearchRequest) -> SearchRequest:
    def take(match: re.Match[str]) -> str:
        nonlocal request
        narrowed = _narrow(request, match[1].lower(), match[2] or match[3] or "")
        if narrowed is None:
            return match[0]
        request = narrowed
        return " "

    rest = _TOKEN.sub(take, request.text)
    found = tuple(dict.fromkeys(words(rest)))[:MAX_WORDS]
    return replace(request, words=found)


def _narrow(request: SearchRequest, name: str, value: str) -> SearchRequest | None:
    """Return the search narrowed by one filter, or None where the value means nothing."""
    value = value.strip()
    if not value:
        return None
    if name == "tag":
        return replace(request, tags=(*request.tags, value.casefold().lstrip("#"))[:5])
    if name == "board":
        return replace(request, board=value.casefold())
    if name == "user":
        return replace(request, user=value.lstrip("@"))
    return _narrow_to_choice(request, name, value.casefold())


def _narrow_to_choice(request: SearchRequest, name: str, value: str) -> SearchRequest | None:
    if name == "is" and value in STATUSES:
        return replace(request, statuses=request.statuses | {value})
    if name == "lang" and value in LANGUAGES:
        return replace(request, language=value)
    if name == "staff" and value in ("yes", "1", "true", "ja"):
        return replace(request, by_staff=True)
    day = _day(value) if name in ("after", "before") else None
    if day is not None:
        return replace(request, after=day) if name == "after" else replace(request, before=day)
    return None


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if 1970 < day.year < 9000 else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _page(value: str) -> int:
    return min(max(int(value), 1), MAX_PAGE) if value.isascii() and value.isdigit() else 1


def _showable(text: str) -> str:
    return make_showable(text[:2_000])
