"""Checks of what works beside the web server: mail, the worker and its queue, Redis."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from community.admin.doctor.findings import Finding, failure, fine, warning, worse_in_production
from community.core import clock
from community.core.db import db
from community.core.health import QUEUE_AGE_LIMIT_SECONDS
from community.core.jobs import Job
from community.core.settings import Settings, current_settings
from community.core.worker import last_planned_at, queue_age_seconds
from community.identity.emails import NoAddress, tidy_email

TIMEOUT_SECONDS = 5
WORKER_SEEN = timedelta(minutes=5)


def check_mail() -> Iterator[Finding]:
    """Look whether mails can leave, and whether their sender is an address."""
    settings = current_settings()
    if settings.mail_backend == "smtp":
        yield _greet_mail_server(settings)
    else:
        yield worse_in_production(
            settings.is_production,
            f"Mails go to the {settings.mail_backend}, not to people.",
            "Set FORUM_MAIL_BACKEND=smtp and FORUM_SMTP_HOST.",
        )
    yield from _check_sender(settings)


def _greet_mail_server(settings: Settings) -> Finding:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(
            settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS
        ) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.noop()
    except smtplib.SMTPAuthenticationError:
        return failure(
            f"The mail server {place} refuses user and password.",
            "Check FORUM_SMTP_USER and FORUM_SMTP_PASSWORD.",
        )
    except smtplib.SMTPNotSupportedError:
        return failure(
            f"The mail server {place} offers no encryption.",
            "Choose its encrypted port, or set FORUM_SMTP_STARTTLS=false if it is on this machine.",
        )
    except (OSError, smtplib.SMTPException) as error:
        return failure(
            f"The mail server {place} cannot be reached: {type(error).__name__}.",
            "Check FORUM_SMTP_HOST and FORUM_SMTP_PORT, and the way there. Mails wait meanwhile.",
        )
    return fine(f"The mail server {place} answers.")


def _check_sender(settings: Settings) -> Iterator[Finding]:
    try:
        sender = tidy_email(settings.mail_from)
    except NoAddress:
        yield worse_in_production(
            settings.is_production,
            f"Mails come from {settings.mail_from!r}, which is no address on the internet.",
            "Set FORUM_MAIL_FROM to an address of your domain.",
        )
        return
    yield fine(f"Mails come from {sender}.")


def check_queue() -> Iterator[Finding]:
    """Look whether a worker works, and what it could not do."""
    now = clock.now()
    seen = last_planned_at()
    if seen is None or now - seen > WORKER_SEEN:
        when = "yet" if seen is None else f"since {seen:%Y-%m-%d %H:%M} UTC"
        yield failure(
            f"No worker has been seen {when}.", "Run one all the time: flask --app wsgi worker"
        )
    else:
        yield fine("A worker is at work.")
    age = queue_age_seconds(now)
    if age > QUEUE_AGE_LIMIT_SECONDS:
        yield failure(
            f"The oldest job has been due for {age / 60:.0f} minutes.",
            "Start a worker, or another one: mails and search wait.",
        )
    else:
        yield fine("No job waits long.")
    yield from _parked_jobs()


def _parked_jobs() -> Iterator[Finding]:
    parked = db.session.execute(
        select(Job.task, func.count())
        .where(Job.parked_at.is_not(None))
        .group_by(Job.task)
        .order_by(Job.task)
    ).all()
    if parked:
        tasks = ", ".join(f"{task} ({number})" for task, number in parked)
        yield warning(
            f"Given up after many attempts: {tasks}.",
            "Their last_error in the table jobs says why; due_at and parked_at start them again.",
        )


def check_redis() -> Iterator[Finding]:
    """Look whether Redis answers, where there is to be one."""
    url = current_settings().redis_url
    if not url:
        yield fine("Limits are counted without Redis, as no FORUM_REDIS_URL is set.")
        return
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        ) as connection:
            connection.ping()
    except (RedisError, OSError) as error:
        yield failure(
            f"Redis cannot be reached: {type(error).__name__}.",
            "Start it or correct FORUM_REDIS_URL. Until then each process counts for itself.",
        )
        return
    yield fine("Redis answers.")
