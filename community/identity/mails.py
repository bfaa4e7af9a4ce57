"""Mails about accounts: written in their reader's language, kept in the outbox for the worker."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel.speaklater import LazyString

from community.core.i18n import speaking
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.settings import current_settings
from community.identity.letters import LETTERS, Letter
from community.identity.models import User
from community.identity.throttling import notice_due_at

# Letters that anybody can have sent to any address.
REQUESTED = frozenset(
    {"confirm", "known", "reset", "sign_in", "email_change_confirm", "email_change_taken"}
)


Details = tuple[tuple[LazyString | str, str | datetime], ...]


def send_account_mail(
    user: User,
    letter: str,
    *,
    to: str | None = None,
    language: str | None = None,
    link: str = "",
    details: Details = (),
) -> None:
    """Store a mail in the present transaction: a letter of ``letters``, to the user's address.

    Ask ``throttling.may_send_requested_mail`` first for one of ``REQUESTED``; any other waits for
    its turn where the address has got enough mails in this hour.

    ``to`` names another address, ``language`` the one for who has chosen none; ``link`` is where
    the letter's link leads (``address_of``), ``details`` are pairs shown below it.
    """
    receiver = to or user.email
    if receiver is None:
        return
    message = write_mail(
        user, LETTERS[letter], to=receiver, language=language, link=link, details=details
    )
    enqueue_mail(message, due_at=None if letter in REQUESTED else notice_due_at(receiver))


def send_notice(user: User, letter: Callable[[], Letter], *, link: str = "") -> None:
    """Store a mail that its reader must have, which may wait for its turn, with other words."""
    if user.email is not None:
        message = write_mail(user, letter, to=user.email, link=link)
        enqueue_mail(message, due_at=notice_due_at(user.email))


def write_mail(
    user: User,
    letter: Callable[[], Letter],
    *,
    to: str,
    language: str | None = None,
    link: str = "",
    details: Details = (),
) -> Message:
    """Return a letter as a mail in its reader's language and time zone; nothing is sent."""
    with speaking(user.language or language or current_settings().default_language, user.time_zone):
        words = letter()
        text, html = render_parts(
            "account", name=user.display_name, letter=words, link=link, details=details
        )
    return Message(to=to, subject=words.subject, text=text, html=html)


def address_of(endpoint: str, **values: Any) -> str:
    """Return the full address of a page for a mail.

    Built from the setting alone: a request may name any host, and a mail must not repeat it.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return current_settings().site_url.rstrip("/") + str(path)
