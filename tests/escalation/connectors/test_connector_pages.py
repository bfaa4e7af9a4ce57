"""What administrators and agents see of connectors, and what they can do."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.core.worker import run_due_jobs
from community.escalation.connectors.configuration import read_connectors
from community.escalation.connectors.plain import plain_text
from community.identity.models import User
from tests.client import ForumClient
from tests.escalation.connectors.scenes import link_of, make_mirrored_case
from tests.escalation.connectors.stubs import HOOK_KEY, TOKEN, Helpdesk
from tests.factories.community import make_user
from tests.factories.support import make_agent, make_support_case

PAGE = "/admin/connectors"


@pytest.fixture
def admin(client: ForumClient) -> User:
    """An administrator who is signed in."""
    user = make_user("Root", role="admin")
    client.sign_in(user)
    return user


def test_the_page_shows_how_connectors_fare_but_no_secret(
    client: ForumClient, admin: User, zendesk: Helpdesk
) -> None:
    make_mirrored_case()
    page = client.get(PAGE).text
    assert "desk" in page
    assert "stay here" in page
    assert TOKEN not in page
    assert HOOK_KEY not in page
    assert "What could not be carried over" not in page


def test_a_failure_is_seen_and_tried_again_by_a_click(
    client: ForumClient, admin: User, zendesk: Helpdesk
) -> None:
    zendesk.trouble = [(422, {}, b'{"error": "RecordInvalid"}')]
    case = make_mirrored_case()
    page = client.get(PAGE)
    assert "What could not be carried over" in page.text
    assert "(status 422)" in page.text
    assert "RecordInvalid" not in page.text
    link = link_of(case)
    client.submit(f"/admin/connectors/links/{link.id}/attempts")
    run_due_jobs()
    assert "What could not be carried over" not in client.get(PAGE).text
    assert zendesk.only.reference == case.number


def test_the_connection_is_tested(client: ForumClient, admin: User, desk: Helpdesk) -> None:
    client.submit("/admin/connectors/desk/tests")
    run_due_jobs()
    assert len(desk.requests) == 1
    assert client.get(PAGE).text.count("none yet") == 1
    desk.is_known = lambda headers: False  # type: ignore[method-assign]
    client.submit("/admin/connectors/desk/tests")
    run_due_jobs()
    assert "status 401" in client.get(PAGE).text


def test_what_is_not_there_is_not_found(client: ForumClient, admin: User) -> None:
    assert "No connector is set up" in client.get(PAGE).text
    for path in ("/admin/connectors/none/tests", "/admin/connectors/links/7/attempts"):
        assert client.submit(path).status_code == 404


def test_a_case_says_where_it_is_mirrored_and_what_is_wrong(
    client: ForumClient, zendesk: Helpdesk
) -> None:
    case = make_mirrored_case()
    client.sign_in(make_agent("Ada"))
    address = f"/desk/cases/{case.id}/mirror"
    assert address in client.get(f"/desk/cases/{case.id}").text
    shown = client.get(address, headers={"HX-Request": "true"}).text
    assert f"Mirrored to desk as {zendesk.only.number}" in shown
    assert "<html" not in shown
    zendesk.trouble = [(403, {}, b"")]
    other = make_mirrored_case()
    assert "could not be reached, or refused" in client.get(f"/desk/cases/{other.id}/mirror").text


def test_a_case_from_before_is_mirrored_nowhere(client: ForumClient) -> None:
    case = make_support_case()
    client.sign_in(make_agent("Ada"))
    assert "mirrored nowhere" in client.get(f"/desk/cases/{case.id}/mirror").text
    assert "/mirror" not in client.get(f"/desk/cases/{case.id}").text


GOOD: dict[str, Any] = {
    "name": "z",
    "kind": "zammad",
    "url": "https://help.example.org",
    "token": "secret",
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "otrs"}, "kind"),
        ({"url": "http://help.example.org"}, "lacks https"),
        ({"url": "https://help.example.org:9200"}, "port"),
        ({"url": "https://user@help.example.org"}, "user"),
        ({"name": "Z Z"}, "small letters"),
        ({"hook_key": "short"}, "hook_key"),
        ({"token": ""}, "token"),
        ({"token": 7}, "token"),
        ({"sends_private": "yes"}, "sends_private"),
        ({"colour": "red"}, "colour"),
        ({"kind": "chatwoot"}, "account"),
        ({"kind": "chatwoot", "account": "1", "inbox": 2}, "account"),
        ({"kind": "webhook"}, "16"),
        ({"kind": "zendesk"}, "email"),
    ],
)
def test_a_wrong_setting_is_named(
    settings: Settings, change: dict[str, Any], complaint: str
) -> None:
    wrong = replace(settings, connectors=json.dumps([{**GOOD, **change}]))
    with pytest.raises(SettingsError, match=complaint) as refused:
        read_connectors(wrong)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("raw", ["{", "{}", "[1]", "/nowhere/at/all", json.dumps([GOOD, GOOD])])
def test_a_list_that_is_none_is_refused(settings: Settings, raw: str) -> None:
    with pytest.raises(SettingsError, match="FORUM_CONNECTORS"):
        read_connectors(replace(settings, connectors=raw))


def test_connectors_may_stand_in_a_file(settings: Settings, tmp_path: Any) -> None:
    (tmp_path / "connectors.json").write_text(json.dumps([GOOD]))
    found = read_connectors(replace(settings, connectors=str(tmp_path / "connectors.json")))
    assert list(found) == ["z"]
    assert "secret" not in repr(found)


def test_html_of_others_becomes_text() -> None:
    html = (
        "<p>One &amp; <b>two</b></p><script>x()</script><ul><li>a</li><li>b</li></ul>c<br>d<style>e"
    )
    assert plain_text(html) == "One & two\n\na\n\nb\nc\nd"
    assert plain_text("<" * 50_000 + "p>x") != ""


@pytest.mark.usefixtures("app")
def test_the_setting_is_read_at_start(app: Flask) -> None:
    assert app.extensions["connectors"] == {}
