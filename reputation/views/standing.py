"""What somebody has earned, for their profile: rank and next step, kudos and solutions by month.

The page stands by itself; a profile fetches its middle once it is shown.
"""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask_babel import gettext as _

from community.core import clock
from community.core.charts import Chart, Column, Series, bars
from community.core.settings import site_zone
from community.core.spans import Span, last_months
from community.core.web import current_viewer, is_fragment_request, public
from community.core.wording import date_words, number, present_wording
from community.questions.queries.activity import (
    count_kudos_in,
    count_solved_in,
    list_best_topics,
)
from community.questions.queries.people import Profile, get_profile
from reputation.ranks.queries import Step, get_step
from reputation.ranks.wording import words_of_step

blueprint = Blueprint("standing", __name__)

MONTHS_SHOWN = 12


@blueprint.get("/users/<int:user_id>/points")
@public
def show_standing(user_id: int) -> str:
    """Show what a person has earned; to htmx only what a profile takes in."""
    viewer = current_viewer()
    profile = get_profile(viewer, user_id)
    step = _step_of(profile)
    months = last_months(MONTHS_SHOWN, clock.now(), site_zone())
    solved, kudos = (count(viewer, user_id, months) for count in (count_solved_in, count_kudos_in))
    template = "_standing.html" if is_fragment_request() else "standing.html"
    return render_template(
        f"reputation/{template}",
        person=profile.person,
        points=profile.points,
        step=step,
        lacking=words_of_step(step) if step else "",
        solved=_chart(_("Solved by month"), Series(_("Solved questions"), solved), months),
        kudos=_chart(_("Kudos by month"), Series(_("Kudos"), kudos, "k"), months),
        topics=list_best_topics(viewer, user_id),
    )


def _step_of(profile: Profile) -> Step | None:
    """Return where a person stands; the team and the gone have no rank."""
    person = profile.person
    return None if person.is_staff or person.is_former else get_step(person.id)


def _chart(title: str, series: Series, months: Sequence[Span]) -> Chart | None:
    """Return a chart; None where there is nothing to draw."""
    if not any(series.values):
        return None
    language = present_wording().language
    columns = [
        Column(
            date_words(language, month.begins_on, "MMMM y"),
            date_words(language, month.begins_on, "LLL"),
        )
        for month in months
    ]
    return bars(title, columns, [series], number=number)
