"""Requests to other machines: what is refused, and what is given up."""

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from community.core import clock, http
from tests.loopback import QuietHandler, serving
from tests.pace import ends_within

LIMIT = http.LARGEST_ANSWER_BYTES


class Stranger(QuietHandler):
    """Answers as each address says."""

    seen: list[tuple[str, dict[str, str], bytes]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers), b""))
        getattr(self, "answer_" + self.path.strip("/").partition("?")[0])()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), body))
        self.answer_json()

    def answer_json(self) -> None:
        self.send(b'{"a": 1}')

    def answer_list(self) -> None:
        self.send(b"[1]")

    def answer_nonsense(self) -> None:
        self.send(b"{" * 100_000)

    def answer_redirect(self) -> None:
        self.send(b"", 302, Location="/json")

    def answer_largest(self) -> None:
        self.send(b"x" * LIMIT)

    def answer_larger(self) -> None:
        self.send(b"x" * (LIMIT + 1))

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x" * 65_536)

    def answer_drops(self) -> None:
        """Send a byte now and then: no single wait is long."""
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_headers(self) -> None:
        for number in range(100):
            self.wfile.write(f"X-{number}: y\r\n".encode() if number else b"HTTP/1.1 200 OK\r\n")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_garbage(self) -> None:
        self.wfile.write(b"\x00\xff not http at all\r\n\r\n")


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    with serving(Stranger) as origin:
        yield origin


@pytest.fixture
def ask(stranger: str) -> Callable[[str], http.Answer]:
    Stranger.seen.clear()
    return lambda path: http.fetch(stranger + path, trusted_origins={stranger})


def test_an_answer_is_read_whole(ask) -> None:
    answer = ask("/json?a=b")
    assert (answer.status, answer.json()) == (200, {"a": 1})
    assert answer.headers["content-length"] == "8"
    path, headers, _ = Stranger.seen[0]
    assert path == "/json?a=b"
    assert headers["Connection"] == "close"


def test_a_form_is_posted(stranger: str) -> None:
    Stranger.seen.clear()
    answer = http.post_form(
        stranger + "/any", {"a": "ü &"}, headers={"X-Own": "1"}, trusted_origins={stranger}
    )
    assert answer.json() == {"a": 1}
    _, headers, body = Stranger.seen[0]
    assert body == b"a=%C3%BC+%26"
    assert (headers["Content-Type"], headers["X-Own"]) == (http.FORM, "1")


def test_a_redirect_is_not_followed(ask) -> None:
    assert ask("/redirect").status == 302
    assert [path for path, *_ in Stranger.seen] == ["/redirect"]


@pytest.mark.parametrize("path", ["/list", "/nonsense", "/redirect"])
def test_what_is_no_json_object_is_refused(ask, path: str) -> None:
    answer = ask(path)
    with pytest.raises(http.BadAnswer):
        answer.json()


def test_the_largest_answer_is_taken_and_a_larger_one_not(ask) -> None:
    assert len(ask("/largest").body) == LIMIT
    for path in ("/larger", "/endless"):
        with pytest.raises(http.TooLarge):
            ask(path)


@pytest.mark.parametrize("path", ["/drops", "/headers"])
def test_many_small_waits_are_given_up_together(ask, path: str, monkeypatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.4)

    def give_up() -> None:
        with pytest.raises(http.TooSlow):
            ask(path)

    ends_within(1.5, give_up)


def test_garbage_and_silence_are_failures(ask, stranger: str) -> None:
    with pytest.raises(http.RequestFailed, match="no connection"):
        ask("/garbage")
    nobody = "http://127.0.0.1:1"
    with pytest.raises(http.RequestFailed, match="no connection"):
        http.fetch(nobody + "/", trusted_origins={nobody})


def test_the_environments_proxy_is_not_asked(ask, monkeypatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask("/json").status == 200


def test_an_answer_keeps_itself_out_of_logs(ask) -> None:
    assert "1}" not in repr(ask("/json"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::808:808",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:80ff:fffe",
        "2001:db8::1",
    ],
)
def test_what_not_everybody_reaches_is_private(address: str) -> None:
    assert not http.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_everybody_reaches_is_public(address: str) -> None:
    assert http.is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0/",
        "http://192.0.2.1/",
        "http://127.0.0.1:1/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "https://",
        "https:///path",
        "https://user@example.org/",
        "https://user:pass@example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://example.org\\@evil.example/",
        "https://example.org/" + "x" * 5_000,
    ],
)
def test_addresses_that_may_not_be_asked(url: str) -> None:
    with pytest.raises(http.AddressRefused):
        http.fetch(url)


def test_trust_is_for_one_origin_alone(stranger: str) -> None:
    port = int(stranger.rpartition(":")[2])
    for other in (f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}", "http://localhost"):
        with pytest.raises(http.AddressRefused):
            http.fetch(stranger + "/json", trusted_origins={other})


def test_a_name_with_one_private_address_is_refused_wholly(monkeypatch) -> None:
    both = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *names, **options: both)
    with pytest.raises(http.AddressRefused):
        http.fetch("https://rebound.example/")


def test_a_name_server_that_never_answers_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *names, **options: time.sleep(1))
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.1)
    with pytest.raises(http.TooSlow):
        http.fetch("https://silent.example/")


def test_origins_are_compared_with_their_port() -> None:
    assert http.origin_of("https://Login.Example.org/realms/x") == "https://login.example.org:443"
    assert http.origin_of("http://[::1]:90/") == "http://[::1]:90"


def make_certificate(folder: Path, host: str) -> Path:
    """Write a key and a certificate that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    names = [x509.IPAddress(ip_address(host))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password)
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path


@pytest.mark.parametrize(("named", "works"), [("127.0.0.1", True), ("127.0.0.2", False)])
def test_only_a_certificate_for_this_host_is_trusted(
    tmp_path: Path, monkeypatch, named: str, works: bool
) -> None:
    certificate = make_certificate(tmp_path, named)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serving(Stranger, tls) as origin:
        with pytest.raises(http.RequestFailed, match="SSLCertVerificationError"):
            http.fetch(origin + "/json", trusted_origins={origin})
        monkeypatch.setattr(http, "_tls", lambda: ssl.create_default_context(cafile=certificate))
        if works:
            assert http.fetch(origin + "/json", trusted_origins={origin}).json() == {"a": 1}
        else:
            with pytest.raises(http.RequestFailed, match="SSLCertVerificationError"):
                http.fetch(origin + "/json", trusted_origins={origin})
