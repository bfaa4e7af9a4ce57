"""Requests to other machines: the one place that makes them.

Each has a time limit and a size limit. None follows a redirect, uses a proxy of the environment, or
reaches a machine that the whole internet cannot reach, unless the operator named that machine
(``FORUM_TRUSTED_ORIGINS``). Why: ``docs/decisions/outward-requests.md``.
Never called while a transaction writes: others would wait for a stranger's answer.
"""

import io
import json
import re
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 2 * 1_048_576
LONGEST_ADDRESS_CHARS = 4_000
DEFAULT_PORTS = {"http": 80, "https": 443}
# Elsewhere listen mail servers, databases and whatever else takes a request for something to do.
PORTS = frozenset({80, 443, 8443})
TLS_ONLY = frozenset({"https"})
FORM = "application/x-www-form-urlencoded"

# What the internet does not reach, or reaches only by way of something else: a translator or a
# tunnel would carry a request back into a private network. A list of our own, for what
# ``ipaddress`` calls global differs from one Python to the next.
# Sources: IANA's registries of special-purpose addresses; RFC 6890, RFC 7526 and RFC 3879.
_SPECIAL_NETWORKS = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/8 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48
    3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
_SPECIAL = tuple(ip_network(network) for network in _SPECIAL_NETWORKS.split())
# No label of a name is longer, and no name is. Source: RFC 1035 §2.3.4.
_LONGEST_LABEL, _LONGEST_NAME = 63, 253
# Asking for a name knows no time limit, so it happens beside; a dead name server blocks no more
# than these.
_resolver = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


class RequestFailed(Exception):
    """No usable answer came; the message says why, without anything of the answer."""


class AddressRefused(RequestFailed):
    """The address is none that may be asked."""


class TooSlow(RequestFailed):
    """The time was up before the answer was complete."""


class TooLarge(RequestFailed):
    """The answer is larger than the limit."""


class BadAnswer(RequestFailed):
    """The answer is not what was asked for."""


@dataclass(frozen=True)
class Answer:
    """A complete answer; ``headers`` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body; raises ``BadAnswer``."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadAnswer("the answer is no JSON") from error
        if not isinstance(found, dict):
            raise BadAnswer("the answer is no JSON object")
        return found


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    trusted_origins: Collection[str] = frozenset(),
    schemes: Collection[str] = TLS_ONLY,
) -> Answer:
    """Return the answer to a GET, whatever its status; raises ``RequestFailed``.

    ``trusted_origins`` (see ``origin_of``) are named by the operator: these alone may lie in a
    private network, listen on any port or, unless ``schemes`` says otherwise, do without TLS.
    """
    check_address(url, trusted_origins=trusted_origins, schemes=schemes)
    return _request("GET", url, headers or {}, None, trusted_origins)


def post_form(
    url: str,
    fields: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    trusted_origins: Collection[str] = frozenset(),
) -> Answer:
    """Return the answer to a form that was POSTed, as ``fetch`` does."""
    body = urlencode(fields).encode()
    return post(
        url,
        body,
        headers={**(headers or {}), "Content-Type": FORM},
        trusted_origins=trusted_origins,
    )


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    trusted_origins: Collection[str] = frozenset(),
) -> Answer:
    """Return the answer to a POST, as ``fetch`` does; ``headers`` name the body's type."""
    return send("POST", url, body, headers=headers, trusted_origins=trusted_origins)


def send(
    method: str,
    url: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str],
    trusted_origins: Collection[str] = frozenset(),
    seconds: float = 0,
) -> Answer:
    """Return the answer to a request of any method, as ``fetch`` does.

    ``seconds`` is how long all of it may take, where that is less than ``TOTAL_SECONDS``.
    """
    check_address(url, trusted_origins=trusted_origins)
    return _request(method, url, headers, body, trusted_origins, seconds)


def check_address(
    url: str,
    *,
    trusted_origins: Collection[str] = frozenset(),
    schemes: Collection[str] = TLS_ONLY,
) -> None:
    """Raise ``AddressRefused`` for what can be refused before its name is looked up."""
    parts = _split(url)
    if origin_of(url) in trusted_origins:
        return
    if parts.scheme not in schemes:
        raise AddressRefused("the address lacks https")
    if _port_of(parts) not in PORTS:
        raise AddressRefused("the address names a port that is not asked")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address; raises ``AddressRefused`` if it has none."""
    parts = _split(url)
    return f"{parts.scheme}://{_host_of(parts)}:{_port_of(parts)}"


def _split(url: str) -> SplitResult:
    if not url.isprintable() or " " in url or len(url) > LONGEST_ADDRESS_CHARS:
        raise AddressRefused("the address is malformed")
    try:
        parts = urlsplit(_in_ascii(url))
        if parts.port == 0:
            raise ValueError("no port")
    except ValueError as error:
        raise AddressRefused("the address is malformed") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise AddressRefused("the address is not one of the web")
    if "@" in parts.netloc or "\\" in url:
        raise AddressRefused("the address names a user")
    labels = parts.hostname.rstrip(".").split(".")
    if len(parts.hostname) > _LONGEST_NAME or max(map(len, labels)) > _LONGEST_LABEL:
        raise AddressRefused("the address is malformed")
    return parts


def _in_ascii(url: str) -> str:
    """Return an address with its host as name servers know it; raises ``ValueError``.

    Elsewhere than in the host there is nothing but ASCII in an address that was made for us.
    """
    if url.isascii():
        return url
    scheme, mark, rest = url.partition("://")
    host = re.match("[^/?#]*", rest)
    assert host is not None
    named = host.group().encode("idna").decode()
    if not (plain := f"{scheme}{mark}{named}{rest[host.end() :]}").isascii():
        raise ValueError("characters outside the host")
    return plain


def _host_of(parts: SplitResult) -> str:
    assert parts.hostname
    return f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname


def _port_of(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def open_stream(host: str, port: int, *, tls: bool) -> socket.socket:
    """Return a connection for another protocol to a machine that the operator named.

    For mail boxes. Its time limit holds for each answer. Raises ``RequestFailed``.
    """
    deadline = _Deadline(TOTAL_SECONDS)
    try:
        stream = _reach_first(_addresses_of(host, port, deadline), port, deadline)
        stream.settimeout(TOTAL_SECONDS)
        return _secured(stream, host) if tls else stream
    except TimeoutError as error:
        raise TooSlow("the machine took too long") from error
    except (OSError, ValueError) as error:
        raise RequestFailed(f"no connection: {type(error).__name__}") from error


class _Deadline:
    """When everything must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, most: float = TOTAL_SECONDS) -> float:
        """Return the seconds left, at most so many; raises ``TooSlow``."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TooSlow("the answer took too long")
        return min(left, most)


def _request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    trusted_origins: Collection[str],
    seconds: float = 0,
) -> Answer:
    parts = _split(url)
    is_trusted = origin_of(url) in trusted_origins
    deadline = _Deadline(seconds or TOTAL_SECONDS)
    try:
        return _exchange(method, parts, headers, body, is_trusted, deadline)
    except TimeoutError as error:
        raise TooSlow("the answer took too long") from error
    except (OSError, HTTPException, ValueError) as error:
        raise RequestFailed(f"no connection: {type(error).__name__}") from error


def _exchange(
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None,
    is_trusted: bool,
    deadline: _Deadline,
) -> Answer:
    stream = _connect(parts, deadline, is_trusted)
    try:
        connection = HTTPConnection(parts.netloc)
        # Given a socket it opens none itself, so it speaks over the one that TLS protects.
        connection.sock = _TimedSocket(stream, deadline)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # One question a connection: nothing of an answer is left for the next.
        connection.request(
            method, path, body, {"Host": parts.netloc, "Connection": "close", **headers}
        )
        response = connection.getresponse()
        content = response.read(LARGEST_ANSWER_BYTES + 1)
        if len(content) > LARGEST_ANSWER_BYTES:
            raise TooLarge("the answer is too large")
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content)
    finally:
        stream.close()


def _connect(parts: SplitResult, deadline: _Deadline, is_trusted: bool) -> socket.socket:
    """Return a connection to an address that was looked at: a second look could differ."""
    assert parts.hostname
    addresses = _addresses_of(parts.hostname, _port_of(parts), deadline)
    if not is_trusted and not all(is_public(ip_address(address)) for address in addresses):
        raise AddressRefused("the address lies in a private network")
    stream = _reach_first(addresses, _port_of(parts), deadline)
    if parts.scheme == "http":
        return stream
    stream.settimeout(deadline.left(CONNECT_SECONDS))
    return _secured(stream, parts.hostname)


def _secured(stream: socket.socket, host: str) -> socket.socket:
    try:
        return _tls().wrap_socket(stream, server_hostname=host)
    except BaseException:
        stream.close()
        raise


def _addresses_of(host: str, port: int, deadline: _Deadline) -> list[str]:
    asked = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = asked.result(timeout=deadline.left(CONNECT_SECONDS))
    # A zone ("%eth0") names a card of this machine.
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether the whole internet reaches this address, and by itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    elif isinstance(address, IPv6Address) and _is_tunnelled(address):
        return False
    # `in` is False where the versions differ.
    return not any(address in network for network in _SPECIAL)


def _is_tunnelled(address: IPv6Address) -> bool:
    """Say whether an address in any network holds one of a local tunnel. Source: RFC 5214 §6.1."""
    return (int(address) >> 32) & 0xFCFF_FFFF == 0x5EFE


def _reach_first(addresses: list[str], port: int, deadline: _Deadline) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), deadline.left(CONNECT_SECONDS))
        except OSError as error:
            failure = error
    raise failure or OSError("the name has no address")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _TimedSocket:
    """What ``http.client`` needs of a socket, all of it under one deadline.

    A socket's own time limit begins anew with every byte: a slow sender could hold us for hours.
    """

    def __init__(self, stream: socket.socket, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._stream.settimeout(self._deadline.left())
        self._stream.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._stream, self._deadline))

    def close(self) -> None:
        """Leave it open: whoever opened the stream closes it, read or not."""


class _TimedReader(io.RawIOBase):
    def __init__(self, stream: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._stream = stream
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.settimeout(self._deadline.left())
        return self._stream.recv_into(buffer)
