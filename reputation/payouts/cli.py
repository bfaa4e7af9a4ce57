"""``flask payback approve|export|settle|…``: payout runs from the command line.

Four eyes hold here, too: ``--by`` names who acts, and who approves is another administrator than
who locked the list. No second factor is asked for: whoever has a shell on the server, with the
database's password and the site's secret, could do without this program altogether. Each step is
recorded under the name given; hand out shells, and log them, accordingly.
"""

import os
import sys
from pathlib import Path

import click

from community.core.commands import saying_refusals
from community.core.db import transaction
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.queries import get_user_by_email
from reputation.payback.cli import describe_period, payback_commands
from reputation.payback.models import Choice, PeriodState
from reputation.payback.queries.periods import list_periods
from reputation.payouts import operations
from reputation.payouts.books import check_everything
from reputation.payouts.files.amounts import decimal_text
from reputation.payouts.operations import Outcome
from reputation.payouts.queries import FORMS, Sums, get_halt, get_oldest_run, reconcile
from reputation.payouts.wording import fault_words

__all__ = ["payback_commands"]

# So many payments a transaction: a report of any length keeps no other writer waiting for long.
AT_ONCE = 100
FORM = click.Choice([form.value for form in FORMS])

by_option = click.option(
    "--by", "--as", "by", required=True, help="E-mail address of the administrator."
)
period_option = click.option(
    "--period", "period_id", type=int, help="Its number; else the oldest locked one not closed."
)
line_argument = click.argument("line_id", metavar="LINE", type=int)
batch_argument = click.argument("batch_id", metavar="FILE_NUMBER", type=int)


# From here on there is a list of payments, whose sums must agree.
LISTED = (
    PeriodState.LOCKED,
    PeriodState.APPROVED,
    PeriodState.PAYING,
    PeriodState.PAID,
    PeriodState.CLOSED,
)


@payback_commands.command("status")
@saying_refusals
def status() -> None:
    """Show every period, what is in it, whether its sums agree, and what comes next."""
    with transaction():
        found = list_periods()
        for period in found:
            describe_period(period)
            if period.state in LISTED:
                _show_reconciliation(period.id)
    if not found:
        click.echo("Payback was not started: nothing is owed. (flask payback start DAY)")


def _show_reconciliation(period_id: int) -> None:
    """Show the sums of a period by lines, files and ledger, and whether they agree."""
    every = reconcile(period_id)
    for sums in every:
        click.echo(f"  {_sums_words(sums)}")
    sound = all(sums.agrees for sums in every)
    click.echo("  lines, files and ledger agree" if sound else "  THE SUMS DO NOT AGREE")


@payback_commands.command("approve")
@period_option
@click.option("--digest", required=True, help="Digest of the list that was looked at.")
@by_option
@saying_refusals
def approve(period_id: int | None, digest: str, by: str) -> None:
    """Approve a locked list as the second person."""
    number = _number(period_id)
    with transaction():
        now = operations.approve_list(_actor(by), number, digest)
    click.echo(f"Period {number} is {'now' if now else 'already'} approved.")


@payback_commands.command("export")
@period_option
@click.argument("form", type=FORM)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder the file is written to; nobody else can read it there.",
)
@by_option
@saying_refusals
def export(period_id: int | None, form: str, folder: Path, by: str) -> None:
    """Make the file of a form, or find the one that was made, and write it."""
    with transaction():
        batch = operations.export_form(_actor(by), _number(period_id), Choice(form))
    if batch is None:
        click.echo("There is nothing to pay in this form.")
        return
    with transaction():
        data = operations.open_file(_actor(by), batch.id)
    path = folder / batch.file_name
    _write_privately(path, data)
    total = decimal_text(batch.total, batch.currency)
    click.echo(f"File {batch.id}: {batch.items_count} payments, {total} {batch.currency}.")
    click.echo(f"SHA-256 {batch.file_digest}")
    click.echo(f"Written to {path}")


def _write_privately(path: Path, data: bytes) -> None:
    """Write beside the place and move there: a cut-off file never looks like a whole one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


@payback_commands.command("settle")
@batch_argument
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@saying_refusals
def settle(batch_id: int, report: Path, by: str) -> None:
    """Settle or fail what a report says; ends with 1 where lines were refused.

    May be repeated, also after it was cut off: what is decided stays decided.
    """
    data = report.read_bytes()
    reports, faults = operations.read_report(data)
    outcome = Outcome(faults=faults)
    for start in range(0, len(reports), AT_ONCE):
        with transaction():
            some = reports[start : start + AT_ONCE]
            outcome.add(operations.settle_reports(_actor(by), batch_id, some))
    with transaction():
        operations.note_import(_actor(by), batch_id, data, outcome)
    click.echo(
        f"{outcome.settled} settled, {outcome.failed} failed, {outcome.repeated} known already, "
        f"{len(outcome.faults)} refused."
    )
    for fault in sorted(outcome.faults, key=lambda fault: fault.line):
        click.echo(f"Line {fault.line} ({fault.key or '-'}): {fault_words(fault.why)}")
    if outcome.faults:
        sys.exit(1)


@payback_commands.command("retry")
@line_argument
@by_option
@saying_refusals
def retry(line_id: int, by: str) -> None:
    """Let a failed payment go into the next file."""
    with transaction():
        operations.retry_line(_actor(by), line_id)
    click.echo(f"Line {line_id} goes into the next file.")


@payback_commands.command("leave")
@line_argument
@by_option
@saying_refusals
def leave(line_id: int, by: str) -> None:
    """Leave a failed payment for the next period."""
    with transaction():
        operations.leave_line(_actor(by), line_id)
    click.echo(f"Line {line_id} is left for the next period.")


@payback_commands.command("close")
@period_option
@by_option
@saying_refusals
def close(period_id: int | None, by: str) -> None:
    """Close a period that is paid and whose sums agree."""
    number = _number(period_id)
    with transaction():
        now = operations.close_period(_actor(by), number)
    click.echo(f"Period {number} is {'now' if now else 'already'} closed.")


@payback_commands.command("resume")
@click.option("--reason", required=True, help="What was the matter; name nobody in it.")
@by_option
@saying_refusals
def resume(reason: str, by: str) -> None:
    """Let halted payouts go on, once every invariant holds."""
    with transaction():
        lifted = operations.lift_halt(_actor(by), reason)
    click.echo("Payouts go on." if lifted else "Payouts were not halted.")


@payback_commands.command("reconcile")
@period_option
@saying_refusals
def show_sums(period_id: int | None) -> None:
    """Compare lines, files and ledger; ends with 1 where they differ or the books are broken."""
    sound = True
    for sums in reconcile(_number(period_id)):
        sound = sound and sums.agrees
        click.echo(_sums_words(sums))
    halt = get_halt()
    if halt is not None:
        sound = False
        click.echo(f"Payouts are halted: {halt.says} ({halt.found_at_place})")
    for says, broken in check_everything():
        if broken is not None:
            sound = False
            click.echo(f"BROKEN: {says} (first at {broken.where})")
    click.echo("Lines, files and ledger agree." if sound else "THE SUMS DO NOT AGREE.")
    if not sound:
        sys.exit(1)


def _sums_words(sums: Sums) -> str:
    currency = current_settings().currency
    amounts = (
        ("to pay", sums.approved),
        ("waits", sums.waiting),
        ("in files", sums.exported),
        ("paid", sums.settled),
        ("failed", sums.failed),
        ("left", sums.left),
        ("booked", sums.booked),
    )
    words = ", ".join(f"{name} {decimal_text(amount, currency)}" for name, amount in amounts)
    return f"{sums.form.value:8} {sums.lines} lines: {words}"


def _number(period_id: int | None) -> int:
    """Return the number of the period that is meant."""
    found = get_oldest_run(period_id)
    if found is None:
        raise click.ClickException("There is no such period with a locked list.")
    return found


def _actor(email: str) -> User:
    user = get_user_by_email(email)
    if user is None or user.is_pending or not user.active:
        raise click.ClickException(f"No open account has the address {email}.")
    return user
