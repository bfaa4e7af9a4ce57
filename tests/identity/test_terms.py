"""Agreeing to the terms, in which version and when."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.identity.models import Consent, User
from community.identity.operations.consents import agree_to_terms
from tests.factories.community import make_user, reload
from tests.identity.accounts import register

BANNER = "Our terms have changed."


@pytest.fixture
def terms(app, monkeypatch):
    """A site with terms; returns a function that sets their version."""

    def set_version(version):
        settings = app.config["SETTINGS"]
        changed = replace(settings, terms_url="/terms.html", terms_version=version)
        monkeypatch.setitem(app.config, "SETTINGS", changed)
        monkeypatch.setitem(app.jinja_env.globals, "terms_version", version)
        monkeypatch.setitem(app.jinja_env.globals, "terms_url", "/terms.html")

    return set_version


def versions(user):
    db.session.rollback()
    found = select(Consent.version).where(Consent.user_id == user.id).order_by(Consent.id)
    return list(db.session.scalars(found))


def test_a_site_without_terms_asks_for_nothing(client):
    user = make_user()
    client.sign_in(user)
    assert BANNER not in client.get("/tags").text
    assert client.get("/account/terms").status_code == 404
    with transaction():
        agree_to_terms(user)
    assert versions(user) == []


def test_members_are_asked_until_they_agree_and_again_when_the_terms_change(client, terms):
    user = make_user()
    client.sign_in(user)
    terms("2026-11")
    assert BANNER in client.get("/tags").text
    response = client.submit("/account/terms", {"next": "/tags"})
    assert (response.status_code, response.location) == (303, "/tags")
    assert BANNER not in client.get("/tags").text
    assert versions(user) == ["2026-11"]
    terms("2027-01")
    assert BANNER in client.get("/tags").text
    client.submit("/account/terms")
    assert versions(user) == ["2026-11", "2027-01"]
    assert "2026-11" in client.get("/account/terms").text


def test_agreeing_twice_is_agreeing_once(client, terms):
    terms("1")
    user = make_user()
    client.sign_in(user)
    for _ in range(2):
        client.submit("/account/terms")
    assert versions(user) == ["1"]
    assert reload(user).terms_version == "1"


def test_who_registers_agrees_to_the_version_beside_the_form(app, client, terms):
    assert "/terms.html" not in client.get("/register").text
    terms("2026-11")
    assert 'href="/terms.html"' in client.get("/register").text
    link = register(app, client)
    db.session.rollback()
    assert db.session.scalars(select(Consent)).all() == []
    terms("2026-12")
    client.submit(link)
    (user,) = db.session.scalars(select(User)).all()
    assert versions(user) == ["2026-11"]
    assert BANNER in client.get("/tags").text


def test_guests_are_not_asked(client, terms):
    terms("1")
    assert BANNER not in client.get("/tags").text
    assert client.get("/account/terms").location.startswith("/sign-in")


@pytest.mark.parametrize(
    "values", [{"terms_url": "/terms"}, {"terms_version": "1"}, {"terms_version": "1" * 41}]
)
def test_terms_have_an_address_and_a_version(values, tmp_path):
    with pytest.raises(SettingsError, match="FORUM_TERMS"):
        Settings(environment="test", instance_path=tmp_path, **values).completed()
