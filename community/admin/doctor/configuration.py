"""Checks of settings, secrets and the site's address."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from community.admin.doctor.findings import (
    Finding,
    failure,
    fine,
    warning,
    worse_in_production,
)
from community.core.settings import KNOWN_SECRETS, MINIMUM_SECRET_BYTES, current_settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
NOT_READABLE_BY = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", "")


def check_settings() -> Iterator[Finding]:
    """Look at switches that are meant for development."""
    settings = current_settings()
    if settings.is_production:
        yield fine("Settings are read and complete; the site runs in production.")
    else:
        yield warning(
            f"The site runs as {settings.environment}.",
            "Set FORUM_ENVIRONMENT=production where customers come.",
        )
    if not settings.rate_limits:
        yield worse_in_production(
            settings.is_production,
            "Limits on requests are off.",
            "Remove FORUM_RATE_LIMITS, or set it to true.",
        )
    if not settings.require_second_factor:
        yield worse_in_production(
            settings.is_production,
            "Staff may sign in without a second factor.",
            "Remove FORUM_REQUIRE_SECOND_FACTOR, or set it to true.",
        )
    if settings.default_time_zone not in available_timezones():
        yield failure(
            f"This machine does not know the time zone {settings.default_time_zone}.",
            "Set FORUM_DEFAULT_TIME_ZONE to an IANA name, or install the system's tzdata.",
        )


def check_secrets() -> Iterator[Finding]:
    """Look at the secret key, and at who can read the files that hold secrets."""
    settings = current_settings()
    length = len(settings.secret_key.encode())
    if length < MINIMUM_SECRET_BYTES or settings.secret_key in KNOWN_SECRETS:
        yield failure(
            "The secret key is too short or known to everybody.",
            f"Set FORUM_SECRET_KEY to at least {MINIMUM_SECRET_BYTES} random bytes.",
        )
    else:
        yield fine(f"The secret key has {length} bytes.")
    if os.name == "nt":
        return
    yield from _check_modes(settings.instance_path)


def _check_modes(folder: Path) -> Iterator[Finding]:
    kept = folder / "secret_key"
    if kept.exists() and kept.stat().st_mode & OTHERS:
        yield failure("Others can read the kept secret key.", f"chmod 600 {kept}")
    open_to_all = [
        path
        for path in (folder, *sorted(folder.glob("*.sqlite3*")))
        if path.exists() and path.stat().st_mode & NOT_READABLE_BY & _harmful(path)
    ]
    for path in open_to_all:
        yield warning(
            f"Everybody on this machine can read or change {path.name}.", f"chmod o-rwx,g-w {path}"
        )
    if not open_to_all:
        yield fine("Other users of this machine cannot read the site's files.")


def _harmful(path: Path) -> int:
    # A folder that may be listed says little; one that may be written to says everything.
    return stat.S_IWOTH | stat.S_IWGRP if path.is_dir() else NOT_READABLE_BY


def check_address() -> Iterator[Finding]:
    """Look at the address that mails and cookies are made for."""
    settings = current_settings()
    host = urlsplit(settings.site_url).hostname or ""
    if not settings.uses_https:
        yield worse_in_production(
            settings.is_production,
            f"The site's address, {settings.site_url}, is not encrypted.",
            "Set FORUM_SITE_URL to an https:// address, with a proxy in front that speaks TLS.",
        )
    if host in LOCAL_HOSTS:
        yield worse_in_production(
            settings.is_production,
            "The site's address leads to this machine alone, and so do the links in mails.",
            "Set FORUM_SITE_URL to the address customers use.",
        )
    if settings.is_production and settings.uses_https and not settings.proxy_hops:
        yield warning(
            "No proxy is trusted: behind one, every request seems to come from it.",
            "Set FORUM_PROXY_HOPS to the number of proxies in front.",
        )
    if settings.uses_https and host not in LOCAL_HOSTS:
        yield fine(f"The site is at {settings.site_url}.")


def check_breached_passwords() -> Iterator[Finding]:
    """Look whether the operator's list of stolen passwords can be read."""
    path = current_settings().breached_passwords
    if not path:
        yield fine("New passwords are compared with the list that comes with the product.")
        return
    try:
        with Path(path).open("rb") as file:
            file.readline(80)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        yield failure(
            f"The list of stolen passwords cannot be read: {error.strerror}.",
            "Make FORUM_BREACHED_PASSWORDS name a file that the site's user may read.",
        )
        return
    yield fine(f"The list of stolen passwords can be read ({size // 1_000_000} MB).")
