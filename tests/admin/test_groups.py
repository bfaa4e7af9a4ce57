"""Groups, their members, and boards that are for them."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import Group
from community.posts.operations import watch
from tests.factories.community import (
    load_user,
    make_board,
    make_group,
    make_question,
    make_user,
    reload,
)

NAMES = {"name_de": "Die Tester", "name_en": "The testers"}


@pytest.fixture
def desk(app):
    """An administrator's browser."""
    return app.test_client().sign_in(make_user("Ada Admin", role="admin"))


def groups():
    db.session.rollback()
    return db.session.scalars(select(Group)).all()


def now(user):
    reload(user)
    return load_user(user.id)


def actions():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_group_is_made_renamed_and_deleted(desk):
    assert desk.submit("/admin/groups", {"slug": "testers", **NAMES}).status_code == 303
    (group,) = groups()
    assert group.names == {"de": "Die Tester", "en": "The testers"}
    renamed = {"name_de": "Prüfer", "name_en": "Checkers"}
    for _time in range(2):
        desk.submit(f"/admin/groups/{group.id}", renamed)
    assert reload(group).names == {"de": "Prüfer", "en": "Checkers"}
    assert "Checkers" in desk.get("/admin/groups").text
    assert desk.remove(f"/admin/groups/{group.id}").status_code == 303
    assert desk.get(f"/admin/groups/{group.id}").status_code == 404
    assert actions() == ["group.made", "group.renamed", "group.deleted"]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"slug": ""}, {"slug": "Big"}, {"slug": "a b"}, {"slug": "-a"}, {"slug": "x" * 61}),
        *({"slug": "taken"}, {"name_de": ""}, {"name_en": "x" * 41}, {"name_en": "a\0b"}),
    ],
)
def test_what_cannot_be_a_group_is_refused(desk, wrong):
    make_group("taken")
    response = desk.submit("/admin/groups", {"slug": "testers", **NAMES, **wrong})
    assert response.status_code == 422
    assert "That did not work yet" in response.text
    assert len(groups()) == 1


def test_members_come_and_go(desk):
    group, user = make_group(), make_user("Mia Member", email="mia@example.org")
    for typed in ("mia member", "MIA@example.org"):
        data = {"person": typed}
        assert desk.submit(f"/admin/groups/{group.id}/members", data).status_code == 303
    assert now(user).group_ids == {group.id}
    assert "Mia Member" in desk.get(f"/admin/groups/{group.id}").text
    assert desk.submit(f"/admin/groups/{group.id}/members", {"person": "Nobody"}).status_code == 422
    for _time in range(2):
        address = f"/admin/groups/{group.id}/members/{user.id}"
        assert desk.remove(address).status_code == 303
    assert now(user).group_ids == frozenset()
    assert actions() == ["group.joined", "group.left"]


def test_an_address_is_compared_with_addresses_alone(desk):
    group = make_group()
    lookalike = make_user("Annexampleorg", email="eve@example.net")
    ann = make_user("Ann", email="ann@example.org")
    members = f"/admin/groups/{group.id}/members"
    assert desk.submit(members, {"person": "other@example.org"}).status_code == 422
    assert desk.submit(members, {"person": "ann@example.org"}).status_code == 303
    assert (now(ann).group_ids, now(lookalike).group_ids) == ({group.id}, frozenset())
    assert "Ann belongs to the group." in desk.get(f"/admin/groups/{group.id}").text
    assert desk.submit(members, {"person": "Annexampleorg"}).status_code == 303
    assert "Annexampleorg belongs to the group." in desk.get(f"/admin/groups/{group.id}").text


def test_deleting_a_group_takes_its_members_out(desk):
    group = make_group()
    user = make_user(groups=[group])
    desk.remove(f"/admin/groups/{group.id}")
    assert now(user).group_ids == frozenset()
    assert actions() == ["group.left", "group.deleted"]


def test_a_group_that_a_board_is_for_stays(desk):
    group, board = make_group(), make_board()
    user = make_user(groups=[group])
    open_to(desk, board, group)
    assert desk.remove(f"/admin/groups/{group.id}").status_code == 409
    assert now(user).group_ids == {group.id}


def open_to(desk, board, *groups, audience="groups"):
    form = {"audience": audience, "groups": [str(group.id) for group in groups]}
    return desk.submit(f"/admin/boards/{board.id}/audience", form)


def test_a_board_for_groups_is_seen_by_their_members_alone(app, desk):
    group, other, board = make_group(), make_group(), make_board()
    question = make_question(board=board, tags="secret")
    member, stranger = make_user(groups=[group]), make_user(groups=[other])
    for _time in range(2):
        assert open_to(desk, board, group).status_code == 303
    sees = {}
    for name, user in (("member", member), ("stranger", stranger)):
        client = app.test_client().sign_in(user)
        addresses = (f"/boards/{board.slug}", f"/questions/{question.id}", "/tags/secret")
        sees[name] = [client.get(a).status_code in (200, 301) for a in addresses]
    assert sees == {"member": [True] * 3, "stranger": [False] * 3}
    assert actions() == ["board.audience_changed"]


def test_bells_follow_a_member_who_leaves(app, desk):
    group, board = make_group(), make_board()
    member = make_user(groups=[group])
    open_to(desk, board, group)
    with transaction():
        watch(member.id, board_id=board.id)
    make_question(make_user(role="admin"), board)
    run_due_jobs()
    assert reload(member).unread_count == 1
    desk.remove(f"/admin/groups/{group.id}/members/{member.id}")
    run_due_jobs()
    assert reload(member).unread_count == 0


@pytest.mark.parametrize("form", [{"audience": "nobody"}, {"audience": "groups"}, {}])
def test_an_audience_of_nobody_is_refused(desk, form):
    board = make_board()
    response = desk.submit(f"/admin/boards/{board.id}/audience", form)
    assert response.status_code == 422
    assert reload(board).audience == "public"


@pytest.mark.parametrize("group_id", ["999999", "9" * 30, "-1", "x"])
def test_a_group_that_is_none_is_refused(desk, group_id):
    board = make_board()
    form = {"audience": "groups", "groups": [group_id]}
    assert desk.submit(f"/admin/boards/{board.id}/audience", form).status_code == 422
    assert reload(board).audience == "public"


def test_all_pages_are_there(desk):
    group, board = make_group(), make_board()
    open_to(desk, board, group)
    for address in (
        *("/admin/groups", f"/admin/groups/{group.id}", "/admin/boards"),
        f"/admin/boards/{board.id}/audience",
    ):
        assert desk.get(address).status_code == 200
    assert desk.get("/admin/boards/999999/audience").status_code == 404
