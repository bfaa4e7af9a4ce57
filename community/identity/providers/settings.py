"""Which providers there are: read from a JSON file or variable at start, and checked."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

from community.core.authz import ROLES
from community.core.errors import NotFound
from community.core.http import AddressRefused, origin_of
from community.core.i18n import LANGUAGES
from community.core.settings import Settings
from community.core.settings_values import SettingsError

LABEL_MAX_CHARS = 40
SCOPES = ("openid", "profile", "email")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_SECRETS = ("client_secret", "client_secret_file", "client_secret_env")
_KEYS = frozenset(
    (
        *("name", "label", "issuer", "client_id", *_SECRETS, "scopes"),
        *("group_claim", "groups", "trusted_second_factor"),
    )
)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Somebody at whom people sign in.

    ``name`` stands in addresses and beside each stored subject, so it never changes. ``groups``
    maps a value of ``group_claim`` to ``role:NAME`` or ``group:SLUG``. ``trusted_second_factor``
    says that nobody gets through there with one factor.
    """

    name: str
    label: Mapping[str, str]
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = SCOPES
    group_claim: str = ""
    groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    trusted_second_factor: bool = False

    def label_in(self, language: str) -> str:
        """Return what stands on the button."""
        return self.label[language]

    @property
    def trusted_origins(self) -> frozenset[str]:
        """Where requests may go although it be a private network: to the issuer itself."""
        return frozenset({origin_of(self.issuer)})


def init_app(app: Flask, settings: Settings) -> None:
    """Read the providers; raises ``SettingsError``."""
    providers = read_providers(settings, os.environ)
    app.extensions["sign_in_providers"] = {provider.name: provider for provider in providers}
    app.jinja_env.globals.update(sign_in_providers=list_providers)


def list_providers() -> list[Provider]:
    """Return the providers in the order the operator gave them."""
    return list(_registered().values())


def get_provider(name: str) -> Provider:
    """Return a provider by name; raises ``NotFound``."""
    try:
        return _registered()[name]
    except KeyError as error:
        raise NotFound() from error


def _registered() -> dict[str, Provider]:
    registered: dict[str, Provider] = current_app.extensions["sign_in_providers"]
    return registered


def read_providers(settings: Settings, environ: Mapping[str, str]) -> list[Provider]:
    """Return the configured providers; raises ``SettingsError`` that names what to change."""
    if settings.sign_in_providers and settings.providers:
        raise SettingsError("Set FORUM_SIGN_IN_PROVIDERS or FORUM_PROVIDERS, not both.")
    source, raw = "FORUM_PROVIDERS", settings.providers
    if settings.sign_in_providers:
        source = f"FORUM_SIGN_IN_PROVIDERS ({settings.sign_in_providers})"
        raw = _text_of(source, Path(settings.sign_in_providers))
    if not raw.strip():
        return []
    providers = [
        _Reader(f"{source}, provider {number}", entry, environ).provider()
        for number, entry in enumerate(_entries(source, raw), start=1)
    ]
    names = [provider.name for provider in providers]
    if len(set(names)) < len(names):
        raise SettingsError(f"{source}: each provider needs a name of its own.")
    return providers


def _text_of(source: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{source} cannot be read: {type(error).__name__}.") from error


def _entries(source: str, raw: str) -> list[Any]:
    try:
        entries = json.loads(raw)
    except ValueError as error:
        raise SettingsError(f"{source} is not JSON: {error}.") from error
    if not isinstance(entries, list):
        raise SettingsError(f"{source} must be a list of providers: [{{…}}, {{…}}].")
    return entries


class _Reader:
    """Reads one entry; every complaint says which entry it is about."""

    def __init__(self, place: str, entry: Any, environ: Mapping[str, str]) -> None:
        self._place = place
        self._environ = environ
        if not isinstance(entry, dict):
            raise self._wrong("must be an object: {…}")
        self._entry = entry
        unknown = sorted(set(entry) - _KEYS)
        if unknown:
            raise self._wrong(f"has an unknown entry {unknown[0]!r}")

    def provider(self) -> Provider:
        """Return the entry, checked."""
        groups = self._groups()
        claim = self._needed_text("group_claim") if groups else self._text("group_claim")
        return Provider(
            name=self._name(),
            label=self._label(),
            issuer=self._issuer(),
            client_id=self._needed_text("client_id"),
            client_secret=self._secret(),
            scopes=self._scopes(),
            group_claim=claim,
            groups=groups,
            trusted_second_factor=self._flag("trusted_second_factor"),
        )

    def _wrong(self, what: str) -> SettingsError:
        return SettingsError(f"{self._place} {what}.")

    def _text(self, key: str) -> str:
        value = self._entry.get(key, "")
        if not isinstance(value, str):
            raise self._wrong(f'needs "{key}" to be a text')
        return value

    def _needed_text(self, key: str) -> str:
        value = self._text(key)
        if not value:
            raise self._wrong(f'lacks "{key}"')
        return value

    def _flag(self, key: str) -> bool:
        value = self._entry.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(f'needs "{key}" to be true or false')
        return value

    def _name(self) -> str:
        name = self._needed_text("name")
        if not _NAME.fullmatch(name):
            raise self._wrong('needs a "name" of up to 40 small letters, digits and hyphens')
        return name

    def _label(self) -> Mapping[str, str]:
        label = self._entry.get("label")
        labels = dict.fromkeys(LANGUAGES, label) if isinstance(label, str) else label
        if not isinstance(labels, dict) or set(labels) != set(LANGUAGES):
            raise self._wrong('needs a "label": a text, or {"de": …, "en": …}')
        for text in labels.values():
            if not isinstance(text, str) or not 1 <= len(text.strip()) <= LABEL_MAX_CHARS:
                raise self._wrong(f'needs a "label" of 1 to {LABEL_MAX_CHARS} characters')
        return MappingProxyType({code: str(text).strip() for code, text in labels.items()})

    def _issuer(self) -> str:
        issuer = self._needed_text("issuer")
        try:
            origin_of(issuer)
        except AddressRefused as error:
            raise self._wrong(f'needs "issuer" to be an https:// address: {error}') from error
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise self._wrong('needs "issuer" to begin with https://')
        if parts.query or parts.fragment:
            raise self._wrong('needs "issuer" without ? and #')
        return issuer

    def _secret(self) -> str:
        given = [key for key in _SECRETS if key in self._entry]
        if len(given) > 1:
            raise self._wrong(f"has {given[0]} and {given[1]}: one is enough")
        if not given:
            # A public client: PKCE alone ties the code to us. Source: RFC 7636.
            return ""
        key, value = given[0], self._needed_text(given[0])
        if key == "client_secret_file":
            value = _text_of(f"{self._place}, client_secret_file", Path(value)).strip()
        elif key == "client_secret_env":
            value = self._environ.get(value, "")
        if not value:
            raise self._wrong(f"names a {key} that is empty")
        return value

    def _scopes(self) -> tuple[str, ...]:
        scopes = self._entry.get("scopes", list(SCOPES))
        if not isinstance(scopes, list) or not all(
            isinstance(scope, str) and re.fullmatch(r"[!#-\[\]-~]+", scope) for scope in scopes
        ):
            raise self._wrong('needs "scopes" to be a list of words')
        return tuple(dict.fromkeys(("openid", *scopes)))

    def _groups(self) -> Mapping[str, str]:
        groups = self._entry.get("groups", {})
        if not isinstance(groups, dict):
            raise self._wrong('needs "groups" to be an object: {"their value": "role:moderator"}')
        for target in groups.values():
            self._check_target(target)
        return MappingProxyType(dict(groups))

    def _check_target(self, target: Any) -> None:
        kind, _, name = str(target).partition(":")
        if kind == "role" and name in ROLES[1:]:
            return
        if kind == "group" and _SLUG.fullmatch(name):
            return
        known = ", ".join(f"role:{role}" for role in ROLES[1:])
        raise self._wrong(f'maps a group to {target!r}; it takes {known} or "group:" and a slug')
