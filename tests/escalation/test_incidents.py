"""An incident: cases with one cause, told at once and solved together."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.escalation.cases.errors import NotAnIncident
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import assigning
from community.escalation.cases.operations.incidents import join_incident
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.factories.support import make_agent, make_support_case

GERMAN, ENGLISH = "zqde Der Mast ist repariert.", "zqen The mast is mended."


@pytest.fixture
def agent(app: Flask, client: ForumClient) -> User:
    """An agent, signed in."""
    user = make_agent("Lena Brockmann")
    client.sign_in(user)
    return user


def _incident(agent: User) -> tuple[SupportCase, SupportCase, SupportCase]:
    parent = make_support_case(subject="zqmast Mast 4471")
    children = [make_support_case(language=language) for language in ("de", "en")]
    for child in children:
        with transaction():
            join_incident(agent, child.id, parent.id)
    return parent, children[0], children[1]


def _tell(client: ForumClient, parent: SupportCase, **fields: str) -> Any:
    texts = {"text-de": GERMAN, "text-en": ENGLISH, **fields}
    return client.submit(f"/desk/cases/{parent.id}/children/messages", data=texts)


def _written() -> list[tuple[int, str, str]]:
    out = select(CaseMessage).where(CaseMessage.direction == "out").order_by(CaseMessage.id)
    return [(one.case_id, one.kind, one.body) for one in db.session.scalars(out)]


def test_a_case_joins_and_leaves_by_forms(client: ForumClient, agent: User) -> None:
    parent, child = make_support_case(subject="zqmast"), make_support_case(subject="zqchild")
    to = f"/desk/cases/{child.id}/parent"
    assert client.submit(to, data={"parent": "C-999"}).status_code == 422
    assert client.submit(to, data={"parent": "mast"}).status_code == 422
    assert client.submit(to, data={"parent": f"c-{parent.id}"}).status_code == 303
    page = client.get(f"/desk/cases/{parent.id}").text
    assert "Incident with 1 case<" in page
    assert "zqchild" in page
    assert client.submit(to, data={"_method": "DELETE"}).status_code == 303
    assert "Incident with" not in client.get(f"/desk/cases/{parent.id}").text


def test_incidents_are_not_nested(agent: User) -> None:
    parent, child, _other = _incident(agent)
    fresh = make_support_case()
    for one, of in ((fresh, child), (parent, fresh), (child, fresh), (fresh, fresh)):
        with pytest.raises(NotAnIncident), transaction():
            join_incident(agent, one.id, of.id)
    with transaction():
        join_incident(agent, child.id, parent.id)


def test_each_customer_is_told_once_and_in_their_language(client: ForumClient, agent: User) -> None:
    parent, german, english = _incident(agent)
    for _ in range(2):
        assert _tell(client, parent, submission="once" * 5).status_code == 303
    assert _written() == [
        (german.id, "private", GERMAN),
        (english.id, "private", ENGLISH),
    ]
    assert reload(german).owner_id is None


def test_no_language_is_left_out_and_nothing_typed_is_lost(
    client: ForumClient, agent: User
) -> None:
    parent, _german, _english = _incident(agent)
    refused = _tell(client, parent, **{"text-de": " "})
    assert refused.status_code == 422
    assert "Some of the customers read this language" in refused.text
    assert ENGLISH in refused.text
    assert _written() == []


def test_a_case_without_children_tells_nobody(client: ForumClient, agent: User) -> None:
    assert _tell(client, make_support_case()).status_code == 422


def test_customers_read_nothing_of_each_other(client: ForumClient, agent: User) -> None:
    asker = make_user()
    parent = make_support_case(subject="zqmast", body="zqsecret")
    child = make_support_case(requester=asker)
    with transaction():
        join_incident(agent, child.id, parent.id)
    client.sign_in(asker)
    page = client.get(f"/cases/{child.id}").text
    assert "zqmast" not in page
    assert "zqsecret" not in page
    assert parent.number not in page


@pytest.mark.parametrize("with_children", [True, False])
def test_solving_an_incident_can_solve_its_cases(
    client: ForumClient, agent: User, with_children: bool
) -> None:
    parent, german, english = _incident(agent)
    other = make_agent()
    with transaction():
        assigning.take_case(agent, parent.id)
        assigning.take_case(other, german.id)
    form = {"state": "solved", "outcome": "fixed", "contact_reason": "fault"}
    form |= {"children": "1"} if with_children else {}
    assert client.submit(f"/desk/cases/{parent.id}/state", data=form).status_code == 303
    assert reload(parent).state == "solved"
    wanted = ("solved", "fixed") if with_children else ("new", None)
    assert (reload(english).state, reload(english).outcome) == wanted
    assert reload(german).owner_id == other.id
    assert reload(english).owner_id == (agent.id if with_children else None)
