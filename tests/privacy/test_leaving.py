"""Asking to be erased, changing one's mind, and what an erasure leaves alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from community.identity.models import User, UserSession
from community.identity.operations.holds import place_hold, release_hold
from community.identity.operations.roles import LastAdministrator
from community.posts.models import Post, Revision, Vote
from community.posts.operations import give_kudos
from community.privacy.operations import erasures, rows, texts
from community.privacy.operations.erasures import (
    ErasureBegun,
    ErasureHeld,
    NameNotTyped,
    erase_account,
    erase_due_accounts,
    keep_account,
    order_erasure,
    request_erasure,
)
from community.questions.models import Question
from community.questions.rebuild import rebuild_totals
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_comment,
    make_question,
    make_user,
    reload,
)

ERASURE = "/account/data/erasure"


def _order(user: User) -> None:
    with transaction():
        order_erasure(SYSTEM, load_user(user.id))
    run_due_jobs()


def _actions() -> list[str]:
    with transaction():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_asking_takes_ones_name_and_tells_the_day(app: Flask, client: ForumClient) -> None:
    user = make_user("Ann Smith", language="en")
    client.sign_in(user)
    assert "Erase your account" in client.get(ERASURE).text
    refused = client.submit(ERASURE, {"name": "Ann"})
    assert refused.status_code == 422
    assert "exactly" in refused.text
    assert reload(user).erasure_due_at is None
    assert client.submit(ERASURE, {"name": "ann smith"}).status_code == 303
    left = reload(user).erasure_due_at - clock.now()
    assert timedelta(days=13.9) < left <= timedelta(days=14)
    run_due_jobs()
    (mail,) = app.extensions["mailman"].outbox
    assert "/account/data" in mail.body
    assert _actions() == ["erasure.requested"]


def test_every_page_offers_to_keep_the_account(app: Flask, client: ForumClient) -> None:
    user = make_user("Ann Smith", language="en")
    with transaction():
        request_erasure(load_user(user.id), load_user(user.id), typed_name="Ann Smith")
    client.sign_in(user)
    assert "Keep my account" in client.get("/questions").text
    assert client.remove(ERASURE).status_code == 303
    assert "Keep my account" not in client.get("/questions").text
    assert reload(user).erasure_due_at is None
    assert _actions() == ["erasure.requested", "erasure.cancelled"]


def test_asking_again_changes_nothing(app: Flask) -> None:
    user = make_user("Ann Smith")
    with transaction():
        first = request_erasure(load_user(user.id), load_user(user.id), typed_name="Ann Smith")
    with time_machine.travel(clock.now() + timedelta(days=3)), transaction():
        again = request_erasure(load_user(user.id), load_user(user.id), typed_name="Ann Smith")
    assert again == first


def test_both_pages_ask_again_who_one_is(app: Flask, client: ForumClient) -> None:
    client.sign_in(make_user("Ann Smith"))
    with transaction():
        long_ago = clock.now() - timedelta(minutes=11)
        db.session.execute(
            update(UserSession).values(verified_at=long_ago, second_factor_at=long_ago)
        )
    for answer in (client.get(ERASURE), client.submit(ERASURE, {"name": "Ann Smith"})):
        assert answer.location.startswith("/verify")
    # Keeping the account needs no more than being signed in.
    assert client.remove(ERASURE).location == "/account/data"


def test_an_account_is_erased_when_its_days_are_over_and_not_before(app: Flask) -> None:
    user = make_user("Ann Smith")
    with transaction():
        request_erasure(load_user(user.id), load_user(user.id), typed_name="Ann Smith")
    for days, erased in ((13, False), (15, True)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            with transaction():
                erase_due_accounts()
            run_due_jobs()
        assert (reload(user).erased_at is not None) is erased


def test_a_kept_account_is_not_erased_by_a_job_that_waits(app: Flask) -> None:
    user = make_user("Ann Smith")
    with transaction():
        request_erasure(load_user(user.id), load_user(user.id), typed_name="Ann Smith")
    with time_machine.travel(clock.now() + timedelta(days=15)):
        with transaction():
            erase_due_accounts()
            keep_account(load_user(user.id))
        run_due_jobs()
    assert reload(user).active
    assert reload(user).display_name == "Ann Smith"


def test_once_begun_it_cannot_be_taken_back(app: Flask) -> None:
    user = make_user()
    with transaction():
        order_erasure(SYSTEM, load_user(user.id))
    with transaction(), pytest.raises(ErasureBegun):
        keep_account(load_user(user.id))


def test_the_last_administrator_stays(app: Flask) -> None:
    admin, member = make_user("Ann Smith", role="admin"), make_user()
    with transaction(), pytest.raises(LastAdministrator):
        request_erasure(load_user(admin.id), load_user(admin.id), typed_name="Ann Smith")
    with transaction(), pytest.raises(LastAdministrator):
        order_erasure(SYSTEM, load_user(admin.id))
    make_user(role="admin")
    with transaction():
        request_erasure(load_user(admin.id), load_user(admin.id), typed_name="Ann Smith")
    with transaction(), pytest.raises(NotAllowed):
        order_erasure(load_user(member.id), load_user(admin.id))


def test_who_became_the_last_administrator_meanwhile_stays_too(app: Flask) -> None:
    admins = [make_user("Ann Smith", role="admin"), make_user("Bob Jones", role="admin")]
    with transaction():
        for admin in admins:
            actor = load_user(admin.id)
            request_erasure(actor, actor, typed_name=admin.display_name)
    with time_machine.travel(clock.now() + timedelta(days=15)):
        with transaction():
            erase_due_accounts()
        run_due_jobs()
    assert sorted(reload(admin).active for admin in admins) == [False, True]


def test_a_legal_hold_keeps_the_account_until_it_is_released(app: Flask) -> None:
    admin, user = make_user(role="admin"), make_user("Ann Smith")
    with transaction():
        actor = load_user(user.id)
        request_erasure(actor, actor, typed_name="Ann Smith")
        place_hold(load_user(admin.id), load_user(user.id), "claim 12")
    with transaction(), pytest.raises(ErasureHeld):
        order_erasure(load_user(admin.id), load_user(user.id))
    with time_machine.travel(clock.now() + timedelta(days=15)):
        erase_account(user.id)
        assert reload(user).erased_at is None
        with transaction():
            release_hold(load_user(admin.id), load_user(user.id), "settled")
        with transaction():
            erase_due_accounts()
        run_due_jobs()
    assert reload(user).erased_at is not None


def test_an_administrator_erases_on_demand(app: Flask, client: ForumClient) -> None:
    admin, user = make_user(role="admin"), make_user("Ann Smith")
    browser = app.test_client().sign_in(user)  # type: ignore[attr-defined]
    client.sign_in(admin)
    assert "Erase" in client.get(f"/admin/people/{user.id}/closing").text
    address = f"/admin/people/{user.id}/erasure"
    assert client.submit(address, {"name": "Bob"}).status_code == 422
    assert reload(user).active
    answer = client.submit(address, {"name": "Ann Smith", "reason": "by letter"})
    assert answer.status_code == 303
    assert "/sign-in" in browser.get("/account/data").location, "closed at once"
    run_due_jobs()
    assert reload(user).erased_at is not None
    assert _actions() == ["erasure.ordered", "account.erased"]


def test_nobody_else_may_erase(app: Flask, client: ForumClient) -> None:
    user = make_user()
    for role in ("member", "superuser", "moderator", "agent"):
        client.sign_in(make_user(role=role))
        for address in (f"/admin/people/{user.id}/erasure", "/admin/people/999/erasure"):
            assert client.submit(address).status_code == 403, role
        assert client.get(f"/admin/people/{user.id}/closing").status_code == 403, role
    assert reload(user).active


def test_what_was_written_stays_under_former_member(app: Flask, client: ForumClient) -> None:
    user, other = make_user("Ann Smith"), make_user("Other Person")
    question = make_question(user)
    answer = make_answer(question, other, "Thank you, @AnnSmith, for asking this question.")
    make_comment(question, answer, user, "That helped me.")
    _order(user)
    for language, words in (("en", "former member"), ("de", "ehemaliges Mitglied")):
        page = client.get(f"/questions/{question.id}?lang={language}", follow_redirects=True).text
        assert f"{words} {user.id}" in page, language
        assert "Ann" not in page
        assert "That helped me." in page
        client.set_cookie("language", "de")
    assert client.get(f"/users/{user.id}").status_code == 404
    assert client.get("/users/by-name/AnnSmith").status_code == 404
    assert f"former member {user.id}" in reload(answer).body
    feed = client.get("/feeds/questions.atom").text
    assert "Ann Smith" not in feed


def test_totals_stay_and_equal_a_rebuild(app: Flask) -> None:
    user, other = make_user("Ann Smith"), make_user()
    question = make_question(other)
    with transaction():
        give_kudos(load_user(user.id), db.session.get_one(Post, question.id))
    _order(user)
    assert (reload(question).kudos_count, reload(other).kudos_count) == (1, 1)
    list(rebuild_totals())
    assert (reload(question).kudos_count, reload(other).kudos_count) == (1, 1)
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(Vote)) == 0


def test_a_name_that_is_a_word_stays_a_word(app: Flask) -> None:
    user = make_user("Phone")
    others = [
        make_question(title=f"My phone is broken {n}", body="The Phone is off. " * 3)
        for n in range(12)
    ]
    answer = make_answer(others[0], body="Phone wrote that, didn't you @phone? My Phone is on.")
    _order(user)
    assert reload(others[5]).body.startswith("The Phone is off.")
    former = f"former member {user.id}"
    assert reload(answer).body == f"{former} wrote that, didn't you {former}? My Phone is on."


def test_a_name_that_somebody_else_has_now_means_them(app: Flask) -> None:
    user = make_user("Old Name")
    with transaction():
        stored = db.session.get_one(User, user.id)
        stored.display_name, stored.name_key = "Ann Smith", "annsmith"
        stored.name_skeleton = "annsmith"
    make_user("Old Name")
    question = make_question(body="I asked @OldName and Ann Smith about all of this.")
    _order(user)
    assert (
        reload(question).body == f"I asked @OldName and former member {user.id} about all of this."
    )


@pytest.mark.parametrize("written", ["Zoë Müller", "ZOË MÜLLER", "@ZoëMüller", "@zoemuller"])
def test_names_are_found_in_every_spelling(app: Flask, written: str) -> None:
    user = make_user("Zoë Müller")
    question = make_question(body=f"I have asked {written} about all of this, but in vain.")
    _order(user)
    former = f"former member {user.id}"
    assert reload(question).body == f"I have asked {former} about all of this, but in vain."


def test_longer_names_and_other_addresses_are_left_alone(app: Flask) -> None:
    user = make_user("Ann Lee", email="ann@example.org")
    body = "Joann Lee, Ann Leeds, @AnnLee.Junior and joann@example.org, ann@example.org.test stay."
    question = make_question(body=body)
    _order(user)
    assert reload(question).body == body


@pytest.mark.parametrize("name", ["Member", "Former Member", "x former", "Mitglied"])
def test_names_like_the_stand_in_end(app: Flask, name: str) -> None:
    user = make_user(name)
    question = make_question(
        body=f"I think that {name} said it, and so did @{name.replace(' ', '')}."
    )
    _order(user)
    former = f"former member {user.id}"
    assert reload(question).body == f"I think that {former} said it, and so did {former}."


STEPS: list[tuple[Any, str]] = [
    (texts, "empty_removed_posts"),
    (rows, "delete_versions"),
    (texts, "rewrite_texts"),
    (rows, "count_votes"),
    (rows, "count_me_toos"),
    (erasures, "delete_archives"),
    (rows, "delete_rows"),
    (rows, "blank_rows"),
    (erasures, "send_erased_letter"),
    (erasures, "_end"),
]


def _killed_after(act: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any) -> Any:
        act(*args)
        raise SystemExit("killed")

    return wrapped


@pytest.mark.parametrize(("module", "name"), STEPS)
def test_a_killed_erasure_is_taken_over(
    app: Flask, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    user, other = make_user("Ann Smith"), make_user()
    question = make_question(other, body="Ann Smith knows all about this question, I think.")
    with transaction():
        give_kudos(load_user(user.id), db.session.get_one(Post, question.id))
        order_erasure(SYSTEM, load_user(user.id))
    with monkeypatch.context() as patch:
        patch.setattr(module, name, _killed_after(getattr(module, name)))
        with pytest.raises(SystemExit):
            erase_account(user.id)
    db.session.rollback()
    assert reload(user).erased_at is None
    erase_account(user.id)
    assert reload(user).erased_at is not None
    assert f"former member {user.id}" in reload(question).body
    assert reload(question).kudos_count == 1
    assert _actions().count("account.erased") == 1
    erase_account(user.id)
    assert _actions().count("account.erased") == 1


def test_nothing_is_written_that_readers_would_see_as_an_edit(app: Flask) -> None:
    user = make_user("Ann Smith")
    question = make_question(title="What did Ann Smith say", body="Ann Smith said something here.")
    _order(user)
    stored = reload(question)
    assert stored.edited_at is None
    assert stored.title == f"What did former member {user.id} say"
    assert stored.slug == f"what-did-former-member-{user.id}-say"
    assert "former member" in stored.excerpt
    assert "former member" in stored.html
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(Revision)) == 0
        assert db.session.scalar(select(func.count()).select_from(Question)) == 1


def test_the_database_file_is_made_anew_at_night(app: Flask) -> None:
    _order(make_user())
    with transaction():
        job = db.session.scalars(select(Job).where(Job.task.endswith("clean_database_files"))).one()
    assert timedelta() < job.due_at - clock.now() <= timedelta(hours=24)


def test_a_wrong_name_is_refused_in_the_operation_too(app: Flask) -> None:
    user, other = make_user("Ann Smith"), make_user()
    with transaction(), pytest.raises(NameNotTyped):
        request_erasure(load_user(user.id), load_user(user.id), typed_name="")
    with transaction(), pytest.raises(NotAllowed):
        request_erasure(load_user(other.id), load_user(user.id), typed_name="Ann Smith")
