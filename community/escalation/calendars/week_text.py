"""Opening hours and holidays as people write them in a form. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from community.escalation.calendars.business_time import MINUTES_A_DAY, Span
from community.escalation.calendars.models import HOLIDAY_NAME_MAX_CHARS, MOST_SPANS_A_DAY

MINUTES_AN_HOUR = 60
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to|bis)\s*(\d{1,2})(?:[:.](\d{2}))?")
_HOLIDAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)")


class UnreadableText(ValueError):
    """Something typed is no list of hours or days; ``args`` hold the piece."""


def parse_spans(typed: str) -> list[Span]:
    """Return the spans of a day from "9-12, 13:00-17:30"; raises ``UnreadableText``."""
    pieces = [piece.strip() for piece in re.split(r"[,;]", typed) if piece.strip()]
    spans = sorted(_parse_span(piece) for piece in pieces)
    for earlier, later in pairwise(spans):
        if later.opens_minute < earlier.closes_minute:
            raise UnreadableText(format_spans([earlier, later]))
    if len(spans) > MOST_SPANS_A_DAY:
        raise UnreadableText(typed[:40])
    return spans


def _parse_span(piece: str) -> Span:
    match = _SPAN.fullmatch(piece)
    if match is None:
        raise UnreadableText(piece[:40])
    opens, closes = _minute(match[1], match[2]), _minute(match[3], match[4])
    if not 0 <= opens < closes <= MINUTES_A_DAY:
        raise UnreadableText(piece[:40])
    return Span(opens, closes)


def _minute(hours: str, minutes: str | None) -> int:
    if int(minutes or 0) >= MINUTES_AN_HOUR:
        raise UnreadableText(f"{hours}:{minutes}")
    return int(hours) * MINUTES_AN_HOUR + int(minutes or 0)


def format_spans(spans: Iterable[Sequence[int]]) -> str:
    """Return spans as ``parse_spans`` reads them."""
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def _clock(minute: int) -> str:
    return f"{minute // MINUTES_AN_HOUR:02}:{minute % MINUTES_AN_HOUR:02}"


def parse_holidays(typed: str) -> dict[str, str]:
    """Return days with their names from lines of "2026-12-24 Christmas Eve".

    Raises ``UnreadableText``.
    """
    found = {}
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        match = _HOLIDAY.fullmatch(line)
        if match is None or not is_day(match[1]):
            raise UnreadableText(line[:40])
        found[match[1]] = match[2].strip()[:HOLIDAY_NAME_MAX_CHARS]
    return dict(sorted(found.items()))


def is_day(typed: str) -> bool:
    """Say whether this is a date in the way of ISO 8601."""
    try:
        return date.fromisoformat(typed).isoformat() == typed
    except ValueError:
        return False


def format_holidays(days: Mapping[str, str]) -> str:
    """Return days as ``parse_holidays`` reads them."""
    return "\n".join(f"{day} {name}".strip() for day, name in sorted(days.items()))
