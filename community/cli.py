"""Commands of the ``flask`` program; each group lives in its package and is listed here."""

import click
from flask import Flask
from flask.cli import with_appcontext

from community.admin.cli import doctor_command, users
from community.escalation.mail_in.cli import mail_commands
from community.importers.cli import import_group, rebuild_command
from community.notifications.cli import notifications
from community.search.cli import search_commands
from moderation.audit.cli import audit_commands
from moderation.spam.cli import spam_commands
from reputation.cli import reputation_commands
from reputation.payouts.cli import payback_commands


def init_app(app: Flask) -> None:
    """Add our commands to ``flask``."""
    app.cli.add_command(run_worker)
    app.cli.add_command(users)
    app.cli.add_command(doctor_command)
    app.cli.add_command(notifications)
    app.cli.add_command(mail_commands)
    app.cli.add_command(search_commands)
    app.cli.add_command(import_group)
    app.cli.add_command(rebuild_command)
    app.cli.add_command(reputation_commands)
    app.cli.add_command(payback_commands)
    app.cli.add_command(spam_commands)
    app.cli.add_command(audit_commands)


@click.command("worker")
@with_appcontext
def run_worker() -> None:
    """Work off jobs until stopped (SIGTERM lets the current one end)."""
    from flask import current_app

    from community.core.worker import Worker
    from community.schedule import PERIODIC

    worker = Worker(current_app._get_current_object(), PERIODIC)  # type: ignore[attr-defined]
    worker.listen_to_signals()
    worker.run()
