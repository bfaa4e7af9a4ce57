"""The report of a year, for everybody."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from community.core.errors import NotFound
from community.core.web import public
from moderation.appeals.wording import OUTCOME_WORDS
from moderation.rules import RULES
from moderation.sanctions.wording import MEASURE_WORDS
from moderation.transparency.queries import get_report, list_years

blueprint = Blueprint("transparency", __name__)


@blueprint.get("/transparency")
@public
def show_report() -> ResponseReturnValue:
    """Show the report of the present year so far."""
    return _render(list_years()[0])


@blueprint.get("/transparency/<int:year>")
@public
def show_year(year: int) -> ResponseReturnValue:
    """Show the report of a year; raises ``NotFound`` for one without any."""
    return _render(year)


def _render(year: int) -> ResponseReturnValue:
    years = list_years()
    if year not in years:
        raise NotFound()
    return render_template(
        "transparency/show.html",
        report=get_report(year),
        years=years,
        year=year,
        is_complete=year != years[0],
        rules=RULES,
        measures=MEASURE_WORDS,
        outcomes=OUTCOME_WORDS,
    )
