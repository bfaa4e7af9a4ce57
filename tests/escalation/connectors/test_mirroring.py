"""What happens to a case is told to the helpdesk: each thing once, and never what is ours alone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from community.core import http
from community.core.db import db, forget_changes, transaction
from community.core.worker import run_due_jobs
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations import assigning, messages, states
from community.escalation.connectors.operations.links import claim_link
from community.escalation.connectors.tasks import mirror_case, reconcile_connectors
from tests.escalation.connectors.conftest import mirrored
from tests.escalation.connectors.scenes import (
    do,
    link_of,
    make_case_for_a_few,
    make_mirrored_case,
    make_private_case,
    work_later,
)
from tests.escalation.connectors.stubs import STUBS, Helpdesk
from tests.factories.community import make_user
from tests.factories.support import make_agent, make_support_case

ANSWER = "We have found the cause and mend it tonight."
WHY = "It does so since the last update, and I need it at night. Why is that?"
SECRET, NOTE = "Your contract number ends with 37.", "A difficult customer, be careful."


def test_a_case_becomes_a_ticket_with_its_public_question(desk: Helpdesk) -> None:
    case = make_mirrored_case(title="The router restarts each night at three", body=WHY)
    ticket = desk.only
    assert ticket.reference == case.number
    assert "The router restarts each night at three" in ticket.subject + ticket.comments[0][1]
    assert WHY in ticket.comments[0][1]
    link = link_of(case)
    assert (link.external_id, link.problem, link.remote_state) == (str(ticket.number), "", "open")
    run_due_jobs()
    assert len(desk.tickets) == 1


def test_what_is_said_in_public_is_said_there_and_nothing_else(desk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent("Ada")
    do(messages.note_internally, agent, case.id, NOTE)
    do(messages.message_privately, agent, case.id, SECRET)
    do(messages.reply_publicly, agent, case.id, ANSWER)
    (said,) = desk.texts()
    assert said.startswith("Ada (support team) wrote:\n\n" + ANSWER)
    assert case.number in said
    sent = repr(desk.requests)
    assert SECRET not in sent
    assert NOTE not in sent


@pytest.mark.parametrize(("sends", "wanted"), [(False, []), (True, ["Knoblauch.", SECRET])])
def test_what_is_private_leaves_only_where_that_is_the_channel(
    app: Flask, sends: bool, wanted: list[str]
) -> None:
    with mirrored(app, STUBS["zammad"](), sends_private=sends) as desk:
        case, agent = make_private_case(), make_agent()
        do(messages.note_internally, agent, case.id, NOTE)
        do(messages.message_privately, agent, case.id, SECRET)
        told = repr(desk.requests)
        assert [text.split("\n\n")[1] for text in desk.texts()] == wanted
        assert ("Zwiebel" in told, NOTE in told) == (sends, False)


def test_a_question_for_a_few_is_private(zendesk: Helpdesk) -> None:
    case = make_case_for_a_few()
    assert zendesk.only.subject == f"Support case {case.number}"
    assert case.subject not in repr(zendesk.requests)


def test_states_are_told(desk: Helpdesk) -> None:
    case, agent = make_mirrored_case(), make_agent()
    do(assigning.take_case, agent, case.id)
    do(states.wait_for_customer, agent, case.id)
    assert desk.only.state == desk.waiting
    do(states.reopen, agent, case.id)
    assert desk.only.state == desk.opened
    do(states.solve, agent, case.id, outcome="answered", contact_reason="how_to")
    assert desk.only.state == desk.solved
    number = len(desk.requests)
    do(states.close, agent, case.id)
    assert len(desk.requests) == number, "closed is solved for them: nothing to say"


REFUSALS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "too many": (429, {"Retry-After": "90"}, b""),
    "in trouble": (503, {}, b"<html>"),
    "no JSON": (200, {}, b"nonsense"),
    "something else": (200, {}, b'{"a": []}'),
    "a list": (200, {}, b"[]"),
    "a redirect": (302, {"Location": "http://127.0.0.1:1/"}, b""),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_failed_is_seen_and_tried_again(app: Flask, refusal: str) -> None:
    with mirrored(app, STUBS["zendesk"]()) as desk:
        desk.trouble = [REFUSALS[refusal]]
        case = make_mirrored_case()
        link = link_of(case)
        assert (link.problem, link.attempts, link.external_id) == ("failed", 1, None)
        assert "nonsense" not in link.error
        is_passing = refusal != "a redirect"
        assert (link.retry_at is not None) == is_passing
        work_later(seconds=30)
        assert (link_of(case).problem == "") == (is_passing and refusal != "too many")
        work_later(seconds=100)
        if not is_passing:
            with transaction():
                reconcile_connectors()
            run_due_jobs()
        link = link_of(case)
        assert (link.problem, link.error, link.attempts) == ("", "", 0)
        assert desk.only.reference == case.number


def test_an_answer_that_got_lost_makes_nothing_twice(desk: Helpdesk) -> None:
    desk.loses_answers = 1
    case, agent = make_mirrored_case(), make_agent()
    assert link_of(case).problem == "failed"
    work_later(seconds=10)
    assert len(desk.tickets) == 1
    desk.loses_answers = 1
    do(messages.reply_publicly, agent, case.id, ANSWER)
    assert link_of(case).problem == "failed"
    work_later(seconds=10)
    assert link_of(case).problem == ""
    assert len(desk.texts()) == 1


def test_who_takes_too_long_is_left(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(STUBS["zendesk"]):  # type: ignore[misc]
        def answer(self, *request: Any) -> Any:
            import time

            time.sleep(0.6)
            return super().answer(*request)

    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.2)
    with mirrored(app, Slow()):
        link = link_of(make_mirrored_case())
    assert (link.problem, link.error) == ("failed", "the answer took too long")
    assert link.retry_at is not None


def test_after_many_attempts_only_the_hourly_comparison_goes_on(zendesk: Helpdesk) -> None:
    zendesk.trouble = [(500, {}, b"")] * 50
    case = make_mirrored_case()
    for day in range(12):
        work_later(days=day)
    link = link_of(case)
    assert (link.attempts, link.retry_at, link.problem) == (8, None, "failed")
    zendesk.trouble = []
    with transaction():
        reconcile_connectors()
    run_due_jobs()
    assert link_of(case).problem == ""


def test_one_worker_at_a_time_has_a_case(
    zendesk: Helpdesk, at_once: Callable[..., list[Any]]
) -> None:
    case = make_mirrored_case()
    agent = make_agent()
    with transaction():
        messages.reply_publicly(agent, case.id, ANSWER)
    link_id = link_of(case).id
    forget_changes()
    assert at_once([lambda: mirror_case(link_id=link_id)] * 4) == [None] * 4
    work_later(seconds=60)
    assert len(zendesk.texts()) == 1
    with transaction():
        assert claim_link(link_id)
    with transaction():
        assert not claim_link(link_id)


def test_a_case_is_told_to_nobody_where_there_is_nobody(app: Flask) -> None:
    case = make_support_case(requester=make_user())
    run_due_jobs()
    assert db.session.get_one(SupportCase, case.id).id == case.id
    with pytest.raises(Exception, match="No row"):
        link_of(case)


def test_long_talks_are_told_whole_and_in_order(app: Flask) -> None:
    with mirrored(app, STUBS["zendesk"](), sends_private=True) as desk:
        case, agent = make_mirrored_case(), make_agent()
        words = [f"Step number {number}: look at the lamp." for number in range(12)]
        with transaction():
            for text in words:
                messages.message_privately(agent, case.id, text)
        run_due_jobs()
        assert [text.split("\n\n")[1] for text in desk.texts()] == words
