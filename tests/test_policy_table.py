"""The policy table is what the routes do: every route, every role, every target."""

import pytest
from flask import Flask

from community.policy_table import POLICIES, ROLES
from tests.policy_matrix import Matrix, changing_rules
from tests.policy_requests import REQUESTS, SAME_AS

HOW = "add a line to community/policy_table.py and a request to tests/policy_requests.py"


def test_every_route_that_changes_something_has_a_line(app: Flask) -> None:
    routed = {rule.endpoint for rule in changing_rules(app)}
    assert routed - set(POLICIES) == set(), HOW
    assert set(POLICIES) - routed == set(), "these routes are no more"
    assert routed - set(REQUESTS) - set(SAME_AS) == set(), HOW


def test_the_table_knows_only_these_roles() -> None:
    assert {role for line in POLICIES.values() for who in line for role in who} <= set(ROLES)


def test_every_route_does_what_the_table_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = Matrix(app)
    wrong = []
    for role in ROLES:
        with matrix.as_owner(role, monkeypatch):
            for rule in changing_rules(app):
                for cell in matrix.cells(role, rule):
                    allowed = role in getattr(POLICIES[rule.endpoint], cell.target)
                    wanted, found = ("done" if allowed else "refused"), matrix.outcome(rule, cell)
                    if found != wanted:
                        case = f"{rule.endpoint} by {role}, {cell.target}"
                        wrong.append(f"{case}: {found}, should be {wanted}")
    assert not wrong, "\n".join(wrong)
