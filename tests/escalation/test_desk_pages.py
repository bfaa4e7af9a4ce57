"""The desk of the support team in a browser without JavaScript."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core.db import db, transaction
from community.escalation.cases.models import CaseMessage, SupportCase
from community.escalation.cases.operations import assigning, messages, states
from community.identity.models import User
from community.questions.models import Answer, Question
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    reload,
)
from tests.factories.support import make_agent, make_support_case
from tests.queries import counted_queries

PUBLIC_TEXT = "We have found the cause and mend it tonight."
SECRET = "zqsecret Please confirm the number."


@pytest.fixture
def agent(app: Flask, client: ForumClient) -> User:
    """An agent, signed in."""
    user = make_agent("Lena Brockmann")
    client.sign_in(user)
    return user


def _old_question(asker: User | None = None) -> Question:
    question = make_question(asker)
    with transaction():
        old = update(Question.__table__).where(Question.id == question.id)  # type: ignore[arg-type]
        db.session.execute(old.values(asked_at=days_ago(2)))
    return reload(question)  # type: ignore[no-any-return]


def _page(client: ForumClient, case: SupportCase) -> str:
    response = client.get(f"/desk/cases/{case.id}")
    assert response.status_code == 200
    return response.text


def _send(client: ForumClient, case: SupportCase, page: str, **fields: str) -> Any:
    hidden = {
        name: re.search(rf'name="{name}" value="([0-9]+)"', page)[1]  # type: ignore[index]
        for name in ("seen_message", "seen_post")
    }
    return client.submit(f"/desk/cases/{case.id}/messages", data={**hidden, **fields})


def _bodies() -> list[str]:
    return list(db.session.scalars(select(CaseMessage.body).order_by(CaseMessage.id)))


@pytest.mark.parametrize("role", ["member", "superuser", "moderator"])
def test_the_desk_is_for_agents_alone(app: Flask, client: ForumClient, role: str) -> None:
    case = make_support_case(make_question())
    client.sign_in(make_user(role=role))
    for path in ("/desk", "/desk/next", f"/desk/cases/{case.id}"):
        assert client.get(path).status_code == 403, path


def test_each_list_shows_its_cases(client: ForumClient, agent: User) -> None:
    other = make_agent()
    mine, theirs, _free, waiting = (
        make_support_case(subject=f"zq{name}") for name in ("mine", "theirs", "free", "waiting")
    )
    with transaction():
        assigning.take_case(agent, mine.id)
        assigning.take_case(other, theirs.id)
        states.wait_for_customer(agent, waiting.id)
    shown = {
        show: set(re.findall(r">zq(\w+)<", client.get(f"/desk?show={show}").text))
        for show in ("mine", "team", "unassigned", "waiting", "all")
    }
    assert shown == {
        "mine": {"mine"},
        "team": {"mine", "theirs", "free"},
        "unassigned": {"free", "waiting"},
        "waiting": {"waiting"},
        "all": {"mine", "theirs", "free", "waiting"},
    }


def test_the_most_pressing_case_comes_first_and_next(client: ForumClient, agent: User) -> None:
    make_support_case(subject="zqnormal")
    urgent = make_support_case(subject="zqurgent", priority="urgent")
    text = client.get("/desk").text
    assert text.index("zqurgent") < text.index("zqnormal")
    assert client.get("/desk/next").location == f"/desk/cases/{urgent.id}"


def test_next_leads_on_from_the_case_that_is_shown(client: ForumClient, agent: User) -> None:
    shown, other = make_support_case(priority="urgent"), make_support_case()
    text = client.get(f"/desk/cases/{shown.id}").text
    assert f'href="/desk/next?case={shown.id}"' in text
    assert client.get(f"/desk/next?case={shown.id}").location == f"/desk/cases/{other.id}"


def test_with_nothing_to_do_next_leads_to_the_list(client: ForumClient, agent: User) -> None:
    assert client.get("/desk/next").location == "/desk"


def test_agents_do_not_see_their_own_cases_or_those_of_other_teams(
    client: ForumClient, agent: User
) -> None:
    own = make_support_case(requester=agent)
    assert client.get(f"/desk/cases/{own.id}").status_code == 404
    assert "Something private" not in client.get("/desk?show=all").text


def test_lists_cost_the_same_however_long(client: ForumClient, agent: User) -> None:
    make_support_case(make_question())
    with counted_queries() as few:
        client.get("/desk")
    for _ in range(5):
        make_support_case(make_question())
    with counted_queries() as many:
        client.get("/desk")
    assert len(many) == len(few)


def test_a_public_answer_is_shown_before_it_is_posted(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    page = _page(client, case)
    asked = _send(client, case, page, target="public", body=PUBLIC_TEXT)
    assert asked.status_code == 200
    assert "Everyone will read this" in asked.text
    assert 'name="confirmed" value="1"' in asked.text
    assert PUBLIC_TEXT in asked.text
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0
    sent = _send(client, case, page, target="public", body=PUBLIC_TEXT, confirmed="1")
    assert sent.status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Answer.body)).one() == PUBLIC_TEXT
    question_page = client.get(f"/questions/{case.question_id}", follow_redirects=True).text
    assert PUBLIC_TEXT in question_page


def test_a_private_message_is_for_the_customer_alone(client: ForumClient, agent: User) -> None:
    asker = make_user()
    case = make_support_case(_old_question(asker))
    assert (
        _send(client, case, _page(client, case), target="private", body=SECRET).status_code == 303
    )
    assert SECRET in _page(client, case)
    assert reload(case).owner_id == agent.id
    question = client.get(f"/questions/{case.question_id}", follow_redirects=True).text
    assert "zqsecret" not in question
    client.sign_in(asker)
    assert "zqsecret" in client.get(f"/cases/{case.id}").text


def test_a_note_is_shown_on_the_desk_alone(client: ForumClient, agent: User) -> None:
    asker = make_user()
    case = make_support_case(_old_question(asker))
    _send(client, case, _page(client, case), target="note", body=SECRET)
    assert "zqsecret" in _page(client, case)
    client.sign_in(asker)
    assert "zqsecret" not in client.get(f"/cases/{case.id}").text


def test_what_nobody_knows_for_a_target_is_a_note(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    _send(client, case, _page(client, case), target="everybody", body=SECRET)
    assert db.session.scalars(select(CaseMessage.kind)).all() == ["internal"]


def test_nothing_is_sent_over_something_new_and_nothing_is_lost(
    client: ForumClient, agent: User
) -> None:
    asker = make_user()
    case = make_support_case(_old_question(asker))
    page = _page(client, case)
    with transaction():
        messages.receive_message(case.id, from_user=asker, body="zqnews It works again!")
    refused = _send(client, case, page, target="private", body=SECRET)
    assert refused.status_code == 409
    assert "Something new came in" in refused.text
    assert SECRET in refused.text
    news = refused.text[: refused.text.index("zqnews")].rpartition("<article")[2]
    assert ">new<" in news
    assert _bodies() == ["zqnews It works again!"]
    assert _send(client, case, refused.text, target="private", body=SECRET).status_code == 303


def test_sending_and_solving_goes_together_or_not_at_all(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    page = _page(client, case)
    refused = _send(client, case, page, target="private", body=SECRET, then="solved")
    assert refused.status_code == 422
    assert SECRET in refused.text
    assert _bodies() == []
    whole = {"then": "solved", "outcome": "fixed", "contact_reason": "fault"}
    assert _send(client, case, page, target="private", body=SECRET, **whole).status_code == 303
    assert reload(case).state == "solved"


def test_the_same_form_sent_twice_writes_once(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    page = _page(client, case)
    for _ in range(2):
        answer = _send(client, case, page, target="note", body=SECRET, submission="once" * 5)
        assert answer.status_code == 303
    assert len(_bodies()) == 1


def test_personal_data_is_masked_before_it_is_public(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    page = _page(client, case)
    text = "Please transfer it to DE89 3704 0044 0532 0130 00 today."
    refused = _send(client, case, page, target="public", body=text, confirmed="1")
    assert refused.status_code == 422
    assert "Numbers of cards and accounts are never published" in refused.text
    masked = _send(client, case, page, target="public", body=text, confirmed="1", personal="mask")
    assert masked.status_code == 303
    assert "3704" not in db.session.scalars(select(Answer.body)).one()


def test_a_private_solution_becomes_a_masked_draft(client: ForumClient, agent: User) -> None:
    asker = make_user("Femke Vries")
    case = make_support_case(_old_question(asker))
    with transaction():
        message = messages.message_privately(
            agent, case.id, "Moin Femke, I wrote to femke.v@web.de: restart the box."
        )
    page = client.get(f"/desk/cases/{case.id}?draft={message.id}").text
    typed = re.search(r'<textarea id="msg"[^>]*>([^<]*)<', page)
    assert typed
    assert "restart the box" in typed[1]
    assert "Femke" not in typed[1]
    assert "web.de" not in typed[1]
    assert re.search(r'value="public" checked', page)


def test_members_go_first_on_a_young_question_that_is_not_urgent(
    client: ForumClient, agent: User
) -> None:
    young, old = make_support_case(make_question()), make_support_case(_old_question())
    urgent = make_support_case(make_question(), priority="urgent")
    warned = {case.id: "Members first" in _page(client, case) for case in (young, old, urgent)}
    assert warned == {young.id: True, old.id: False, urgent.id: False}


def test_an_accepted_answer_of_a_member_offers_to_close(client: ForumClient, agent: User) -> None:
    asker = make_user()
    question = _old_question(asker)
    case = make_support_case(question)
    assert "answered by the community" not in _page(client, case)
    make_acceptance(make_answer(question), asker)
    assert "answered by the community" in _page(client, case)
    done = client.submit(f"/desk/cases/{case.id}/state", data={"state": "answered_by_peers"})
    assert done.status_code == 303
    assert reload(case).outcome == "answered_by_peers"


def test_a_case_is_taken_given_and_handed_back_by_buttons(client: ForumClient, agent: User) -> None:
    colleague = make_agent()
    case = make_support_case(_old_question())
    owner = f"/desk/cases/{case.id}/owner"
    assert client.submit(owner, data={"owner": "me"}).status_code == 303
    assert reload(case).owner_id == agent.id
    assert client.submit(owner, data={"owner": str(colleague.id)}).status_code == 303
    assert client.submit(owner, data={"owner": "me"}).status_code == 409
    assert client.submit(owner, data={"owner": "999"}).status_code == 422
    assert client.submit(owner, data={"_method": "DELETE"}).status_code == 303
    assert reload(case).owner_id is None
    for state, values in (
        ("on_hold", {"reason": "The network team"}),
        ("open", {}),
        ("pending", {}),
        ("returned", {}),
    ):
        moved = client.submit(f"/desk/cases/{case.id}/state", data={"state": state, **values})
        assert moved.status_code == 303
        assert reload(case).state == state
    assert client.submit(f"/desk/cases/{case.id}/state", data={"state": "x"}).status_code == 422


def test_a_closed_case_shows_what_was_typed_too_late(client: ForumClient, agent: User) -> None:
    case = make_support_case(_old_question())
    page = _page(client, case)
    with transaction():
        states.close_as_spam(agent, case.id)
    refused = _send(client, case, page, target="private", body=SECRET)
    assert refused.status_code == 409
    assert SECRET in refused.text
