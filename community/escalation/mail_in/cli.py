"""``flask mail …``."""

import asyncio
import json
from typing import Any, BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from community.core.reply_addresses import mail_site
from community.core.settings import current_settings
from community.escalation.mail_in.listening import serve_until_stopped
from community.escalation.mail_in.message import InboundMail
from community.escalation.mail_in.parsing import parse_mail
from community.escalation.mail_in.polling import MailboxFailed, poll_mailbox

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
        "answered_post_id": mail.post_reply and mail.post_reply.post_id,
        "text": mail.text,
        "original_chars": len(mail.original),
        "files": [
            {"name": each.name, "content_type": each.content_type, "bytes": len(each.content)}
            for each in mail.files
        ],
        "bounce": bounce,
    }


@mail_commands.command("serve")
@click.option("--listen", default="127.0.0.1:8025", show_default=True, help="HOST:PORT, or a path.")
@click.option("--lmtp", is_flag=True, help="Speak LMTP instead of SMTP.")
@with_appcontext
def serve(listen: str, lmtp: bool) -> None:
    """Take mail from the mail server in front of us, until stopped."""
    _require_addresses()
    if "/" not in listen and not listen.rpartition(":")[2].isdigit():
        raise click.BadParameter("must be HOST:PORT or a path", param_hint="--listen")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    asyncio.run(serve_until_stopped(app, listen, lmtp=lmtp))


@mail_commands.command("poll")
@with_appcontext
def poll() -> None:
    """Fetch what is new in the mailbox (FORUM_IMAP_HOST) once."""
    _require_addresses()
    if not current_settings().imap_host:
        raise click.ClickException("FORUM_IMAP_HOST is not set.")
    try:
        polled = poll_mailbox()
    except MailboxFailed as error:
        raise click.ClickException(f"The mailbox cannot be read: {error}.") from error
    click.echo(f"{polled.taken} taken, {polled.failed} left for the next time")
    if polled.failed:
        raise SystemExit(1)


def _require_addresses() -> None:
    if not current_settings().mail_help_address:
        raise click.ClickException("FORUM_MAIL_HELP_ADDRESS is not set.")
