"""Figures of the report, and the lists behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, func, select

from community.core.authz import Viewer, is_admin, require
from community.core.db import AnySelect, db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.core.spans import Span
from community.escalation.cases.models import SupportCase
from community.escalation.reports.counting import (
    RESULTS,
    came_to,
    started_in,
    started_in_span,
)
from community.escalation.reports.policies import can_see_report
from community.escalation.sla.models import SlaClock, SlaPolicy
from community.escalation.teams.models import Team
from community.escalation.teams.policies import can_use_desk
from community.escalation.teams.queries import list_teams

# By what figures are told apart, in the order of the page.
GROUPS = ("month", "team", "policy", "priority", "board", "channel")
NO_BOARD = "none"
# So many lines a file holds at most; whoever wants more asks month by month.
EXPORTED_AT_MOST = 50_000
EXPORTED = (
    *(SlaClock.case_id, SlaClock.kind, SlaClock.started_at, SlaClock.due_at, SlaClock.ended_at),
    *(SlaClock.target_minutes, SlaClock.policy_id, SlaClock.policy_version, SlaClock.team_id),
    *(SlaClock.priority, SlaClock.board_id, SlaClock.channel, SlaClock.language),
)


@dataclass(frozen=True)
class Wanted:
    """What the reader narrows figures and lists to; a part that is empty narrows nothing.

    ``month`` is like 2026-11; ``team``, ``policy`` and ``board`` are ids in digits. ``board`` may
    also be ``NO_BOARD``.
    """

    month: str = ""
    team: str = ""
    policy: str = ""
    priority: str = ""
    board: str = ""
    channel: str = ""
    kind: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What was asked for, by name, without what is empty."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Figures:
    """How many clocks came to what."""

    met: int = 0
    missed: int = 0
    open: int = 0
    cancelled: int = 0

    @property
    def decided(self) -> int:
        """Those that count for the share: open but late ones count as missed."""
        return self.met + self.missed

    @property
    def tenths_of_percent(self) -> int | None:
        """The share met, rounded down so that 100 % means all; None where nothing counts yet."""
        return self.met * 1000 // self.decided if self.decided else None

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.met + other.met,
            self.missed + other.missed,
            self.open + other.open,
            self.cancelled + other.cancelled,
        )


class Line(NamedTuple):
    """A clock of a list, its case, and what it came to."""

    clock: SlaClock
    case: SupportCase
    result: str


def reads_report(viewer: Viewer) -> bool:
    """Say whether the viewer reads the report (``can_see_report``)."""
    return can_use_desk(viewer) and can_see_report(viewer, [team.id for team in _led_by(viewer)])


def list_reported_teams(viewer: Viewer) -> Sequence[Team]:
    """Return the teams whose figures the viewer reads; raises ``NotAllowed`` where there are none.

    Administrators read those of all teams, others those of the teams they lead.
    """
    led = _led_by(viewer)
    require(can_see_report(viewer, [team.id for team in led]))
    return list_teams() if is_admin(viewer) else led


def _led_by(viewer: Viewer) -> list[Team]:
    return [team for team in list_teams() if team.lead_id == viewer.viewer_id]


def count_clocks(
    teams: Sequence[Team], spans: Sequence[Span], wanted: Wanted, by: str, now: datetime
) -> Mapping[tuple[str, str], Figures]:
    """Return figures by group and kind of clock.

    A group is the start of a month (2026-11), a priority, a channel, the id of a team, policy or
    board, or ``NO_BOARD``. ``spans`` are consecutive months, the oldest first.
    """
    inner = (
        _narrowed(select(_GROUPS[by](spans).label("key"), SlaClock.kind), teams, spans, wanted)
        .add_columns(*(case((came_to(r, now), 1), else_=0).label(r) for r in RESULTS))
        .subquery()
    )
    sums = [func.sum(inner.c[result]) for result in RESULTS]
    # Grouped from outside: PostgreSQL takes two expressions with the same parameters for two.
    rows = db.session.execute(
        select(inner.c.key, inner.c.kind, *sums).group_by(inner.c.key, inner.c.kind)
    )
    return {(_name_of(by, row[0], spans), row[1]): _figures(row[2:]) for row in rows}


def _figures(numbers: Sequence[Any]) -> Figures:
    met, missed, still_open, cancelled = (int(number) for number in numbers)
    return Figures(met, missed, still_open, cancelled)


def _by_month(spans: Sequence[Span]) -> ColumnElement[Any]:
    latest_first = list(enumerate(spans))[::-1]
    return case(*((SlaClock.started_at >= span.begins_at, place) for place, span in latest_first))


_GROUPS: Mapping[str, Any] = {
    "month": _by_month,
    "team": lambda _spans: SlaClock.team_id,
    "policy": lambda _spans: SlaClock.policy_id,
    "priority": lambda _spans: SlaClock.priority,
    "board": lambda _spans: SlaClock.board_id,
    "channel": lambda _spans: SlaClock.channel,
}


def _name_of(by: str, key: Any, spans: Sequence[Span]) -> str:
    if by == "month":
        return month_key(spans[key])
    return NO_BOARD if key is None else str(key)


def month_key(span: Span) -> str:
    """Return how addresses name a month: 2026-11."""
    return f"{span.begins_on:%Y-%m}"


def _narrowed(
    query: AnySelect, teams: Sequence[Team], spans: Sequence[Span], wanted: Wanted
) -> AnySelect:
    """Narrow a query of clocks to the reader's teams, the time and whatever else is wanted."""
    conditions = [
        SlaClock.team_id.in_(_team_ids(teams, wanted)),
        started_in(spans[0].begins_at, spans[-1].ends_at),
    ]
    if wanted.policy:
        conditions.append(SlaClock.policy_id == int(wanted.policy))
    if wanted.priority:
        conditions.append(SlaClock.priority == wanted.priority)
    if wanted.channel:
        conditions.append(SlaClock.channel == wanted.channel)
    if wanted.kind:
        conditions.append(SlaClock.kind == wanted.kind)
    if wanted.board == NO_BOARD:
        conditions.append(SlaClock.board_id.is_(None))
    elif wanted.board:
        conditions.append(SlaClock.board_id == int(wanted.board))
    conditions += [started_in_span(span) for span in spans if month_key(span) == wanted.month]
    return query.where(and_(*conditions))


def _team_ids(teams: Sequence[Team], wanted: Wanted) -> list[int]:
    """Return the ids of teams to read of; raises ``NotFound`` for one that is not the reader's."""
    known = [team.id for team in teams]
    if not wanted.team:
        return known
    if int(wanted.team) not in known:
        raise NotFound()
    return [int(wanted.team)]


def page_of_clocks(
    teams: Sequence[Team],
    spans: Sequence[Span],
    wanted: Wanted,
    result: str,
    now: datetime,
    cursor: Cursor | None = None,
) -> Page[Line]:
    """Return the clocks behind a number, the newest first; ``result`` is one of ``SHOWN``."""
    lines = _lines(teams, spans, wanted, result, now, cursor)
    return page_of(lines, lambda line: (line.clock.started_at, line.clock.id))


def all_clocks(
    teams: Sequence[Team], spans: Sequence[Span], wanted: Wanted, result: str, now: datetime
) -> Sequence[Row[Any]]:
    """Return ``EXPORTED`` of the clocks behind a number and what each came to, the newest first.

    At most ``EXPORTED_AT_MOST``: rows of plain values, for whole clocks would take ten times as
    long.
    """
    query = _listed(select(*EXPORTED), teams, spans, wanted, result, now)
    return db.session.execute(query.limit(EXPORTED_AT_MOST)).all()


def _lines(
    teams: Sequence[Team],
    spans: Sequence[Span],
    wanted: Wanted,
    result: str,
    now: datetime,
    cursor: Cursor | None,
) -> list[Line]:
    both: AnySelect = select(SlaClock, SupportCase).join(
        SupportCase, SupportCase.id == SlaClock.case_id
    )
    query = _listed(both, teams, spans, wanted, result, now).limit(PAGE_SIZE + 1)
    if cursor is not None:
        # Said apart, so that the index is entered where the page begins.
        query = query.where(
            SlaClock.started_at <= cursor.at, before(cursor, SlaClock.started_at, SlaClock.id)
        )
    return [Line(*row) for row in db.session.execute(query)]


def _listed(
    query: AnySelect,
    teams: Sequence[Team],
    spans: Sequence[Span],
    wanted: Wanted,
    result: str,
    now: datetime,
) -> AnySelect:
    """Narrow a query to the clocks behind a number, in order, with what each came to."""
    came = case(*((came_to(each, now), each) for each in RESULTS))
    return (
        _narrowed(query.add_columns(came.label("result")), teams, spans, wanted)
        .where(came_to(result, now))
        .order_by(SlaClock.started_at.desc(), SlaClock.id.desc())
    )


def policy_names() -> Mapping[int, str]:
    """Return the names of all policies, also of those that choose nothing any more."""
    return {row[0]: row[1] for row in db.session.execute(select(SlaPolicy.id, SlaPolicy.name))}
