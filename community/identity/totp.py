"""Codes of an authenticator app: six digits, SHA-1, 30 seconds, as every app knows them.

Source: RFC 6238, RFC 4226; the address in the QR code: Google Authenticator's key URI format.
"""

from datetime import datetime

from passlib.exc import TokenError
from passlib.totp import TOTP

SECRET_BYTES = 20
STEP_SECONDS = 30
# The code before and the one after are taken as well: clocks differ, and typing takes time.
DRIFT_SECONDS = STEP_SECONDS
CODE_DIGITS = 6


def new_secret() -> str:
    """Return 160 random bits in base32. Source: RFC 4226 §4 R6."""
    return str(TOTP.new(size=SECRET_BYTES).base32_key)


def is_code(typed: str) -> bool:
    """Say whether somebody typed what looks like a code, blanks apart."""
    digits = "".join(typed.split())
    return len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit()


def matching_counter(
    secret: str, typed: str, *, at: datetime, last_counter: int | None
) -> int | None:
    """Return the time step a code belongs to, or None for a wrong code and for a used one.

    Steps up to ``last_counter`` are used. Source: RFC 6238 §5.2.
    """
    if not is_code(typed):
        return None
    app = TOTP(key=secret, format="base32")
    try:
        match = app.match(typed, time=at, window=DRIFT_SECONDS, last_counter=last_counter)
    except TokenError:
        return None
    return int(match.counter)


def code_at(secret: str, at: datetime) -> str:
    """Return the code that an authenticator app shows at an instant."""
    return str(TOTP(key=secret, format="base32").generate(time=at).token)


def setup_address(secret: str, *, issuer: str, account: str) -> str:
    """Return the address that an app reads from the QR code."""
    # A colon parts issuer and account in that format, so neither may hold one.
    names = {"issuer": issuer.replace(":", " "), "label": account.replace(":", " ")}
    return str(TOTP(key=secret, format="base32").to_uri(**names))


def spelled_secret(secret: str) -> str:
    """Return the secret in groups of four, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
