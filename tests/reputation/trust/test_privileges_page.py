"""The page that says what opens when."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tests.factories.community import make_user


@pytest.fixture
def medium(app):
    """A grown community."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, privilege_preset="medium")
    yield
    app.config["SETTINGS"] = before


def _rows(client):
    page = client.get("/privileges")
    assert page.status_code == 200
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', page.text, re.DOTALL)
    return {unescape(name): re.sub(r"<[^>]+>|\s+", " ", cells) for name, cells in rows}


def test_guests_read_what_opens_when(client, medium):
    rows = _rows(client)
    assert "every member" in rows["Ask questions"]
    assert "250" in rows["Change the tags of others' questions"]
    assert not any("to go" in cells or "open" in cells for cells in rows.values())


def test_members_see_their_own_progress(client, medium):
    client.sign_in(make_user(points=12))
    rows = _rows(client)
    assert "open" in rows["Give kudos anywhere"]
    assert "238 points to go" in rows["Change the tags of others' questions"]


def test_superusers_see_what_their_role_opens(client, medium):
    client.sign_in(make_user(role="superuser"))
    rows = _rows(client)
    assert "open" in rows["Change the tags of others' questions"]
    assert "to go" in rows["Edit what others wrote"]


def test_no_page_promises_what_does_not_exist(client):
    assert not {"Put points on an answer", "Ask a named helper"} & set(_rows(client))


def test_the_page_follows_the_preset(client):
    assert "every member" in _rows(client)["Give kudos anywhere"]
