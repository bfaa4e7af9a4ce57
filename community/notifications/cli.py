"""Commands on notifications."""

import click
from flask.cli import AppGroup

from community.core.db import transaction
from community.notifications.operations.unread import rebuild_unread

notifications = AppGroup("notifications", help="Notifications.")


@notifications.command("rebuild")
def rebuild() -> None:
    """Count unread notifications anew for all members."""
    with transaction():
        wrong = rebuild_unread()
    click.echo(f"{wrong} corrected")
