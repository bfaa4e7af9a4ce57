"""``flask doctor``."""

import json
import textwrap
from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from community.admin.doctor import background, configuration, people, sign_in, stores
from community.admin.doctor.findings import Check, Level, Report, run_checks

CHECKS: dict[str, Check] = {
    "settings": configuration.check_settings,
    "secrets": configuration.check_secrets,
    "address": configuration.check_address,
    "passwords": configuration.check_breached_passwords,
    "files": stores.check_files,
    "database": stores.check_database,
    "migrations": stores.check_migrations,
    "clock": stores.check_clock,
    "index": stores.check_index,
    "queue": background.check_queue,
    "mail": background.check_mail,
    "redis": background.check_redis,
    "staff": people.check_staff,
    "providers": sign_in.check_providers,
}
SIGNS = {Level.FINE: "ok", Level.WARNING: "LOOK", Level.FAILURE: "FAIL"}
WIDTH = 100


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@with_appcontext
def doctor_command(as_json: bool) -> None:
    """Look whether the site can run as it should, and say what to do where it cannot.

    Changes nothing. Ends with 1 where something does not work, else with 0.
    """
    reports = run_checks(CHECKS)
    if as_json:
        click.echo(json.dumps([report._asdict() for report in reports], indent=2))
    else:
        _print_table(reports)
    if any(report.level is Level.FAILURE for report in reports):
        raise SystemExit(1)


def _print_table(reports: Sequence[Report]) -> None:
    for check, level, words, advice in reports:
        start = f"{check:<11} {SIGNS[level]:<5} "
        click.echo(_wrapped(start, words))
        if advice:
            click.echo(_wrapped(" " * len(start) + "-> ", advice))
    number = {level: sum(report.level is level for report in reports) for level in Level}
    click.echo(
        f"\n{number[Level.FINE]} fine, {number[Level.WARNING]} to look at, "
        f"{number[Level.FAILURE]} not working."
    )


def _wrapped(start: str, words: str) -> str:
    return textwrap.fill(
        words,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
