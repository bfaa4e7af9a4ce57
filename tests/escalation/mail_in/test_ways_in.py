"""The ways by which mail comes in: SMTP, LMTP, a mailbox, a signed request."""

import asyncio
import hmac
import smtplib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db
from community.escalation.cases.models import SupportCase
from community.escalation.mail_in import listening
from community.escalation.mail_in.listening import serve_mail
from community.escalation.mail_in.polling import MailboxFailed, poll_mailbox
from tests.escalation.mail_in.conftest import HOOK_KEY
from tests.escalation.mail_in.mails import DOMAIN

HELP = f"help@{DOMAIN}"
RAW = (
    f"From: Ann <ann@example.test>\r\nTo: {HELP}\r\nSubject: Kein Netz\r\n"
    "Message-ID: <1@example.test>\r\n\r\nEs geht nicht.\r\n.x\r\n"
)


def cases() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SupportCase)) or 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def serving(app: Flask, *, lmtp: bool = False) -> Iterator[int]:
    """Serve mail in a thread; yields the port."""
    port, started = free_port(), threading.Event()
    running: dict[str, Any] = {}

    async def run() -> None:
        stopped = running["stopped"] = asyncio.Event()
        running["loop"] = asyncio.get_running_loop()
        await serve_mail(app, f"127.0.0.1:{port}", lmtp=lmtp, until=stopped, listening=started.set)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert started.wait(20)
        yield port
    finally:
        running["loop"].call_soon_threadsafe(running["stopped"].set)
        thread.join(20)


def test_a_mail_by_smtp_is_kept_before_it_is_acknowledged(mail_app: Flask) -> None:
    with serving(mail_app) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        assert client.sendmail("ann@example.test", [HELP], RAW) == {}
        assert cases() == 1
        assert client.sendmail("ann@example.test", [HELP], RAW) == {}
        assert cases() == 1
        code, _ = client.docmd("MAIL", "FROM:<ann@example.test>")
        assert code == 250
        assert client.docmd("RCPT", "TO:<somebody@example.test>")[0] == 550
        assert client.docmd("RCPT", f"TO:<reply+c1-x@{DOMAIN}>")[0] == 250


def test_by_lmtp_each_recipient_has_an_answer(mail_app: Flask) -> None:
    with serving(mail_app, lmtp=True) as port:
        client = smtplib.LMTP("127.0.0.1", port, timeout=20)
        try:
            client.ehlo_or_helo_if_needed()
            assert client.mail("ann@example.test")[0] == 250
            for to in (HELP, f"community@{DOMAIN}"):
                assert client.rcpt(to)[0] == 250
            client.putcmd("data")
            assert client.getreply()[0] == 354
            client.send(RAW.encode() + b"\r\n.\r\n")
            assert [client.getreply()[0] for _ in range(2)] == [250, 250]
        finally:
            client.close()
    assert cases() == 1


def test_a_mail_that_cannot_be_kept_stays_with_its_sender(
    mail_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(listening, "receive_mail", fail)
    with serving(mail_app) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("ann@example.test", [HELP], RAW)
        assert refused.value.smtp_code == 451


class MailboxServer(socketserver.ThreadingTCPServer):
    """A mailbox with one mail, which speaks as much IMAP as is asked of it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailboxHandler)
        self.mails = {b"7": RAW.encode()}
        self.seen: set[bytes] = set()
        self.password = b'"secret"'


class MailboxHandler(socketserver.StreamRequestHandler):
    """One connection."""

    server: MailboxServer

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *rest = line.split()
            answer = self._answer(command.upper(), rest)
            self.wfile.write(tag + b" " + answer + b"\r\n")
            if command.upper() == b"LOGOUT":
                return

    def _answer(self, command: bytes, rest: list[bytes]) -> bytes:
        if command == b"CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif command == b"LOGIN":
            return b"OK in" if rest[1] == self.server.password else b"NO wrong"
        elif command == b"SELECT":
            self.wfile.write(b"* 1 EXISTS\r\n")
        elif command == b"UID":
            self._answer_uid(rest)
        return b"OK done"

    def _answer_uid(self, rest: list[bytes]) -> None:
        action, uid = rest[0].upper(), rest[1]
        if action == b"SEARCH":
            unseen = [each for each in self.server.mails if each not in self.server.seen]
            self.wfile.write(b"* SEARCH " + b" ".join(unseen) + b"\r\n")
        elif action == b"FETCH":
            raw = self.server.mails[uid]
            self.wfile.write(b"* 1 FETCH (UID %b BODY[]<0> {%d}\r\n%b)\r\n" % (uid, len(raw), raw))
        elif action == b"STORE":
            assert rest[2:] == [b"+FLAGS.SILENT", b"(\\Seen)"]
            self.server.seen.add(uid)


@pytest.fixture
def mailbox(mail_app: Flask) -> Iterator[MailboxServer]:
    """A mailbox that the site knows."""
    with MailboxServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        before = mail_app.config["SETTINGS"]
        mail_app.config["SETTINGS"] = replace(
            before,
            imap_host="127.0.0.1",
            imap_port=server.server_address[1],
            imap_tls=False,
            imap_user="help",
            imap_password="secret",
        )
        yield server
        mail_app.config["SETTINGS"] = before
        server.shutdown()


def test_a_mailbox_is_emptied_once(mail_app: Flask, mailbox: MailboxServer) -> None:
    assert poll_mailbox() == (1, 0)
    assert cases() == 1
    assert mailbox.seen == {b"7"}
    assert poll_mailbox() == (0, 0)


def test_a_mail_that_comes_from_the_mailbox_again_changes_nothing(
    mail_app: Flask, mailbox: MailboxServer
) -> None:
    poll_mailbox()
    mailbox.seen.clear()
    assert poll_mailbox() == (1, 0)
    assert cases() == 1


def test_a_mailbox_that_lets_nobody_in_is_named(mail_app: Flask, mailbox: MailboxServer) -> None:
    mailbox.password = b'"another"'
    with pytest.raises(MailboxFailed):
        poll_mailbox()
    done = mail_app.test_cli_runner().invoke(args=["mail", "poll"])
    assert done.exit_code == 1
    assert "The mailbox cannot be read" in done.output
    assert "secret" not in done.output


def test_polling_by_hand_says_what_came(mail_app: Flask, mailbox: MailboxServer) -> None:
    done = mail_app.test_cli_runner().invoke(args=["mail", "poll"])
    assert (done.exit_code, done.output) == (0, "1 taken, 0 left for the next time\n")


@pytest.mark.parametrize("command", ["serve", "poll"])
def test_without_addresses_no_mail_is_taken(app: Flask, command: str) -> None:
    done = app.test_cli_runner().invoke(args=["mail", command])
    assert done.exit_code == 1
    assert "FORUM_MAIL_HELP_ADDRESS is not set" in done.output


def signed(
    body: bytes = RAW.encode(), *, key: str = HOOK_KEY, to: str = HELP, age_seconds: int = 0
) -> dict[str, Any]:
    """Return what a provider sends."""
    timestamp = str(int(clock.now().timestamp()) - age_seconds)
    signature = hmac.new(key.encode(), f"{timestamp}\n{to}\n".encode() + body, sha256).hexdigest()
    headers = {"X-Timestamp": timestamp, "X-Recipients": to, "X-Signature": signature}
    return {"data": body, "headers": headers, "content_type": "message/rfc822"}


def test_a_signed_request_is_taken_once(mail_app: Flask) -> None:
    client, request = mail_app.test_client(), signed()
    taken = client.post("/hooks/mail", **request)
    assert (taken.status_code, taken.json["fate"]) == (200, "opened")
    assert client.post("/hooks/mail", **request).status_code == 409
    assert cases() == 1


def test_a_large_mail_comes_by_a_signed_request_too(mail_app: Flask) -> None:
    body = RAW.encode() + b"a" * 70 * 40_000
    assert mail_app.test_client().post("/hooks/mail", **signed(body)).status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda request: request["headers"].pop("X-Signature"),
        lambda request: request["headers"].update({"X-Signature": "ä"}),
        lambda request: request["headers"].update({"X-Recipients": "other@example.test"}),
        lambda request: request["headers"].update({"X-Timestamp": "²"}),
        lambda request: request["headers"].update({"X-Timestamp": "9" * 30}),
        lambda request: request.update(data=request["data"] + b"x"),
        lambda request: request.update(signed(key="another key of thirty-two characters")),
        lambda request: request.update(signed(age_seconds=301)),
        lambda request: request.update(signed(age_seconds=-301)),
    ],
)
def test_a_request_that_is_not_signed_as_it_must_be_is_refused(
    mail_app: Flask, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    request = signed()
    spoil(request)
    assert mail_app.test_client().post("/hooks/mail", **request).status_code == 403
    assert cases() == 0


def test_without_a_key_there_is_no_such_address(app: Flask) -> None:
    assert app.test_client().post("/hooks/mail", **signed()).status_code == 404
