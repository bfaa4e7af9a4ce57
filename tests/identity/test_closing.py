"""Disabled and erased accounts vanish at the next request, wherever people are found."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from community.identity.models import OneTimeToken, Purpose, User, UserSession
from community.identity.operations.closing import disable_user, enable_user
from community.identity.operations.roles import LastAdministrator
from community.identity.operations.tokens import LinkSpent, issue_token, redeem_token
from community.notifications.models import Notification
from community.posts.operations import watch
from community.privacy.operations.erasures import order_erasure
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
    reload,
)


def _disable(user: User) -> None:
    with transaction():
        disable_user(SYSTEM, load_user(user.id), reason="spam")


def _erase(user: User) -> None:
    with transaction():
        order_erasure(SYSTEM, load_user(user.id))


def _erase_wholly(user: User) -> None:
    _erase(user)
    run_due_jobs()


Close = Callable[[User], None]
WAYS = pytest.mark.parametrize("close", [_disable, _erase, _erase_wholly])


@WAYS
def test_sessions_and_links_are_dead_at_once(app: Flask, client: ForumClient, close: Close) -> None:
    user = make_user()
    with transaction():
        token = issue_token(user, Purpose.RESET_PASSWORD)
    client.sign_in(user)
    assert client.get("/notifications").status_code == 200
    close(user)
    assert "/sign-in" in client.get("/notifications").location
    with transaction(), pytest.raises(LinkSpent):
        redeem_token(Purpose.RESET_PASSWORD, token)
    with transaction():
        sessions = select(func.count()).select_from(UserSession)
        assert db.session.scalar(sessions.where(UserSession.user_id == user.id)) == 0


@WAYS
def test_nobody_finds_them_by_name(app: Flask, client: ForumClient, close: Close) -> None:
    user = make_user("Zora Quick")
    make_question(user, title="A question of Zora is here to be found")
    client.sign_in(make_user())
    found = ("/users/by-name/ZoraQuick", f"/users/{user.id}")
    assert all(client.get(address).status_code in (200, 302) for address in found)
    assert client.get("/users/names?q=zora").json == ["ZoraQuick"]
    assert "of Zora is here" in client.get("/search?q=user:ZoraQuick").text
    close(user)
    assert [client.get(address).status_code for address in found] == [404, 404]
    assert client.get("/users/names?q=zora").json == []
    assert "of Zora is here" not in client.get("/search?q=user:ZoraQuick").text


@WAYS
def test_they_leave_the_list_of_top_helpers(app: Flask, client: ForumClient, close: Close) -> None:
    user, asker = make_user("Zora Quick"), make_user()
    question = make_question(asker)
    make_acceptance(make_answer(question, user), asker)
    helpers = client.get("/").text
    assert f'href="/users/{user.id}"' in helpers
    close(user)
    assert f'href="/users/{user.id}"' not in client.get("/").text


@WAYS
def test_they_are_told_and_mailed_nothing(app: Flask, close: Close) -> None:
    user, asker = make_user("Zora Quick"), make_user()
    question = make_question(asker)
    with transaction():
        watch(user.id, post_id=question.id)
    make_answer(question, make_user(), "Ask @ZoraQuick about it, she will certainly know.")
    close(user)
    run_due_jobs()
    with transaction():
        told = select(func.count()).select_from(Notification)
        assert db.session.scalar(told.where(Notification.user_id == user.id)) == 0
    to_them = [mail for mail in app.extensions["mailman"].outbox if user.email in mail.to]
    assert [mail.subject for mail in to_them if "erased" not in mail.subject] == []


@WAYS
def test_whoever_mentions_them_reaches_nobody(
    app: Flask, client: ForumClient, close: Close
) -> None:
    user, asker = make_user("Zora Quick"), make_user()
    question = make_question(asker)
    close(user)
    make_answer(question, make_user(), "Ask @ZoraQuick about it, she will certainly know.")
    run_due_jobs()
    with transaction():
        told = select(func.count()).select_from(Notification)
        assert db.session.scalar(told.where(Notification.user_id == user.id)) == 0
    client.sign_in(asker)
    assert f'/users/{user.id}"' not in client.get(f"/questions/{question.id}/{question.slug}").text


@pytest.mark.parametrize(("close", "is_listed"), [(_disable, True), (_erase_wholly, False)])
def test_the_list_of_people_knows_the_disabled_by_name_and_the_erased_by_number(
    app: Flask, client: ForumClient, close: Close, is_listed: bool
) -> None:
    user = make_user("Zora Quick")
    close(user)
    client.sign_in(make_user(role="admin"))
    for query in ("", "?q=Zora"):
        page = client.get(f"/admin/people{query}").text
        assert ("Zora Quick" in page) is is_listed
        assert user.email not in page or is_listed


@WAYS
def test_who_follows_them_no_longer_sees_them(
    app: Flask, client: ForumClient, close: Close
) -> None:
    user, reader = make_user("Zora Quick"), make_user()
    with transaction():
        watch(reader.id, person_id=user.id)
    client.sign_in(reader)
    assert "Zora Quick" in client.get("/preferences/notifications").text
    close(user)
    assert "Zora Quick" not in client.get("/preferences/notifications").text


def test_what_a_disabled_member_wrote_stays_under_their_name(
    app: Flask, client: ForumClient
) -> None:
    user = make_user("Zora Quick")
    question = make_question(user)
    _disable(user)
    assert "Zora Quick" in client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert reload(user).disabled_at is not None


def test_an_account_can_be_opened_again(app: Flask, client: ForumClient) -> None:
    admin, user = make_user(role="admin"), make_user("Zora Quick")
    client.sign_in(admin)
    address = f"/admin/people/{user.id}/disabling"
    assert client.submit(address, {"reason": "spam"}).status_code == 303
    assert not reload(user).active
    assert client.remove(address).status_code == 303
    stored = reload(user)
    assert (stored.active, stored.disabled_at) == (True, None)
    with transaction():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        events = db.session.scalars(select(EventRecord.name).order_by(EventRecord.id)).all()
    assert [entry.action for entry in entries] == ["account.disabled", "account.enabled"]
    assert [entry.reason for entry in entries] == ["spam", ""]
    assert entries[0].before == {"active": True}
    assert events == ["AccountDisabled", "AccountEnabled"]


def test_closing_twice_is_recorded_once(app: Flask) -> None:
    user = make_user()
    _disable(user)
    _disable(user)
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_only_administrators_close_accounts(app: Flask, client: ForumClient) -> None:
    user = make_user()
    for role in ("member", "superuser", "moderator", "agent"):
        client.sign_in(make_user(role=role))
        for target in (user.id, 999_999):
            address = f"/admin/people/{target}/disabling"
            assert client.submit(address).status_code == 403, role
            assert client.remove(address).status_code == 403, role
    assert reload(user).active


def test_nobody_closes_themselves_the_last_administrator_or_who_is_gone(app: Flask) -> None:
    admin, gone = make_user(role="admin"), make_user()
    with transaction(), pytest.raises(NotAllowed):
        disable_user(load_user(admin.id), load_user(admin.id))
    with transaction(), pytest.raises(LastAdministrator):
        disable_user(SYSTEM, load_user(admin.id))
    _erase_wholly(gone)
    with transaction(), pytest.raises(NotAllowed):
        enable_user(load_user(admin.id), load_user(gone.id))
    assert not reload(gone).active


def test_links_already_mailed_to_a_closed_account_are_void(app: Flask) -> None:
    user = make_user()
    with transaction():
        issue_token(user, Purpose.SIGN_IN)
    _disable(user)
    with transaction():
        assert db.session.scalars(select(OneTimeToken.used_at)).one() is not None
