"""``flask mail …``."""

import json
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup, with_appcontext

from community.core.reply_addresses import mail_site
from community.escalation.mail_in.message import InboundMail
from community.escalation.mail_in.parsing import parse_mail

mail_commands = AppGroup("mail", help="Mail that comes in.")


@mail_commands.command("parse")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--to", "recipients", multiple=True, help="A recipient of the envelope.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def parse(file: BinaryIO, recipients: tuple[str, ...], as_json: bool) -> None:
    """Show what would be made of a message (a file, else standard input); nothing is kept."""
    mail = parse_mail(file.read(), mail_site(), recipients=recipients)
    shown = _shown(mail)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for name, value in shown.items():
        if name != "text" and value not in ("", [], None):
            click.echo(f"{name}: {value}")
    click.echo(f"\n{mail.text}")


def _shown(mail: InboundMail) -> dict[str, Any]:
    sender = mail.sender and {"email": mail.sender.email, "name": mail.sender.name}
    bounce = mail.bounce and {
        "addresses": mail.bounce.addresses,
        "is_temporary": mail.bounce.is_temporary,
    }
    return {
        "kind": mail.kind,
        "reason": mail.reason,
        "sender": sender,
        "recipients": mail.recipients,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "references": mail.references,
        "case_ids": mail.case_ids,
        "answered_case_ids": mail.answered_case_ids,
        "text": mail.text,
        "original_chars": len(mail.original),
        "files": [
            {"name": each.name, "content_type": each.content_type, "bytes": len(each.content)}
            for each in mail.files
        ],
        "bounce": bounce,
    }
