"""The desk of those who run payback: what is owed, where the period stands, and the next step."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import Viewer, require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.jobs import enqueue
from community.core.reasons import ReasonUnfit
from community.core.web import current_viewer
from community.identity.policies import has_strong_sign_in
from community.identity.signing_in import current_session, recently_verified, signed_in_user
from reputation.payback.errors import StrongSignInNeeded
from reputation.payback.models import PaybackPeriod, PeriodState
from reputation.payback.operations import periods, shares
from reputation.payback.policies import can_run_payback
from reputation.payback.queries.liability import get_liability, list_line_totals
from reputation.payback.queries.periods import (
    first_lock_at,
    get_latest_period,
    get_period,
    get_period_to_work_on,
    list_month_closes,
    list_months,
    list_periods,
)
from reputation.payback.tasks import run_calculation, run_lock
from reputation.payback.views.blueprint import blueprint, page

# What an administrator does next in each state; later states are the payout run's.
NEXT_STEPS = {
    PeriodState.OPEN: ("calculate",),
    PeriodState.CALCULATED: ("issue", "reopen"),
    PeriodState.STATEMENTS_ISSUED: ("open-choice", "reopen"),
    PeriodState.CHOICE_WINDOW: ("lock",),
}


@blueprint.get("/admin/payback")
def show_desk() -> ResponseReturnValue:
    """Show what is owed, and where the oldest unpaid period stands."""
    require(can_run_payback(current_viewer()))
    return _desk()


def _desk(errors: Mapping[str, object] | None = None) -> str:
    period, latest = get_period_to_work_on(), get_latest_period()
    if period is None or latest is None:
        return page("desk_empty.html")
    return page(
        "desk.html",
        period=period,
        latest=latest,
        liability=get_liability(latest),
        closes=list_month_closes(period.id),
        months=list_months(period),
        totals=list_line_totals(period.id),
        first_lock_at=first_lock_at(period),
        steps=NEXT_STEPS.get(PeriodState(period.state), ()),
        periods=list_periods(),
        errors=errors or {},
        typed=request.form,
    )


@blueprint.post("/admin/payback/periods/<int:period_id>/steps")
@takes("step", "reason")
@recently_verified
def take_step(period_id: int) -> ResponseReturnValue:
    """Move a period on by one step; what takes long is done by the worker."""
    actor = current_viewer()
    require(can_run_payback(actor))
    step = STEPS.get(request.form.get("step", ""))
    if step is None:
        raise Invalid()
    try:
        flash(step(actor, get_period(period_id)), "success")
    except ReasonUnfit as refusal:
        return _desk(refusal.errors), refusal.status
    return redirect(url_for("payback.show_desk"), 303)


def _calculate(actor: Viewer, period: PaybackPeriod) -> str:
    periods.check_calculable(period)
    key = f"payback.calculate:{period.id}"
    enqueue(run_calculation, unique_key=key, period_id=period.id, actor_id=actor.viewer_id)
    return _("The period is being calculated. Look again in a moment.")


def _issue(actor: Viewer, period: PaybackPeriod) -> str:
    periods.issue_statements(actor, period.id)
    return _("The statements are issued, and members are told by mail.")


def _open_choice(actor: Viewer, period: PaybackPeriod) -> str:
    periods.open_choice(actor, period.id)
    return _("Members can choose now, and are told by mail.")


def _lock(actor: Viewer, period: PaybackPeriod) -> str:
    if not has_strong_sign_in(current_session()):
        raise StrongSignInNeeded(_("Sign in with a second factor to lock the list."))
    shares.begin_lock(signed_in_user(), period.id)
    enqueue(run_lock, unique_key=f"payback.lock:{period.id}", period_id=period.id)
    return _("The books are closed and the list is being locked. Look again in a moment.")


def _reopen(actor: Viewer, period: PaybackPeriod) -> str:
    periods.reopen(actor, period.id, request.form.get("reason", ""))
    return _("The period is open again.")


STEPS: dict[str, Callable[[Viewer, PaybackPeriod], str]] = {
    "calculate": _calculate,
    "issue": _issue,
    "open-choice": _open_choice,
    "lock": _lock,
    "reopen": _reopen,
}
