"""The pages on which moderators judge cases."""

import pytest
from sqlalchemy import event

from community.core.db import db
from moderation.cases.models import ModerationCase
from tests.factories.cases import make_case
from tests.factories.community import make_board, make_user


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def desk(app, keeper):
    """A moderator's browser."""
    return app.test_client().sign_in(keeper)


def state_of(case):
    db.session.rollback()
    return db.session.get(ModerationCase, case.id, populate_existing=True).state


def test_a_moderator_claims_and_decides_a_case(desk):
    anna, ben = make_user("Anna A"), make_user("Ben B")
    case = make_case([anna, ben])
    assert f"/moderation/cases/{case.id}" in desk.get("/moderation/cases").text
    page = desk.get(f"/moderation/cases/{case.id}").text
    for words in ("Anna A", "Ben B", "71 %", "share a device or an address", "Claim this case"):
        assert words in page
    assert 'name="decision"' not in page
    assert desk.submit(f"/moderation/cases/{case.id}/claim").status_code == 303
    assert 'name="decision"' in desk.get(f"/moderation/cases/{case.id}").text
    refused = desk.submit(f"/moderation/cases/{case.id}/decision", {"decision": "violation"})
    assert (refused.status_code, state_of(case)) == (422, "claimed")
    decision = {"decision": "violation", "note": "They say so themselves"}
    assert desk.submit(f"/moderation/cases/{case.id}/decision", decision).status_code == 303
    assert state_of(case) == "decided"
    assert "They say so themselves" in desk.get(f"/moderation/cases/{case.id}").text
    assert f"/moderation/cases/{case.id}" not in desk.get("/moderation/cases").text
    assert f"/moderation/cases/{case.id}" in desk.get("/moderation/cases?show=decided").text


def test_a_case_is_given_back_undone_and_closed(desk, keeper):
    mine = make_case([make_user()], state="claimed", claimed_by=keeper)
    assert desk.remove(f"/moderation/cases/{mine.id}/claim").status_code == 303
    assert state_of(mine) == "open"
    wrong, right = (
        make_case([make_user()], state="actioned", claimed_by=keeper) for _number in range(2)
    )
    assert desk.remove(f"/moderation/cases/{wrong.id}/decision", {"note": "No"}).status_code == 303
    assert desk.submit(f"/moderation/cases/{right.id}/closing").status_code == 303
    assert (state_of(wrong), state_of(right)) == ("undone", "closed")


def test_another_moderators_case_is_theirs(app, desk):
    other = make_user("Olga Other", role="moderator")
    case = make_case([make_user()], state="claimed", claimed_by=other)
    assert "Olga Other is at work on it" in desk.get("/moderation/cases").text
    assert "Claim this case" not in desk.get(f"/moderation/cases/{case.id}").text
    assert desk.submit(f"/moderation/cases/{case.id}/claim").status_code == 409
    decision = {"decision": "violation", "note": "Seen"}
    assert desk.submit(f"/moderation/cases/{case.id}/decision", decision).status_code == 409
    assert state_of(case) == "claimed"


def test_a_case_about_the_viewer_is_not_there(desk, keeper):
    case = make_case([make_user(), keeper])
    assert f"/moderation/cases/{case.id}" not in desk.get("/moderation/cases").text
    for page in (
        desk.get(f"/moderation/cases/{case.id}"),
        desk.submit(f"/moderation/cases/{case.id}/claim"),
        desk.get("/moderation/cases/999999"),
    ):
        assert page.status_code == 404


def test_nobody_else_gets_in(app):
    case, board = make_case([make_user()]), make_board()
    people = [make_user(role=role) for role in ("member", "superuser", "agent")]
    people.append(make_user(on={board.id: "agent"}))
    for user in people:
        client = app.test_client().sign_in(user)
        for path in ("/moderation/cases", f"/moderation/cases/{case.id}"):
            assert client.get(path).status_code == 403
        assert "/moderation/cases" not in client.get("/").text
    guest = app.test_client().get("/moderation/cases")
    assert guest.location.startswith("/sign-in")


def test_who_moderates_one_board_finds_no_case_of_the_site(app):
    case, board = make_case([make_user()]), make_board()
    client = app.test_client().sign_in(make_user(on={board.id: "moderator"}))
    assert f"/moderation/cases/{case.id}" not in client.get("/moderation/cases").text
    assert client.get(f"/moderation/cases/{case.id}").status_code == 404


def test_the_list_goes_on_and_asks_the_database_as_often_however_long_it_is(desk, keeper):
    make_case([make_user()])
    few = statements(lambda: desk.get("/moderation/cases"))
    cases = [make_case([make_user()]) for _number in range(25)]
    assert statements(lambda: desk.get("/moderation/cases")) == few
    first = desk.get("/moderation/cases").text
    assert "More cases" in first
    rest = desk.get(f"/moderation/cases?after=0-{cases[-8].id}").text
    assert f"/moderation/cases/{cases[-1].id}" in rest
    for typed in ("x", "-1", "9" * 40, "²", "0-²"):
        assert desk.get(f"/moderation/cases?after={typed}").status_code == 200


def statements(act):
    seen = []

    def note(*args):
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
