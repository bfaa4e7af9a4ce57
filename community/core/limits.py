"""How many requests one account, one address and everybody together may make.

Every route has a kind, and a kind has limits. Views say theirs with ``@limited``; the others are
"reading" or "writing" by their method. A request is counted before anything else is done with it,
so one that is refused takes no lock and renders no text. What one member may *write* is not
decided here but by the operations (``posts.limits``), and guessing by ``identity.throttling``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded

from community.core import counters
from community.core.errors import RateLimited
from community.core.settings import Settings, current_settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
EXTENSION = "request_limits"
IPV6_NETWORK_BITS = 64
UNKNOWN_ADDRESS = "unknown"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Limits of one kind of route, as Flask-Limiter writes them; "" means none.

    ``is_for_reading`` says that they hold for GET too, where other kinds leave it to "reading";
    ``spares_known`` that everybody's limit does not stop browsers in which somebody was signed in
    before, so that a flood of strangers keeps no member out.
    """

    address: str = ""
    account: str = ""
    everybody: str = ""
    is_for_reading: bool = False
    spares_known: bool = False


# Many customers of a mobile network share one address, so addresses get room that accounts do not
# need. What everybody may do together keeps the machine, and its standing with mail hosts, alive.
KINDS = {
    "reading": Kind(
        address="1200/minute", account="600/minute", everybody="120000/minute", is_for_reading=True
    ),
    "assets": Kind(address="6000/minute", is_for_reading=True),
    # A page may hold dozens of pictures, and each is asked for at every visit.
    "images": Kind(address="6000/minute", account="3000/minute", is_for_reading=True),
    "uploads": Kind(
        address="120/minute;1200/hour", account="20/minute;200/hour", everybody="300/minute"
    ),
    "feeds": Kind(
        address="240/minute", account="240/minute", everybody="20000/minute", is_for_reading=True
    ),
    "suggestions": Kind(
        address="1200/minute", account="240/minute", everybody="60000/minute", is_for_reading=True
    ),
    "typing": Kind(address="600/minute", account="120/minute", everybody="30000/minute"),
    "writing": Kind(address="600/minute", account="60/minute;1000/hour", everybody="20000/minute"),
    "sign-in": Kind(
        address="30/minute;300/hour",
        account="20/minute;100/hour",
        everybody="600/minute",
        spares_known=True,
    ),
    # Each asks another machine, which must not take us for an attacker.
    "providers": Kind(
        address="60/minute;600/hour",
        account="20/minute;100/hour",
        everybody="1200/minute",
        is_for_reading=True,
    ),
    "registration": Kind(
        address="10/minute;60/hour", account="10/minute;60/hour", everybody="1000/hour"
    ),
    "mails": Kind(
        address="10/minute;60/hour", account="10/hour", everybody="3000/hour", spares_known=True
    ),
    "exports": Kind(
        address="60/hour", account="10/hour", everybody="600/hour", is_for_reading=True
    ),
    # One machine of a provider, which signs what it sends.
    "mail-hook": Kind(address="1200/minute", account="600/minute", everybody="3000/minute"),
    # For probes: a load balancer must not take a busy server for a dead one.
    "unlimited": Kind(is_for_reading=True),
}


class TooManyRequests(RateLimited):
    """Too many requests of one kind came from here."""

    message = _l("That was a lot in a short time. Please try again %(wait)s.")


def limited(kind: str) -> Callable[[View], View]:
    """Say which limits hold for a view; one that takes forms keeps "reading" for its GET."""
    assert kind in KINDS

    def mark(view: View) -> View:
        view.limit_kind = kind  # type: ignore[attr-defined]
        return view

    return mark


def kind_of(app: Flask, endpoint: str | None, method: str) -> str:
    """Return the kind of a request; what leads nowhere is read or written like anything else."""
    view = app.view_functions.get(endpoint or "")
    kind: str | None = getattr(view, "limit_kind", None)
    if method in SAFE_METHODS:
        return kind if kind and KINDS[kind].is_for_reading else "reading"
    return kind or "writing"


def network_of(address: str | None) -> str:
    """Return what counts as one address: IPv4 as it is, IPv6 by its first 64 bits.

    A customer of an IPv6 network has that many to choose from. Source: RFC 6177 §2.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return (address or UNKNOWN_ADDRESS)[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        hidden_bits = 128 - IPV6_NETWORK_BITS
        return f"{IPv6Address(int(parsed) >> hidden_bits << hidden_bits)}/{IPV6_NETWORK_BITS}"
    return str(parsed)


def request_network() -> str:
    """Return where this request comes from, as far as proxies are trusted to say."""
    return network_of(request.remote_addr)


class RequestLimits:
    """Counts the requests of one application."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        account_of: Callable[[], str | None],
        is_known: Callable[[], bool],
        name_viewer: Callable[[], None],
    ) -> None:
        self._account_of = account_of
        self._is_known = is_known
        self.name_viewer = name_viewer
        self.limiter = Limiter(
            request_network,
            application_limits=[
                self._limit("address", request_network),
                self._limit("account", lambda: g.limited_account),
                self._limit("everybody", lambda: "everybody"),
            ],
            strategy="fixed-window",
            storage_uri="counters://",
            storage_options={"redis_url": settings.redis_url},
            request_identifier=lambda: request.endpoint or "nowhere",
        )
        self.limiter.init_app(app)
        # It would count under the write lock, after the form was read and its texts rendered.
        app.before_request_funcs[None].remove(self.limiter._check_request_limit)

    def _limit(self, whose: str, key: Callable[[], str]) -> ApplicationLimit:
        return ApplicationLimit(
            limit_provider=lambda: self._numbers(whose),
            key_function=key,
            scope=lambda endpoint: f"{g.limited_kind}:{whose}",
        )

    def _numbers(self, whose: str) -> str:
        kind = KINDS[g.limited_kind]
        if whose == "account" and g.limited_account is None:
            return ""
        if whose == "everybody" and kind.spares_known and self._is_known():
            return ""
        return str(getattr(kind, whose))

    def count(self) -> TooManyRequests | None:
        """Count this request; returns the refusal if it is one too many."""
        g.limited_kind = kind_of(current_app, request.endpoint, request.method)
        g.limited_account = self._account_of()
        try:
            self.limiter._check_request_limit()
        except RateLimitExceeded:
            return _refusal(self.limiter)
        return None

    def has_account(self) -> bool:
        """Say whether this request comes with a session, without asking whose."""
        return self._account_of() is not None

    @property
    def storage(self) -> counters.Counters:
        """Where it is counted."""
        storage = self.limiter.storage
        assert isinstance(storage, counters.Counters)
        return storage


def _refusal(limiter: Limiter) -> TooManyRequests:
    breached = limiter.current_limit
    wait_seconds = max(1, int(breached.reset_at - time.time())) if breached else 60
    return TooManyRequests(retry_after_seconds=wait_seconds)


def init_app(
    app: Flask,
    settings: Settings,
    account_of: Callable[[], str | None],
    is_known: Callable[[], bool],
    name_viewer: Callable[[], None],
) -> None:
    """Attach the limits.

    ``account_of`` names this request's account without the database, ``is_known`` says whether
    somebody was signed in with this browser before; ``name_viewer`` finds out who asks, so that a
    refusal speaks the reader's language.
    """
    app.extensions[EXTENSION] = RequestLimits(app, settings, account_of, is_known, name_viewer)


def present_limits() -> RequestLimits:
    """Return the limits of the application in whose context this runs."""
    limits: RequestLimits = current_app.extensions[EXTENSION]
    return limits


def is_refused() -> bool:
    """Count this request and say whether it is one too many; it is then answered at once."""
    if not current_settings().rate_limits:
        return False
    g.limits_refusal = present_limits().count()
    return g.limits_refusal is not None


def raise_refusal() -> None:
    """Raise what ``is_refused`` found, once the request is ready to be answered with a page."""
    refusal = g.get("limits_refusal")
    if refusal is not None:
        present_limits().name_viewer()
        raise refusal
