"""Macros in the composer: text that is filled in, read over and sent by hand."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.macros.operations import retire_macro
from community.escalation.macros.queries import get_macro
from community.escalation.publishing.operations.answering import agree
from community.escalation.teams.models import Team
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.factories.macros import make_macro
from tests.factories.publishing import ask_customer
from tests.factories.support import make_agent, make_support_case

TYPED = "zqtyped So far I know this."


@pytest.fixture
def agent(app: Flask, client: ForumClient) -> User:
    """An agent, signed in."""
    user = make_agent("Lena Brockmann")
    client.sign_in(user)
    return user


def _fill(client: ForumClient, case: SupportCase, macro: int | str, **fields: str) -> Any:
    form = {"target": "private", "body": TYPED, "then": "open", "macro": str(macro), **fields}
    return client.submit(f"/desk/cases/{case.id}/draft", data=form)


def _typed(page: str) -> str:
    found = re.search(r'<textarea id="msg"[^>]*>([^<]*)<', page)
    assert found
    return html.unescape(found[1])


def _macro(**values: Any) -> int:
    return make_macro(make_user(role="admin"), team_id=None, **values).id


def test_a_macro_comes_below_what_was_typed_with_its_variables_filled(
    client: ForumClient, agent: User
) -> None:
    case = make_support_case(requester=make_user("Femke Vries"), subject="zqsubject")
    macro = _macro(body="Moin {customer}, {question} is {case}. {agent}, {site}")
    filled = _fill(client, case, macro)
    assert filled.status_code == 200
    assert _typed(filled.text) == (
        f"{TYPED}\n\nMoin Femke Vries, zqsubject is {case.number}. Lena Brockmann, Nordfunk"
    )
    assert "zqtyped" not in client.get(f"/desk/cases/{case.id}").text
    assert db.session.scalars(select(CaseMessage.direction)).all() == ["in"]


def test_what_a_macro_proposes_is_chosen_and_can_be_changed(
    client: ForumClient, agent: User
) -> None:
    case = make_support_case()
    page = _fill(client, case, _macro(state="pending", owner="me", priority="urgent")).text
    assert re.search(r'<option value="pending" selected', page)
    assert re.search(r'name="own" value="1" checked', page)
    assert re.search(r'name="priority" value="urgent" checked', page)
    assert "and set the priority: urgent" in page
    assert reload(case).priority == "normal"
    assert reload(case).owner_id is None
    assert reload(case).state == "new"


def test_the_proposed_priority_is_set_with_the_message_unless_the_agent_says_no(
    client: ForumClient, agent: User
) -> None:
    case = make_support_case()
    seen = {"seen_message": "999999", "seen_post": "0"}
    form = {"target": "note", "body": TYPED, "proposed": "urgent", **seen}
    client.submit(f"/desk/cases/{case.id}/messages", data=form)
    assert reload(case).priority == "normal"
    form |= {"priority": "urgent", "body": f"{TYPED} Again."}
    client.submit(f"/desk/cases/{case.id}/messages", data=form)
    assert reload(case).priority == "urgent"
    [entry] = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "support_case.prioritised")
    )
    assert entry.after == {"priority": "urgent"}


def test_a_priority_that_is_none_changes_nothing(client: ForumClient, agent: User) -> None:
    case = make_support_case()
    form = {"target": "note", "body": TYPED, "priority": "at once", "seen_message": "999999"}
    assert client.submit(f"/desk/cases/{case.id}/messages", data=form).status_code == 303
    assert reload(case).priority == "normal"


def test_the_proposal_stays_when_the_message_is_refused(client: ForumClient, agent: User) -> None:
    case = make_support_case()
    form = {"target": "note", "body": "x", "proposed": "high", "priority": "high"}
    page = client.submit(f"/desk/cases/{case.id}/messages", data=form)
    assert page.status_code == 422
    assert re.search(r'name="priority" value="high" checked', page.text)


def test_make_it_mine_takes_the_case_from_a_colleague(client: ForumClient, agent: User) -> None:
    case = make_support_case()
    with transaction():
        assigning.take_case(make_agent(), case.id)
    seen = {"seen_message": "999999", "seen_post": "0"}
    form = {"target": "note", "body": TYPED, "own": "1", **seen}
    sent = client.submit(f"/desk/cases/{case.id}/messages", data=form)
    assert sent.status_code == 303
    assert reload(case).owner_id == agent.id


def test_macros_of_the_case_s_language_come_first_and_other_teams_none(
    client: ForumClient, agent: User
) -> None:
    with transaction():
        other = Team(slug="other", names={"en": "Other"})
        db.session.add(other)
    admin = make_user(role="admin")
    _macro(name="zqEnglish")
    _macro(name="zqGerman", language="de")
    foreign = make_macro(admin, team_id=other.id, name="zqForeign").id
    retired = _macro(name="zqRetired")
    with transaction():
        retire_macro(admin, get_macro(admin, retired))
    for language, first, second in (
        ("de", "zqGerman", "zqEnglish"),
        ("en", "zqEnglish", "zqGerman"),
    ):
        case = make_support_case(language=language)
        page = client.get(f"/desk/cases/{case.id}").text
        assert page.index(first) < page.index(second)
        assert "zqForeign" not in page
        assert "zqRetired" not in page
    for wrong in (foreign, retired, 999_999, "", "x"):
        refused = _fill(client, case, wrong)
        assert refused.status_code == 422
        assert "Choose a macro." in refused.text
        assert _typed(refused.text) == TYPED


def test_without_a_macro_there_is_no_picker(client: ForumClient, agent: User) -> None:
    case = make_support_case()
    assert 'name="macro"' not in client.get(f"/desk/cases/{case.id}").text


def test_a_fragment_counts_nothing_as_seen_that_it_does_not_show(
    client: ForumClient, agent: User
) -> None:
    asker = make_user()
    case = make_support_case(requester=asker)
    macro = _macro()
    seen = re.search(
        r'name="seen_message" value="(\d+)"', client.get(f"/desk/cases/{case.id}").text
    )
    assert seen
    with transaction():
        messages.receive_message(case.id, from_user=asker, body="It works again!")
    form = {"target": "private", "body": TYPED, "macro": str(macro), "seen_message": seen[1]}
    answer = client.submit(
        f"/desk/cases/{case.id}/draft", data=form, headers={"HX-Request": "true"}
    )
    assert "<html" not in answer.text
    assert f'name="seen_message" value="{seen[1]}"' in answer.text


def test_cases_of_others_are_not_filled(client: ForumClient, agent: User) -> None:
    own = make_support_case(requester=agent)
    assert _fill(client, own, _macro()).status_code == 404


def test_before_everybody_who_stays_unnamed_is_not_named(client: ForumClient, agent: User) -> None:
    case = make_support_case(requester=make_user("Femke Vries"))
    asked, macro = ask_customer(case, agent=agent), _macro(body="Moin {customer}.")
    with transaction():
        agree(asked.id, text_hash=asked.text_hash, is_named=False, way="page")
        states.reopen(agent, case.id)
    everybody = _typed(_fill(client, case, macro, target="public").text)
    assert everybody == f"{TYPED}\n\nMoin Somebody (through the support team)."
    assert _typed(_fill(client, case, macro).text) == f"{TYPED}\n\nMoin Femke Vries."
