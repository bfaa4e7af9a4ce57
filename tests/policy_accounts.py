"""Requests of people who come in: signing in, registering, proving who they are."""

from collections.abc import Callable
from typing import Any

Requests = dict[str, Callable[[Any], tuple[str, dict[str, Any]]]]


def _fixed(path: str, **form: Any) -> Callable[[Any], tuple[str, dict[str, Any]]]:
    return lambda cell: (path, form)


def account_requests(password: str) -> Requests:
    """Return the requests by endpoint; each takes a cell of the matrix."""
    return {
        "identity.ask_second_factor": _fixed("/sign-in/second-factor", code="123456"),
        "identity.make_second_factor_challenge": _fixed("/sign-in/second-factor/challenge"),
        "identity.make_sign_in_challenge": _fixed("/sign-in/passkey/challenge"),
        "identity.sign_in_with_passkey": _fixed("/sign-in/passkey", credential="{}"),
        "identity.confirm_email_change": _fixed("/email-changes/nobodys"),
        "identity.confirm_registration": _fixed("/confirmations/nobodys"),
        "identity.forgot_password": _fixed("/reset", email="anybody@example.org"),
        "identity.register": _fixed(
            "/register", email="new@example.org", display_name="Somebody new", password=password
        ),
        "identity.reset_password": _fixed("/reset/nobodys", password=password),
        "identity.send_confirmation": _fixed("/confirmations", email="anybody@example.org"),
        "identity.send_sign_in_link": _fixed("/sign-in/link", email="anybody@example.org"),
        "identity.sign_in": lambda c: (
            "/sign-in",
            {"email": c.world.people["member"].email, "password": password},
        ),
        "identity.sign_in_by_link": _fixed("/sign-in/link/nobodys"),
        "identity.sign_out": _fixed("/sign-out"),
    }
