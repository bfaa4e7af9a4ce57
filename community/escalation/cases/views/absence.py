"""Being away from the desk: no new cases, and one's own go back when their customers write."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import forget_changes
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import reader_time_zone
from community.core.web import add_resource
from community.escalation.cases.views.desk import list_context
from community.escalation.cases.views.triage import blueprint
from community.escalation.teams.errors import AbsenceUnfit
from community.escalation.teams.operations import set_absence
from community.identity.signing_in import signed_in_user

__all__ = ["blueprint"]


@takes("back_on")
def go_away(**_values: object) -> ResponseReturnValue:
    """Be away from now on until the beginning of a day."""
    try:
        set_absence(signed_in_user().id, _beginning_of(request.form.get("back_on", "")))
    except Invalid as refusal:
        forget_changes()
        page = render_template(
            "support/desk.html", current_id=0, errors=refusal.errors, **list_context()
        )
        return page, refusal.status
    flash(_("You are away: you are given no new cases until then."), "success")
    return redirect(url_for("desk.list_cases"), 303)


@takes()
def come_back(**_values: object) -> ResponseReturnValue:
    """Be there again."""
    set_absence(signed_in_user().id, None)
    flash(_("Welcome back: you are given cases again."), "success")
    return redirect(url_for("desk.list_cases"), 303)


add_resource(blueprint, "/desk/absence", create=go_away, delete=come_back)


def _beginning_of(raw: str) -> datetime:
    """Return when a day begins where the reader is; raises ``AbsenceUnfit`` for what is none."""
    try:
        day = date.fromisoformat(raw[:10])
        return datetime.combine(day, time(), ZoneInfo(reader_time_zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise AbsenceUnfit(errors={"back_on": AbsenceUnfit.message}) from None
