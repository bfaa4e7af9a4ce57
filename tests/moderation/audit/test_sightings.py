"""Who saw private data is recorded, or it is not shown."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from community.boards.models import BoardGroup
from community.core import clock
from community.core.audit import AuditEntry
from community.core.audit_check import verify_log
from community.core.db import db, transaction
from tests.client import ForumClient
from tests.factories.cases import make_case
from tests.factories.community import (
    make_board,
    make_group,
    make_question,
    make_user,
    set_post_visibility,
)


def looks() -> list[tuple[int | None, str, int | None, str]]:
    query = select(AuditEntry).where(AuditEntry.action == "data.seen").order_by(AuditEntry.id)
    db.session.rollback()
    return [
        (one.actor_id, one.subject_type, one.subject_id, (one.after or {})["seen"])
        for one in db.session.scalars(query)
    ]


def client_of(app: Flask, person: object) -> ForumClient:
    client: ForumClient = app.test_client()  # type: ignore[assignment]
    return client.sign_in(person)


def test_a_look_at_an_account_is_recorded_once_an_hour(app: Flask) -> None:
    admin, member = make_user(role="admin"), make_user("Seen person")
    client = client_of(app, admin)
    for _ in range(2):
        assert client.get(f"/admin/people/{member.id}").status_code == 200
    assert looks() == [(admin.id, "user", member.id, "account")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "data.seen")).one()
    assert entry.request_id
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        client.get(f"/admin/people/{member.id}")
        assert len(looks()) == 2
    assert verify_log().is_whole


def test_the_list_of_addresses_says_whose(app: Flask) -> None:
    admin, member = make_user(role="admin"), make_user("Seen person")
    client_of(app, admin).get("/admin/people?q=Seen")
    assert looks() == [(admin.id, "user", None, "addresses")]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "data.seen")).one()
    assert entry.after == {"seen": "addresses", "ids": [member.id]}


def test_a_look_at_a_removed_post_is_recorded_and_at_a_public_one_is_not(app: Flask) -> None:
    moderator, question = make_user(role="moderator"), make_question()
    client = client_of(app, moderator)
    client.get(f"/posts/{question.id}/history")
    assert looks() == []
    set_post_visibility(question, "hidden", moderator)
    client.get(f"/posts/{question.id}/history")
    assert looks() == [(moderator.id, "post", question.id, "removed post")]


@pytest.mark.parametrize(
    ("state", "address"), [("hidden", "/posts/{}/tools"), ("held", "/held-posts/{}")]
)
def test_tools_and_waiting_posts_are_recorded_too(app: Flask, state: str, address: str) -> None:
    moderator, question = make_user(role="moderator"), make_question()
    set_post_visibility(question, state, moderator)
    client = client_of(app, moderator)
    assert client.get(address.format(question.id)).status_code == 200
    assert looks() == [(moderator.id, "post", question.id, "removed post")]
    set_post_visibility(question, "published", moderator)
    client_of(app, make_user(role="moderator")).get(f"/posts/{question.id}/tools")
    assert len(looks()) == 1, "what everybody reads is no secret"


def test_a_look_at_a_case_is_recorded(app: Flask) -> None:
    moderator = make_user(role="moderator")
    case = make_case([make_user()])
    client_of(app, moderator).get(f"/moderation/cases/{case.id}")
    assert looks() == [(moderator.id, "case", case.id, "case")]


@pytest.mark.parametrize("is_member", [True, False])
def test_a_board_of_groups_read_by_role_alone_is_recorded(app: Flask, is_member: bool) -> None:
    group, board = make_group("insiders"), make_board(audience="groups")
    with transaction():
        db.session.add(BoardGroup(board_id=board.id, group_id=group.id))
    agent = make_user(role="agent", groups=[group] if is_member else [])
    insider = make_user("Insider", groups=[group])
    question = make_question(insider, board)
    for person in (agent, insider):
        client = client_of(app, person)
        assert client.get(f"/questions/{question.id}/{question.slug}").status_code == 200
    wanted = [] if is_member else [(agent.id, "question", question.id, "board of groups")]
    assert looks() == wanted


def test_what_is_refused_was_not_seen(app: Flask) -> None:
    member, other = make_user(), make_user()
    client = client_of(app, member)
    assert client.get(f"/admin/people/{other.id}").status_code == 403
    assert client.get(f"/posts/{make_question().id}/history").status_code == 200
    assert looks() == []


def test_what_cannot_be_recorded_is_not_shown(app: Flask) -> None:
    admin, member = make_user(role="admin"), make_user("Seen person", email="seen@example.org")
    client = client_of(app, admin)
    with transaction():
        db.session.execute(text("ALTER TABLE audit_seals RENAME TO audit_seals_away"))
    try:
        answer = client.get(f"/admin/people/{member.id}")
    finally:
        with transaction():
            db.session.execute(text("ALTER TABLE audit_seals_away RENAME TO audit_seals"))
    # SQLite calls a missing table a failure of its work, PostgreSQL one of the program.
    assert answer.status_code == {"sqlite": 503, "postgresql": 500}[db.engine.dialect.name]
    assert "seen@example.org" not in answer.text
    assert looks() == []
