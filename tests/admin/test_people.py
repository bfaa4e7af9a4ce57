"""Roles are given and taken by administrators alone, freshly verified, recorded once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import RoleGrant, UserSession
from community.posts.operations import watch
from tests.client import ForumClient
from tests.factories.community import load_user, make_board, make_question, make_user, reload


@pytest.fixture
def admin(app):
    return make_user("Ada Admin", role="admin")


@pytest.fixture
def desk(app, admin):
    """The administrator's browser."""
    return app.test_client().sign_in(admin)


def give(client: ForumClient, user, role, board="all"):
    return client.submit(f"/admin/people/{user.id}/roles", {"role": role, "board": str(board)})


def take(client: ForumClient, user, role, board="all"):
    return client.remove(f"/admin/people/{user.id}/roles", {"role": role, "board": str(board)})


def now(user):
    reload(user)
    return load_user(user.id)


def entries():
    db.session.rollback()
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def test_a_hold_is_shown(desk):
    held, other = make_user(erasure_held_at=clock.now()), make_user()
    assert "Erasure held up since" in desk.get(f"/admin/people/{held.id}").text
    assert "Erasure held up since" not in desk.get(f"/admin/people/{other.id}").text


def test_a_role_is_given_and_taken_and_both_recorded_once(desk, admin):
    user = make_user()
    for _time in range(2):
        assert give(desk, user, "moderator").status_code == 303
    assert now(user).role_names == {"member", "moderator"}
    for _time in range(2):
        assert take(desk, user, "moderator").status_code == 303
    assert now(user).role_names == {"member"}
    found = entries()
    assert [e.action for e in found] == ["role.granted", "role.revoked"]
    assert {(e.actor_id, e.actor_role) for e in found} == {(admin.id, "admin")}
    assert {(e.subject_type, e.subject_id) for e in found} == {("user", user.id)}
    assert found[0].after == found[1].before == {"role": "moderator", "board_id": None}


def test_a_role_on_one_board_leaves_the_shown_role_alone(desk):
    user, board, other = make_user(), make_board(audience="staff"), make_board(audience="staff")
    give(desk, user, "agent", board.id)
    held = now(user)
    assert (held.role, held.role_names) == ("member", {"member"})
    assert held.board_roles == {board.id: {"agent"}}
    client = desk.application.test_client().sign_in(held)
    assert client.get(f"/boards/{board.slug}").status_code == 200
    assert client.get(f"/boards/{other.slug}").status_code == 404
    assert str(board.id) in desk.get(f"/admin/people/{user.id}").text
    take(desk, user, "agent", board.id)
    assert now(user).board_roles == {}


@pytest.mark.parametrize(
    ("role", "board"),
    [
        *(("admin", "1"), ("superuser", "1"), ("member", "all"), ("root", "all"), ("", "all")),
        *(("moderator", ""), ("moderator", "-1"), ("moderator", "٣"), ("moderator", "9" * 30)),
        ("moderator", "999999"),
    ],
)
def test_what_cannot_be_granted_is_refused(desk, role, board):
    make_board()
    user = make_user()
    assert give(desk, user, role, board).status_code in (404, 422)
    db.session.rollback()
    assert db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all() == []


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_else_gets_in(app, role):
    board, user = make_board(), make_user()
    actor = make_user(role=role)
    local = make_user(on={board.id: "moderator"})
    for person in (actor, local):
        client = app.test_client().sign_in(person)
        for address in (
            *("/admin/people", f"/admin/people/{user.id}", "/admin/groups", "/admin/groups/1"),
            *("/admin/boards", f"/admin/boards/{board.id}/audience"),
        ):
            assert client.get(address).status_code == 403
        assert give(client, person, "admin").status_code == 403
        assert take(client, user, "admin").status_code == 403
    assert entries() == []


def test_the_last_administrator_stays(desk, admin):
    assert take(desk, admin, "admin").status_code == 409
    assert now(admin).role == "admin"


def test_who_becomes_staff_is_signed_out_everywhere(app, desk):
    user = make_user()
    phone = app.test_client().sign_in(user)
    give(desk, user, "superuser")
    assert phone.get("/notifications").status_code == 200
    give(desk, user, "moderator")
    assert phone.get("/notifications").status_code == 302
    phone.sign_in(now(user))
    take(desk, user, "moderator")
    assert phone.get("/notifications").status_code == 302


def test_the_change_needs_a_fresh_proof(desk, admin):
    user = make_user()
    with transaction():
        long_ago = clock.now() - timedelta(minutes=11)
        stale = {"verified_at": long_ago, "second_factor_at": long_ago}
        db.session.execute(update(UserSession).values(**stale))
    response = give(desk, user, "admin")
    assert response.status_code == 303
    assert response.location.startswith("/verify")
    assert now(user).role == "member"


def test_unread_follows_a_role(app, desk):
    board, user = make_board(audience="staff"), make_user()
    give(desk, user, "agent", board.id)
    with transaction():
        watch(user.id, board_id=board.id)
    make_question(make_user(role="admin"), board)
    run_due_jobs()
    assert reload(user).unread_count == 1
    take(desk, user, "agent", board.id)
    run_due_jobs()
    assert reload(user).unread_count == 0


def test_people_are_found_by_name_and_by_address_by_administrators_alone(app, desk):
    make_user("Zoë Zebra", email="zoe@example.org")
    make_user("Yann Yak", email="yann@example.org")
    for typed in ("zoe", "Zoë Z", "zoe@example.org", " ZOE@example.org "):
        page = desk.get("/admin/people", query_string={"q": typed}).text
        assert "Zoë Zebra" in page
        assert "Yann" not in page
    assert "Zoë" not in desk.get("/admin/people?q=zoe@example.or").text
    assert "zoe@example.org" in desk.get("/admin/people").text
    assert desk.get("/admin/people?q=%00@a").status_code == 200
    member = app.test_client().sign_in(make_user())
    assert member.get("/admin/people?q=zoe").status_code == 403


def test_the_list_of_people_is_paged_by_name(desk):
    for number in range(25):
        make_user(f"Person {chr(97 + number)}{number}")
    page = desk.get("/admin/people").text
    assert "Person a0" in page
    assert "Person y24" not in page
    assert "Person y24" in desk.get("/admin/people?after=personr17").text


def test_the_page_of_a_person_tells_how_the_account_is_protected(app, desk):
    user = make_user("Paula Page", email="paula@example.org")
    app.test_client().sign_in(user)
    give(desk, user, "superuser")
    page = desk.get(f"/admin/people/{user.id}").text
    for words in ("paula@example.org", "1 device", "Second factor", "Role given", "Ada Admin"):
        assert words in page
    assert desk.get("/admin/people/999999").status_code == 404
