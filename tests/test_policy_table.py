"""The policy table is what the routes do: every route, every role, every target."""

import pytest
from flask import Flask

from community.core.db import db
from community.policy_roles import ROLES
from community.policy_table import FRESHLY_PROVED, POLICIES
from tests.policy_digest import Digest
from tests.policy_matrix import Matrix, changing_rules
from tests.policy_requests import REQUESTS, SAME_AS

# 85 routes when this was written; docs/decisions/rights-on-boards.md says it too.
LEAST_REQUESTS = 2_320
HOW = "add a line to community/policy_table.py and a request to tests/policy_requests.py"


def test_every_route_that_changes_something_has_a_line(app: Flask) -> None:
    routed = {rule.endpoint for rule in changing_rules(app)}
    assert routed - set(POLICIES) == set(), HOW
    assert set(POLICIES) - routed == set(), "these routes are no more"
    assert routed - set(REQUESTS) - set(SAME_AS) == set(), HOW


def test_the_table_knows_only_these_roles() -> None:
    assert {role for line in POLICIES.values() for who in line for role in who} <= set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_does_what_the_table_says(
    role: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = Matrix(app)
    wrong, asked = [], 0
    with matrix.as_owner(role, monkeypatch):
        for rule in changing_rules(app):
            for cell in matrix.cells(role, rule):
                allowed = role in getattr(POLICIES[rule.endpoint], cell.target)
                wanted, found = ("done" if allowed else "refused"), matrix.outcome(rule, cell)
                asked += 1
                if found != wanted:
                    case = f"{rule.endpoint} by {role}, {cell.target} {cell.kind}"
                    wrong.append(f"{case}: {found}, should be {wanted}")
    assert asked * len(ROLES) >= LEAST_REQUESTS, "the table is asked less than it was"
    assert not wrong, "\n".join(wrong)


def test_the_table_names_the_routes_that_ask_for_a_fresh_proof(app: Flask) -> None:
    asking = {name for name, view in app.view_functions.items() if hasattr(view, "asks_again")}
    assert asking == FRESHLY_PROVED, "community/policy_table.py says which routes ask again"


def test_a_proof_of_eleven_minutes_ago_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = Matrix(app)
    matrix.let_time_pass(minutes=11)
    rules = [rule for rule in changing_rules(app) if rule.endpoint in FRESHLY_PROVED]
    for rule in rules:
        cell = matrix.most_powerful(rule)
        with matrix.as_owner(cell.role, monkeypatch):
            digest = Digest()
            before = digest.take()
            response = matrix.send(rule, cell)
            assert (response.location or "").startswith("/verify?next="), rule.endpoint
            assert digest.take() == before, rule.endpoint
            db.session.rollback()


def test_a_proof_of_eleven_minutes_ago_shows_no_page_behind_it(app: Flask) -> None:
    matrix = Matrix(app)
    matrix.let_time_pass(minutes=11)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in FRESHLY_PROVED and "GET" in (rule.methods or ()):
            _, path = rule.build(dict.fromkeys(rule.arguments, 1)) or ("", "")
            location = matrix.client("admin").get(path).location or ""
            assert location.startswith("/verify?next="), rule.endpoint
