"""The report of what is asked again and again, for who writes answers that are found."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from community.core.authz import require
from community.core.web import current_viewer
from moderation.cases.policies import can_see_cases
from moderation.duplicates.queries import PERIODS, list_repeated

blueprint = Blueprint("repeated", __name__)


@blueprint.get("/moderation/repeated")
def show_repeated() -> ResponseReturnValue:
    """Show which questions were asked again most often, within so many days or at all."""
    viewer = current_viewer()
    require(can_see_cases(viewer))
    chosen = request.args.get("days", "")
    days = chosen if chosen in PERIODS else next(iter(PERIODS))
    return render_template(
        "moderation/repeated.html",
        rows=list_repeated(viewer, PERIODS[days]),
        periods=list(PERIODS),
        days=days,
    )
