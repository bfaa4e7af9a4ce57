"""Addresses are nouns, and every view either is public or refuses guests."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from community.core.web import is_public
from tests.client import ForumClient

# Nouns that look like verbs (lock, watch, comment) are left out on purpose.
VERBS = re.compile(
    r"/(accept|add|answer|ask|close|create|delete|edit|get|give|hide|list|make|mark|move|remove"
    r"|reopen|restore|save|send|set|show|submit|take|toggle|unaccept|unwatch|update)(/|$)"
)
SAMPLE = {"int": "1", "default": "sample", "string": "sample", "path": "sample"}
METHODS = {"GET", "POST", "DELETE", "HEAD", "OPTIONS"}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=str)


def test_addresses_are_nouns(app: Flask) -> None:
    assert [rule.rule for rule in rules(app) if VERBS.search(rule.rule)] == []


def test_methods_are_few(app: Flask) -> None:
    odd = [f"{rule.rule} {rule.methods - METHODS}" for rule in rules(app) if rule.methods - METHODS]
    assert odd == []


def test_what_is_not_public_refuses_guests(app: Flask, client: ForumClient) -> None:
    answered = []
    for rule in rules(app):
        if is_public(app, rule.endpoint):
            continue
        address = re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", _sample, rule.rule)
        response = _visit(client, rule, address)
        to_sign_in = response.status_code in (302, 303) and "/sign-in" in response.location
        if not (to_sign_in or response.status_code in (401, 403)):
            answered.append(f"{rule} {sorted(rule.methods)}: {response.status_code}")
    assert answered == []


def _sample(match: re.Match[str]) -> str:
    return SAMPLE[match.group(1) or "default"]


def _visit(client: ForumClient, rule: Rule, address: str):
    if "GET" in rule.methods:
        return client.get(address)
    if "POST" in rule.methods:
        return client.submit(address, {})
    return client.remove(address)


@pytest.mark.parametrize("address", ["/", "/healthz", "/questions", "/tags", "/sign-in"])
def test_guests_may_read(client: ForumClient, address: str) -> None:
    assert client.get(address).status_code == 200


def test_reading_writes_nothing(app: Flask) -> None:
    changing = [
        str(rule)
        for rule in rules(app)
        if "GET" in rule.methods
        and {"POST", "DELETE"} & rule.methods
        # A form and what it sends share an address.
        and not re.search(
            r"^/(register|confirmations|sign-in|reset|email-changes|preferences|verify|account)",
            rule.rule,
        )
    ]
    assert changing == []
