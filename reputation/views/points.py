"""The page of points: the rules in force and to come, and the reader's own ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from community.boards.models import name_in
from community.boards.queries import list_boards
from community.core import clock
from community.core.authz import Viewer, is_signed_in
from community.core.charts import Chart, Column, Series, bars
from community.core.errors import NotFound
from community.core.i18n import reader_language
from community.core.pagination import Cursor
from community.core.settings import site_zone
from community.core.spans import MONTH, Span, last_months, span_from
from community.core.web import current_viewer, public
from community.core.wording import date_words, number, present_wording
from reputation.adjustments.queries.adjustments import reasons_of
from reputation.ledger.lines import (
    CAUSE_GROUPS,
    TAKEN_BACK,
    Line,
    WantedLines,
    earned_by_span,
    kudos_of_days,
    page_of_lines,
)
from reputation.ledger.queries import get_balances, get_pending, given_of_budgets
from reputation.ledger.remarks import remarks_on, rules_of, state_of
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import (
    ADJUSTMENT,
    CURRENCIES,
    FIRST_RULES,
    KUDOS,
    PAYBACK,
    REPUTATION,
    RuleBook,
    Rules,
)
from reputation.ledger.wording import cause_words
from reputation.views.wording import promotion_words, rule_words

blueprint = Blueprint("reputation", __name__)

MONTHS_SHOWN = 12
MONTH_CHARS = 7


class RuleSet(NamedTuple):
    """The rules of a currency: those in force and those announced."""

    currency: str
    now: Rules
    coming: Sequence[Rules]
    is_first: bool
    promotions: Mapping[int, str]


@blueprint.get("/reputation")
@public
def show_rules() -> str:
    """Show the rules; members also see their balance, their months and their lines."""
    viewer, book, now = current_viewer(), load_rulebook(), clock.now()
    own = _own_parts(viewer, book, now) if is_signed_in(viewer) else {}
    return render_template(
        "reputation/show.html",
        rule_sets=_rule_sets(viewer, book, now),
        rule_words=rule_words,
        **{"points": None, **own},
    )


def _rule_sets(viewer: Viewer, book: RuleBook, now: datetime) -> Sequence[RuleSet]:
    sets = []
    for currency in CURRENCIES:
        present = book.at(currency, now)
        coming = [r for r in book.versions.get(currency, ()) if r.begins_at > now]
        if present is not None:
            told = _promotions(viewer, currency, [present, *coming], now)
            is_first = present in FIRST_RULES[currency]
            sets.append(RuleSet(currency, present, coming, is_first, told))
    return sets


def _promotions(
    viewer: Viewer, currency: str, versions: Sequence[Rules], now: datetime
) -> dict[int, str]:
    """Return by version what its promotion says that is not over, as far as the reader may know."""
    running = {
        rules.version: rules.promotion
        for rules in versions
        if rules.promotion and rules.promotion.ends_at > now
    }
    if not running:
        return {}
    language = reader_language()
    boards = {board.id: name_in(board.names, language) for board in list_boards(viewer)}
    given = given_of_budgets(currency, running)
    told = {
        version: promotion_words(promotion, boards, given.get(version, 0))
        for version, promotion in running.items()
    }
    return {version: words for version, words in told.items() if words}


def _own_parts(viewer: Viewer, book: RuleBook, now: datetime) -> dict[str, object]:
    """Return what the page tells a member about their own points."""
    user_id = viewer.viewer_id or 0
    balances = get_balances(user_id)
    has_payback = PAYBACK in balances or book.at(PAYBACK, now) is not None
    months = last_months(MONTHS_SHOWN, now, site_zone())
    wanted, month = _wanted(months)
    cursor = Cursor.parse(request.args.get("before"))
    page = page_of_lines(viewer, wanted, cursor)
    return {
        "points": balances.get(REPUTATION, 0),
        "payback": balances.get(PAYBACK, 0) if has_payback else None,
        "pending": get_pending(user_id, PAYBACK, now) if has_payback else 0,
        "wanted": wanted,
        "month": month,
        "months": [(_key(m), _month_words(m.begins_on, "MMMM y")) for m in reversed(months)],
        "groups": _groups(),
        "chart": _chart(user_id, wanted.currency, months, now),
        "older": _address(wanted, month, str(page.older)) if page.older else "",
        "is_first_page": cursor is None,
        **_line_parts(user_id, page.rows, book, now),
    }


def _line_parts(
    user_id: int, lines: Sequence[Line], book: RuleBook, now: datetime
) -> dict[str, object]:
    days = {line.earned_on for line in lines if line.cause in KUDOS}
    currency = lines[0].currency if lines else REPUTATION
    corrections = [line.id for line in lines if line.cause == ADJUSTMENT]
    return {
        "lines": lines,
        "states": {line.id: state_of(line, now) for line in lines},
        "remarks": remarks_on(lines, book, kudos_of_days(user_id, currency, days)),
        "rules_by_line": {line.id: rules_of(line, book) for line in lines},
        "reasons": reasons_of(corrections) if corrections else {},
        "words": words_of,
    }


def words_of(line: Line) -> str:
    """Say in plain words what an entry is for, or what it takes back."""
    return cause_words(line.cause, is_reversal=line.is_reversal)


def _wanted(months: Sequence[Span]) -> tuple[WantedLines, str]:
    """Read the filters; raises ``NotFound`` for what nobody could have chosen."""
    currency = request.args.get("currency") or REPUTATION
    group = request.args.get("cause", "")
    month = request.args.get("month", "")
    if currency not in CURRENCIES or group not in ("", TAKEN_BACK, *CAUSE_GROUPS):
        raise NotFound()
    return WantedLines(currency, group, _span(month) if month else None), month


def _span(month: str) -> Span:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise NotFound() from error
    if len(month) != MONTH_CHARS or not 1 < first.year < 9999:
        raise NotFound()
    return span_from(MONTH, first, site_zone())


def _key(span: Span) -> str:
    return span.begins_on.isoformat()[:MONTH_CHARS]


def _month_words(day: date, form: str) -> str:
    return date_words(present_wording().language, day, form)


def _groups() -> list[tuple[str, str]]:
    return [
        ("", _("Everything")),
        ("accepted", _("Accepted answers")),
        ("kudos", _("Kudos")),
        ("other", _("Other")),
        (TAKEN_BACK, _("Taken back")),
    ]


def _address(wanted: WantedLines, month: str, older: str | None = None) -> str:
    return url_for(
        "reputation.show_rules",
        currency=wanted.currency if wanted.currency != REPUTATION else None,
        cause=wanted.group or None,
        month=month or None,
        before=older,
        _anchor="ledger",
    )


def _chart(user_id: int, currency: str, months: Sequence[Span], now: datetime) -> Chart:
    """Return what was earned month by month; payback tells what is not certain yet."""
    earned = earned_by_span(user_id, currency, months, now)
    columns = [
        Column(
            _month_words(month.begins_on, "MMMM y"),
            _month_words(month.begins_on, "LLL"),
            _address(WantedLines(currency), _key(month)),
        )
        for month in months
    ]
    if currency == REPUTATION:
        series = [Series(_("Points"), [one.confirmed + one.pending for one in earned])]
    else:
        series = [
            Series(_("Confirmed"), [one.confirmed for one in earned]),
            Series(_("Pending"), [one.pending for one in earned], "p"),
        ]
    return bars(_("Points by month"), columns, series, number=number)
