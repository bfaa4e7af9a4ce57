"""What is written and done in the helpdesk comes into the case: each thing once."""

import json

import pytest
from flask import Flask

from community.core import clock
from community.core.db import transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.connectors.tasks import poll_connectors, reconcile_connectors
from tests.client import ForumClient
from tests.escalation.connectors.conftest import mirrored
from tests.escalation.connectors.scenes import (
    compare,
    count_deliveries,
    do,
    link_of,
    make_mirrored_case,
    make_private_case,
    said_in,
    state_of,
)
from tests.escalation.connectors.stubs import STUBS, Helpdesk
from tests.factories.community import make_user
from tests.factories.support import make_agent

ADA, STRANGER = "ada@example.org", "nobody@example.org"
FIRST, SECOND = "The exchange is being mended & back by nine.", "It is mended now, please look."


def tell(client: ForumClient, desk: Helpdesk, *, ok: int = 200) -> bool:
    """Let the helpdesk send its news of the only ticket, and the worker work."""
    body = json.dumps(desk.news(desk.only.number)).encode()
    headers = desk.hook(body, int(clock.now().timestamp()))
    answer = client.post(
        "/hooks/connectors/desk", data=body, headers=headers, content_type="application/json"
    )
    assert answer.status_code == ok
    run_due_jobs()
    return bool(ok == 200 and answer.get_json()["known"])


def test_an_agents_comment_becomes_a_public_answer(client: ForumClient, desk: Helpdesk) -> None:
    case = make_mirrored_case()
    make_agent("Ada", email=ADA)
    desk.add(desk.only.number, FIRST, ADA)
    for _time in range(2):
        assert tell(client, desk)
    assert said_in(case) == [("public", "out", "Ada", FIRST)]
    assert desk.texts() == [], "what came from there does not go back"


def test_anybody_elses_comment_goes_to_the_customer_alone(
    client: ForumClient, desk: Helpdesk
) -> None:
    case = make_mirrored_case()
    desk.add(desk.only.number, FIRST, STRANGER)
    assert tell(client, desk)
    assert said_in(case) == [("private", "out", None, FIRST)]


def test_a_member_who_is_no_agent_here_writes_nothing_in_public(
    client: ForumClient, zendesk: Helpdesk
) -> None:
    case = make_mirrored_case()
    make_user("Ada", email=ADA)
    zendesk.add(zendesk.only.number, FIRST, ADA)
    tell(client, zendesk)
    assert said_in(case) == [("private", "out", None, FIRST)]


def test_a_private_case_is_answered_in_private(client: ForumClient, zendesk: Helpdesk) -> None:
    case = make_private_case()
    make_agent("Ada", email=ADA)
    zendesk.add(zendesk.only.number, FIRST, ADA)
    tell(client, zendesk)
    assert said_in(case)[1:] == [("private", "out", "Ada", FIRST)]


@pytest.mark.parametrize("kind", ["zendesk", "zammad", "chatwoot"])
def test_what_is_internal_there_stays_there(app: Flask, kind: str) -> None:
    with mirrored(app, STUBS[kind]()) as desk:
        case = make_mirrored_case()
        make_agent("Ada", email=ADA)
        desk.add(desk.only.number, FIRST, ADA, public=False)
        compare(case)
        assert said_in(case) == []
        desk.add(desk.only.number, SECOND, ADA)
        compare(case)
        assert [each[3] for each in said_in(case)] == [SECOND]


@pytest.mark.parametrize("kind", ["zendesk", "zammad", "chatwoot"])
def test_news_come_by_polling_too(app: Flask, kind: str) -> None:
    with mirrored(app, STUBS[kind]()) as desk:
        case = make_mirrored_case()
        with transaction():
            poll_connectors()
        run_due_jobs()
        desk.add(desk.only.number, FIRST, STRANGER)
        for _time in range(2):
            with transaction():
                poll_connectors()
            run_due_jobs()
        assert said_in(case) == [("private", "out", None, FIRST)]


def test_states_come_over(client: ForumClient, desk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent()
    do(assigning.take_case, agent, case.id)
    for theirs, ours in ((desk.waiting, "pending"), (desk.opened, "open"), (desk.solved, "solved")):
        desk.only.state = theirs
        tell(client, desk)
        assert state_of(case) == ours
        assert desk.only.state == theirs, "and are not sent back"
    assert link_of(case).problem == ""


def test_a_state_that_cannot_be_ours_is_said_and_not_overwritten(
    client: ForumClient, desk: Helpdesk
) -> None:
    case, agent = make_mirrored_case(), make_agent()
    desk.only.state = desk.solved
    tell(client, desk)
    assert (state_of(case), link_of(case).problem) == ("new", "state")
    do(messages.reply_publicly, agent, case.id, SECOND)
    assert desk.only.state == desk.solved
    do(states.solve, agent, case.id, outcome="answered", contact_reason="how_to")
    assert (link_of(case).problem, desk.only.state) == ("", desk.solved)


def test_the_hourly_comparison_finds_what_no_hook_told(zendesk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent()
    do(assigning.take_case, agent, case.id)
    zendesk.only.state = "pending"
    with transaction():
        reconcile_connectors()
    run_due_jobs()
    assert state_of(case) == "pending"


def test_a_comment_to_a_closed_case_is_said(client: ForumClient, zendesk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent()
    do(states.close_as_spam, agent, case.id)
    zendesk.add(zendesk.only.number, FIRST, STRANGER)
    tell(client, zendesk)
    assert (said_in(case), link_of(case).problem) == ([], "comment")


def test_our_own_words_do_not_come_back(client: ForumClient, desk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent("Ada")
    do(messages.reply_publicly, agent, case.id, FIRST)
    number = count_deliveries()
    for _time in range(2):
        tell(client, desk)
    assert said_in(case) == [("public", "out", "Ada", FIRST)]
    assert (len(desk.texts()), count_deliveries()) == (1, number)


def test_a_request_that_is_not_signed_changes_nothing(client: ForumClient, desk: Helpdesk) -> None:
    case = make_mirrored_case()
    desk.add(desk.only.number, FIRST, ADA)
    good, now = json.dumps(desk.news(desk.only.number)).encode(), int(clock.now().timestamp())
    signed = desk.hook(good, now)
    number = len(desk.requests)
    for body, headers in (
        (good, {}),
        (good + b" ", signed),
        (good, {name: value[:-1] + "ü" for name, value in signed.items()}),
    ):
        answer = client.post("/hooks/connectors/desk", data=body, headers=headers)
        assert answer.status_code == 403
    run_due_jobs()
    assert (said_in(case), len(desk.requests)) == ([], number)


@pytest.mark.parametrize("kind", ["chatwoot", "webhook"])
def test_an_old_request_is_refused(app: Flask, client: ForumClient, kind: str) -> None:
    with mirrored(app, STUBS[kind]()) as desk:
        make_mirrored_case()
        body = json.dumps(desk.news(desk.only.number)).encode()
        headers = desk.hook(body, int(clock.now().timestamp()) - 301)
        assert client.post("/hooks/connectors/desk", data=body, headers=headers).status_code == 403


def test_unknown_connectors_and_tickets_are_nobodys(client: ForumClient, desk: Helpdesk) -> None:
    assert client.post("/hooks/connectors/other", data=b"{}").status_code == 404
    make_mirrored_case()
    for body in (b"{}", b"[]", b"\xff", b'{"ticket": [], "conversation": 7}', b'{"ticket_id": {}}'):
        headers = desk.hook(body, int(clock.now().timestamp()))
        answer = client.post("/hooks/connectors/desk", data=body, headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, {"known": False})
