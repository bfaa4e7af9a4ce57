"""What a first accepted answer brings is told in two lines: the acceptance, and the rest."""

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import emit
from community.core.worker import run_due_jobs
from community.events import BadgeGranted, TrustLevelChanged
from community.identity.models import User
from community.notifications.models import NOTE_MAX_CHARS, Notification, NotificationSetting
from community.notifications.progress import Progress
from community.notifications.subscribers import on_badge_granted, on_trust_changed
from tests.factories.community import make_user, reload
from tests.notifications.telling import told

pytestmark = pytest.mark.usefixtures("app", "numbers_stay_right")

FIRST = {"en": "First solution", "de": "Erste Lösung"}
WARM = {"en": "Warm welcome", "de": "Willkommensgruß"}


def give(user: User, *badges: dict[str, str], level: int = 0) -> None:
    with transaction():
        for place, names in enumerate(badges):
            emit(BadgeGranted(user.id, 7 + place, names, None))
        if level:
            emit(TrustLevelChanged(user.id, level, level - 1))
    run_due_jobs()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "You have come further: badge “First solution”, badge “Warm welcome”, "
            "and trust level 1",
        ),
        (
            "de",
            "Du bist vorangekommen: Abzeichen „Erste Lösung“, Abzeichen „Willkommensgruß“ "
            "und Vertrauensstufe 1",
        ),
    ],
)
def test_badges_and_a_level_that_come_together_are_one_line(client, language, line):
    member = make_user(language=language)
    give(member, FIRST, WARM, level=1)
    assert told(member) == ["badge"]
    assert reload(member).unread_count == 1
    page = client.sign_in(member).get("/notifications").text
    assert line in page
    assert f'href="/users/{member.id}/badges"' in page


def test_a_level_first_and_a_badge_then_is_the_same_line():
    member = make_user()
    give(member, level=1)
    give(member, FIRST)
    give(member, level=2)
    assert told(member) == ["badge"]
    note = db.session.scalars(select(Notification.note)).one()
    assert Progress.of("badge", note) == ("First solution", "\t2")


def test_what_was_read_is_not_added_to():
    member = make_user()
    give(member, FIRST)
    with transaction():
        db.session.execute(update(Notification).values(read_at=clock.now()))
        db.session.execute(update(User).values(unread_count=0))
    give(member, WARM)
    assert told(member) == ["badge", "badge"]
    assert reload(member).unread_count == 1


def test_what_was_told_is_not_told_again_in_whatever_order():
    member = make_user()
    give(member, FIRST, WARM, level=1)
    last = db.session.scalars(select(Notification.event_id)).one() or 0
    again = (
        lambda: on_badge_granted(BadgeGranted(member.id, 7, FIRST, None), event_id=last - 2),
        lambda: on_trust_changed(TrustLevelChanged(member.id, 1, 0), event_id=last),
        lambda: on_badge_granted(BadgeGranted(member.id, 8, WARM, None), event_id=last - 1),
    )
    for is_read in (False, True):
        with transaction():
            read_at = clock.now() if is_read else None
            db.session.execute(update(Notification).values(read_at=read_at))
            db.session.execute(update(User).values(unread_count=0 if is_read else 1))
        for tell in again:
            with transaction():
                tell()
        assert told(member) == ["badge"]


def test_a_level_lost_is_told_by_itself():
    member = make_user()
    with transaction():
        emit(TrustLevelChanged(member.id, 2, 3))
    give(member, FIRST)
    assert told(member) == ["trust", "badge"]


def test_who_wants_mails_of_badges_gets_one_for_each(app):
    member = make_user()
    with transaction():
        db.session.add(NotificationSetting(user_id=member.id, kind="badge", bell=True, mail=True))
    give(member, FIRST, WARM)
    assert [mail.subject for mail in app.extensions["mailman"].outbox] == [
        "A badge for you: First solution",
        "A badge for you: Warm welcome",
    ]


def test_no_more_are_gathered_than_a_line_holds():
    member = make_user()
    names = [f"{place}{'x' * 39}" for place in range(9)]
    give(member, *({"en": name, "de": name} for name in names))
    notes = db.session.scalars(select(Notification.note).order_by(Notification.id)).all()
    assert [name for note in notes for name in note.split("\n")] == names
    assert all(len(note) <= NOTE_MAX_CHARS for note in notes)
    assert len(notes) == 2
