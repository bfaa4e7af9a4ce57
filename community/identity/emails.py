"""E-mail addresses: one way to read them, so that an address is the same wherever it is typed."""

from email_validator import EmailNotValidError, validate_email

MAX_CHARS = 254


class NoAddress(ValueError):
    """What was typed is no e-mail address."""


def tidy_email(typed: str | None) -> str:
    """Return an address as it is stored, in lower case; raises ``NoAddress``.

    No name server is asked, and only one address is taken. Source: RFC 5321 §4.5.3.
    """
    text = (typed or "").strip()
    if not text or len(text) > MAX_CHARS or "\0" in text:
        raise NoAddress(typed)
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise NoAddress(typed) from error
    return found.normalized.lower()
