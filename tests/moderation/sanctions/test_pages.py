"""Pages on which moderators impose measures: previewed, once, with the rules of rank."""

import pytest
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from moderation.sanctions.models import Sanction
from moderation.sanctions.queries.sanctions import newest_sanction_id
from tests.factories.community import make_board, make_question, make_user, reload
from tests.factories.sanctions import FACTS, make_sanction, make_statement

FORM = {"kind": "read_only", "days": "7", "rule": "spam", "facts": FACTS, "seen": "0"}


@pytest.fixture
def user(app):
    return make_user("Mira Member", language="en")


@pytest.fixture
def desk(client):
    return client.sign_in(make_user("Kim Keeper", role="moderator"))


def page_of(user):
    return f"/moderation/people/{user.id}/sanctions"


def sanctions_of(user):
    with transaction():
        return list(db.session.scalars(select(Sanction.kind).where(Sanction.user_id == user.id)))


def test_the_preview_shows_the_members_words_and_imposes_nothing(desk, user):
    page = desk.submit(page_of(user), {**FORM, "preview": "1"})
    assert page.status_code == 200
    assert "For 7 days you can read but not write." in page.text
    assert page.text.count(FACTS) == 2
    assert sanctions_of(user) == []


def test_a_measure_is_imposed_and_listed(desk, user):
    assert desk.submit(page_of(user), FORM).location == page_of(user)
    shown = desk.get(page_of(user)).text
    assert "Read-only" in shown
    assert FACTS in shown
    assert "not confirmed as read yet" in shown
    listed = desk.get("/moderation/sanctions").text
    assert "Mira Member" in listed
    assert reload(user).silenced_until is not None


def test_a_form_sent_twice_imposes_once(desk, user):
    form = {**FORM, "kind": "warning", "submission": "one-and-the-same"}
    assert [desk.submit(page_of(user), form).status_code for _number in (1, 2)] == [303, 303]
    assert sanctions_of(user) == ["warning"]


def test_who_comes_second_is_told(desk, user):
    make_sanction(user, "warning")
    refused = desk.submit(page_of(user), FORM)
    assert refused.status_code == 409
    assert "Somebody else has just imposed a measure" in refused.text
    assert FACTS in refused.text
    assert sanctions_of(user) == ["warning"]
    seen = {**FORM, "seen": str(newest_sanction_id(user.id))}
    assert desk.submit(page_of(user), seen).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Choose what is to be done."),
        ({"days": "5"}, "Choose 1, 3, 7 or 30 days."),
        ({"days": "²"}, "Choose 1, 3, 7 or 30 days."),
        ({"kind": "suspension", "days": ""}, "Choose from 1 to 365 days."),
        ({"rule": ""}, "Choose the rule."),
        ({"rule": "nonsense"}, "Choose the rule."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(desk, user, wrong, words):
    for extra in ({}, {"preview": "1"}):
        page = desk.submit(page_of(user), {**FORM, **wrong, **extra})
        assert page.status_code == 422
        assert words in page.text
        assert FACTS in page.text
    assert sanctions_of(user) == []


def test_lifting_needs_a_reason_and_tells_it(desk, user):
    sanction = make_sanction(user, "read_only")
    address = f"/moderation/sanctions/{sanction.id}/lifting"
    assert desk.submit(address, {"reason": " "}).status_code == 422
    assert reload(sanction).state == "active"
    assert desk.submit(address, {"reason": "It was somebody else"}).status_code == 303
    assert "It was somebody else" in desk.get(page_of(user)).text
    assert desk.submit(address, {"reason": "Again"}).status_code == 409


def test_staff_and_oneself_are_shown_without_a_form(app, client):
    keeper = make_user(role="moderator")
    client.sign_in(keeper)
    for target in (keeper, make_user(role="moderator"), make_user(role="admin")):
        page = client.get(page_of(target))
        assert page.status_code == 200
        assert "You cannot impose a measure on this person" in page.text
        assert client.submit(page_of(target), FORM).status_code == 403


def test_a_board_moderator_sees_words_alone_and_no_history(app, client, user):
    board = make_board()
    question = make_question(user, board)
    make_sanction(user, "ban", facts="A secret of the whole site")
    client.sign_in(make_user(on={board.id: "moderator"}))
    page = client.get(f"{page_of(user)}?post={question.id}").text
    assert 'value="warning"' in page
    assert 'value="suspension"' not in page
    assert "A secret of the whole site" not in page
    assert 'value="warning"' not in client.get(page_of(user)).text
    assert client.get("/moderation/sanctions").status_code == 403
    form = {**FORM, "kind": "notice", "post": str(question.id)}
    form["seen"] = str(newest_sanction_id(user.id))
    assert client.submit(page_of(user), form).status_code == 303
    assert client.submit(page_of(user), {**form, "kind": "read_only"}).status_code == 403


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_nobody_else_gets_in(app, client, user, role):
    client.sign_in(make_user(role=role))
    sanction = make_sanction(user, "read_only")
    for address in ("/moderation/sanctions", page_of(user), "/moderation/wordings"):
        assert client.get(address).status_code == 403
    assert client.submit(page_of(user), FORM).status_code == 403
    lifting = f"/moderation/sanctions/{sanction.id}/lifting"
    assert client.submit(lifting, {"reason": "Please"}).status_code == 403
    assert client.get("/moderation/sanctions", follow_redirects=True).status_code == 403


def test_who_looks_at_somebodys_decisions_is_recorded_and_they_themselves_are_not(app, desk, user):
    told = make_statement(user)
    own = app.test_client().sign_in(user)
    assert own.get(f"/account/decisions/{told.id}").status_code == 200
    assert looks_at(user) == []
    desk.get(page_of(user))
    desk.get(f"/account/decisions/{told.id}")
    assert looks_at(user) == [{"seen": "decisions"}]


def looks_at(user):
    with transaction():
        seen = select(AuditEntry.after).where(
            AuditEntry.action == "data.seen", AuditEntry.subject_id == user.id
        )
        return list(db.session.scalars(seen))


def test_there_is_no_page_of_nobody(desk):
    assert desk.get("/moderation/people/999999/sanctions").status_code == 404
    assert desk.submit("/moderation/people/999999/sanctions", FORM).status_code == 404
    assert desk.submit("/moderation/sanctions/999999/lifting", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("typed", ["x", "-1", "9" * 40, "²", ""])
def test_odd_numbers_in_addresses_lead_nowhere(desk, user, typed):
    assert desk.get("/moderation/sanctions", query_string={"before": typed}).status_code == 200
    assert desk.get(page_of(user), query_string={"post": typed}).status_code == 200
