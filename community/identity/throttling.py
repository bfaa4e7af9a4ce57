"""Guessing at accounts: how often it may be tried, without locking the owner out.

Tries are counted before the secret is looked at, by a hash of what was typed, so accounts that do
not exist behave like those that do. A browser in which an account was signed in before is known by
a cookie and has a counter of its own, which strangers cannot use up.
Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies; ASVS 5.0 §6.3.1.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Flask, Response, g, request
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from community.core import clock
from community.core.allowances import (
    Allowance,
    Place,
    allowance_key,
    book_place,
    forget_uses,
    former_allowance_keys,
    give_back,
    seconds_to_wait,
    take_place,
)
from community.core.db import joined_transaction
from community.core.errors import RateLimited
from community.core.limits import request_network
from community.core.settings import current_settings
from community.identity.emails import NoAddress, tidy_email

WRONG_TRIES = 5
WRONG_TRIES_PERIOD = timedelta(minutes=15)
TRIES_PER_HOUR = 20
# For guesses from many addresses: whoever goes on after twenty waits ever longer.
STRANGERS_TRIES_PER_DAY = 60
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

MAILS_PER_HOUR = 5
# Of them anybody can ask for three, and a browser that is known for the account for one more. The
# last is for what the owner must hear of, such as a changed password.
REQUESTED_MAILS_PER_HOUR = 3
KNOWN_REQUESTS_PER_HOUR = 1

CODE_RENEWALS_PER_DAY = 5

DEVICE_COOKIE = "device"
DEVICE_DAYS = 365
ACCOUNTS_PER_DEVICE = 5
ACCOUNT_KEY_CHARS = 32


class TooManyTries(RateLimited):
    """Somebody has guessed too often."""

    message = _l("There were too many wrong tries. Please try again %(wait)s.")


class TooManyAccounts(RateLimited):
    """Enough accounts were made from this address for today."""

    message = _l(
        "Enough accounts were registered from your connection today. Please try again %(wait)s."
    )


class TooManyRenewals(RateLimited):
    """Enough sets of recovery codes were made for today."""

    message = _l("You have made new recovery codes often enough today. Try again %(wait)s.")


class Attempt(NamedTuple):
    """A try that was counted: ``own`` is this browser's counter, ``places`` what it used."""

    own: str
    places: tuple[Place, ...]


NOT_COUNTED = Attempt("", ())


def count_attempt(what: str, account: str | None) -> Attempt:
    """Count a try at a secret before it is looked at; raises ``TooManyTries``.

    ``what`` is the kind of secret ("password", "code"), ``account`` the e-mail address that was
    typed or belongs to the account. Says the same whether there is such an account or not.
    """
    if not account or not current_settings().rate_limits:
        return NOT_COUNTED
    allowances = _allowances(what, account)
    # Refused without the write lock, so that a flood of guesses keeps nobody waiting.
    _refuse_if_full(allowances)
    places = []
    with joined_transaction():
        for allowance in allowances:
            place = take_place(allowance)
            if place is None:
                _refuse_if_full(allowances)
                raise TooManyTries()
            places.append(place)
    return Attempt(allowances[0].key, tuple(places))


def note_success(attempt: Attempt) -> None:
    """Take a try back: the secret was right. This browser's wrong ones are forgotten as well."""
    if attempt.places:
        with joined_transaction():
            give_back(attempt.places)
            forget_uses(attempt.own)


def _allowances(what: str, email: str) -> list[Allowance]:
    """Return the counters of a try, the browser's or address's own one first."""
    account, device = _account_key(email), known_device(email)
    if device:
        who, own = ("device", account, device), "device-hour"
        return [
            Allowance(allowance_key(what, *who), WRONG_TRIES, WRONG_TRIES_PERIOD),
            Allowance(allowance_key(what, own, account, device), TRIES_PER_HOUR, HOUR),
        ]
    address = allowance_key(what, "address", account, request_network())
    return [
        Allowance(address, WRONG_TRIES, WRONG_TRIES_PERIOD),
        Allowance(allowance_key(what, "strangers", account), TRIES_PER_HOUR, HOUR),
        Allowance(allowance_key(what, "strangers-day", account), STRANGERS_TRIES_PER_DAY, DAY),
    ]


def _refuse_if_full(allowances: list[Allowance]) -> None:
    wait_seconds = seconds_to_wait(allowances)
    if wait_seconds:
        raise TooManyTries(retry_after_seconds=wait_seconds)


def _account_key(email: str) -> str:
    """Return what stands for an account: a hash of its address, folded as it would be stored."""
    return allowance_key("account", _folded(email))[:ACCOUNT_KEY_CHARS]


def _former_account_keys(email: str) -> set[str]:
    """Return what stood for it while another secret was used."""
    keys = former_allowance_keys("account", _folded(email))
    return {key[:ACCOUNT_KEY_CHARS] for key in keys}


def _folded(email: str) -> str:
    try:
        return tidy_email(email)
    except NoAddress:
        return email[:200].casefold()


def may_send_requested_mail(address: str, *, is_known: bool = False) -> bool:
    """Say whether a mail that anybody may ask for goes to this address, and count it.

    ``is_known`` says that a browser asks in which its account was signed in before.
    A refusal is silent: who asks must not learn whether anybody reads the address. Call it in the
    transaction that stores the mail.
    """
    if not current_settings().rate_limits:
        return True
    requests = _requests_to(address)
    if is_known and seconds_to_wait([requests]):
        requests = _known_requests_to(address)
    allowances = requests, _mails_to(address)
    if seconds_to_wait(allowances):
        return False
    return all(take_place(allowance) is not None for allowance in allowances)


def notice_due_at(address: str) -> datetime:
    """Return when a mail that its reader must have may go out: now, or once there is room.

    Call it in the transaction that stores the mail.
    """
    if not current_settings().rate_limits:
        return clock.now()
    return book_place(_mails_to(address))


def _mails_to(address: str) -> Allowance:
    key = allowance_key("mail", _account_key(address))
    return Allowance(key, MAILS_PER_HOUR, HOUR, ahead=DAY)


def _requests_to(address: str) -> Allowance:
    key = allowance_key("requested-mail", _account_key(address))
    return Allowance(key, REQUESTED_MAILS_PER_HOUR, HOUR)


def _known_requests_to(address: str) -> Allowance:
    key = allowance_key("known-requested-mail", _account_key(address))
    return Allowance(key, KNOWN_REQUESTS_PER_HOUR, HOUR)


def count_code_renewal(user_id: int) -> None:
    """Count a new set of recovery codes before it is made; raises ``TooManyRenewals``."""
    if not current_settings().rate_limits:
        return
    allowance = Allowance(allowance_key("renewal", str(user_id)), CODE_RENEWALS_PER_DAY, DAY)
    with joined_transaction():
        taken = take_place(allowance)
    if taken is None:
        raise TooManyRenewals(retry_after_seconds=max(1, seconds_to_wait([allowance])))


def count_registration() -> None:
    """Count an account that is being made from this address; raises ``TooManyAccounts``.

    Counts every registration that reads well, so that it tells nobody which addresses were taken.
    """
    settings = current_settings()
    if not settings.rate_limits:
        return
    key = allowance_key("registration", request_network())
    allowance = Allowance(key, settings.registrations_per_day, DAY)
    with joined_transaction():
        taken = take_place(allowance)
    if taken is None:
        raise TooManyAccounts(retry_after_seconds=max(1, seconds_to_wait([allowance])))


def known_device(email: str) -> str | None:
    """Return this browser's mark if the account with this address was signed in here before.

    The mark counts this browser's tries and means nothing else.
    """
    mark, accounts = _read_device()
    keys = {_account_key(email), *_former_account_keys(email)}
    return mark if keys.intersection(accounts) else None


def is_device_known(email: str | None) -> bool:
    """Say whether the account with this address was signed in before in this browser."""
    return email is not None and known_device(email) is not None


def is_known_browser() -> bool:
    """Say whether anybody was signed in with this browser before."""
    return bool(_read_device()[1])


def remember_device(email: str | None) -> None:
    """Know this browser again as one in which the account was signed in."""
    if email:
        g.device_account = _account_key(email)
        g.device_former_accounts = _former_account_keys(email)


def init_app(app: Flask) -> None:
    """Hand out the cookie by which browsers are known."""
    app.after_request(_mark_device)


def device_mark() -> str:
    """Return this browser's mark, a new one if it has none yet; ``remember_device`` keeps it."""
    known, _ = _read_device()
    if known is None and "device_mark" not in g:
        g.device_mark = secrets.token_hex(8)
    return known or str(g.device_mark)


def _mark_device(response: Response) -> Response:
    account = g.pop("device_account", None)
    if account is None:
        return response
    _, accounts = _read_device()
    replaced = {account, *g.pop("device_former_accounts", ())}
    kept = [account, *(key for key in accounts if key not in replaced)][:ACCOUNTS_PER_DEVICE]
    response.set_cookie(
        _cookie_name(),
        str(_serializer().dumps([device_mark(), *kept])),
        max_age=DEVICE_DAYS * 86_400,
        secure=current_settings().uses_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read_device() -> tuple[str | None, list[str]]:
    try:
        mark, *accounts = _serializer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return None, []
    return mark, accounts


def _cookie_name() -> str:
    return f"__Host-{DEVICE_COOKIE}" if current_settings().uses_https else DEVICE_COOKIE


def _serializer() -> Any:
    settings = current_settings()
    keys = [*reversed(settings.former_secret_keys), settings.secret_key]
    return URLSafeSerializer(keys, salt="known-device")
