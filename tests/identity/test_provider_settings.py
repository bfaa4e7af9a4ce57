"""The list of providers: what is read, and how a mistake in it is named."""

import json
from dataclasses import replace
from typing import Any

import pytest

from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.identity.providers.settings import Provider, read_providers

SECRET = "a-test-secret-that-is-long-enough-0123456789"
ENTRY = {
    "name": "work",
    "label": {"de": "Firmenzugang", "en": "Company account"},
    "issuer": "https://login.example.org/realms/forum",
    "client_id": "community",
}


def read(*entries: Any, environ: dict[str, str] | None = None) -> list[Provider]:
    settings = Settings(environment="test", secret_key=SECRET, providers=json.dumps(entries))
    return read_providers(settings, environ or {})


def test_without_a_list_there_are_none() -> None:
    assert read_providers(Settings(environment="test", secret_key=SECRET), {}) == []


def test_the_shortest_entry() -> None:
    (provider,) = read(ENTRY)
    assert provider.label_in("de") == "Firmenzugang"
    assert provider.scopes == ("openid", "profile", "email")
    assert (provider.client_secret, dict(provider.groups)) == ("", {})
    assert provider.trusted_second_factor is False
    assert provider.trusted_origins == {"https://login.example.org:443"}


def test_the_longest_entry() -> None:
    groups = {"/staff": "role:moderator", "/partners": "group:partners"}
    (provider,) = read(
        {
            **ENTRY,
            "label": "Keycloak",
            "client_secret": "s3cret",
            "scopes": ["email", "groups"],
            "group_claim": "realm_access.roles",
            "groups": groups,
            "trusted_second_factor": True,
        }
    )
    assert provider.label_in("de") == provider.label_in("en") == "Keycloak"
    assert provider.scopes == ("openid", "email", "groups")
    assert dict(provider.groups) == groups
    assert "s3cret" not in repr(provider)


def test_the_secret_may_lie_elsewhere(tmp_path) -> None:
    path = tmp_path / "secret"
    path.write_text("from a file\n")
    one, two = read(
        {**ENTRY, "client_secret_file": str(path)},
        {**ENTRY, "name": "second", "client_secret_env": "THEIR_SECRET"},
        environ={"THEIR_SECRET": "from the environment"},
    )
    assert one.client_secret == "from a file"
    assert two.client_secret == "from the environment"


def test_the_list_may_be_a_file(tmp_path) -> None:
    path = tmp_path / "providers.json"
    path.write_text(json.dumps([ENTRY]))
    settings = Settings(environment="test", secret_key=SECRET, sign_in_providers=str(path))
    assert [provider.name for provider in read_providers(settings, {})] == ["work"]
    with pytest.raises(SettingsError, match="not both"):
        read_providers(replace(settings, providers="[]"), {})
    path.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_providers(settings, {})


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8080", "http://localhost/realm"])
def test_on_this_machine_an_issuer_needs_no_tls(issuer: str) -> None:
    assert read({**ENTRY, "issuer": issuer})[0].issuer == issuer


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": ""}, 'lacks "name"'),
        ({"name": "Work"}, "small letters"),
        ({"name": "a/b"}, "small letters"),
        ({"name": "x" * 41}, "small letters"),
        ({"name": 5}, "to be a text"),
        ({"label": None}, 'needs a "label"'),
        ({"label": {"de": "nur deutsch"}}, 'needs a "label"'),
        ({"label": {"de": " ", "en": "x"}}, "1 to 40"),
        ({"label": "x" * 41}, "1 to 40"),
        ({"issuer": "login.example.org"}, "https://"),
        ({"issuer": "http://login.example.org"}, "https://"),
        ({"issuer": "https://user@login.example.org"}, "https://"),
        ({"issuer": "https://login.example.org/?a"}, "without"),
        ({"client_id": ""}, 'lacks "client_id"'),
        ({"client_secret": ""}, 'lacks "client_secret"'),
        ({"client_secret": "a", "client_secret_env": "B"}, "one is enough"),
        ({"client_secret_env": "MISSING"}, "is empty"),
        ({"client_secret_file": "/nowhere/secret"}, "cannot be read"),
        ({"scopes": "openid"}, "list of words"),
        ({"scopes": ["a b"]}, "list of words"),
        ({"groups": {"x": "role:moderator"}}, 'lacks "group_claim"'),
        ({"groups": ["x"], "group_claim": "g"}, "an object"),
        ({"groups": {"x": "moderator"}, "group_claim": "g"}, "role:moderator"),
        ({"groups": {"x": "role:member"}, "group_claim": "g"}, "maps a group"),
        ({"groups": {"x": "role:root"}, "group_claim": "g"}, "maps a group"),
        ({"groups": {"x": "group:A B"}, "group_claim": "g"}, "maps a group"),
        ({"groups": {"x": 5}, "group_claim": "g"}, "maps a group"),
        ({"trusted_second_factor": "yes"}, "true or false"),
        ({"clientid": "x"}, "unknown entry 'clientid'"),
    ],
)
def test_a_mistake_is_named_with_its_place(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingsError, match="FORUM_PROVIDERS, provider 2") as raised:
        read({**ENTRY, "name": "first"}, {**ENTRY, **change})
    assert complaint in str(raised.value)


def test_two_providers_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="name of its own"):
        read(ENTRY, ENTRY)


@pytest.mark.parametrize(
    ("raw", "complaint"), [("{", "not JSON"), ("{}", "must be a list"), ("[5]", "an object")]
)
def test_what_is_no_list_of_objects_is_refused(raw: str, complaint: str) -> None:
    settings = Settings(environment="test", secret_key=SECRET, providers=raw)
    with pytest.raises(SettingsError, match=complaint):
        read_providers(settings, {})
