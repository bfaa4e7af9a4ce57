"""Mails about accounts: written in their reader's language, kept in the outbox for the worker."""

from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel.speaklater import LazyString

from community.core.i18n import speaking
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.settings import current_settings
from community.identity.letters import LETTERS
from community.identity.models import User
from community.identity.throttling import notice_due_at

# Letters that anybody can have sent to any address.
REQUESTED = frozenset(
    {"confirm", "known", "reset", "sign_in", "email_change_confirm", "email_change_taken"}
)


def send_account_mail(
    user: User,
    letter: str,
    *,
    to: str | None = None,
    language: str | None = None,
    link: str = "",
    details: tuple[tuple[LazyString | str, str | datetime], ...] = (),
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
    spoken = user.language or language or current_settings().default_language
    with speaking(spoken, user.time_zone):
        words = LETTERS[letter]()
        text, html = render_parts(
            "account", name=user.display_name, letter=words, link=link, details=details
        )
    due_at = None if letter in REQUESTED else notice_due_at(receiver)
    message = Message(to=receiver, subject=words.subject, text=text, html=html)
    enqueue_mail(message, due_at=due_at)


def address_of(endpoint: str, **values: Any) -> str:
    """Return the full address of a page for a mail.

    Built from the setting alone: a request may name any host, and a mail must not repeat it.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return current_settings().site_url.rstrip("/") + str(path)
