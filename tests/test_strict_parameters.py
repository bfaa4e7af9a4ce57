"""No form about accounts, administration or one's data takes doubles, arrays or other spellings."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from community.core.db import db
from community.policy_table import POLICIES
from tests.policy_matrix import Matrix, changing_rules
from tests.policy_requests import REQUESTS, TARGETS, Cell

BLUEPRINTS = {
    "adjustments",
    "rules",
    "appeals",
    "identity",
    "account",
    "providers",
    "privacy",
    "administration",
    "preferences",
}
BLUEPRINTS = {"identity", "account", "providers", "privacy", "administration", "preferences"}
BLUEPRINTS |= {"superusers", "words", "screenings"}
AND = {"notifications.save_preferences"}
# Their tokens are looked at first; tests/identity/test_strict_forms.py sends them fitting ones.
BY_LINK = {
    *("identity.confirm_email_change", "identity.confirm_registration"),
    *("identity.reset_password", "identity.sign_in_by_link"),
}
MANY = {"reads_languages", "groups", "bell", "mail"}

Pairs = list[tuple[str, Any]]


def is_strict(endpoint: str) -> bool:
    """Say whether an endpoint's form must be taken as it was meant, or not at all."""
    return endpoint.partition(".")[0] in BLUEPRINTS or endpoint in AND


def variants(form: dict[str, Any]) -> Iterator[Pairs]:
    """Yield forms that another reader of them might understand in another way."""
    plain = list(form.items())
    yield [*plain, ("unheard_of", "1")]
    yield [*plain, ("user_id", "1")]
    for name, value in plain:
        if name == "_method":
            # In any other spelling it is another request, which has a line of its own.
            yield [*plain, (name, value)]
            continue
        rest = [pair for pair in plain if pair[0] != name]
        yield [*rest, (f"{name}[]", value)]
        yield [*plain, (f"{name}[]", value)]
        yield [*rest, (f"{name}[0]", value)]
        yield [*plain, (name.upper(), value)]
        yield [*rest, (name.capitalize(), value)]
        if name not in MANY:
            yield [*plain, (name, value)]


def sender(matrix: Matrix, rule: Rule) -> Cell:
    """Return somebody who may send the form, and about what."""
    policy = POLICIES[rule.endpoint]
    for role in ("guest", "member", "admin"):
        for target in reversed(TARGETS if rule.arguments else TARGETS[:1]):
            if role in getattr(policy, target):
                return Cell(matrix.world, role, target)
    raise AssertionError(rule)


def test_every_form_is_refused_in_any_other_spelling(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, wrong = Matrix(app), []
    for role in ("guest", "member", "admin"):
        with matrix.as_owner(role, monkeypatch):
            for rule in changing_rules(app):
                if not is_strict(rule.endpoint) or rule.endpoint in BY_LINK:
                    continue
                cell = sender(matrix, rule)
                if cell.role == role:
                    wrong += accepted(matrix, rule, cell)
    assert not wrong, "\n".join(wrong)


def accepted(matrix: Matrix, rule: Rule, cell: Cell) -> list[str]:
    """Return the variants that were not refused as such."""
    path, form = REQUESTS[rule.endpoint](cell)
    if "DELETE" in (rule.methods or ()):
        form = {"_method": "DELETE", **form}
    found = []
    for pairs in variants(form):
        client = matrix.client(cell.role)
        fields = MultiDict([("csrf_token", client.csrf_token()), *pairs])
        response = client.post(path, data=fields)
        db.session.rollback()
        if response.status_code != 422:
            found.append(f"{rule.endpoint} by {cell.role}: {pairs} ended as {response.status}")
    return found
