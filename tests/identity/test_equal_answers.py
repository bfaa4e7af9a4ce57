"""Nobody learns from an answer, its bytes or its cost, whether an address has an account.

Times differ from run to run, so here the work itself is counted: statements and slow hashes.
``python3 dev.py bench accounts`` measures the times.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from community.identity import passwords
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.identity.accounts import (
    PASSWORD,
    is_signed_in,
    make_account,
    register,
    without_one_time_values,
)
from tests.mailbox import sent_mails
from tests.queries import counted_queries

KNOWN = "known@example.org"
# Of one length, so that the answers that repeat the address are of one length too.
ADDRESSES = {
    "member": KNOWN,
    "member in capitals": "KNOWN@Example.ORG",
    "member without password": "forma@example.org",
    "disabled member": "close@example.org",
    "unconfirmed registration": "await@example.org",
    "nobody": "nobod@example.org",
}
FORMS: dict[str, Callable[[str], dict[str, str]]] = {
    "/sign-in": lambda email: {"email": email, "password": "not the password"},
    "/register": lambda email: {"email": email, "display_name": "Dora", "password": PASSWORD},
    "/reset": lambda email: {"email": email},
    "/sign-in/link": lambda email: {"email": email},
    "/confirmations": lambda email: {"email": email},
}
REFUSED_FORMS = {
    "/register": {"display_name": "x", "password": "short"},
    "/reset": {"password": "x"},
    "/sign-in": {"password": ""},
}


@pytest.fixture
def people(app) -> None:
    make_account(email=KNOWN)
    make_user(email="forma@example.org")
    make_account(email="close@example.org", active=False)
    register(app, app.test_client(), email="await@example.org")


def answer_of(client: ForumClient, response: TestResponse, email: str) -> tuple[object, ...]:
    """Return all that an answer and the page after it tell, but for the address itself."""
    headers = {name: value for name, value in response.headers if name not in _VARYING}
    after = client.get(response.location).text if response.location else ""
    texts = [
        without_one_time_values(text).replace(email, "").replace(email.lower(), "")
        for text in (response.text, after)
    ]
    sizes = [len(value) for name, value in response.headers if name == "Content-Length"]
    return (response.status_code, response.location, repr(headers), *texts, *sizes)


_VARYING = {"Content-Security-Policy", "X-Request-Id", "Set-Cookie", "Date"}


@pytest.mark.parametrize("path", FORMS)
def test_every_address_gets_the_same_bytes(app, people, path):
    answers = {}
    for who, email in ADDRESSES.items():
        client = app.test_client()
        response = client.submit(path, FORMS[path](email))
        answers[who] = answer_of(client, response, email)
        assert not is_signed_in(client)
    assert len(set(answers.values())) == 1, answers


@pytest.mark.parametrize("path", REFUSED_FORMS)
def test_a_refused_form_tells_nothing_either(app, people, path):
    answers = {}
    for who, email in ADDRESSES.items():
        client = app.test_client()
        response = client.submit(path, {"email": email, **REFUSED_FORMS[path]})
        assert response.status_code == 422
        answers[who] = answer_of(client, response, email)
    assert len(set(answers.values())) == 1, answers


@pytest.mark.parametrize("path", FORMS)
def test_every_address_takes_the_same_work(app, people, path, monkeypatch):
    hashed = []
    for name in ("hash_with_argon2", "verify_with_argon2"):
        real = getattr(passwords, name)
        monkeypatch.setattr(
            passwords, name, lambda *args, f=real, n=name: hashed.append(n) or f(*args)
        )
    passwords._decoy()
    work = {}
    for who, email in ADDRESSES.items():
        hashed.clear()
        client = app.test_client()
        with counted_queries() as statements:
            client.submit(path, FORMS[path](email))
        work[who] = (tuple(hashed), tuple(statements))
    assert len(set(work.values())) == 1, work
    hashes, _ = work["nobody"]
    assert len(hashes) == (1 if path in ("/sign-in", "/register") else 0)


def test_tries_are_counted_alike_for_every_address(app, people, monkeypatch):
    limited = replace(app.config["SETTINGS"], rate_limits=True)
    monkeypatch.setitem(app.config, "SETTINGS", limited)
    seen = {}
    for number, (who, email) in enumerate(ADDRESSES.items()):
        # Another network for each, or what one network may send would be counted together.
        place = {"environ_overrides": {"REMOTE_ADDR": f"192.0.{number // 2}.1"}}
        form = FORMS["/sign-in"](email)
        client = app.test_client()
        seen[who] = tuple(client.submit("/sign-in", form, **place).status_code for _try in range(7))
    # In capitals it is the same account, whose tries are used up.
    assert seen.pop("member in capitals") == (429,) * 7
    assert set(seen.values()) == {(422,) * 5 + (429,) * 2}


def test_a_new_name_of_an_unconfirmed_registration_is_no_hint(app, people):
    """A name asked for with a known and with a new address is free for others in both cases."""
    for email, name in ((KNOWN, "Kim"), ("fresh@example.org", "Kai")):
        app.test_client().submit(
            "/register", {"email": email, "display_name": name, "password": PASSWORD}
        )
    sent_mails(app)
    for name in ("Kim", "Kai"):
        form = {"email": "third@example.org", "display_name": name, "password": PASSWORD}
        assert app.test_client().submit("/register", form).status_code == 303
