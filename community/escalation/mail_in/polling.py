"""Mail fetched from a mailbox by IMAP. Source: RFC 9051."""

import imaplib
import re
import socket
from contextlib import suppress
from typing import Any, NamedTuple

import structlog

from community.core.http import RequestFailed, open_stream
from community.core.settings import current_settings
from community.escalation.mail_in.operations.receiving import receive_mail
from community.escalation.mail_in.parts import LARGEST_BYTES

MAILS_AT_ONCE = 200

log = structlog.get_logger()


class MailboxFailed(Exception):
    """The mailbox cannot be read; the message says why without anything of what it holds."""


class Polled(NamedTuple):
    """How many mails were taken, and how many could not be and wait for the next time."""

    taken: int
    failed: int


class _Mailbox(imaplib.IMAP4):
    """A connection made where all connections are made."""

    def __init__(self, host: str, port: int, *, tls: bool) -> None:
        self._tls = tls
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return open_stream(self.host, self.port, tls=self._tls)


def poll_mailbox() -> Polled:
    """Take in the mails in the mailbox that were not seen; raises ``MailboxFailed``.

    A mail is marked as seen once it is in the database. Should we die between, it comes again and
    changes nothing.
    """
    settings = current_settings()
    try:
        mailbox = _Mailbox(settings.imap_host, settings.imap_port, tls=settings.imap_tls)
    except (imaplib.IMAP4.error, OSError, RequestFailed) as error:
        raise MailboxFailed(type(error).__name__) from error
    try:
        mailbox.login(settings.imap_user, settings.imap_password)
        _expect(mailbox.select(_quoted(settings.imap_folder)))
        return _take_unseen(mailbox)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxFailed(type(error).__name__) from error
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            mailbox.logout()


def _take_unseen(mailbox: _Mailbox) -> Polled:
    found = _expect(mailbox.uid("SEARCH", "UNSEEN"))
    uids = found[0].split() if found and found[0] else []
    taken = failed = 0
    for uid in uids[:MAILS_AT_ONCE]:
        if not re.fullmatch(rb"[0-9]+", uid):
            continue
        if _take(mailbox, uid.decode()):
            taken += 1
        else:
            failed += 1
    return Polled(taken, failed)


def _take(mailbox: _Mailbox, uid: str) -> bool:
    # PEEK: fetching alone must not mark it as seen. One byte more than we take is refused as such.
    parts = _expect(mailbox.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_BYTES + 1}>)"))
    raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
    if raw is None:
        return False
    try:
        receive_mail(raw)
    except Exception as error:
        log.error("mail_not_received", error=type(error).__name__)
        return False
    _expect(mailbox.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
    return True


def _expect(answer: tuple[str, Any]) -> list[Any]:
    status, found = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return list(found)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
