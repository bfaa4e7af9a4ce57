"""``flask payback …``: periods from the command line.

Whoever has a shell on the server could do without this program altogether, so no second factor is
asked for; each step is recorded under the name given with ``--by``, and four eyes hold here, too.
"""

from datetime import UTC, date, datetime, time

import click
from flask.cli import AppGroup
from sqlalchemy import select

from community.core import clock
from community.core.commands import saying_refusals
from community.core.db import db, transaction
from community.core.settings import site_zone
from community.identity.models import User
from community.identity.queries import VIEWER_RIGHTS
from reputation.payback.models import PaybackPeriod, PeriodState
from reputation.payback.operations import periods, shares
from reputation.payback.queries.liability import get_liability, list_line_totals
from reputation.payback.queries.periods import (
    first_lock_at,
    get_period,
    get_period_to_work_on,
    list_month_closes,
    list_months,
    list_periods,
)
from reputation.payback.tasks import close_months, run_calculation, run_lock, send_mails

payback_commands = AppGroup("payback", help="Points that are money: periods, lists, payouts.")

by_option = click.option("--by", required=True, help="E-mail address of the administrator.")
period_option = click.option(
    "--period", "period_id", type=int, help="Its number; else the oldest one not paid."
)

NEXT = {
    PeriodState.OPEN: "calculate, once it has ended",
    PeriodState.CALCULATED: "issue-statements",
    PeriodState.STATEMENTS_ISSUED: "open-choice",
    PeriodState.CHOICE_WINDOW: "lock, once the choice has ended",
    PeriodState.LOCKING: "lock, to go on",
    PeriodState.LOCKED: "approve, by somebody else",
    PeriodState.APPROVED: "export",
    PeriodState.PAYING: "settle",
    PeriodState.PAID: "nothing",
    PeriodState.CLOSED: "nothing",
}


def describe_period(period: PaybackPeriod) -> None:
    """Show what is in a period and what comes next."""
    closed, months = len(list_month_closes(period.id)), len(list_months(period))
    click.echo(
        f"period {period.id}: {_day(period.begins_at)} to {_day(period.ends_at)}, "
        f"{period.state}, {closed} of {months} months closed"
    )
    for row in list_line_totals(period.id):
        click.echo(f"  {row.lines} lines {row.state}, {row.choice or 'none'}: {row.amount}")
    if period.state == PeriodState.OPEN:
        liability = get_liability(period)
        click.echo(
            f"  owed {liability.owed}, of which {liability.pending} pending and "
            f"{liability.expiring} expiring; forecast {liability.forecast}"
        )
    if period.state == PeriodState.CHOICE_WINDOW:
        click.echo(f"  not locked before {_day(first_lock_at(period))}")
    if period.list_digest:
        click.echo(f"  digest {period.list_digest}")
    click.echo(f"  next: {NEXT[PeriodState(period.state)]}")


def _day(moment: datetime) -> str:
    return moment.astimezone(site_zone()).date().isoformat()


@payback_commands.command("start")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@by_option
@click.option("--yes", is_flag=True, help="Do not ask where the day lies in the past.")
@saying_refusals
def start(day: datetime, by: str, yes: bool) -> None:
    """Open the first period from DAY (midnight in the site's zone): points are money from then."""
    begins_at = _midnight(day.date())
    if begins_at < clock.now() and not yes:
        click.confirm(
            "That day is in the past: all earned since then will be owed. Go on?", abort=True
        )
    with transaction():
        period = periods.start(_administrator(by), begins_at)
    click.echo(f"period {period.id} begins {_day(period.begins_at)}, ends {_day(period.ends_at)}")
    if begins_at < clock.now():
        click.echo("Book what was earned since then: flask reputation rebuild")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), site_zone()).astimezone(UTC)


def _administrator(email: str) -> User:
    query = select(User).options(*VIEWER_RIGHTS).where(User.email == email)
    user = db.session.scalars(query).unique().one_or_none()
    if user is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return user


@payback_commands.command("close-month")
@saying_refusals
def close_month() -> None:
    """Close all months that are due, and mail their statements; the worker does so by itself."""
    with transaction():
        found = list_periods()
    for period in reversed(found):
        for close in close_months(period.id):
            click.echo(
                f"{_day(close.begins_at)}: {close.entries_count} entries of {close.members_count} "
                f"members, {close.gained} gained, {close.taken_back} taken back"
            )
        send_mails(period)


@payback_commands.command("calculate")
@by_option
@period_option
@saying_refusals
def calculate(by: str, period_id: int | None) -> None:
    """Work out every member's line of a period that has ended."""
    period, actor = _chosen(period_id), _actor_id(by)
    if period.state == PeriodState.OPEN:
        run_calculation(period.id, actor)
    _show(period.id)


@payback_commands.command("issue-statements")
@by_option
@period_option
@saying_refusals
def issue_statements(by: str, period_id: int | None) -> None:
    """Publish the statements of a calculated period, and mail them."""
    period = _chosen(period_id)
    with transaction():
        periods.issue_statements(_administrator(by), period.id)
    _show(period.id)


@payback_commands.command("open-choice")
@by_option
@period_option
@saying_refusals
def open_choice(by: str, period_id: int | None) -> None:
    """Let members choose what becomes of their points."""
    period = _chosen(period_id)
    with transaction():
        periods.open_choice(_administrator(by), period.id)
    _show(period.id)


@payback_commands.command("reopen")
@by_option
@period_option
@click.option("--reason", required=True, help="Why; it is recorded.")
@saying_refusals
def reopen(by: str, period_id: int | None, reason: str) -> None:
    """Take a period back to be calculated anew, before members choose."""
    period = _chosen(period_id)
    with transaction():
        periods.reopen(_administrator(by), period.id, reason)
    _show(period.id)


@payback_commands.command("lock")
@by_option
@period_option
@saying_refusals
def lock(by: str, period_id: int | None) -> None:
    """Close the books of a period and make its list final; run again, it goes on."""
    period = _chosen(period_id)
    with transaction():
        shares.begin_lock(_administrator(by), period.id)
    run_lock(period.id)
    _show(period.id)


def _chosen(period_id: int | None) -> PaybackPeriod:
    with transaction():
        period = get_period_to_work_on() if period_id is None else get_period(period_id)
    if period is None:
        raise click.ClickException("Payback was not started.")
    return period


def _actor_id(email: str) -> int:
    with transaction():
        return _administrator(email).id


def _show(period_id: int) -> None:
    with transaction():
        db.session.expire_all()
        describe_period(get_period(period_id))
