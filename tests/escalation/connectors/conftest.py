"""A site that mirrors its cases to a helpdesk on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from community.escalation.connectors import configuration
from tests.escalation.connectors.stubs import HOOK_KEY, STUBS, Helpdesk, running


@pytest.fixture(params=STUBS)
def desk(app: Flask, request: pytest.FixtureRequest) -> Iterator[Helpdesk]:
    """A helpdesk of each kind, which the operator named; private messages stay here."""
    with mirrored(app, STUBS[request.param]()) as found:
        yield found


@pytest.fixture
def zendesk(app: Flask) -> Iterator[Helpdesk]:
    """One kind, for what is the same with all."""
    with mirrored(app, STUBS["zendesk"]()) as found:
        yield found


@contextmanager
def mirrored(app: Flask, desk: Helpdesk, *, sends_private: bool = False) -> Iterator[Helpdesk]:
    """Let a site mirror to a helpdesk for a while; ``sends_private`` lets private words out."""
    before = app.config["SETTINGS"]
    with running(desk) as origin:
        entry = {**desk.entry(origin), "hook_key": HOOK_KEY, "sends_private": sends_private}
        settings = replace(before, trusted_origins=origin, connectors=json.dumps([entry]))
        app.config["SETTINGS"] = settings
        app.extensions["connectors"] = configuration.read_connectors(settings)
        try:
            yield desk
        finally:
            app.config["SETTINGS"] = before
            app.extensions["connectors"] = {}
