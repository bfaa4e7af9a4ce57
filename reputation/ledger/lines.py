"""The ledger as its owner reads it: lines by filter, sums by month."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from community.core.authz import Viewer
from community.core.db import AnySelect, db
from community.core.pagination import PAGE_SIZE, Cursor, Page, before, page_of
from community.core.spans import Span
from community.posts.models import Post
from community.posts.visibility import post_is_visible
from community.questions.models import Question
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rules import (
    ACCEPTANCE_GIVEN,
    ACCEPTED,
    BONUSES,
    CONFIRMED,
    EARNED,
    EDIT_TAKEN,
    KUDOS,
    OPENING,
    POSTED,
    REPUTATION,
    SPOTLIT,
)

TAKEN_BACK = "taken-back"
# What a reader asks for, and the causes it means.
CAUSE_GROUPS: dict[str, tuple[str, ...]] = {
    "accepted": (ACCEPTED, SPOTLIT, ACCEPTANCE_GIVEN, *BONUSES.values()),
    "kudos": KUDOS,
    "other": (CONFIRMED, EDIT_TAKEN, *POSTED),
}

_reversal = aliased(LedgerEntry)


@dataclass(frozen=True)
class WantedLines:
    """Which lines: of a currency, of a group of causes or "taken-back", earned in a span."""

    currency: str = REPUTATION
    group: str = ""
    span: Span | None = None


class Line(NamedTuple):
    """An entry as its owner reads it; ``title`` is None where the post cannot be shown.

    ``moment`` is when it happened: a gain when it was earned, a reversal when it took back what had
    been earned at ``occurred_at``. ``reversed_at`` is when the line itself was taken back.
    """

    id: int
    currency: str
    amount: int
    cause: str
    is_reversal: bool
    moment: datetime
    occurred_at: datetime
    earned_on: date
    matures_at: datetime | None
    rule_version: int
    reversed_at: datetime | None
    question_id: int | None
    post_id: int | None
    title: str | None


def page_of_lines(viewer: Viewer, wanted: WantedLines, cursor: Cursor | None) -> Page[Line]:
    """Return a page of the viewer's own lines, the latest first."""
    moment = _moment()
    statement = (
        _select_lines(viewer, moment)
        .where(
            LedgerEntry.user_id == viewer.viewer_id,
            LedgerEntry.currency == wanted.currency,
            *_conditions(wanted),
            before(cursor, moment, LedgerEntry.id),
        )
        .order_by(moment.desc(), LedgerEntry.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    lines = [Line(*row) for row in db.session.execute(statement)]
    return page_of(lines, lambda line: (line.moment, line.id))


def _moment() -> ColumnElement[datetime]:
    return case(
        (LedgerEntry.reverses_id.is_(None), LedgerEntry.occurred_at), else_=LedgerEntry.created_at
    )


def _select_lines(viewer: Viewer, moment: Any) -> AnySelect:
    # The table alone: the entity would bring a second ``posts`` along.
    titles = Question.__table__
    statement: AnySelect = (
        select(
            LedgerEntry.id,
            LedgerEntry.currency,
            LedgerEntry.amount,
            LedgerEntry.cause,
            LedgerEntry.reverses_id.is_not(None),
            moment,
            LedgerEntry.occurred_at,
            LedgerEntry.earned_on,
            LedgerEntry.matures_at,
            LedgerEntry.rule_version,
            _reversal.created_at,
            Post.root_id,
            LedgerEntry.post_id,
            titles.c.title,
        )
        .select_from(LedgerEntry)
        .outerjoin(_reversal, _reversal.reverses_id == LedgerEntry.id)
        .outerjoin(Post, and_(Post.id == LedgerEntry.post_id, post_is_visible(viewer)))
        .outerjoin(titles, titles.c.id == Post.root_id)
    )
    return statement


def _conditions(wanted: WantedLines) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.group == TAKEN_BACK:
        conditions.append(or_(LedgerEntry.reverses_id.is_not(None), _reversal.id.is_not(None)))
    elif wanted.group:
        conditions.append(LedgerEntry.cause.in_(CAUSE_GROUPS[wanted.group]))
    if wanted.span is not None:
        conditions.append(_occurred_in(wanted.span))
    return conditions


def _occurred_in(span: Span) -> ColumnElement[bool]:
    return and_(LedgerEntry.occurred_at >= span.begins_at, LedgerEntry.occurred_at < span.ends_at)


def kudos_of_days(user_id: int, currency: str, days: Collection[date]) -> dict[date, int]:
    """Return what kudos of these days (UTC) brought in all."""
    sums = (
        select(LedgerEntry.earned_on, func.sum(LedgerEntry.amount))
        .where(
            LedgerEntry.user_id == user_id,
            LedgerEntry.earned_on.in_(days),
            LedgerEntry.currency == currency,
            LedgerEntry.cause.in_(KUDOS),
        )
        .group_by(LedgerEntry.earned_on)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(sums)} if days else {}


class Earned(NamedTuple):
    """What was earned in a span of time, certain and not yet certain."""

    confirmed: int
    pending: int


def earned_by_span(
    user_id: int, currency: str, spans: Sequence[Span], at: datetime
) -> list[Earned]:
    """Return what a member earned in each span, as it stands.

    What was brought along or paid out was not earned then.
    """
    is_pending = and_(LedgerEntry.matures_at.is_not(None), LedgerEntry.matures_at > at)
    sums: list[Any] = []
    for span in spans:
        for wanted in (~is_pending, is_pending):
            amount = case((and_(_occurred_in(span), wanted), LedgerEntry.amount), else_=0)
            sums.append(func.coalesce(func.sum(amount), 0))
    row = db.session.execute(
        select(*sums).where(
            LedgerEntry.user_id == user_id,
            LedgerEntry.currency == currency,
            LedgerEntry.cause.in_(EARNED),
            LedgerEntry.cause != OPENING,
            LedgerEntry.occurred_at >= spans[0].begins_at,
        )
    ).one()
    return [Earned(int(row[n]), int(row[n + 1])) for n in range(0, len(row), 2)]
