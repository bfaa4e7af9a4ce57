"""Whoever asks other machines does so by ``core.http``, and no socket leaves for a private one.

Every part of the product that asks at an address somebody named is here. Their addresses lead to
this machine in all the ways there are; a hook of the interpreter sees whether anything connects.
"""

import ast
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from community.core import http
from community.core.settings import Settings
from community.escalation.connectors.chatwoot import Chatwoot
from community.escalation.connectors.protocol import ConnectorFailed
from community.escalation.connectors.webhook import Webhook
from community.escalation.connectors.zammad import Zammad
from community.escalation.connectors.zendesk import Zendesk
from community.escalation.customers.directory import HttpDirectory
from community.escalation.sla.alarms import post_alarm
from community.identity.providers.documents import fetch_json
from community.identity.providers.errors import ProviderUnreachable
from community.identity.providers.settings import Provider
from moderation.spam.outside import Akismet, StopForumSpam, Suspect
from tests.escalation.sla.alarming import make_breached_clock
from tests.loopback import QuietHandler, serving
from tests.sockets import watched_sockets
from tests.source import application

SUSPECT = Suspect("question", "Title", "Text", "en", "Ann", "ann@example.org")
ELSEWHERE = Provider(
    name="x", label={"en": "X", "de": "X"}, issuer="https://login.example.org", client_id="x"
)
GOOD, BAD = "93.184.216.34", "127.0.0.1"
# All but the last are this machine, or a network of its own.
PRIVATE = (
    *("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f.1"),
    *("0177.0.0.1", "127.1", "0.0.0.0", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]"),
    *("[2002:7f00:1::]", "[::7f00:1]", "[fec0::1]", "192.0.0.8", "192.88.99.1", "10.0.0.1"),
    *("169.254.169.254", "100.100.100.200", "localhost", "one-bad.example", "late.example"),
)


def post_an_alarm(url: str) -> None:
    """Send the request of a missed deadline to an address of a policy."""
    post_alarm(clock_id=make_breached_clock(url).id)


USERS: dict[str, Callable[[str], object]] = {
    "alarms": post_an_alarm,
    "Akismet": lambda url: Akismet("k", "https://forum.example", url).calls_it_spam(SUSPECT),
    "StopForumSpam": lambda url: StopForumSpam(url).calls_it_spam(SUSPECT),
    "OpenID": lambda url: fetch_json(ELSEWHERE, url),
    "customers": lambda url: HttpDirectory(url, "token").find("ann@example.org"),
    "Zendesk": lambda url: Zendesk("x", url, "a@example.org", "token").check(),
    "Zammad": lambda url: Zammad("x", url, "token").check(),
    "Chatwoot": lambda url: Chatwoot("x", url, 1, 1, "token").check(),
    "webhook": lambda url: Webhook("x", url, "token").check(),
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer look-ups; one name has a good address at first, and then this machine's."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
        asked.append(host)
        known = {
            "localhost": [BAD],
            "one-bad.example": [GOOD, BAD],
            "late.example": [GOOD] if asked.count(host) == 1 else [BAD],
        }.get(host)
        if known is None:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in known]

    monkeypatch.setattr(http.socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("host", PRIVATE)
def test_no_socket_leaves_for_a_private_address(
    app: Flask, names: list[str], user: str, host: str
) -> None:
    refused = (http.RequestFailed, ProviderUnreachable, ConnectorFailed)
    with watched_sockets() as connected, suppress(*refused, RuntimeError):
        USERS[user](f"https://{host}/in")
    assert connected == []
    # An address is named again by whoever connects to it. The name is not: what was looked up once
    # is what is connected to (as far as tests may), and its second answer is never asked for.
    assert names == ([host, GOOD] if host == "late.example" else [host.strip("[]")])


class Forwarding(QuietHandler):
    """Sends everybody on to where they should not go."""

    target = "http://127.0.0.1:1/"

    def do_GET(self) -> None:
        self.send(b"", 302, Location=self.target)

    do_POST = do_GET


@pytest.fixture
def forwarding(app: Flask) -> Iterator[str]:
    """A server that the operator named, which forwards to one that nobody did."""
    before: Settings = app.config["SETTINGS"]
    with serving(Forwarding) as origin:
        app.config["SETTINGS"] = replace(before, trusted_origins=origin)
        yield origin
    app.config["SETTINGS"] = before


def test_a_redirect_leads_nowhere(app: Flask, forwarding: str) -> None:
    trusted = {forwarding}
    askers: list[Callable[[], object]] = [
        lambda: post_an_alarm(forwarding + "/in"),
        lambda: HttpDirectory(forwarding, "token", trusted).find("ann@example.org"),
        lambda: Akismet("k", "https://f.example", forwarding, trusted).calls_it_spam(SUSPECT),
        lambda: StopForumSpam(forwarding, trusted).calls_it_spam(SUSPECT),
        Zendesk("x", forwarding, "a@example.org", "t", trusted_origins=trusted).check,
        Zammad("x", forwarding, "t", trusted_origins=trusted).check,
        Chatwoot("x", forwarding, 1, 1, "t", trusted_origins=trusted).check,
        Webhook("x", forwarding, "t", trusted_origins=trusted).check,
    ]
    failures = (http.BadAnswer, RuntimeError, ConnectorFailed)
    for ask in askers:
        with watched_sockets() as connected, pytest.raises(failures):
            ask()
        assert connected == ["127.0.0.1"], "the server itself, once"


# Modules that open connections or make requests.
NETWORK = (
    *("socket", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp"),
    *("ftplib", "telnetlib", "poplib", "imaplib", "nntplib", "smtplib", "xmlrpc", "socketserver"),
    *("websocket", "websockets", "paramiko", "pycurl"),
)
# Who else uses one, for what: none of them asks at an address that a person or a system gave.
ALLOWED = {
    "community/core/http.py": {"socket", "http.client"},
    # Greets the operator's own mail server.
    "community/admin/doctor/background.py": {"smtplib"},
    # Listens on a port of its own.
    "community/demo.py": {"socket"},
    # Speaks the protocol over a connection that core.http made.
    "community/escalation/mail_in/polling.py": {"imaplib", "socket"},
}


def test_one_module_asks_other_machines() -> None:
    found = {
        source.path: used for source in application() if (used := _network_modules(source.tree))
    }
    assert found == ALLOWED


def _network_modules(tree: ast.Module) -> set[str]:
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {
        module
        for module in NETWORK
        for name in named
        if name == module or name.startswith(f"{module}.")
    }


def test_connections_of_event_loops_are_not_opened_either() -> None:
    openers = {"open_connection", "create_connection", "sock_connect", "open_unix_connection"}
    found = {
        source.path
        for source in application()
        for called, _line in source.calls()
        if called in openers
    }
    assert found == {"community/core/http.py"}
