"""The figures of a year: each a query, none of them about somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select

from community.core import clock
from community.core.db import db
from community.core.settings import current_settings
from moderation.appeals.models import OPENED, OVERTURNED, UPHELD, DecisionAppeal
from moderation.cases.models import ModerationCase
from moderation.flags.models import AGREED, Flag
from moderation.rules import RULES
from moderation.sanctions.models import MEASURES, NOT_APPEALABLE, Statement

HOUR_SECONDS = 3600
# What is told to nobody's disadvantage is no measure.
COUNTED = tuple(measure for measure in MEASURES if measure not in NOT_APPEALABLE)


FIRST_OF = (
    Flag.created_at,
    Statement.issued_at,
    ModerationCase.opened_at,
    DecisionAppeal.opened_at,
)


@dataclass(frozen=True)
class Report:
    """A year in figures; times are medians in hours, None where there was nothing to measure."""

    flags: dict[str, int]
    flags_decided: int
    flags_agreed: int
    flag_hours: int | None
    measures: dict[str, int]
    rules: dict[str, int]
    found_automatically: int
    decided_automatically: int
    undone: int
    cases_opened: int
    cases_decided: int
    decision_hours: int | None
    appeals: dict[str, int]
    appeal_hours: int | None

    @property
    def flags_count(self) -> int:
        """How many reports came in."""
        return sum(self.flags.values())

    @property
    def measures_count(self) -> int:
        """How many measures were told in all."""
        return sum(self.measures.values())

    @property
    def appeals_count(self) -> int:
        """How many of them were appealed against, in that year."""
        return sum(self.appeals.values())

    @property
    def automatic_percent(self) -> int:
        """Which share was found automatically."""
        return percent(self.found_automatically, self.measures_count)

    @property
    def overturned_percent(self) -> int:
        """Which share of the decided appeals was right."""
        decided = self.appeals[UPHELD] + self.appeals[OVERTURNED]
        return percent(self.appeals[OVERTURNED], decided)


def percent(part: int, whole: int) -> int:
    """Return a share in whole percent, halves up; 0 of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def list_years() -> list[int]:
    """Return the years there is a report of, the present one first."""
    zone, now = _zone(), clock.now()
    first = [db.session.scalar(select(func.min(column))) for column in FIRST_OF]
    oldest = min((moment for moment in first if moment is not None), default=now)
    return list(range(now.astimezone(zone).year, oldest.astimezone(zone).year - 1, -1))


def get_report(year: int) -> Report:
    """Return the figures of a year of the site's zone."""
    told = and_(_within(Statement.issued_at, year), Statement.measure.in_(COUNTED))
    flags_decided = _within(Flag.decided_at, year)
    return Report(
        flags=_counts(Flag.reason, _within(Flag.created_at, year), RULES),
        flags_decided=_count(flags_decided),
        flags_agreed=_count(flags_decided, Flag.outcome == AGREED),
        flag_hours=_median_hours(Flag.created_at, Flag.decided_at, year),
        measures=_counts(Statement.measure, told, COUNTED),
        rules=_counts(Statement.rule, told),
        found_automatically=_count(told, Statement.automated.is_(True)),
        decided_automatically=_count(told, Statement.decided_by_id.is_(None)),
        undone=_count(told, Statement.undone_at.is_not(None)),
        cases_opened=_count(_within(ModerationCase.opened_at, year)),
        cases_decided=_count(_within(ModerationCase.decided_at, year)),
        decision_hours=_median_hours(ModerationCase.opened_at, ModerationCase.decided_at, year),
        appeals=_counts(
            DecisionAppeal.state,
            _within(DecisionAppeal.opened_at, year),
            (OPENED, UPHELD, OVERTURNED),
        ),
        appeal_hours=_median_hours(DecisionAppeal.opened_at, DecisionAppeal.decided_at, year),
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(current_settings().default_time_zone)


def _within(column: Any, year: int) -> ColumnElement[bool]:
    begins, ends = (datetime(each, 1, 1, tzinfo=_zone()) for each in (year, year + 1))
    return and_(column >= begins, column < ends)


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


def _counts(
    column: Any, condition: ColumnElement[bool], every: Iterable[str] = ()
) -> dict[str, int]:
    """Return how often each value occurs, and 0 for those that do not."""
    rows = db.session.execute(
        select(column, func.count()).where(condition).group_by(column).order_by(column)
    )
    return {**dict.fromkeys(every, 0), **{row[0]: row[1] for row in rows}}


def _median_hours(begun: Any, ended: Any, year: int) -> int | None:
    """Return how long it took in the middle, for what ended in that year."""
    rows: Sequence[Any] = db.session.execute(select(begun, ended).where(_within(ended, year))).all()
    if not rows:
        return None
    seconds = median((done - start).total_seconds() for start, done in rows)
    return int(seconds / HOUR_SECONDS + 0.5)
