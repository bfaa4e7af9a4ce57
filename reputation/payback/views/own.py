"""One's own payback: what one has, what comes next, and the choice."""

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.charts import Chart, Column, Series, bars
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.settings import current_settings
from community.core.wording import number
from community.identity.models import User
from community.identity.policies import has_strong_sign_in
from community.identity.signing_in import current_session, signed_in_user
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import PAYBACK
from reputation.payback.errors import StrongSignInNeeded
from reputation.payback.models import Choice, PaybackPeriod, PayoutLine, PeriodState
from reputation.payback.operations import choices
from reputation.payback.queries.charities import list_choosable
from reputation.payback.queries.periods import (
    first_lock_at,
    get_choosing_period,
    get_latest_period,
    get_period_before,
    has_reached,
    list_months,
)
from reputation.payback.queries.shares import get_line, left_by, list_details, list_held
from reputation.payback.queries.statements import (
    get_balance,
    list_latest,
    list_own_lines,
    sums_by_month,
)
from reputation.payback.reasons import reasons_of_lines
from reputation.payback.views.blueprint import blueprint, page
from reputation.payback.wording import last_day_words, month_short, month_words

LATEST_SHOWN = 10


@blueprint.get("/payback")
def show_payback() -> ResponseReturnValue:
    """Show one's balance, the period, the choice where it is open, statements and payments."""
    return _show(signed_in_user(), {})


def _show(user: User, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    latest = get_latest_period()
    if latest is None:
        return page("not_started.html"), status
    period = get_choosing_period() or latest
    booked = list_latest(user, LATEST_SHOWN)
    return page(
        "show.html",
        period=period,
        balance=get_balance(user.id, latest.begins_at),
        lapsing=_lapsing(latest, user.id),
        lapses_at=first_lock_at(latest),
        steps=steps_of(period),
        chart=_chart(user.id, period),
        latest=booked,
        reasons=reasons_of_lines(booked),
        lines=list_own_lines(user.id),
        charities={one.id: one for one in list_choosable()},
        is_held=bool(list_held([user.id])),
        rules=load_rulebook().at(PAYBACK, clock.now()),
        form=_choice_form(user, period),
        errors=errors,
    ), status


def _lapsing(latest: PaybackPeriod, user_id: int) -> int:
    before = get_period_before(latest)
    line = None if before is None else get_line(before.id, user_id)
    return 0 if line is None or line.locked_at is None else left_by(line).lapsing


def _choice_form(user: User, period: PaybackPeriod) -> Mapping[str, object] | None:
    """Return what the form asks; None where there is nothing to choose now."""
    if period.state != PeriodState.CHOICE_WINDOW or period.choice_ends_at is None:
        return None
    line = get_line(period.id, user.id)
    if clock.now() >= period.choice_ends_at or line is None or line.amount <= 0:
        return None
    floor = current_settings().payback_cash_floor
    return {
        "line": line,
        "floor": floor,
        "is_cash_offered": line.amount >= floor,
        "details": list_details([user.id]).get(user.id),
        "is_strong": has_strong_sign_in(current_session()),
        "value": line.choice or _choice_before(user.id, line),
    }


def _choice_before(user_id: int, line: PayoutLine) -> str:
    """Return what was chosen last time, to be marked; credit where nothing was."""
    chosen = [
        one.choice
        for _period, one in list_own_lines(user_id)
        if one.id != line.id and one.choice and one.choice != Choice.ROLL
    ]
    return chosen[0] if chosen else Choice.CREDIT.value


def steps_of(period: PaybackPeriod) -> list[tuple[str, str, str]]:
    """Return the steps of a period: what, until when, and whether it is "now", "next" or ""."""
    until = "" if period.choice_ends_at is None else last_day_words(period.choice_ends_at)
    names = [
        (_("Collect"), _("until %(day)s", day=last_day_words(period.ends_at)), PeriodState.OPEN),
        (
            _("Choose"),
            _("until %(day)s", day=until) if until else _("14 days, once the period has ended"),
            PeriodState.CHOICE_WINDOW,
        ),
        (_("Two people check"), _("nobody pays alone"), PeriodState.LOCKING),
        (_("Paid"), _("as credit, by bank or to a charity"), PeriodState.APPROVED),
    ]
    reached = [has_reached(period, state) for _what, _when, state in names]
    now = max(at for at, is_reached in enumerate(reached) if is_reached)
    return [
        (what, when, "now" if at == now else "next" if at > now else "")
        for at, (what, when, _state) in enumerate(names)
    ]


def _chart(user_id: int, period: PaybackPeriod) -> Chart:
    months = list_months(period)
    sums = sums_by_month(user_id, months)
    return bars(
        _("Payback points by month"),
        [Column(month_words(month), month_short(month)) for month in months],
        [
            Series(_("Confirmed"), [one.confirmed for one in sums], "a"),
            Series(_("Pending"), [one.pending for one in sums], "p"),
        ],
        number=number,
    )


@blueprint.post("/payback/choice")
@takes("choice", "charity")
def make_choice() -> ResponseReturnValue:
    """Choose what becomes of one's share."""
    user = signed_in_user()
    chosen, charity = request.form.get("choice", ""), request.form.get("charity", "")
    if chosen not in set(Choice):
        raise Invalid()
    try:
        choices.choose(
            user,
            Choice(chosen),
            charity_id=int(charity) if charity.isdecimal() and len(charity) < 10 else None,
            session=current_session(),
        )
    except (Invalid, StrongSignInNeeded) as refusal:
        return _show(user, {"choice": refusal.message}, refusal.status)
    flash(_("Your choice is stored. You can change it until the choice ends."), "success")
    return redirect(url_for("payback.show_payback"), 303)
