"""Mail out: text and HTML parts, one-click unsubscribe, sent by the worker alone."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import make_msgid

import structlog
from flask import Flask, current_app
from flask_mailman import EmailMultiAlternatives, Mail

from community.core.i18n import reader_language
from community.core.jobs import enqueue, external
from community.core.settings import Settings
from community.core.undeliverable import TOKEN_HEADER, delivery_token, takes_mail

log = structlog.get_logger()
mailman = Mail()


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail to one person. ``headers`` may not contain line breaks (checked when sent)."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


def init_app(app: Flask, settings: Settings) -> None:
    """Configure the mail back end: console, file, locmem or smtp."""
    app.config.update(
        MAIL_BACKEND=settings.mail_backend,
        MAIL_FILE_PATH=str(settings.instance_path / "mail"),
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_SERVER=settings.smtp_host,
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user or None,
        MAIL_PASSWORD=settings.smtp_password or None,
        MAIL_USE_TLS=settings.smtp_starttls,
        MAIL_TIMEOUT=20,
    )
    mailman.init_app(app)


def send(message: Message) -> None:
    """Hand a mail to the back end now; only external tasks call this.

    An address from which mails came back again and again gets none.
    """
    if not takes_mail(message.to):
        log.info("mail_not_sent", reason="undeliverable")
        return
    headers = {"Auto-Submitted": "auto-generated", **message.headers}
    headers[TOKEN_HEADER] = delivery_token(message.to)
    headers.setdefault("Message-ID", make_msgid(domain=mail_domain()))
    mail = EmailMultiAlternatives(
        subject=_one_line(message.subject),
        body=message.text,
        to=[_one_line(message.to)],
        headers={name: _one_line(value) for name, value in headers.items()},
    )
    mail.attach_alternative(message.html, "text/html")
    mail.send()


def _one_line(text: str) -> str:
    # A line break in a header would let its author add headers of their own.
    return " ".join(text.split())


def mail_domain() -> str:
    """Return the domain of our sender's address, for Message-IDs."""
    return str(current_app.config["MAIL_DEFAULT_SENDER"]).rpartition("@")[2] or "localhost"


def render_parts(template: str, **context: object) -> tuple[str, str]:
    """Return the text and HTML parts of ``mail/<template>.txt`` and ``.html``.

    Needs no request; choose the language with ``core.i18n.speaking``.
    """
    templates = current_app.jinja_env
    return (
        templates.get_template(f"mail/{template}.txt").render(context),
        templates.get_template(f"mail/{template}.html").render(
            language=reader_language(), **context
        ),
    )


@external
def deliver_mail(*, to: str, subject: str, text: str, html: str, headers: dict[str, str]) -> None:
    """Send a stored mail (task)."""
    send(Message(to=to, subject=subject, text=text, html=html, headers=headers))


def enqueue_mail(message: Message, *, due_at: datetime | None = None) -> None:
    """Store a mail in the current transaction; the worker sends it, at ``due_at`` or at once.

    It gets its Message-ID now, so a second delivery after a crash carries the same one.
    """
    headers = {"Message-ID": make_msgid(domain=mail_domain()), **message.headers}
    enqueue(
        deliver_mail,
        due_at=due_at,
        to=message.to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        headers=headers,
    )
