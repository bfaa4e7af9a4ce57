"""Sends every request that changes something, as everybody, each to the same world."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from community.core import clock
from community.core.db import db, transaction
from community.core.web import is_public
from community.identity.models import UserSession
from community.identity.operations.sessions import open_session
from community.policy_table import POLICIES
from tests.client import ForumClient
from tests.policy_nothing import ABOUT_NOTHING
from tests.policy_requests import (
    KINDS,
    NAMED_IN_FORM,
    REQUESTS,
    SAME_AS,
    TARGETS,
    Cell,
    Form,
    World,
    is_done,
    make_world,
)

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
MOST_POWERFUL_FIRST = ("admin", "moderator", "superuser", "member", "guest")


def changing_rules(app: Flask) -> list[Rule]:
    """Return the rules that take a method which may change something."""
    return [rule for rule in app.url_map.iter_rules() if UNSAFE & (rule.methods or set())]


def targets_of(rule: Rule) -> tuple[str, ...]:
    """Return whose what a rule is about can be."""
    return TARGETS if rule.arguments or rule.endpoint in NAMED_IN_FORM else TARGETS[:1]


class Matrix:
    """Sends requests as somebody, each to the same world."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.world: World = make_world()
        self.watch: Callable[[], object] = lambda: None
        self.tokens = {role: self._token(role) for role in self.world.people}

    def _token(self, role: str) -> str:
        with transaction():
            user = self.world.people[role]
            return open_session(user, method="password", second_factor=True)[1]

    @contextmanager
    def as_owner(self, role: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Let a role own what is to be its own, and let no request change the world for the next.

        What a request does stays in its transaction, which ends with it.
        """
        self.world.hand_over(self.world.people.get(role, self.world.author))
        with monkeypatch.context() as patch:
            patch.setattr(db.session, "commit", self._flush)
            yield

    def _flush(self) -> None:
        db.session.flush()
        self.watch()

    def cells(self, role: str, rule: Rule) -> Iterator[Cell]:
        """Yield what a rule is asked; one that names nothing has one target."""
        for target in targets_of(rule):
            for kind in KINDS.get(rule.endpoint, ("question",)):
                yield Cell(self.world, role, target, kind)

    def most_powerful(self, rule: Rule) -> Cell:
        """Return a cell the table allows, of whoever can do the most."""
        policy = POLICIES[rule.endpoint]
        for role in MOST_POWERFUL_FIRST:
            for target in reversed(targets_of(rule)):
                if role in getattr(policy, target):
                    return Cell(self.world, role, target)
        raise AssertionError(rule)

    def let_time_pass(self, minutes: int) -> None:
        """Make it that long ago that anybody proved who they are."""
        then = clock.now() - timedelta(minutes=minutes)
        with transaction():
            db.session.execute(update(UserSession).values(verified_at=then, second_factor_at=then))

    def client(self, role: str) -> ForumClient:
        """Return a browser of its own for a request."""
        client: ForumClient = self.app.test_client()  # type: ignore[assignment]
        if role in self.tokens:
            with client.session_transaction() as session:
                session["_user_id"] = self.tokens[role]
        return client

    def send(
        self, rule: Rule, cell: Cell, extra: Callable[[Form], Form] | None = None
    ) -> TestResponse:
        """Send the request of a rule, perhaps with fields that its form does not have."""
        path, form = REQUESTS[SAME_AS.get(rule.endpoint, rule.endpoint)](cell)
        client = self.client(cell.role)
        deletes = "DELETE" in (rule.methods or ()) or rule.endpoint in SAME_AS
        return (client.remove if deletes else client.submit)(
            path, {**form, **(extra(form) if extra else {})}
        )

    def outcome(self, rule: Rule, cell: Cell) -> str:
        """Send the request; returns "done", "refused", or the status that is neither."""
        done: list[bool | None] = []
        self.watch = lambda: done.append(is_done(cell, rule.endpoint))
        response = self.send(rule, cell)
        if response.status_code >= 500 or (response.location or "").startswith("/verify"):
            return response.status
        if _is_refused(self.app, rule, response) or False in done:
            return "refused"
        return (
            "done"
            if response.status_code < 400 or rule.endpoint in ABOUT_NOTHING
            else response.status
        )


def _is_refused(app: Flask, rule: Rule, response: TestResponse) -> bool:
    if response.status_code in (401, 403):
        return True
    if response.status_code == 404:
        return rule.endpoint not in ABOUT_NOTHING
    location = response.location or ""
    if response.status_code not in (302, 303) or not location.startswith("/sign-in"):
        return False
    if not is_public(app, rule.endpoint):
        return True
    # A guest's text is kept and goes on after the sign-in.
    return "next=" in location and rule.endpoint not in ABOUT_NOTHING
