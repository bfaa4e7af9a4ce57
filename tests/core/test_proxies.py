"""Who a request comes from is told by trusted proxies alone; its host by nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import g, request

from community.app import create_app
from community.core.db import db
from community.core.limits import request_network
from tests.client import ForumClient
from tests.factories.community import make_board, make_question, make_user
from tests.mailbox import sent_mails

PEER = "10.0.0.1"
EVIL = "evil.example"


@contextmanager
def site_behind(settings, hops: int) -> Iterator[ForumClient]:
    """Yield a browser of a site behind so many trusted proxies, and note what the site sees."""
    app = create_app(replace(settings, proxy_hops=hops))
    app.test_client_class = ForumClient

    def note():
        seen.update(address=request.remote_addr, network=request_network())
        seen.update(scheme=request.scheme, host=request.host)
        g.noted = True

    seen: dict[str, str | None] = {}
    app.before_request(note)
    client = app.test_client()
    client.seen = seen
    try:
        yield client
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("hops", "forwarded", "seen"),
    [
        (0, None, PEER),
        (0, "192.0.2.1", PEER),
        (0, "192.0.2.1, 192.0.2.2", PEER),
        (1, None, PEER),
        (1, "192.0.2.1", "192.0.2.1"),
        # The proxy writes its entry last: what stands before it is what the client made up.
        (1, "192.0.2.66, 192.0.2.1", "192.0.2.1"),
        (1, "unknown, 127.0.0.1, 192.0.2.1", "192.0.2.1"),
        (2, "192.0.2.66, 192.0.2.1, 192.0.2.2", "192.0.2.1"),
        (2, "192.0.2.1, 192.0.2.2", "192.0.2.1"),
        # Fewer entries than proxies: the request did not come by all of them.
        (2, "192.0.2.66", PEER),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_forwarded_addresses_are_believed_as_far_as_proxies_are_trusted(
    app, settings, hops, forwarded, seen
):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with site_behind(settings, hops) as client:
        client.get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": PEER})
        assert client.seen["address"] == seen


@pytest.mark.parametrize("hops", [0, 1, 2])
@pytest.mark.parametrize("header", ["Forwarded", "X-Real-IP", "Client-IP", "CF-Connecting-IP"])
def test_other_headers_name_no_address(app, settings, hops, header):
    with site_behind(settings, hops) as client:
        headers = {header: "for=192.0.2.1" if header == "Forwarded" else "192.0.2.1"}
        client.get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": PEER})
        assert client.seen["address"] == PEER


@pytest.mark.parametrize(("hops", "scheme"), [(0, "http"), (1, "https"), (2, "https")])
def test_the_scheme_is_told_by_trusted_proxies(app, settings, hops, scheme):
    with site_behind(settings, hops) as client:
        client.get("/healthz", headers={"X-Forwarded-Proto": "https, https"})
        assert client.seen["scheme"] == scheme


@pytest.mark.parametrize("hops", [0, 1, 2])
def test_no_header_names_the_host(app, settings, hops):
    names = ("X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Host", "Forwarded")
    headers = dict.fromkeys(names, f"{EVIL}, {EVIL}")
    with site_behind(settings, hops) as client:
        client.get("/healthz", headers={**headers, "X-Forwarded-Port": "81, 81"})
        assert client.seen["host"] == "localhost"


@pytest.mark.parametrize("headers", [{"Host": EVIL}, {"X-Forwarded-Host": EVIL}])
def test_a_forged_host_is_repeated_nowhere(app, settings, headers):
    user = make_user(email="jana@example.org", password="x")
    question = make_question(board=make_board("esim"), title="Why is there no signal here?")
    with site_behind(settings, 1) as client:
        for path in (
            *("/", "/sign-in", "/register", "/reset", "/search?q=signal", "/nowhere", "//tags"),
            *("/feeds/questions.atom", "/sitemap.xml", "/robots.txt", "/manifest.webmanifest"),
            *(f"/questions/{question.id}", f"/questions/{question.id}/x", "/preferences"),
            *(f"/users/{user.id}", "/.well-known/security.txt"),
        ):
            page = client.get(path, headers=headers)
            assert EVIL not in page.text, path
            assert EVIL not in str(page.headers), path
        form = {"csrf_token": client.csrf_token(), "email": user.email}
        cookie = f"session={client.get_cookie('session').value}"
        # A browser's jar would keep the cookie from a host of another name.
        jarless = client.application.test_client(use_cookies=False)
        jarless.post("/reset", data=form, headers={**headers, "Cookie": cookie})
    (mail,) = sent_mails(app)
    assert EVIL not in mail.body + str(mail.alternatives)
