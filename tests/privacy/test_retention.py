"""What is older than its time is forgotten; what is not, is kept."""

import os
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, insert, select, update

from community.core import clock
from community.core.db import Base, db, transaction
from community.core.jobs import EventRecord, Job
from community.core.mail import Message, enqueue_mail
from community.core.settings import current_settings
from community.core.worker import run_due_jobs
from community.identity.models import FormerIdentifier, User
from community.identity.operations.registration import Registration, keep_registration
from community.notifications.models import Notification
from community.privacy.operations.erasures import erase_due_accounts
from community.privacy.register import STORES, TABLES
from community.privacy.retention import PERIODS, WITHOUT_PERIOD
from community.privacy.tasks import forget_old
from tests.factories.community import days_ago, make_question, make_user, reload
from tests.source import ROOT

KINDS = {period.kind: period for period in PERIODS}


def test_every_retention_named_in_the_register_is_carried_out() -> None:
    named = {table.kept_for for table in TABLES.values()} | {store.kept_for for store in STORES}
    assert named - KINDS.keys() - WITHOUT_PERIOD == set()


def test_the_documented_table_is_the_real_one(app: Flask) -> None:
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    documented = re.findall(
        r"^\| (\w+) \| ([^|]+) \| ([\d,]+ (?:days|hours)) \| ([^|]+) \|", text, re.M
    )
    real = [(p.kind, p.what, _words(p.age), _setting(p.setting)) for p in PERIODS]
    assert documented == real


def _words(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:g} hours" if hours <= 72 else f"{hours / 24:g} days"


def _setting(name: str | None) -> str:
    return f"`FORUM_{name.upper()}`" if name else "fixed"


def _add(table: str, **values: Any) -> None:
    with transaction():
        db.session.execute(insert(Base.metadata.tables[table]).values(**values))


def _count(table: str) -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


def _session(user: User, created_at: datetime, seen_at: datetime) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "token_hash": f"{created_at}{seen_at}"[:64],
        "method": "password",
        "device": "",
        "network": "",
        "created_at": created_at,
        "last_seen_at": seen_at,
        "verified_at": seen_at,
    }


def test_sessions_that_ended_by_themselves_go(app: Flask) -> None:
    user = make_user()
    _add("user_sessions", **_session(user, days_ago(91), days_ago(1)))
    _add("user_sessions", **_session(user, days_ago(30), days_ago(15)))
    _add("user_sessions", **_session(user, days_ago(30), days_ago(1)))
    forget_old()
    assert _count("user_sessions") == 1


@pytest.mark.parametrize(
    ("table", "old", "young", "column"),
    [
        ("one_time_tokens", 8, 1, "expires_at"),
        ("wrong_codes", 2, 0.5, "entered_at"),
        ("spent_challenges", 2, 0.5, "spent_at"),
        ("digests", 366, 300, "planned_at"),
        ("drafts", 31, 29, "updated_at"),
        ("submissions", 4, 2, "created_at"),
        ("events", 91, 89, "created_at"),
    ],
)
def test_old_rows_go_and_young_ones_stay(
    app: Flask, table: str, old: float, young: float, column: str
) -> None:
    user = make_user()
    for number, days in enumerate((old, young)):
        _add(table, **_row(table, user, number), **{column: days_ago(days)})
    forget_old()
    assert _count(table) == 1


def _row(table: str, user: User, number: int) -> dict[str, Any]:
    mark = f"{number}" * 8
    rows: dict[str, dict[str, Any]] = {
        "one_time_tokens": {"purpose": "sign_in", "token_hash": mark, "created_at": days_ago(9)},
        "wrong_codes": {"attempt": mark},
        "digests": {"period": mark},
        "drafts": {"place": f"answer:{number + 1}", "title": "", "body": "", "tags": ""}
        | {"board_slug": ""},
    }
    if table in rows:
        return {"user_id": user.id, **rows[table]}
    return {
        "spent_challenges": {"challenge_hash": mark},
        "submissions": {"key": mark},
        "events": {"name": "MeTooAdded", "payload": {}},
    }[table]


def test_events_that_something_refers_to_stay(app: Flask) -> None:
    user, question = make_user(), make_question()
    with transaction():
        kept = EventRecord(name="MeTooAdded", payload={}, created_at=days_ago(100))
        waited = EventRecord(name="MeTooAdded", payload={}, created_at=days_ago(100))
        db.session.add_all([kept, waited])
        db.session.flush()
        db.session.add(_notification(user, question.id, event_id=kept.id))
        db.session.add(Job(task="x", arguments={}, event_id=waited.id, due_at=None))
    forget_old()
    assert reload(kept) is not None
    assert reload(waited) is not None


def _notification(user: User, question_id: int, **values: Any) -> Notification:
    return Notification(
        user_id=user.id, kind="answer", post_id=question_id, question_id=question_id, **values
    )


def test_notifications_go_sooner_when_read_and_the_bell_counts_the_rest(app: Flask) -> None:
    user, question = make_user(), make_question()
    with transaction():
        for number, (created, read) in enumerate(
            [(days_ago(100), days_ago(91)), (days_ago(100), None), (days_ago(400), None)]
        ):
            event = EventRecord(name="MeTooAdded", payload={}, created_at=days_ago(number))
            db.session.add(event)
            db.session.flush()
            db.session.add(
                _notification(
                    user, question.id, event_id=event.id, created_at=created, read_at=read
                )
            )
        db.session.execute(update(User).where(User.id == user.id).values(unread_count=2))
    forget_old()
    assert _count("notifications") == 1
    assert reload(user).unread_count == 1


def test_who_typed_what_is_forgotten_and_that_it_helped_is_not(app: Flask) -> None:
    user, question = make_user(), make_question()
    for days in (91, 89):
        _add(
            "deflections",
            question_id=question.id,
            user_id=user.id,
            typed="no signal",
            outcome="solved",
            created_at=days_ago(days),
        )
    forget_old()
    with transaction():
        table = Base.metadata.tables["deflections"]
        rows = db.session.execute(select(table).order_by(table.c.id)).all()
    assert [(row.user_id, row.typed, row.outcome) for row in rows] == [
        (None, "", "solved"),
        (user.id, "no signal", "solved"),
    ]


def test_links_do_not_live_on_in_mails_that_cannot_be_sent(app: Flask) -> None:
    with transaction():
        for _ in range(2):
            enqueue_mail(Message(to="a@example.org", subject="", text="zqresetlink", html=""))
        db.session.flush()
        parked, waiting = db.session.scalars(select(Job).order_by(Job.id))
        parked.parked_at, parked.due_at = days_ago(1), None
        parked.last_error = "SMTPRecipientsRefused: a@example.org"
        for job in (parked, waiting):
            job.created_at = days_ago(1.1)
        waiting.due_at = days_ago(1.1)
    forget_old()
    for job in (reload(parked), reload(waiting)):
        assert job.arguments == {}
        assert "@" not in job.last_error
        assert job.parked_at is not None
        assert job.due_at is None
    first = reload(parked).parked_at
    forget_old()
    assert reload(parked).parked_at == first
    with time_machine.travel(clock.now() + timedelta(days=31)):
        forget_old()
    assert _count("jobs") == 0


def test_a_mail_that_is_still_young_is_kept(app: Flask) -> None:
    with transaction():
        enqueue_mail(Message(to="a@example.org", subject="", text="zqresetlink", html=""))
    forget_old()
    run_due_jobs()
    (mail,) = app.extensions["mailman"].outbox
    assert mail.body == "zqresetlink"


def test_a_notice_that_waits_for_its_turn_is_kept_however_long(app: Flask) -> None:
    with transaction():
        message = Message(to="a@example.org", subject="", text="zqnotice", html="")
        enqueue_mail(message, due_at=clock.now() + timedelta(hours=1))
        db.session.flush()
        db.session.scalars(select(Job)).one().created_at = days_ago(2)
    forget_old()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        run_due_jobs()
    (mail,) = app.extensions["mailman"].outbox
    assert mail.body == "zqnotice"


def test_old_mail_files_and_addresses_go(app: Flask) -> None:
    folder = current_settings().instance_path / "mail"
    folder.mkdir(exist_ok=True)
    old, young = folder / "20260101-1.log", folder / "20260101-2.log"
    for path, days in ((old, 8), (young, 6)):
        path.write_text("To: a@example.org\n\nHi\n")
        os.utime(path, (days_ago(days).timestamp(), days_ago(days).timestamp()))
    user = make_user()
    with transaction():
        for kind in ("email", "name"):
            db.session.add(
                FormerIdentifier(user_id=user.id, kind=kind, value="x", given_up_at=days_ago(91))
            )
    forget_old()
    assert not old.exists()
    assert young.exists()
    with transaction():
        assert list(db.session.scalars(select(FormerIdentifier.kind))) == ["name"]
    young.unlink()


def test_registrations_nobody_confirmed_go(app: Flask) -> None:
    member = make_user(created_at=days_ago(8))
    old = [_register(f"jana{number}@example.org") for number in range(2)]
    with transaction():
        pending = db.session.get_one(User, old[0])
        pending.created_at = days_ago(8)
    # Typed anew with another name: nobody has ever seen the first one.
    _register("jana1@example.org", "Other Name")
    assert _count("former_identifiers") == 0
    forget_old()
    with transaction():
        assert set(db.session.scalars(select(User.id))) == {member.id, old[1]}


def _register(email: str, name: str = "Jana Thomsen") -> int:
    with transaction():
        user = keep_registration(
            Registration(email=email, display_name=name, password_hash="", language="en")
        )
        assert user is not None
        return user.id


def _make_inactive(**values: Any) -> User:
    user = make_user(created_at=days_ago(900), language="en", **values)
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(seen_at=days_ago(731)))
    return user


def test_inactive_members_are_told_and_then_erased(app: Flask) -> None:
    user, staff, imported = (
        _make_inactive(),
        _make_inactive(role="agent"),
        _make_inactive(email=None),
    )
    forget_old()
    run_due_jobs()
    (mail,) = app.extensions["mailman"].outbox
    assert mail.to == [user.email]
    assert "still need" in mail.subject
    assert reload(user).erasure_due_at is not None
    assert [reload(one).erasure_due_at for one in (staff, imported)] == [None, None]
    with time_machine.travel(clock.now() + timedelta(days=31)):
        with transaction():
            erase_due_accounts()
        run_due_jobs()
    assert reload(user).erased_at is not None


def test_who_signs_in_again_stays(app: Flask) -> None:
    user = _make_inactive()
    forget_old()
    app.test_client().sign_in(user)  # type: ignore[attr-defined]
    with time_machine.travel(clock.now() + timedelta(days=31)):
        with transaction():
            erase_due_accounts()
        run_due_jobs()
    stored = reload(user)
    assert stored.active
    assert (stored.erased_at, stored.erasure_due_at) == (None, None)


def test_one_failing_kind_keeps_no_other_from_being_forgotten(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(age: timedelta) -> None:
        raise RuntimeError("out of order")

    user = make_user()
    _add("user_sessions", **_session(user, days_ago(91), days_ago(1)))
    broken = [KINDS["links"].__class__("links", "", fail), *PERIODS]
    monkeypatch.setattr("community.privacy.tasks.PERIODS", broken)
    with pytest.raises(RuntimeError):
        forget_old()
    assert _count("user_sessions") == 0
