"""``flask audit …``: the operator checks the audit log and keeps copies of where it ends."""

import json
import time
from typing import Any

import click
from flask.cli import AppGroup

from community.core.audit_chain import key_ring
from community.core.audit_check import Checkpoint, Report, verify_log
from community.core.authz import SYSTEM
from community.core.db import transaction
from moderation.audit.operations.log import note_export, seal_log
from moderation.audit.queries.log import get_head, sealed_entries

audit_commands = AppGroup("audit", help="Check the audit log; docs/audit-log.md says how.")


class CheckpointType(click.ParamType[Checkpoint]):
    """What ``audit head`` printed."""

    name = "checkpoint"

    def convert(self, value: Any, param: Any, ctx: Any) -> Checkpoint:
        if isinstance(value, Checkpoint):
            return value
        try:
            return Checkpoint.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@audit_commands.command("verify")
@click.option("--since", type=CheckpointType(), help="Check what came after; it must be there.")
def verify(since: Checkpoint | None) -> None:
    """Look for any change, deletion, swap, insertion or cut; ends with 1 where there is one."""
    started = time.perf_counter()
    report = verify_log(since)
    click.echo(f"{report.checked} entries checked in {time.perf_counter() - started:.1f} s.")
    _tell_origin(report)
    for fault in report.faults:
        place = f"position {fault.position}" if fault.position else "log"
        entry = f", entry {fault.entry_id}" if fault.entry_id is not None else ""
        click.echo(f"{place}{entry}: {fault.kind}.")
    if not report.is_whole:
        shown = len(report.faults)
        more = f" The first {shown} are shown." if report.faults_count > shown else ""
        raise click.ClickException(f"{report.faults_count} faults.{more}")
    click.echo(f"The log is whole. It ends at {report.end}")


def _tell_origin(report: Report) -> None:
    if report.adopted:
        sealed_from = report.written_from or report.end.count + 1
        click.echo(
            f"{report.adopted} of them were there before they were sealed; from position "
            f"{sealed_from} on each was sealed as it was written."
        )


@audit_commands.command("head")
def head() -> None:
    """Print where the chain ends. Keep it elsewhere: `verify --since` finds a cut by it."""
    found = get_head()
    if found is None:
        raise click.ClickException("Nothing was sealed yet: run `flask audit seal`.")
    click.echo(str(found))


@audit_commands.command("export")
@click.option("--since", type=CheckpointType(), help="Only what came after.")
def export(since: Checkpoint | None) -> None:
    """Print all entries with their seals, one JSON object a line; this is recorded."""
    after = since.count if since else 0
    with transaction():
        note_export(SYSTEM, {"format": "jsonl", "after": after})
    for entry in sealed_entries(after):
        click.echo(json.dumps(entry, ensure_ascii=False))


@audit_commands.command("seal")
@click.option("--reason", required=True, help="Why; kept for good, so name nobody in it.")
def seal(reason: str) -> None:
    """Seal what has no seal and sign the head anew, once you know why they have none."""
    with transaction():
        sealed = seal_log(SYSTEM, reason)
    click.echo(f"{sealed} entries sealed. The log ends at {get_head()}")


@audit_commands.command("keys")
def keys() -> None:
    """Print the log's keys, the present one first. They are secret.

    Those of former secrets go into FORUM_AUDIT_FORMER_KEYS before the secrets are taken out.
    """
    for key_id, key in key_ring().live.items():
        click.echo(f"{key_id} {key.hex()}")
