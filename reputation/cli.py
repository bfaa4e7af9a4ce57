"""``flask reputation``: what concerns several of the packages here; the rest stands in theirs."""

import time

import click
from flask.cli import with_appcontext

from reputation.leaderboards.rebuild import rebuild_leaderboards
from reputation.ledger.cli import reputation_commands
from reputation.ledger.rebuild import rebuild_ledger
from reputation.ranks.operations import rebuild_ranks
from reputation.trust.operations import rebuild_levels

__all__ = ["reputation_commands"]


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
