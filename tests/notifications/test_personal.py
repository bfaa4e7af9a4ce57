"""What is about a member and no post: told once, with its own page, by the ways they want."""

import pytest
from sqlalchemy import select, update

from community.core.db import db, transaction
from community.core.jobs import emit
from community.core.worker import run_due_jobs
from community.events import BadgeGranted
from community.identity.models import User
from community.notifications.models import Notification, NotificationSetting
from community.notifications.operations.telling import tell_personally
from community.notifications.operations.unread import rebuild_unread
from tests.factories.community import make_answer, make_question, make_user, reload
from tests.notifications.telling import told

pytestmark = pytest.mark.usefixtures("app")

NAMES = {"en": "First solution", "de": "Erste Lösung"}


def give_badge(user: User, names: dict[str, str] = NAMES) -> None:
    with transaction():
        emit(BadgeGranted(user.id, 7, names, None))


def choose(user: User, **ways: bool) -> None:
    with transaction():
        db.session.add(NotificationSetting(user_id=user.id, kind="badge", **ways))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "You were given the badge “First solution”"),
        ("de", "Dir wurde das Abzeichen „Erste Lösung“ verliehen"),
    ],
)
def test_a_badge_is_told_in_the_members_language_and_leads_to_its_page(client, language, line):
    member = make_user(language=language)
    give_badge(member)
    assert told(member) == ["badge"]
    assert reload(member).unread_count == 1
    page = client.sign_in(member).get("/notifications").text
    assert line in page
    assert 'href="/badges/7"' in page


def test_it_stands_among_notifications_about_posts(client):
    member = make_user()
    make_answer(make_question(member))
    give_badge(member)
    assert told(member) == ["answer", "badge"]
    with transaction():
        assert rebuild_unread() == 0
    page = client.sign_in(member).get("/notifications").text
    assert page.index("First solution") < page.index("answered “My phone")


def test_told_twice_it_stands_there_once():
    member = make_user()
    give_badge(member)
    run_due_jobs()
    with transaction():
        event_id = db.session.scalar(select(Notification.event_id))
        tell_personally(member.id, "badge", page="/badges/7", event_id=event_id, note="First")
    assert told(member) == ["badge"]
    assert reload(member).unread_count == 1


def test_no_mail_comes_unless_it_is_asked_for(app):
    member = make_user()
    give_badge(member)
    run_due_jobs()
    assert app.extensions["mailman"].outbox == []


def test_the_mail_names_the_badge_and_belongs_to_no_conversation(app):
    member = make_user()
    choose(member, bell=True, mail=True)
    give_badge(member)
    run_due_jobs()
    [mail] = app.extensions["mailman"].outbox
    assert mail.subject == "A badge for you: First solution"
    assert "http://localhost/badges/7" in mail.body
    assert "because it is about yourself" in mail.body
    assert "References" not in mail.extra_headers


def test_who_wants_to_hear_nothing_of_badges_hears_nothing():
    member = make_user()
    choose(member, bell=False, mail=False)
    give_badge(member)
    assert told(member) == []


def test_a_closed_account_is_told_nothing():
    member = make_user()
    with transaction():
        db.session.execute(update(User).where(User.id == member.id).values(active=False))
    give_badge(member)
    assert told(member) == []


def test_reading_all_reads_it_too(client):
    member = make_user()
    give_badge(member)
    run_due_jobs()
    newest = db.session.scalar(select(Notification.id))
    client.sign_in(member).submit("/notifications/reading", {"newest": newest})
    assert reload(member).unread_count == 0
