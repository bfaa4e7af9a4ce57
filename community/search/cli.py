"""``flask search …``."""

import sys
import time

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from community.core.db import db
from community.core.settings import current_settings
from community.questions.models import Question
from community.search.building import RebuildRunning, build_index

search_commands = AppGroup("search", help="Look after the search index.")


@search_commands.command("rebuild")
@click.option("--quiet", is_flag=True, help="Say nothing unless something fails.")
@with_appcontext
def rebuild(quiet: bool) -> None:
    """Build the search index anew; searches go on meanwhile."""
    total = db.session.scalar(select(func.count()).select_from(Question)) or 0
    started = time.monotonic()
    hidden = quiet or not sys.stderr.isatty()
    try:
        with click.progressbar(
            length=total, label="Indexing", file=sys.stderr, hidden=hidden
        ) as bar:
            count = build_index(current_settings().index_path, bar.update)
    except RebuildRunning as error:
        raise click.ClickException("The index is being built already.") from error
    if not quiet:
        click.echo(f"Indexed {count} questions in {time.monotonic() - started:.1f} s.")
