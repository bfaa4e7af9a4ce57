"""Pages of the scheme: for guests, for who takes part, and for staff."""

import hashlib
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from community.boards.models import BoardGroup
from community.core import clock
from community.core.audit import Action
from community.core.db import db, transaction
from community.identity.models import Group, User
from community.identity.superusers import TOOLBOX
from reputation.superusers.agreements import FOLDER, IN_FORCE, agreement_in
from reputation.superusers.models import (
    APPLICATION,
    GRANT,
    INVITATION,
    OPEN,
    OVER,
    SuperuserMembership,
)
from reputation.superusers.operations import staying
from reputation.superusers.wording import DEED_WORDS, ORIGIN_WORDS, STATE_WORDS, TOOL_WORDS
from tests.factories.community import load_user, make_board, make_user
from tests.reputation.superusers.scheme import (
    MOTIVE,
    apply_as,
    invited,
    last_of,
    make_applicant,
    make_superuser,
    set_dates,
)


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.text)


def test_everybody_reads_who_superusers_are(client):
    make_superuser("Tilda Helpful")
    make_superuser("Gone Away", active=True)
    with transaction():
        staying.leave(load_user(last_of_name("Gone Away")))
    page = text_of(client.get("/superusers"))
    assert "Tilda Helpful" in page
    assert "Gone Away" not in page
    assert "Sign in to apply" in page


def last_of_name(name: str) -> int:
    with transaction():
        return db.session.scalars(select(User.id).where(User.display_name == name)).one()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"points": 1_000}, 'href="/superusers/application"'),
        ({"points": 999}, "You have 999 points so far."),
        ({"role": "moderator"}, "You belong to the team already."),
        ({"role": "superuser"}, "How things stand with you"),
        ({"silenced_until": clock.now() + timedelta(days=1)}, "You cannot write at the moment."),
    ],
)
def test_members_read_what_keeps_them_from_applying(client, values, words):
    client.sign_in(make_user(**values))
    assert words in text_of(client.get("/superusers"))
    reachable = client.get("/superusers/application").status_code == 200
    assert reachable == (values == {"points": 1_000})


def test_an_application_is_sent_and_seen(client, app):
    user = make_applicant()
    client.sign_in(user)
    form = {"motive": MOTIVE, "topics": "Roaming, eSIM"}
    assert client.submit("/superusers/application", form).location == "/account/superuser"
    assert MOTIVE in text_of(client.get("/account/superuser"))
    staff = app.test_client().sign_in(make_user(role="moderator"))
    assert user.display_name in text_of(staff.get("/admin/superusers"))
    page = text_of(staff.get(f"/admin/superusers/{last_of(user).id}"))
    assert MOTIVE in page
    assert "Approve" not in page, "moderators do not decide"
    assert client.remove("/account/superuser").status_code == 303
    assert last_of(user).state == "declined"


def test_what_was_typed_stays_where_something_is_missing(client):
    client.sign_in(make_applicant())
    response = client.submit("/superusers/application", {"motive": MOTIVE, "topics": ""})
    assert response.status_code == 422
    assert MOTIVE in response.text
    assert 'href="#topics"' in response.text


def test_who_may_not_apply_is_refused_by_form_too(client):
    user = make_user(points=3)
    client.sign_in(user)
    form = {"motive": MOTIVE, "topics": "Roaming"}
    assert client.submit("/superusers/application", form).status_code == 409


def test_an_invitation_shows_the_agreement_and_is_accepted(client):
    user = make_user()
    invited(user, note="Your answers are a joy to read.")
    client.sign_in(user)
    page = text_of(client.get("/account/superuser"))
    assert "Your answers are a joy to read." in page
    assert "no quota" in page
    old = client.submit("/account/superuser/agreement", {"version": "2020-01"})
    assert old.status_code == 409
    assert client.submit("/account/superuser/agreement", {"version": IN_FORCE}).status_code == 303
    assert "You are a superuser" in text_of(client.get("/account/superuser"))
    assert last_of(user).agreed_language == "en"


def test_an_invitation_that_is_too_old_offers_no_agreement(client):
    user = make_user()
    set_dates(invited(user), answer_by=clock.now() - timedelta(days=1))
    page = text_of(client.sign_in(user).get("/account/superuser"))
    assert "/account/superuser/agreement" not in page
    assert "The invitation was open until" in page


def test_a_superuser_finds_board_tools_and_the_way_out(client):
    user = make_superuser()
    board = make_board("wizards", audience="groups")
    with transaction():
        group_id = db.session.scalars(select(Group.id).where(Group.slug == "superusers")).one()
        db.session.add(BoardGroup(board_id=board.id, group_id=group_id))
    client.sign_in(user)
    page = text_of(client.get("/account/superuser"))
    assert 'href="/boards/wizards"' in page
    assert client.get("/boards/wizards").status_code == 200
    assert "tier 1" in text_of(client.get("/account"))
    assert client.remove("/account/superuser").status_code == 303
    assert client.get("/boards/wizards").status_code == 404
    assert "Thank you for your time" in text_of(client.get("/account/superuser"))
    assert "Former superuser" in text_of(client.get(f"/users/{user.id}"))


def test_staff_invites_by_name_alone(client):
    user = make_user("Findable Person")
    client.sign_in(make_user(role="moderator"))
    for typed in ("Nobody at all", user.email):
        refused = client.submit("/admin/superusers", {"person": typed, "note": "Hello"})
        assert refused.status_code == 422
        assert "Nobody has this name." in refused.text
        assert "Hello" in refused.text
    too_long = client.submit("/admin/superusers", {"person": "Findable Person", "note": "x" * 501})
    assert too_long.status_code == 422
    sent = client.submit("/admin/superusers", {"person": "Findable Person", "note": "Hello"})
    assert sent.location == f"/admin/superusers/{last_of(user).id}"
    assert last_of(user).note == "Hello"


def test_an_administrator_decides_sets_the_tier_reviews_and_ends(client):
    user, second = make_applicant(), make_applicant()
    client.sign_in(make_user(role="admin"))
    address = f"/admin/superusers/{apply_as(user).id}"
    assert "Approve" in text_of(client.get(address))
    refused = client.submit(f"{address}/decision", {"answer": "reject", "reason": ""})
    assert refused.status_code == 422
    assert client.submit(f"{address}/decision", {"answer": "approve"}).status_code == 303
    assert last_of(user).state == "invited"
    other = f"/admin/superusers/{apply_as(second).id}/decision"
    assert client.submit(other, {"answer": "reject", "reason": "Not yet"}).status_code == 303
    assert last_of(second).end_reason == "Not yet"

    active = make_superuser()
    address = f"/admin/superusers/{last_of(active).id}"
    assert client.submit(f"{address}/tier", {"tier": "7"}).status_code == 422
    assert client.submit(f"{address}/tier", {"tier": "2"}).status_code == 303
    assert last_of(active).tier == 2
    assert "Another half year" not in text_of(client.get(address))
    set_dates(last_of(active), review_due_at=clock.now())
    assert "Another half year" in text_of(client.get(address))
    assert client.submit(f"{address}/review").status_code == 303
    assert client.remove(address, {"reason": ""}).status_code == 422
    assert client.remove(address, {"reason": "As we agreed"}).status_code == 303
    page = text_of(client.get(address))
    assert "ended by the team" in page
    assert "As we agreed" in page
    assert "Superuser tier changed" in page


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_nobody_else_sees_the_pages_of_staff(client, role):
    membership = last_of(make_superuser())
    client.sign_in(make_user(role=role))
    for address in ("/admin/superusers", f"/admin/superusers/{membership.id}"):
        assert client.get(address).status_code == 403
    assert client.sign_out().get("/admin/superusers").status_code == 302


def test_what_is_not_there_is_not_found(client):
    client.sign_in(make_user(role="admin"))
    assert client.get("/admin/superusers/999").status_code == 404
    assert client.submit("/admin/superusers/999/tier", {"tier": "1"}).status_code == 404


def test_staff_sees_who_owes_the_agreement_and_whose_review_is_due(client):
    user = make_superuser("Due Person")
    set_dates(last_of(user), review_due_at=clock.now() - timedelta(days=1))
    with transaction():
        db.session.execute(update(SuperuserMembership).values(agreed_version=""))
    page = text_of(client.sign_in(make_user(role="admin")).get("/admin/superusers"))
    assert page.count("Due Person") == 2
    assert "agreement not accepted yet" in page


def test_the_agreement_is_there_in_both_languages(app):
    assert "no quota" in agreement_in("en")
    assert "keine Quote" in agreement_in("de")
    for language in ("en", "de"):
        assert agreement_in(language).count("<h3>") == 4
        assert agreement_in(language).count("<li>") == 10


def test_accepted_texts_do_not_change():
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(FOLDER.glob("*.md"))
    }
    assert digests == {
        "2026-11.de.md": "83b31f0933e137c2",
        "2026-11.en.md": "60321e4f43431764",
    }, "other words are another version: see agreements.py"


def test_everything_has_words():
    assert set(STATE_WORDS) == {*OPEN, *OVER}
    assert set(ORIGIN_WORDS) == {APPLICATION, INVITATION, GRANT}
    assert set(TOOL_WORDS) == set(TOOLBOX)
    assert set(DEED_WORDS) == {each for each in Action if each.value.startswith("superuser.")}
