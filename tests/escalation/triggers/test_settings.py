"""Administrators decide when boards hand over, and which words raise an alarm."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.escalation.triggers.queries.rules import get_rule, list_alarm_words
from tests.client import ForumClient
from tests.factories.community import make_board, make_question, make_user
from tests.factories.handovers import MONDAY, due_of, make_rule, moment, triggers_of

RULE = {
    "is_on": "1",
    "urgent_tags": "outage",
    "normal_hours": "8",
    "urgent_hours": "2",
    "me_too_count": "3",
}


@pytest.fixture(autouse=True)
def monday(app: Flask) -> Iterator[None]:
    with moment(MONDAY):
        yield


@pytest.fixture
def admin(client: ForumClient) -> ForumClient:
    return client.sign_in(make_user(role="admin"))


def acts() -> list[str]:
    with transaction():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_changed_rule_holds_for_what_waits_already(admin: ForumClient) -> None:
    board = make_board()
    question = make_question(board=board)
    before = due_of(question)
    address = f"/admin/handover/boards/{board.id}"
    assert admin.submit(address, RULE).status_code == 303
    assert admin.submit(address, RULE).status_code == 303
    after = due_of(question)
    assert before is not None
    assert after is not None
    assert after < before
    assert acts() == ["handover.changed"], "said twice, it changes nothing"
    assert "after 8 business hours" in admin.get("/admin/handover").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"normal_hours": "0"}, "normal_hours"),
        ({"normal_hours": "72"}, "normal_hours"),
        ({"urgent_hours": "soon"}, "urgent_hours"),
        ({"me_too_count": "-1"}, "me_too_count"),
        ({"urgent_tags": ", ".join(f"tag-number-{n}" for n in range(60))}, "urgent_tags"),
    ],
)
def test_what_cannot_work_is_refused_and_kept(
    admin: ForumClient, typed: dict[str, str], field: str
) -> None:
    board = make_board()
    page = admin.submit(f"/admin/handover/boards/{board.id}", {**RULE, **typed})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert typed[field] in page.text
    with transaction():
        assert get_rule(board.id).normal_hours == 24


def test_own_words_replace_the_usual_ones(admin: ForumClient) -> None:
    address = "/admin/handover/words/danger/en"
    assert admin.submit(address, {"words": "beeps  loudly\nhiss*"}).status_code == 303
    with transaction():
        assert list_alarm_words()["danger", "en"] == ["beeps loudly", "hiss*"]
    assert triggers_of(make_question(body="It beeps loudly and does not stop.")) == [("danger", 1)]
    assert triggers_of(make_question(body="It caught fire, what do I do now?")) == []
    assert acts()[0] == "handover.words_changed"
    assert "beeps loudly" in admin.get("/admin/handover").text


@pytest.mark.parametrize("words", ["*", "x" * 81, "\n".join(f"word {n}" for n in range(301))])
def test_words_that_cannot_be_looked_for_are_refused(admin: ForumClient, words: str) -> None:
    page = admin.submit("/admin/handover/words/leaving/de", {"words": words})
    assert page.status_code == 422
    assert "words-leaving-de-error" in page.text


@pytest.mark.parametrize("path", ["words/nonsense/en", "words/danger/fr", "boards/999999"])
def test_unknown_lists_and_boards_are_not_found(admin: ForumClient, path: str) -> None:
    assert admin.submit(f"/admin/handover/{path}", {"words": "on fire"}).status_code in (404, 422)


def test_only_administrators_decide(client: ForumClient) -> None:
    client.sign_in(make_user(role="moderator"))
    assert client.get("/admin/handover").status_code == 403


def expectation(client: ForumClient, **values: Any) -> str:
    board = make_board("sim")
    if values:
        make_rule(board.id, **values)
    return client.get("/questions/new/expectation?board=sim").text


def test_askers_read_what_happens_if_nobody_answers(client: ForumClient) -> None:
    said = expectation(client)
    assert "If nobody has answered by 5 Mar 2026, 10:00, the support team takes over." in said


def test_boards_that_hand_nothing_over_promise_nothing(client: ForumClient) -> None:
    assert "takes over" not in expectation(client, is_on=False)
