"""Which connectors there are: read from one setting at start, and checked."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from community.core.errors import NotFound
from community.core.http import AddressRefused, check_address
from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.escalation.connectors.chatwoot import Chatwoot
from community.escalation.connectors.protocol import Connector
from community.escalation.connectors.webhook import Webhook
from community.escalation.connectors.zammad import Zammad
from community.escalation.connectors.zendesk import Zendesk

# What each kind needs, and what it may have, besides what all have.
KINDS: Mapping[str, tuple[Callable[..., Connector], frozenset[str], frozenset[str]]] = {
    "zendesk": (Zendesk, frozenset({"email"}), frozenset()),
    "zammad": (Zammad, frozenset(), frozenset({"group", "customer"})),
    "chatwoot": (Chatwoot, frozenset({"account", "inbox"}), frozenset()),
    "webhook": (Webhook, frozenset(), frozenset()),
}
NEEDED = frozenset({"name", "kind", "url", "token"})
POSSIBLE = frozenset({"hook_key", "sends_private"})
NUMBERS = frozenset({"account", "inbox"})
SHORTEST_KEY = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
SETTING = "FORUM_CONNECTORS"


def init_app(app: Flask, settings: Settings) -> None:
    """Read the connectors; raises ``SettingsError``."""
    app.extensions["connectors"] = read_connectors(settings)


def list_connectors() -> list[Connector]:
    """Return the connectors in the order the operator gave them."""
    return list(_registered().values())


def get_connector(name: str) -> Connector:
    """Return a connector by name; raises ``NotFound``."""
    try:
        return _registered()[name]
    except KeyError as error:
        raise NotFound() from error


def _registered() -> dict[str, Connector]:
    registered: dict[str, Connector] = current_app.extensions["connectors"]
    return registered


def read_connectors(settings: Settings) -> dict[str, Connector]:
    """Return the connectors by name; raises ``SettingsError`` that says which entry is wrong."""
    raw = settings.connectors.strip()
    if raw.startswith("/"):
        try:
            raw = Path(raw).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise SettingsError(f"{SETTING} cannot be read: {type(error).__name__}.") from error
    if not raw:
        return {}
    try:
        entries = json.loads(raw)
    except ValueError as error:
        raise SettingsError(f"{SETTING} is not JSON.") from error
    if not isinstance(entries, list):
        raise SettingsError(f"{SETTING} must be a list of connectors: [{{…}}, {{…}}].")
    found = [_read(f"{SETTING}, entry {n}", each, settings) for n, each in enumerate(entries, 1)]
    if len({each.name for each in found}) < len(found):
        raise SettingsError(f"{SETTING}: each connector needs a name of its own.")
    return {each.name: each for each in found}


def _read(place: str, entry: Any, settings: Settings) -> Connector:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise SettingsError(f'{place} needs a "kind": one of {", ".join(KINDS)}.')
    make, needed, possible = KINDS[kind]
    missing = sorted((NEEDED | needed) - set(entry))
    strange = sorted(set(entry) - NEEDED - needed - POSSIBLE - possible)
    if missing or strange:
        raise SettingsError(f"{place}: {(missing or strange)[0]!r} is missing or unknown.")
    for key, value in entry.items():
        wanted = bool if key == "sends_private" else int if key in NUMBERS else str
        if type(value) is not wanted or value == "":
            raise SettingsError(f"{place}: {key!r} must be of type {wanted.__name__}.")
    _check(place, entry, settings)
    given = {key: value for key, value in entry.items() if key != "kind"}
    return make(**given, trusted_origins=settings.trusted_origin_set)


def _check(place: str, entry: Mapping[str, Any], settings: Settings) -> None:
    if not _NAME.fullmatch(entry["name"]):
        raise SettingsError(f"{place}: a name has up to 30 small letters, digits and hyphens.")
    if "hook_key" in entry and len(entry["hook_key"]) < SHORTEST_KEY:
        raise SettingsError(f"{place}: a hook_key has at least {SHORTEST_KEY} characters.")
    if entry["kind"] == "webhook" and len(entry["token"]) < SHORTEST_KEY:
        raise SettingsError(f"{place}: the token signs requests, in at least 16 characters.")
    try:
        check_address(entry["url"], trusted_origins=settings.trusted_origin_set)
    except AddressRefused as refusal:
        raise SettingsError(f"{place}: {refusal}.") from refusal
