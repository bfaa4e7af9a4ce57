"""Mails about one's own data, written in their reader's language."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import structlog
from flask_babel import gettext as _

from community.core import mail
from community.core.db import db, forget_changes
from community.core.i18n import speaking
from community.core.mail import Message, enqueue_mail, render_parts
from community.core.settings import current_settings
from community.core.wording import day
from community.identity.models import User

DATA_PATH = "/account/data"

log = structlog.get_logger()


def send_ready_letter(user: User) -> None:
    """Say that an archive can be downloaded; the link leads to a page that asks who one is."""
    hours = current_settings().export_hours
    with _speaking_to(user):
        _enqueue(
            user,
            _("Your data is ready"),
            [
                _(
                    "the archive of your data is ready. You can download it for %(hours)s hours.",
                    hours=hours,
                ),
                _("For your protection we ask you to sign in before."),
            ],
            _("Download your data"),
        )


def send_due_letter(user: User) -> None:
    """Say when the account will be erased, and how to keep it."""
    assert user.erasure_due_at is not None
    with _speaking_to(user):
        _enqueue(
            user,
            _("Your account will be erased"),
            [
                _(
                    "you asked us to erase your account. This will happen on %(day)s.",
                    day=day(user.erasure_due_at),
                ),
                _("Until then you can change your mind: everything stays as it is."),
                _("If this was not you, keep the account and choose a new password at once."),
            ],
            _("Keep my account"),
        )


def send_inactive_letter(user: User) -> None:
    """Say that an account nobody has used for long will be erased, and how to keep it."""
    assert user.erasure_due_at is not None
    with _speaking_to(user):
        _enqueue(
            user,
            _("Do you still need your account?"),
            [
                _(
                    "nobody has signed in with your account for a long time. "
                    "It will be erased on %(day)s.",
                    day=day(user.erasure_due_at),
                ),
                _("If you want to keep it, sign in once and say so."),
            ],
            _("Keep my account"),
        )


def send_erased_letter(user_id: int) -> None:
    """Say that the account is gone: at once, since no waiting mail may name anybody any more.

    A mail server that does not answer keeps nobody's data here: it is noted and passed over.
    """
    user = db.session.get_one(User, user_id)
    if user.email is None or user.confirmed_at is None:
        forget_changes()
        return
    with _speaking_to(user):
        lines = [
            _("your account has been erased, as you asked or as we told you before."),
            _("What you wrote stays, under the name “former member”."),
        ]
        message = _write(user, _("Your account has been erased"), lines, "")
    forget_changes()
    try:
        mail.send(message)
    except OSError as error:
        log.warning("erased_letter_unsent", user_id=user_id, error=type(error).__name__)


def _speaking_to(user: User) -> AbstractContextManager[None]:
    return speaking(user.language or current_settings().default_language, user.time_zone)


def _enqueue(user: User, subject: str, lines: Sequence[str], label: str) -> None:
    if user.email is not None and user.confirmed_at is not None:
        enqueue_mail(_write(user, subject, lines, label))


def _write(user: User, subject: str, lines: Sequence[str], label: str) -> Message:
    text, html = render_parts(
        "notice",
        name=user.display_name,
        lines=lines,
        label=label,
        url=current_settings().site_url.rstrip("/") + DATA_PATH,
    )
    return Message(to=user.email or "", subject=subject, text=text, html=html)
