"""What Flask-Security says, in our words and our catalogue.

``N_`` only marks a text for translation; Flask-Security looks it up when it is shown.
"""

from typing import Any


def N_(message: str) -> str:
    """Mark a message for the catalogue."""
    return message


_ERRORS = {
    "API_ERROR": N_("Please check what you entered."),
    "GENERIC_AUTHN_FAILED": N_("E-mail address and password do not match."),
    "DISABLED_ACCOUNT": N_("E-mail address and password do not match."),
    "EMAIL_NOT_PROVIDED": N_("Enter your e-mail address."),
    "INVALID_EMAIL_ADDRESS": N_("Enter an e-mail address such as name@example.org."),
    "PASSWORD_NOT_PROVIDED": N_("Enter a password."),
    "PASSWORD_INVALID_LENGTH": N_("Choose a password of at least %(length)s characters."),
    "PASSWORD_RESET_EXPIRED": N_("This link has expired. Ask for a new one, please."),
    "INVALID_RESET_PASSWORD_TOKEN": N_("This link does not work any more. Ask for a new one."),
}
_NOTES = {
    "PASSWORD_RESET_REQUEST": N_(
        "If there is an account for %(email)s, a mail is on its way. "
        "It holds a link to choose a new password."
    ),
    "PASSWORD_RESET_NO_LOGIN": N_("Your new password is set. Sign in with it now."),
}


def security_messages() -> dict[str, Any]:
    """Return the settings that replace Flask-Security's messages."""
    messages = {f"SECURITY_MSG_{key}": (text, "error") for key, text in _ERRORS.items()}
    messages |= {f"SECURITY_MSG_{key}": (text, "success") for key, text in _NOTES.items()}
    return messages
