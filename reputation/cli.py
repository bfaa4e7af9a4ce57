"""``flask reputation``: what concerns several of the packages here; the rest stands in theirs."""

import sys
import time
from itertools import chain

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from community.core.db import db
from reputation.badges.operations.granting import rebuild_badges
from reputation.leaderboards.rebuild import rebuild_leaderboards
from reputation.ledger.cli import reputation_commands
from reputation.ledger.models import LedgerEntry
from reputation.ledger.rebuild import rebuild_ledger
from reputation.ledger.verify import verify_ledger
from reputation.payback.verify import verify_payback
from reputation.ranks.operations import rebuild_ranks
from reputation.trust.operations import rebuild_levels

__all__ = ["reputation_commands"]


@reputation_commands.command("verify")
@with_appcontext
def verify() -> None:
    """Check every invariant of ledger and payback; ends with 1 at the first that is broken."""
    started = time.monotonic()
    for says, broken in chain(verify_ledger(), verify_payback()):
        if broken is not None:
            click.echo(f"BROKEN: {broken.says} (first at {broken.where})")
            sys.exit(1)
        click.echo(f"holds: {says}")
    entries = db.session.scalar(select(func.count()).select_from(LedgerEntry))
    click.echo(f"{entries} entries checked in {time.monotonic() - started:.1f} s")


@reputation_commands.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Book what is missing; derive anew what pages show of it. Safe at any time."""
    started = time.monotonic()
    done = rebuild_ledger()
    click.echo(
        f"{done.members} members in {time.monotonic() - started:.1f} s: "
        f"{done.entries} entries written, {done.balances} balances corrected"
    )
    click.echo(f"{rebuild_ranks()} ranks corrected")
    click.echo(f"{rebuild_leaderboards().rows} places on leaderboards corrected")
    click.echo(f"{rebuild_levels()} trust levels corrected")
    click.echo(f"{rebuild_badges()} badges granted or withdrawn")
