"""The report on deadlines, the lists behind its numbers, and both as files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import list_boards
from community.core import clock
from community.core.charts import Chart, Column, Series, bars
from community.core.csv_files import MARK, csv_file
from community.core.i18n import iso, reader_language
from community.core.pagination import Cursor
from community.core.settings import site_zone
from community.core.spans import Span, last_months
from community.core.web import current_viewer
from community.core.wording import date_words, number, present_wording
from community.escalation.cases.policies import can_see_case
from community.escalation.reports.counting import DECIDED
from community.escalation.reports.forms import read_group, read_result, read_wanted
from community.escalation.reports.queries import (
    EXPORTED_AT_MOST,
    GROUPS,
    NO_BOARD,
    Figures,
    Wanted,
    all_clocks,
    count_clocks,
    list_reported_teams,
    month_key,
    page_of_clocks,
    policy_names,
    reads_report,
)
from community.escalation.reports.wording import (
    GROUP_WORDS,
    RESULT_TONES,
    RESULT_WORDS,
    share_words,
)
from community.escalation.sla.models import CLOCK_KINDS, PRIORITIES
from community.escalation.sla.wording import CHANNEL_WORDS, KIND_WORDS, PRIORITY_WORDS
from community.escalation.teams.models import Team
from community.escalation.teams.queries import team_ids_of

blueprint = Blueprint("reports", __name__)

MONTHS_SHOWN = 12


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"reads_report": reads_report}


TABLE_HEADER = ("group", "clock", "met_percent", "met", "missed", "open", "cancelled")
LIST_HEADER = (
    *("case", "clock", "result", "started_at", "due_at", "ended_at", "target_minutes"),
    *("policy", "policy_version", "team", "priority", "board", "channel", "language"),
)


@dataclass(frozen=True)
class Report:
    """What one reader asked for, and at which instant."""

    teams: Sequence[Team]
    spans: Sequence[Span]
    wanted: Wanted
    now: datetime

    @classmethod
    def asked_for(cls) -> "Report":
        """Read it from the address; raises ``NotAllowed`` for who may not read it."""
        now = clock.now()
        spans = last_months(MONTHS_SHOWN, now, site_zone())
        teams = list_reported_teams(current_viewer())
        return cls(teams, spans, read_wanted(request.args, spans), now)

    def figures(self, by: str) -> Mapping[tuple[str, str], Figures]:
        """Return figures by group and kind of clock."""
        return count_clocks(self.teams, self.spans, self.wanted, by, self.now)


class Row(NamedTuple):
    """Figures of one group and kind; ``query`` is what the lists behind them are narrowed to."""

    name: str
    kind: str
    figures: Figures
    query: Mapping[str, str]


@blueprint.get("/desk/deadlines")
def show_report() -> str:
    """Show how many deadlines were met, by one group after another."""
    report, by = Report.asked_for(), read_group(request.args)
    figures, names = report.figures(by), _names_of(report)
    wanted = report.wanted.values
    return render_template(
        "reports/show.html",
        by=by,
        rows=_rows(report, by, figures, names),
        chart=_chart(report, figures if by == "month" else report.figures("month")),
        groups=[(group, GROUP_WORDS[group]) for group in GROUPS],
        kinds=KIND_WORDS,
        wanted=wanted,
        chosen=_chosen(wanted, names),
        group_words=GROUP_WORDS,
        result_words=RESULT_WORDS,
        share_words=share_words,
        one_team=report.teams[0].name_in(reader_language()) if len(report.teams) == 1 else "",
    )


def _rows(
    report: Report,
    by: str,
    found: Mapping[tuple[str, str], Figures],
    names: Mapping[str, Mapping[str, str]],
) -> list[Row]:
    """Return the lines of the table, those of all groups together last."""
    known = names[by]
    keys = sorted({key for key, _kind in found}, key=lambda key: _place(by, key, known))
    kept = report.wanted.values
    rows = [
        Row(known.get(key, key), kind, found[key, kind], {**kept, by: key, "kind": kind})
        for key in keys
        for kind in CLOCK_KINDS
        if (key, kind) in found
    ]
    if len(keys) > 1:
        rows += [
            Row(_("All together"), kind, total, {**kept, "kind": kind})
            for kind, total in _totals(found).items()
        ]
    return rows


def _place(by: str, key: str, known: Mapping[str, str]) -> tuple[object, ...]:
    """Return where a group stands: as it is known, what has no name last."""
    names = list(known)
    return (names.index(key) if key in known else len(names), key)


def _totals(found: Mapping[tuple[str, str], Figures]) -> dict[str, Figures]:
    totals: dict[str, Figures] = {}
    for kind in CLOCK_KINDS:
        parts = [figures for (_key, each), figures in found.items() if each == kind]
        if parts:
            totals[kind] = sum(parts, Figures())
    return totals


def _names_of(report: Report) -> dict[str, dict[str, str]]:
    """Return what groups are called, in their order; a board the reader does not see has none."""
    language = reader_language()
    months = {
        month_key(span): date_words(language, span.begins_on, "MMMM y")
        for span in reversed(report.spans)
    }
    boards = {str(b.id): b.name_in(language) for b in list_boards(current_viewer())}
    policies = sorted(policy_names().items(), key=lambda item: (item[1].casefold(), item[0]))
    return {
        "month": months,
        "team": {str(team.id): team.name_in(language) for team in report.teams},
        "policy": {str(policy_id): name for policy_id, name in policies},
        "priority": {priority: str(PRIORITY_WORDS[priority]) for priority in PRIORITIES},
        "board": {**boards, NO_BOARD: _("No board")},
        "channel": {channel: str(words) for channel, words in CHANNEL_WORDS.items()},
        "kind": {kind: str(words) for kind, words in KIND_WORDS.items()},
    }


def _chosen(
    wanted: Mapping[str, str], names: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str]]:
    """Return what the figures are narrowed to: the name of the part, and in words."""
    return [(part, names[part].get(value, value)) for part, value in wanted.items()]


def _chart(report: Report, found: Mapping[tuple[str, str], Figures]) -> Chart | None:
    """Draw what was met and missed month by month; None where there is nothing to draw."""
    months = [_totals_of(found, month_key(span)) for span in report.spans]
    if not any(month.decided for month in months):
        return None
    language, kept = present_wording().language, report.wanted.values
    columns = [
        Column(
            date_words(language, span.begins_on, "MMMM y"),
            date_words(language, span.begins_on, "LLL"),
            _address_of({**kept, "month": month_key(span), "result": DECIDED}),
        )
        for span in report.spans
    ]
    series = [
        Series(_("In time"), [month.met for month in months], "a"),
        Series(_("Missed"), [month.missed for month in months], "p"),
    ]
    return bars(_("Deadlines by month"), columns, series, number=number)


def _address_of(query: Mapping[str, Any]) -> str:
    return url_for("reports.list_clocks", **query)


def _totals_of(found: Mapping[tuple[str, str], Figures], key: str) -> Figures:
    return sum((found.get((key, kind), Figures()) for kind in CLOCK_KINDS), Figures())


@blueprint.get("/desk/deadlines/clocks")
def list_clocks() -> str:
    """List the clocks behind a number: missed ones unless others are asked for."""
    report, result = Report.asked_for(), read_result(request.args)
    cursor = Cursor.parse(request.args.get("before"))
    page = page_of_clocks(report.teams, report.spans, report.wanted, result, report.now, cursor)
    names, wanted = _names_of(report), report.wanted.values
    viewer = current_viewer()
    return render_template(
        "reports/list.html",
        page=page,
        result=result,
        wanted=wanted,
        chosen=_chosen(wanted, names),
        names=names,
        may_see=partial(can_see_case, viewer, team_ids=team_ids_of(viewer)),
        most=EXPORTED_AT_MOST,
        kinds=KIND_WORDS,
        group_words=GROUP_WORDS,
        result_words=RESULT_WORDS,
        result_tones=RESULT_TONES,
    )


@blueprint.get("/desk/deadlines/table.csv")
def download_table() -> ResponseReturnValue:
    """Return the table of the report as a file."""
    report, by = Report.asked_for(), read_group(request.args)
    rows = _rows(report, by, report.figures(by), _names_of(report))
    cells = [_cells_of_row(row) for row in rows]
    return _file(f"deadlines-by-{by}.csv", TABLE_HEADER, cells)


def _cells_of_row(row: Row) -> list[object]:
    figures, share = row.figures, row.figures.tenths_of_percent
    percent = "" if share is None else share / 10
    numbers = (figures.met, figures.missed, figures.open, figures.cancelled)
    return [row.name, str(KIND_WORDS[row.kind]), percent, *numbers]


@blueprint.get("/desk/deadlines/clocks.csv")
def download_list() -> ResponseReturnValue:
    """Return a list as a file, of clocks alone: nothing that cases say, nor whose they are."""
    report, result = Report.asked_for(), read_result(request.args)
    names = _names_of(report)
    lines = all_clocks(report.teams, report.spans, report.wanted, result, report.now)
    cells = (_cells_of_line(one, names) for one in lines)
    return _file(f"deadlines-{result}.csv", LIST_HEADER, cells)


def _cells_of_line(one: Any, names: Mapping[str, Mapping[str, str]]) -> list[object]:
    moments = [iso(at) if at else "" for at in (one.started_at, one.due_at, one.ended_at)]
    board = NO_BOARD if one.board_id is None else str(one.board_id)
    return [
        *(f"C-{one.case_id}", one.kind, one.result, *moments, one.target_minutes),
        names["policy"].get(str(one.policy_id), ""),
        one.policy_version,
        names["team"].get(str(one.team_id), ""),
        one.priority,
        names["board"].get(board, board),
        *(one.channel, one.language),
    ]


def _file(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    response = Response(MARK + csv_file(header, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
