"""``flask import``: whole communities from elsewhere; and ``flask rebuild``."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from community.importers.boards import find_or_make_board
from community.importers.jsonl.stages import import_jsonl
from community.importers.progress import fitting_progress
from community.importers.reading import UnreadableSource, check_folder
from community.importers.report import Report
from community.importers.run import Run
from community.importers.stackexchange.stages import import_stackexchange
from community.importers.workers import Workers
from community.importers.writing import Destination
from community.questions.rebuild import rebuild_all, rebuild_totals

SOURCE_MAX_CHARS = 60
Stages = Callable[[Run, Path], None]


@click.group("import")
def import_group() -> None:
    """Import a community; a second run changes nothing and goes on where the first one ended."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in reversed(
        (
            click.argument("folder", type=click.Path(path_type=Path), metavar="DIR"),
            click.option("--source", help="Name of the source; without it, the folder's."),
            click.option("--board", help="Slug of the board for new questions; made if missing."),
            click.option(
                "--language", default="en", show_default=True, help="Where the source names none."
            ),
            click.option("--dry-run", is_flag=True, help="Count and list problems; write nothing."),
        )
    ):
        command = decorate(command)
    return command


@import_group.command("stackexchange")
@_options
@with_appcontext
def import_stackexchange_command(**options: Any) -> None:
    """Import a Stack Exchange dump (Posts.xml and the others, plain or .xz)."""
    _run_import(import_stackexchange, **options)


@import_group.command("jsonl")
@_options
@with_appcontext
def import_jsonl_command(**options: Any) -> None:
    """Import questions.jsonl and answers.jsonl, plain or .xz."""
    _run_import(import_jsonl, **options)


@click.command("rebuild")
@with_appcontext
def rebuild_command() -> None:
    """Compute status, counters and totals anew from the rows they are derived from."""
    for name, seconds in rebuild_all():
        click.echo(f"{name:<28} {seconds:6.1f} s")


def _run_import(
    stages: Stages,
    *,
    folder: Path,
    source: str | None,
    board: str | None,
    language: str,
    dry_run: bool,
) -> None:
    started = time.monotonic()
    report = Report(tell=lambda line: click.echo(line, err=True))
    try:
        check_folder(folder)
        to = _destination(folder, source, board, language, dry_run)
        with Workers() as workers:
            run = Run(to, report, workers, fitting_progress(), is_dry=dry_run)
            stages(run, folder)
    except UnreadableSource as error:
        raise click.ClickException(str(error)) from error
    finally:
        if not dry_run and report.tallies:
            _rebuild()
    click.echo(report.table())
    _tell_speed(report, time.monotonic() - started)
    if dry_run:
        click.echo("Nothing was written: this was a dry run.")


def _destination(
    folder: Path, source: str | None, board: str | None, language: str, is_dry: bool
) -> Destination:
    name = _slug(source or folder.resolve().name)
    if not name:
        raise UnreadableSource("Name the source: --source NAME (letters, digits, hyphens).")
    slug = _slug(board or name)
    board_id = 0 if is_dry else find_or_make_board(slug)
    return Destination(name, board_id, language[:5].lower())


def _slug(name: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:SOURCE_MAX_CHARS].strip("-")


def _rebuild() -> None:
    for _ in rebuild_totals():
        pass


def _tell_speed(report: Report, seconds: float) -> None:
    posts = sum(report.tally(kind).new for kind in ("questions", "answers", "comments"))
    click.echo(f"{posts:,} posts in {seconds:.1f} s: {posts / max(seconds, 0.001):,.0f} posts/s.")
