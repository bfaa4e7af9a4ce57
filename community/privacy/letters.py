"""Mails about one's own data: what they say, and to whom they go."""

from collections.abc import Callable

import structlog
from flask_babel import gettext as _

from community.core import mail
from community.core.db import db, forget_changes
from community.core.settings import current_settings
from community.core.wording import day
from community.identity.letters import Letter
from community.identity.mails import address_of, send_notice, write_mail
from community.identity.models import User

log = structlog.get_logger()


def send_ready_letter(user: User) -> None:
    """Say that an archive can be downloaded; the link leads to a page that asks who one is."""

    def ready() -> Letter:
        hours = current_settings().export_hours
        return Letter(
            _("Your data is ready"),
            (
                _(
                    "the archive of your data is ready. You can download it for %(hours)s hours.",
                    hours=hours,
                ),
                _("For your protection we ask you to sign in before."),
            ),
            _("Download your data"),
        )

    _send(user, ready)


def send_due_letter(user: User) -> None:
    """Say when the account will be erased, and how to keep it."""
    due_at = user.erasure_due_at
    assert due_at is not None

    def due() -> Letter:
        return Letter(
            _("Your account will be erased"),
            (
                _(
                    "you asked us to erase your account. This will happen on %(day)s.",
                    day=day(due_at),
                ),
                _("Until then you can change your mind: everything stays as it is."),
                _("If this was not you, keep the account and choose a new password at once."),
            ),
            _("Keep my account"),
        )

    _send(user, due)


def send_inactive_letter(user: User) -> None:
    """Say that an account nobody has used for long will be erased, and how to keep it."""
    due_at = user.erasure_due_at
    assert due_at is not None

    def inactive() -> Letter:
        return Letter(
            _("Do you still need your account?"),
            (
                _(
                    "nobody has signed in with your account for a long time. "
                    "It will be erased on %(day)s.",
                    day=day(due_at),
                ),
                _("If you want to keep it, sign in once and say so."),
            ),
            _("Keep my account"),
        )

    _send(user, inactive)


def _send(user: User, letter: Callable[[], Letter]) -> None:
    if user.confirmed_at is not None:
        send_notice(user, letter, link=address_of("privacy.show_data"))


def _erased() -> Letter:
    return Letter(
        _("Your account has been erased"),
        (
            _("your account has been erased, as you asked or as we told you before."),
            _("What you wrote stays, under the name “former member”."),
        ),
    )


def send_erased_letter(user_id: int) -> None:
    """Say that the account is gone: at once, since no waiting mail may name anybody any more.

    A mail server that does not answer keeps nobody's data here: it is noted and passed over.
    """
    user = db.session.get_one(User, user_id)
    if user.email is None or user.confirmed_at is None:
        forget_changes()
        return
    message = write_mail(user, _erased, to=user.email)
    forget_changes()
    try:
        mail.send(message)
    except OSError as error:
        log.warning("erased_letter_unsent", user_id=user_id, error=type(error).__name__)
