"""Who leaves under a hostile name or address takes nothing from anybody else."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import Job, enqueue
from community.core.mail import Message, enqueue_mail, send
from community.core.settings import current_settings
from community.core.worker import run_due_jobs
from community.identity.mails import send_account_mail
from community.identity.models import User
from community.identity.models.users import PENDING
from community.identity.operations.credentials import change_email
from community.identity.tasks import mail_email_change, mail_link, settle_registration
from community.posts.models import Post
from community.privacy.operations import leftovers
from community.privacy.operations.erasures import order_erasure
from community.privacy.queries import people
from community.privacy.queries.people import get_person
from community.privacy.redaction import Redactor
from tests.factories.community import load_user, make_board, make_question, make_user, reload

VICTIM = "victim@example.org"


def _erase(user: User) -> None:
    with transaction():
        order_erasure(SYSTEM, load_user(user.id))
    run_due_jobs()


def _forget_jobs(user: User) -> list[dict[str, Any]]:
    leftovers.forget_jobs(Redactor(get_person(user.id)))
    return _jobs()


def _jobs() -> list[dict[str, Any]]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.arguments).order_by(Job.id)))


def _bodies() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Post.body)))


def test_an_address_merely_asked_for_stays_in_posts(app: Flask) -> None:
    make_question(body=f"Please write to {VICTIM} and wait for it.")
    eve = make_user("Evelyn Unique", email="eve@example.net")
    with transaction():
        enqueue(mail_email_change, user_id=eve.id, email=VICTIM, language="en")
    run_due_jobs()
    _erase(eve)
    assert VICTIM in _bodies()[0]


def test_an_address_of_an_unconfirmed_registration_stays_in_posts(app: Flask) -> None:
    eve = make_user("Evelyn Unique", email=VICTIM)
    with transaction():
        db.session.execute(
            update(User).where(User.id == eve.id).values(name_key=f"{PENDING}{eve.id}")
        )
    assert get_person(eve.id).emails == ()


def test_an_address_that_was_really_held_goes_from_posts(app: Flask) -> None:
    question = make_question(body="Please write to old@example.net or new@example.net today.")
    eve = make_user("Evelyn Unique", email="old@example.net")
    with transaction():
        change_email(eve.id, "new@example.net", but=None)
    _erase(eve)
    former = f"former member {eve.id}"
    assert reload(question).body == f"Please write to {former} or {former} today."


def test_an_address_that_is_somebody_elses_now_means_them(app: Flask) -> None:
    question = make_question(body="Please write to shared@example.net today.")
    eve = make_user("Evelyn Unique", email="shared@example.net")
    with transaction():
        change_email(eve.id, "new@example.net", but=None)
    make_user("Next Owner", email="Shared@example.net")
    _erase(eve)
    assert "shared@example.net" in reload(question).body


@pytest.mark.parametrize("name", ["SIM", "S-I M", "IP"])
def test_a_short_word_is_never_taken_for_a_name(app: Flask, name: str) -> None:
    question = make_question(body="My SIM has no IP, says SIM wrote and @SIM too.")
    _erase(make_user(name))
    assert "My SIM has no IP" in reload(question).body


def test_a_word_is_counted_beyond_the_first_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_PAGE", 5)
    board = make_board()
    for _ in range(7):
        make_question(board=board, body="The routers here are all of one kind.")
    for _ in range(11):
        make_question(board=board, body="My router is off since yesterday evening.")
    _erase(make_user("Router"))
    assert sum("My router is off" in body for body in _bodies()) == 11


def test_a_name_that_is_a_word_only_when_mentioned_takes_none_away(app: Flask) -> None:
    board = make_board()
    for _ in range(11):
        make_question(board=board, body="My password is gone since yesterday evening.")
    _erase(make_user("Pass Word"))
    assert sum("My password is gone" in body for body in _bodies()) == 11


@pytest.mark.parametrize("name", ["en", "reset_password", "Hello", "questions", "victim"])
def test_jobs_for_others_stay(app: Flask, name: str) -> None:
    eve, vic = make_user(name, email="eve@example.net"), make_user("Vic Other", email=VICTIM)
    with transaction():
        enqueue(mail_link, email=VICTIM, purpose="reset_password", language="en", goal="/questions")
        enqueue(mail_email_change, user_id=vic.id, email="new@example.org", language="en")
        enqueue(
            settle_registration,
            email="third@example.org",
            display_name="Third Person",
            password_hash="reset_password en",
            language="en",
            goal="/questions",
        )
    before = _jobs()
    assert _forget_jobs(eve) == before


@pytest.mark.parametrize(
    "name", ["Hello", "Your password was changed", "password", "table", "width", "https", "example"]
)
def test_security_notices_to_others_stay_whole(app: Flask, name: str) -> None:
    eve, vic = make_user(name, email="eve@example.net"), make_user("Vic Other", email=VICTIM)
    link = "https://example.example/reset/table/width"
    with transaction():
        send_account_mail(load_user(vic.id), "password_changed", language="en", link=link)
    (before,) = _jobs()
    (after,) = _forget_jobs(eve)
    assert after == before


def test_mails_to_others_lose_the_person_and_nothing_else(app: Flask) -> None:
    eve = make_user("Eve O'Neill", email="eve@example.net")
    slug = "https://forum.example/questions/7/where-is-eve-o-neill"
    with transaction():
        enqueue_mail(
            Message(
                to=VICTIM,
                subject="Eve O'Neill answered",
                text=f"Eve O'Neill wrote to you, eve@example.net: {slug}",
                html='<p class="Eve">Eve O&#39;Neill &amp; others, see '
                f'<a href="https://forum.example/users/{eve.id}/eve-oneill">here</a></p>',
            )
        )
    (job,) = _forget_jobs(eve)
    former = f"former member {eve.id}"
    assert job["to"] == VICTIM
    assert job["subject"] == f"{former} answered"
    assert job["text"].startswith(f"{former} wrote to you, {former}: https://forum.example/")
    assert "neill" not in job["text"]
    assert job["html"] == (
        f'<p class="Eve">{former} &amp; others, see '
        f'<a href="https://forum.example/users/{eve.id}">here</a></p>'
    )


def test_what_waits_for_the_person_goes(app: Flask) -> None:
    eve = make_user("Evelyn Unique", email="eve@example.net")
    with transaction():
        enqueue(mail_link, email="Eve@example.net", purpose="sign_in", language="en", goal="/")
        enqueue(mail_email_change, user_id=eve.id, email=VICTIM, language="en")
        enqueue_mail(Message(to="eve@example.net", subject="Hi", text="Hi", html="Hi"))
    assert _forget_jobs(eve) == []


def test_a_link_mailed_to_an_address_asked_for_goes_with_the_account(app: Flask) -> None:
    eve = make_user("en", email="eve@example.net")
    with transaction():
        mail_email_change(user_id=eve.id, email=VICTIM, language="en")
        enqueue_mail(Message(to=VICTIM, subject="Other", text="Written in en", html="en"))
        db.session.execute(update(Job).values(due_at=None))
    _erase(eve)
    assert [job["subject"] for job in _jobs() if job.get("to") == VICTIM] == ["Other"]


def test_mail_files_of_others_are_rewritten_and_not_deleted(
    app: Flask, instance_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["mailman"], "backend", "file")
    for earlier in leftovers.mail_files():
        earlier.unlink()
    eve = make_user("Evelyn Unique", email="eve@example.net")
    html = "<p>Größe: Evelyn Unique</p>"
    text = "Größe: Evelyn Unique knows. Hello to eve@example.net"
    for to in ("eve@example.net", VICTIM, "third@example.org"):
        named = to != "third@example.org"
        send(
            Message(
                to=to,
                subject="Evelyn Unique wrote" if named else "Your password was changed",
                text=text if named else "Nothing about anybody: Größe",
                html=html if named else "<p>Größe</p>",
            )
        )
    files = leftovers.mail_files()
    assert len(files) == 3
    untouched = [path for path in files if b"third@" in path.read_bytes()]
    whole = untouched[0].read_bytes()
    leftovers.forget_mail_files(Redactor(get_person(eve.id)))
    left = leftovers.mail_files()
    assert len(left) == 2
    assert untouched[0].read_bytes() == whole
    (rewritten,) = set(left) - set(untouched)
    raw = rewritten.read_bytes()
    assert VICTIM.encode() in raw
    assert b"Evelyn" not in raw
    assert b"eve@example.net" not in raw
    assert sorted((current_settings().instance_path / "mail").iterdir()) == left
