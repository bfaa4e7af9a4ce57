"""One's own statements: of a month, of a period, and either as a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.csv_files import MARK, csv_file
from community.core.errors import NotFound
from community.core.i18n import iso
from community.core.settings import site_zone
from community.core.spans import Span
from community.identity.signing_in import signed_in_user
from reputation.payback.models import MonthClose
from reputation.payback.queries.periods import (
    get_month_close,
    get_period,
    list_month_closes,
    month_name,
)
from reputation.payback.queries.shares import get_line
from reputation.payback.queries.statements import (
    StatementLine,
    all_of_month,
    all_of_period,
    get_month_statement,
    page_of_month,
)
from reputation.payback.reasons import reasons_of_lines
from reputation.payback.views.blueprint import blueprint, page
from reputation.payback.wording import cause_words


@blueprint.get("/payback/statements/<int:period_id>")
def show_statement(period_id: int) -> ResponseReturnValue:
    """Show the statement of a period: its numbers, and the months in it."""
    user, period = signed_in_user(), get_period(period_id)
    months = [
        (
            month_name(close),
            _span(close),
            get_month_statement(user.id, close.begins_at, close.ends_at),
        )
        for close in list_month_closes(period_id)
    ]
    return page("statement.html", period=period, line=get_line(period_id, user.id), months=months)


def _span(close: MonthClose) -> Span:
    return Span(close.begins_at.astimezone(site_zone()).date(), close.begins_at, close.ends_at)


@blueprint.get("/payback/statements/<int:period_id>/lines.csv")
def download_statement(period_id: int) -> ResponseReturnValue:
    """Return all that occurred in a period as a file."""
    user, period = signed_in_user(), get_period(period_id)
    return _file(f"payback-{period.begins_at:%Y-%m}-period.csv", all_of_period(user, period))


@blueprint.get("/payback/statements/<int:period_id>/<month>")
def show_month(period_id: int, month: str) -> ResponseReturnValue:
    """Show the statement of a closed month, its lines a page at a time."""
    user, close = signed_in_user(), get_month_close(period_id, month)
    before = request.args.get("before", "")
    lines, older = page_of_month(
        user, close.begins_at, close.ends_at, int(before) if _is_id(before) else None
    )
    return page(
        "month.html",
        period=get_period(period_id),
        month=_span(close),
        name=month,
        statement=get_month_statement(user.id, close.begins_at, close.ends_at),
        lines=lines,
        reasons=reasons_of_lines(lines),
        older=older,
        is_first_page=not before,
    )


def _is_id(text: str) -> bool:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NotFound()
    return bool(text)


@blueprint.get("/payback/statements/<int:period_id>/<month>/lines.csv")
def download_month(period_id: int, month: str) -> ResponseReturnValue:
    """Return all that was booked in a closed month as a file."""
    user, close = signed_in_user(), get_month_close(period_id, month)
    return _file(f"payback-{month}.csv", all_of_month(user, close.begins_at, close.ends_at))


def _file(name: str, lines: Iterable[StatementLine]) -> Response:
    response = Response(MARK + csv_file(_heads(), _rows(lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _heads() -> list[str]:
    heads = [_("Entry"), _("Occurred"), _("Booked"), _("What for"), _("Question")]
    return [*heads, _("Points"), _("Firm"), _("Reason")]


def _rows(lines: Iterable[StatementLine]) -> Iterator[list[object]]:
    for line in lines:
        yield [
            line.entry_id,
            _moment(line.occurred_at),
            _moment(line.created_at),
            cause_words(line.cause, is_reversal=line.is_reversal),
            line.title or "",
            line.amount,
            "" if line.matures_at is None else _moment(line.matures_at),
            reasons_of_lines([line]).get(line.entry_id, ""),
        ]


def _moment(moment: datetime) -> str:
    return iso(moment.astimezone(site_zone()))
