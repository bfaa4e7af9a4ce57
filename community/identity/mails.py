"""Mails about accounts: Flask-Security says when and to whom, we say what and in which language."""

from typing import Any

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_security import MailUtil

from community.core.i18n import reader_language, speaking
from community.core.mail import Message, enqueue_mail
from community.core.settings import current_settings


class AccountMail(MailUtil):
    """Keeps addresses in lower case and mails in the outbox, for the worker to send."""

    def normalize(self, email: str) -> str:
        """Return the address as it is stored; raises Flask-Security's error for no address."""
        return str(super().normalize(email)).lower()

    def validate(self, email: str) -> str:
        """Return the address as it is stored; raises Flask-Security's error for no address."""
        return str(super().validate(email)).lower()

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Store a mail in the request's transaction, in the language its reader chose."""
        user = context["user"]
        context |= _link_to_new_password(context.get("reset_token"))
        with speaking(user.language or reader_language(), user.time_zone):
            context["language"] = reader_language()
            message = Message(
                to=user.email,
                subject=_subject_of(template),
                text=render_template(f"{template}.txt", **context),
                html=render_template(f"{template}.html", **context),
            )
        enqueue_mail(message)


def _link_to_new_password(token: str | None) -> dict[str, Any]:
    # Not the library's own link: that names the host the request named, and anybody may name one.
    if token is None:
        return {}
    site_url = current_settings().site_url.rstrip("/")
    path = url_for("identity.reset_password", token=token)
    lifetime = current_app.config["SECURITY_RESET_PASSWORD_WITHIN"]
    return {"link": site_url + path, "minutes": int(lifetime.total_seconds() // 60)}


def _subject_of(template: str) -> str:
    subjects = {
        "identity/mail/welcome": _("Welcome to the community"),
        "identity/mail/known": _("You have an account already"),
        "identity/mail/reset": _("Choose a new password"),
        "identity/mail/reset_notice": _("Your password was changed"),
    }
    return str(subjects[template])
