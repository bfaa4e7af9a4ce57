"""What settings are made of: single values as the environment gives them, and files they name."""

import os
import re
import secrets
from pathlib import Path
from typing import Any


class SettingsError(ValueError):
    """A setting is missing or wrong; the message names it and what to do."""


def check_breached_passwords(path: Path) -> None:
    """Raise ``SettingsError`` for a file that is no sorted list of SHA-1 sums."""
    try:
        with path.open("rb") as file:
            first = file.readline(80)
    except OSError as error:
        raise SettingsError(
            f"FORUM_BREACHED_PASSWORDS cannot be read: {error.strerror}."
        ) from error
    if not re.fullmatch(rb"[0-9A-Fa-f]{40}(:[0-9]+)?\r?\n?", first):
        raise SettingsError(
            "FORUM_BREACHED_PASSWORDS must hold sorted SHA-1 sums, one HASH:COUNT a line."
        )


def check_mail_addresses(help_: str, reply: str, sender: str) -> None:
    """Raise ``SettingsError`` for addresses at which no mail could come in as it should."""
    for name, address in (("HELP", help_), ("REPLY", reply)):
        if address and not re.fullmatch(r"[a-z0-9._-]{1,30}@[a-z0-9.-]{1,200}", address.lower()):
            raise SettingsError(f"FORUM_MAIL_{name}_ADDRESS must be an address: help@example.org.")
    if bool(help_) != bool(reply):
        raise SettingsError(
            "FORUM_MAIL_HELP_ADDRESS and FORUM_MAIL_REPLY_ADDRESS belong together: set both."
        )
    if help_ and len({help_.lower(), reply.lower(), sender.lower()}) < 3:
        raise SettingsError(
            "FORUM_MAIL_FROM, FORUM_MAIL_HELP_ADDRESS and FORUM_MAIL_REPLY_ADDRESS must differ: "
            "a mail's address says what it is for."
        )


def check_hook_key(key: str) -> None:
    """Raise ``SettingsError`` for a shared secret that could be guessed."""
    if key and len(key) < 32:
        raise SettingsError("FORUM_MAIL_HOOK_KEY must have at least 32 characters.")


def check_border_months(months: str) -> None:
    """Raise ``SettingsError`` unless all are numbers of months, parted by commas."""
    if not all(month.strip() in map(str, range(1, 13)) for month in months.split(",")):
        raise SettingsError("FORUM_PAYBACK_BORDER_MONTHS must name months: 6,12 for instance.")


def parse(name: str, raw: str, kind: Any) -> Any:
    """Return a variable's text as what the setting is; raises ``SettingsError``."""
    variable = f"FORUM_{name.upper()}"
    if kind is bool:
        if raw.lower() not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
            raise SettingsError(f"{variable} must be true or false, not {raw!r}.")
        return raw.lower() in ("1", "true", "yes", "on")
    try:
        return kind(raw)
    except ValueError as error:
        raise SettingsError(f"{variable} must be a {kind.__name__}, not {raw!r}.") from error


def is_on(raw: str) -> bool:
    """Read a variable as Flask does: anything but a plain no counts."""
    return raw.lower() not in ("", "0", "false", "no")


def kept_secret(instance_path: Path) -> str:
    """Return the secret kept beside a development database, made on first use (mode 600)."""
    path = instance_path / "secret_key"
    if not path.exists():
        instance_path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
