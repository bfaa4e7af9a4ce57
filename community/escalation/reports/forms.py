"""What addresses of the report ask for, as typed values."""

from collections.abc import Collection, Mapping, Sequence

from community.core.spans import Span
from community.core.web import read_id
from community.escalation.reports.counting import MISSED, SHOWN
from community.escalation.reports.queries import GROUPS, NO_BOARD, Wanted, month_key
from community.escalation.sla.models import CLOCK_KINDS, PRIORITIES
from community.escalation.sla.wording import CHANNEL_WORDS


def read_wanted(given: Mapping[str, str], spans: Sequence[Span]) -> Wanted:
    """Read what to narrow to out of a query string; what makes no sense is left out."""
    board = given.get("board", "")
    return Wanted(
        month=_one_of([month_key(span) for span in spans], given.get("month", "")),
        team=_id_of(given.get("team", "")),
        policy=_id_of(given.get("policy", "")),
        priority=_one_of(PRIORITIES, given.get("priority", "")),
        board=NO_BOARD if board == NO_BOARD else _id_of(board),
        channel=_one_of(CHANNEL_WORDS, given.get("channel", "")),
        kind=_one_of(CLOCK_KINDS, given.get("kind", "")),
    )


def read_group(given: Mapping[str, str]) -> str:
    """Return by what figures are to be told apart: by month unless something else is asked."""
    return _one_of(GROUPS, given.get("by", "")) or GROUPS[0]


def read_result(given: Mapping[str, str]) -> str:
    """Return which list is asked for: that of missed deadlines unless it is another."""
    return _one_of(SHOWN, given.get("result", "")) or MISSED


def _id_of(raw: str) -> str:
    return str(read_id(raw) or "")


def _one_of(known: Collection[str], raw: str) -> str:
    return raw if raw in known else ""
