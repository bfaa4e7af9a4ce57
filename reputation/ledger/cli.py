"""``flask reputation …``."""

import sys
import time

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from community.core.db import db
from reputation.ledger.models import LedgerEntry
from reputation.ledger.verify import verify_ledger

reputation_commands = AppGroup("reputation", help="Points and their ledger.")


@reputation_commands.command("verify")
@with_appcontext
def verify() -> None:
    """Check every invariant of the ledger; ends with 1 at the first that is broken."""
    started = time.monotonic()
    for says, broken in verify_ledger():
        if broken is not None:
            click.echo(f"BROKEN: {broken.says} (first at {broken.where})")
            sys.exit(1)
        click.echo(f"holds: {says}")
    entries = db.session.scalar(select(func.count()).select_from(LedgerEntry))
    click.echo(f"{entries} entries checked in {time.monotonic() - started:.1f} s")
