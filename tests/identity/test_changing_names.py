"""Changing one's display name, and what the former one still does."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from community.core import clock
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.identity.models import NameChange, User
from community.identity.operations import names
from community.identity.operations.names import (
    NameChangedLately,
    NameReserved,
    NameTaken,
    NameUnfit,
    change_name,
    check_name,
    fill_skeletons,
    forget_skeletons,
)
from community.notifications.models import Notification
from tests.factories.community import make_answer, make_question, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


def rename(user, name):
    with transaction():
        change_name(user, name)


def days_later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


def test_a_name_is_changed_everywhere_at_once(client):
    user = make_user("Kim Lorenz")
    question = make_question(user)
    client.sign_in(user)
    assert "Kim Lorenz" in client.get("/account/name").text
    response = client.submit("/account/name", {"display_name": "  Kim   Petersen "})
    assert (response.status_code, response.location) == (303, "/account/name")
    page = client.get(f"/questions/{question.id}", follow_redirects=True).text
    assert "Kim Petersen" in page
    assert "Kim Lorenz" not in page
    stored = reload(user)
    assert (stored.name_key, stored.name_skeleton) == ("kimpetersen", "klmpetersen")


def test_a_name_stays_for_a_month(client):
    user = make_user("Kim Lorenz")
    rename(user, "Kim Petersen")
    page = client.sign_in(user).get("/account/name")
    assert "You can change it again on" in page.text
    assert 'name="display_name"' not in page.text
    assert client.submit("/account/name", {"display_name": "Kim Third"}).status_code == 409
    assert reload(user).display_name == "Kim Petersen"
    with days_later(31):
        rename(user, "Kim Third")
    assert reload(user).display_name == "Kim Third"


def test_saving_the_same_name_changes_nothing(client):
    user = make_user("Kim Lorenz")
    client.sign_in(user).submit("/account/name", {"display_name": "Kim Lorenz"})
    assert db.session.scalar(select(func.count(NameChange.id))) == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Choose a name that others will see."),
        ("K", "Choose a name of 2 to 40 characters"),
        ("Lena ✔", "Choose a name of 2 to 40 characters"),
        ("Nordfunk Support", "could be taken for our team"),
        ("Кim Lorenz", "in one script"),
        ("AyIin Kaya", "Somebody has this name or one like it."),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_the_reason(client, name, message):
    make_user("Aylin Kaya")
    user = make_user("Kim Lorenz")
    response = client.sign_in(user).submit("/account/name", {"display_name": name})
    assert response.status_code == 422
    assert message in response.text
    assert reload(user).display_name == "Kim Lorenz"


@pytest.mark.parametrize("name", ["KIM LORENZ", "Kím Lorenz", "kim_lorenz", "Klm Lorenz"])
def test_ones_own_name_may_be_written_otherwise(name):
    user = make_user("Kim Lorenz")
    rename(user, name)
    assert reload(user).display_name == name


def test_guests_have_no_name_to_change(client):
    assert client.get("/account/name").status_code == 302
    with pytest.raises(NotAllowed), transaction():
        change_name(GUEST, "Kim Lorenz")


def test_a_name_that_was_given_up_is_kept_for_its_owner():
    user, other = make_user("Kim Lorenz"), make_user("Bea")
    rename(user, "Kim Petersen")
    for name in ("Kim Lorenz", "KIm Lorenz", "kimlorenz"):
        with pytest.raises(NameTaken):
            check_name(name)
        with pytest.raises(NameTaken):
            rename(other, name)
    assert check_name("Kim Lorenz", owner_id=user.id) == "Kim Lorenz"
    with days_later(91):
        rename(other, "Kim Lorenz")
        assert check_name("Kim Petersen", owner_id=user.id)


def test_mentions_by_the_former_name_lead_to_the_person(client):
    user = make_user("Kim Lorenz")
    rename(user, "Kim Petersen")
    for name in ("KimLorenz", "kimpetersen"):
        assert client.get(f"/users/by-name/{name}").location == f"/users/{user.id}"
    question = make_question(make_user())
    make_answer(question, body="Ask @KimLorenz and @KimPetersen, they know it best of all.")
    run_due_jobs()
    told = select(Notification.kind).where(Notification.user_id == user.id)
    assert db.session.scalars(told).all() == ["mention"]
    assert client.get("/search?q=user:KimLorenz").status_code == 200


def test_a_name_means_who_has_it_now(client):
    user, other = make_user("Kim Lorenz"), make_user("Bea")
    rename(user, "Kim Petersen")
    with days_later(91):
        rename(other, "Kim Lorenz")
    assert client.get("/users/by-name/KimLorenz").location == f"/users/{other.id}"


def test_names_given_up_by_disabled_people_lead_nowhere(client):
    user = make_user("Kim Lorenz")
    rename(user, "Kim Petersen")
    with transaction():
        db.session.execute(update(User).values(active=False))
    assert client.get("/users/by-name/KimLorenz").status_code == 404


def test_two_forms_at_once_change_the_name_once():
    user = make_user("Kim Lorenz")
    rename(user, "Kim Petersen")
    with pytest.raises(NameChangedLately):
        rename(user, "Kim Third")
    assert db.session.scalar(select(func.count(NameChange.id))) == 1


def test_two_who_want_a_name_at_the_same_moment_do_not_both_get_it(monkeypatch):
    first, second = make_user("Kim"), make_user("Lea")
    monkeypatch.setattr(names, "is_name_taken", lambda *_, **__: False)
    rename(first, "Paul")
    with pytest.raises(NameTaken):
        rename(second, "PauI")
    assert reload(second).display_name == "Lea"


@pytest.mark.parametrize(
    ("name", "error"), [("x", NameUnfit), ("Team Nord", NameReserved), ("Bea", NameTaken)]
)
def test_each_refusal_has_a_name_of_its_own(name, error):
    make_user("Bea")
    with pytest.raises(error):
        check_name(name)


def test_names_that_looked_alike_before_keep_working(client):
    with transaction():
        for number, name in enumerate(("Paul", "PauI", "Bea")):
            key = f"{name.lower()}{number}"
            db.session.add(User(display_name=name, name_key=key, fs_uniquifier=key))
    with transaction():
        assert fill_skeletons(limit=2) == 2
    with transaction():
        assert (fill_skeletons(), fill_skeletons()) == (1, 0)
    found = dict(db.session.execute(select(User.display_name, User.name_skeleton)).all())
    paul = db.session.scalar(select(User.id).where(User.display_name == "PauI"))
    assert found == {"Paul": "paul", "PauI": f"paul~{paul}", "Bea": "bea"}
    with pytest.raises(NameTaken):
        check_name("pau1")


def test_filling_in_anew_gives_the_same():
    for name in ("Paul", "Bea", "Иван"):
        make_user(name)
    before = db.session.execute(select(User.id, User.name_skeleton)).all()
    with transaction():
        forget_skeletons()
        fill_skeletons()
    assert db.session.execute(select(User.id, User.name_skeleton)).all() == before
