"""Which addresses of the web may be asked: every row of the shared list, with nothing connected."""

import json
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from community.core import http
from tests.shared_data import find_shared_data, shared_data

WEB = ("http", "https")


class Connected(Exception):
    """Stands for a connection that was opened."""


def rows() -> list[dict[str, Any]]:
    folder = find_shared_data("security")
    if folder is None:
        return []
    lines = (folder / "ssrf.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect which addresses would be connected to; nobody is."""
    found: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> None:
        found.append(address[0])
        raise Connected()

    monkeypatch.setattr(http.socket, "create_connection", connect)
    return found


def resolver(names: dict[str, list[str]]) -> Callable[..., list[Any]]:
    """Return a look-up that knows these names, and reads numbers as this machine does."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        known = names.get(host.rstrip("."))
        if known is None:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(None, None, None, "", (address, port)) for address in known]

    return look_up


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_an_address_is_asked_only_if_everybody_reaches_it(
    row: dict[str, Any], reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.socket, "getaddrinfo", resolver(row.get("resolve", {})))
    try:
        http.fetch(row["input"], schemes=WEB)
    except (http.RequestFailed, Connected):
        pass
    assert all(http.is_public(ip_address(address)) for address in reached)
    if row["expect"] == "allow":
        assert reached
    elif row["expect"] == "block" and "redirects" not in row:
        # Of redirects none is followed (test_http), so the first address is all that is asked.
        assert reached == []


def test_the_shared_list_was_read() -> None:
    shared_data("security")
    assert len(rows()) == 150


@pytest.mark.parametrize(
    "address",
    [
        *(
            "192.0.0.8",
            "192.88.99.1",
            "fec0::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
        ),
        *("2a00:1:2:3:0:5efe:7f00:1", "2a00:1:2:3:200:5efe:a00:1"),
        *("::7f00:1", "::ffff:169.254.169.254", "2001:20::1", "100::1", "3fff::1", "5f00::1"),
    ],
)
def test_what_a_python_may_call_global_is_private(address: str) -> None:
    assert not http.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org:0/",
        "https://example.org:25/",
        "https://example.org:5432/",
        "https://example.org/caf\u00e9",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "http://example.org/",
    ],
)
def test_an_address_is_refused_before_it_is_looked_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.socket, "getaddrinfo", None)
    with pytest.raises(http.AddressRefused):
        http.fetch(url)


def test_a_name_of_other_letters_is_asked_as_name_servers_know_it(
    reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"xn--bcher-kva.example": ["93.184.216.34"]}
    monkeypatch.setattr(http.socket, "getaddrinfo", resolver(names))
    with pytest.raises(Connected):
        http.fetch("https://b\u00fccher.example:8443/x?y=1")
    assert reached == ["93.184.216.34"]
