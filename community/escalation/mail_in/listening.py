"""Mail by SMTP or LMTP, from the mail server in front of us.

A mail is acknowledged when it is in the database, never before: until then the server in front
keeps it and comes again. Sources: RFC 5321, RFC 2033.
"""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from community.core.reply_addresses import MailSite, mail_site
from community.escalation.mail_in.operations.receiving import receive_mail
from community.escalation.mail_in.parts import LARGEST_BYTES

RECIPIENTS_MAX = 50
IDLE_SECONDS = 60
# Each reads a mail and writes it; more would wait for the database.
AT_ONCE = 4
TAKEN = "250 2.0.0 OK"
NOT_HERE = "550 5.1.1 No such address here"
TOO_MANY = "452 4.5.3 Too many recipients"
LATER = "451 4.3.0 Please try again later"

log = structlog.get_logger()


class Handler:
    """What is answered to the server in front; used by aiosmtpd."""

    def __init__(self, app: Flask, *, answers_each: bool) -> None:
        self._app = app
        # LMTP has an answer for every recipient. Source: RFC 2033 §4.2.
        self._answers_each = answers_each
        self._places = asyncio.Semaphore(AT_ONCE)
        with app.app_context():
            self.site = mail_site()

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take recipients that are ours."""
        if not is_ours(self.site, address):
            return NOT_HERE
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        """Keep a mail, then say so."""
        async with self._places:
            answer = await asyncio.to_thread(self._keep, envelope)
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._answers_each else 1))

    def _keep(self, envelope: Envelope) -> str:
        raw = envelope.content or b""
        assert isinstance(raw, bytes)
        # The envelope's sender stands in no header yet, and a bounce has none.
        head = f"Return-Path: <{_printable(envelope.mail_from or '')}>\r\n".encode()
        try:
            with self._app.app_context():
                receive_mail(head + raw, recipients=tuple(envelope.rcpt_tos))
        except Exception as error:
            log.error("mail_not_received", error=type(error).__name__)
            return LATER
        return TAKEN


def is_ours(site: MailSite, address: str) -> bool:
    """Say whether mail to an address is for us: one of ours, or a case's."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in site.own


def _printable(address: str) -> str:
    return "".join(sign for sign in address if " " < sign < "\x7f" and sign not in "<>")


async def serve_mail(
    app: Flask,
    address: str,
    *,
    lmtp: bool,
    until: asyncio.Event,
    listening: Callable[[], None] = lambda: None,
) -> None:
    """Take mail at ``host:port``, or at a path, ``until`` something happens.

    ``listening`` is called once mail can come.
    """
    handler = Handler(app, answers_each=lmtp)
    loop = asyncio.get_running_loop()
    protocol = LMTP if lmtp else SMTP

    def make() -> SMTP:
        return protocol(
            handler,
            data_size_limit=LARGEST_BYTES,
            timeout=IDLE_SECONDS,
            hostname=handler.site.domain,
            ident="mail",
            loop=loop,
        )

    host, _, port = address.rpartition(":")
    server = await (
        loop.create_unix_server(make, address)
        if "/" in address
        else loop.create_server(make, host.strip("[]"), int(port))
    )
    log.info("mail_listening", address=address, lmtp=lmtp)
    async with server:
        listening()
        await until.wait()


async def serve_until_stopped(app: Flask, address: str, *, lmtp: bool) -> None:
    """Take mail until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await serve_mail(app, address, lmtp=lmtp, until=stopped)
