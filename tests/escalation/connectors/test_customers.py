"""What the operator's records say of a customer, beside a case."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import Action, AuditEntry
from community.core.db import db, transaction
from community.core.settings import Settings
from community.escalation.customers import directory
from community.escalation.customers.queries import Lookup, lookup_customer
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_user
from tests.factories.support import make_agent, make_support_case
from tests.loopback import QuietHandler, serving
from tests.pace import ends_within

KNOWN: dict[str, Any] = {
    "customer_number": "K-12345678",
    "plan": "Nord M <b>",
    "contract": "active",
    "consent": True,
}


class Records(QuietHandler):
    """A system that knows one customer, or answers otherwise."""

    asked: list[tuple[str, str]] = []
    status = 200
    body: bytes = b""
    pause_seconds = 0.0

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        time.sleep(self.pause_seconds)
        self.send(self.body, self.status)


@pytest.fixture
def records(app: Flask) -> Iterator[type[Records]]:
    """Records that the operator named."""
    Records.asked, Records.status, Records.pause_seconds = [], 200, 0.0
    Records.body = json.dumps(KNOWN).encode()
    before: Settings = app.config["SETTINGS"]
    app.extensions.pop("customer_lookups", None)
    with serving(Records) as origin:
        app.config["SETTINGS"] = replace(
            before,
            customer_lookup_url=f"{origin}/customers?site=1",
            customer_lookup_token="their-secret",
            trusted_origins=origin,
        )
        yield Records
    app.config["SETTINGS"] = before
    app.extensions.pop("customer_lookups", None)


@pytest.fixture
def customer(app: Flask) -> User:
    """A member with a confirmed address."""
    return make_user("Kim")


def test_a_customer_is_asked_for_by_the_hash_of_their_address(
    records: type[Records], customer: User
) -> None:
    found = lookup_customer(customer.id)
    assert found.is_reachable
    assert found.record == directory.CustomerRecord("K-12345678", "Nord M <b>", "active", True)
    ((path, authorization),) = records.asked
    digest = sha256(str(customer.email).lower().encode()).hexdigest()
    assert parse_qs(urlsplit(path).query) == {"site": ["1"], "email_sha256": [digest]}
    assert authorization == "Bearer their-secret"
    assert str(customer.email) not in path


def test_the_answer_is_kept_for_a_while(records: type[Records], customer: User) -> None:
    assert lookup_customer(customer.id) == lookup_customer(customer.id)
    assert len(records.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (401, b"{}"), (200, b"no JSON"), (200, b"[1]"), (302, b"")],
)
def test_a_bad_answer_is_none(
    records: type[Records], customer: User, status: int, body: bytes
) -> None:
    records.status, records.body = status, body
    found = lookup_customer(customer.id)
    assert (found.is_reachable, found.record) == (False, None)


def test_a_slow_answer_is_not_waited_for(
    records: type[Records], customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert directory.LOOKUP_SECONDS == 2
    monkeypatch.setattr(directory, "LOOKUP_SECONDS", 0.2)
    records.pause_seconds = 60
    assert not ends_within(0.9, lambda: lookup_customer(customer.id)).is_reachable


def test_who_is_no_customer_is_not_known(records: type[Records], customer: User) -> None:
    records.status = 404
    assert lookup_customer(customer.id) == Lookup(is_reachable=True, record=None)


@pytest.mark.parametrize(
    "strange",
    [{"plan": 7, "contract": None, "consent": "yes"}, {"plan": "x" * 5_000}, {}],
)
def test_what_is_strange_is_left_out(
    records: type[Records], customer: User, strange: dict[str, Any]
) -> None:
    records.body = json.dumps(strange).encode()
    record = lookup_customer(customer.id).record
    assert record is not None
    assert record.consent is None
    assert record.plan in ("", "x" * directory.LONGEST_CHARS)


def test_nobody_is_asked_where_there_is_nobody(customer: User) -> None:
    assert lookup_customer(customer.id).is_reachable


def _looks() -> list[Any]:
    query = select(AuditEntry).where(AuditEntry.action == Action.DATA_SEEN)
    with transaction():
        return [(one.subject_type, one.subject_id, one.after) for one in db.session.scalars(query)]


def test_the_page_does_not_wait_and_the_fragment_says_it(
    records: type[Records], client: ForumClient, customer: User
) -> None:
    case = make_support_case(requester=customer)
    client.sign_in(make_agent("Ada"))
    page = client.get(f"/desk/cases/{case.id}")
    assert f"/desk/cases/{case.id}/customer" in page.text
    assert records.asked == []
    shown = client.get(f"/desk/cases/{case.id}/customer", headers={"HX-Request": "true"}).text
    assert "K-12345678" in shown
    assert "Nord M &lt;b&gt;" in shown
    assert "<html" not in shown
    assert "<html" in client.get(f"/desk/cases/{case.id}/customer").text
    # Shown twice within the hour: one look at what only agents may see.
    assert _looks() == [("support_case", case.id, {"seen": "customer record"})]


def test_the_fragment_says_that_nobody_answers(
    records: type[Records], client: ForumClient, customer: User
) -> None:
    records.status = 503
    case = make_support_case(requester=customer)
    client.sign_in(make_agent("Ada"))
    shown = client.get(f"/desk/cases/{case.id}/customer").text
    assert "The customer records cannot be reached at the moment." in shown
    assert _looks() == []


def test_only_agents_of_the_case_are_told(
    records: type[Records], client: ForumClient, customer: User
) -> None:
    case = make_support_case(requester=customer)
    client.sign_in(customer)
    assert client.get(f"/desk/cases/{case.id}/customer").status_code == 403
    assert records.asked == []
