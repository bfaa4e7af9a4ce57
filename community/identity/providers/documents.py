"""What a provider publishes about itself: its addresses and its keys, kept for an hour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from flask import current_app
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from community.core import clock, http
from community.identity.providers.errors import ProviderUnreachable
from community.identity.providers.settings import Provider

KEPT_MINUTES = 60
# How often at most a provider is asked again: where it is down, and where a key is unknown.
PAUSE_SECONDS = 10
RSA_MINIMUM_BITS = 2_048

Document = TypeVar("Document")


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked; ``names_itself`` says that its answers carry its issuer."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    token_auth_methods: tuple[str, ...]
    names_itself: bool


@dataclass
class _Kept(Generic[Document]):
    """A document and when it was last asked for, in vain or not."""

    document: Document | None = None
    fetched_at: datetime | None = None
    asked_at: datetime | None = None

    def is_younger_than(self, age: timedelta) -> bool:
        return self.fetched_at is not None and clock.now() - self.fetched_at < age

    def may_ask(self) -> bool:
        pause = timedelta(seconds=PAUSE_SECONDS)
        return self.asked_at is None or clock.now() - self.asked_at >= pause


@dataclass
class _Published:
    endpoints: _Kept[Endpoints] = field(default_factory=_Kept)
    keys: _Kept[KeySet] = field(default_factory=_Kept)


def endpoints_of(provider: Provider) -> Endpoints:
    """Return a provider's addresses; raises ``ProviderUnreachable``."""
    return _kept_or_fetched(_published_by(provider).endpoints, lambda: _discover(provider))


def keys_of(provider: Provider) -> KeySet:
    """Return the keys a provider signs with; raises ``ProviderUnreachable``."""
    endpoints = endpoints_of(provider)
    return _kept_or_fetched(_published_by(provider).keys, lambda: _fetch_keys(provider, endpoints))


def newer_keys_of(provider: Provider) -> KeySet | None:
    """Return the keys fetched anew, or None if they were just fetched.

    A provider may change its keys at any time. Source: OpenID Connect Core 1.0 §10.1.1.
    """
    kept = _published_by(provider).keys
    if not kept.may_ask():
        return None
    endpoints = endpoints_of(provider)
    return _fetched(kept, lambda: _fetch_keys(provider, endpoints))


def forget_documents() -> None:
    """Ask every provider anew (tests)."""
    current_app.extensions["provider_documents"] = {}


def _published_by(provider: Provider) -> _Published:
    kept: dict[str, _Published] = current_app.extensions.setdefault("provider_documents", {})
    return kept.setdefault(provider.name, _Published())


def _kept_or_fetched(kept: _Kept[Document], fetch: Callable[[], Document]) -> Document:
    if kept.document is not None and kept.is_younger_than(timedelta(minutes=KEPT_MINUTES)):
        return kept.document
    if not kept.may_ask():
        # It was asked a moment ago. Old is better than nothing, and nothing better than a queue.
        if kept.document is None:
            raise ProviderUnreachable()
        return kept.document
    return _fetched(kept, fetch)


def _fetched(kept: _Kept[Document], fetch: Callable[[], Document]) -> Document:
    kept.asked_at = clock.now()
    kept.document = fetch()
    kept.fetched_at = clock.now()
    return kept.document


def _discover(provider: Provider) -> Endpoints:
    found = fetch_json(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    # Source: OpenID Connect Discovery 1.0 §4.3: anything else is an impostor or a mistake.
    if found.get("issuer") != provider.issuer:
        raise ProviderUnreachable(reason="the discovery document names another issuer")
    userinfo = "userinfo_endpoint"
    return Endpoints(
        authorization=_address(provider, found, "authorization_endpoint"),
        token=_address(provider, found, "token_endpoint"),
        keys=_address(provider, found, "jwks_uri"),
        userinfo=_address(provider, found, userinfo) if userinfo in found else "",
        token_auth_methods=_words(found, "token_endpoint_auth_methods_supported"),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(provider: Provider, found: dict[str, Any], key: str) -> str:
    address = found.get(key)
    try:
        origin = http.origin_of(address if isinstance(address, str) else "")
    except http.AddressRefused as error:
        raise ProviderUnreachable(reason=f"the discovery document lacks {key}") from error
    if origin.startswith("http:") and provider.issuer.startswith("https:"):
        raise ProviderUnreachable(reason=f"the discovery document has {key} without https")
    return str(address)


def _words(found: dict[str, Any], key: str) -> tuple[str, ...]:
    words = found.get(key)
    return tuple(word for word in words if isinstance(word, str)) if isinstance(words, list) else ()


def _fetch_keys(provider: Provider, endpoints: Endpoints) -> KeySet:
    found = fetch_json(provider, endpoints.keys).get("keys")
    keys = [_key_in(entry) for entry in found] if isinstance(found, list) else []
    return KeySet([key for key in keys if key is not None])


def _key_in(entry: Any) -> Any:
    """Return a public key for signatures; None for any other, which others may have use for."""
    if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    # Four characters carry three bytes.
    if entry["kty"] == "RSA" and len(str(entry.get("n"))) * 6 < RSA_MINIMUM_BITS:
        return None
    try:
        return JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def fetch_json(provider: Provider, url: str, **headers: str) -> dict[str, Any]:
    """Return the JSON object at an address of a provider; raises ``ProviderUnreachable``."""
    try:
        answer = http.fetch(
            url,
            headers={"Accept": "application/json", **headers},
            trusted_origins=provider.trusted_origins,
        )
        if answer.status != 200:
            raise ProviderUnreachable(reason=f"status {answer.status}")
        return answer.json()
    except http.RequestFailed as error:
        raise ProviderUnreachable(reason=str(error)) from error
