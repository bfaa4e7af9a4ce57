"""Where a sign-in may lead."""

import json

import pytest

from community.identity.addresses import current_address, safe_path, sign_in_address
from tests.shared_data import shared_data

HOST = "forum.example.test"


@pytest.fixture(scope="module")
def rows():
    lines = shared_data("security").joinpath("redirect.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_no_known_trick_leads_away(rows):
    rejected = [row["input"] for row in rows if row["expect"] == "reject"]
    assert len(rejected) > 100
    assert {safe_path(value, host=HOST) for value in rejected} == {"/"}


def test_own_addresses_lead_where_they_say(rows):
    allowed = {
        row["input"]: safe_path(row["input"], host=HOST) for row in rows if row["expect"] == "allow"
    }
    assert allowed == {
        "/": "/",
        "/view/?param=http://example.com": "/view/?param=http://example.com",
        "/view?param=ftp://example.com": "/view?param=ftp://example.com",
        "HTTPS://forum.example.test/": "/",
        "http://forum.example.test/confirm?email=me@example.com": "/confirm?email=me@example.com",
        "/url%20with%20spaces/": "/url%20with%20spaces/",
        "path/http:2222222222": "/path/http:2222222222",
        "/q/caf%C3%A9": "/q/caf%C3%A9",
        "/search?q=http://evil.example": "/search?q=http://evil.example",
        "/@user": "/@user",
        "/q//double": "/q//double",
    }


def test_every_other_address_stays_on_the_site(rows):
    for row in rows:
        path = safe_path(row["input"], host=HOST)
        assert path.startswith("/"), row
        assert not path.startswith(("//", "/\\")), row


@pytest.mark.parametrize("value", [None, "", "  /x", "/x\n", "http://[", "/" + "x" * 2_000])
def test_what_is_no_address_means_home(value):
    assert safe_path(value, host=HOST) == "/"


def test_a_page_is_come_back_to_with_its_query(app):
    with app.test_request_context("/tags/two words?before=a%26b"):
        assert current_address() == "/tags/two%20words?before=a%26b"


def test_a_form_leads_back_to_the_page_that_holds_it(app):
    headers = {"Referer": "http://localhost/questions/7/title"}
    with app.test_request_context("/questions/7/answers", method="POST", headers=headers):
        assert sign_in_address() == "/sign-in?next=/questions/7/title"


def test_a_foreign_referrer_leads_home(app):
    headers = {"Referer": "http://evil.example/"}
    with app.test_request_context("/questions/7/answers", method="POST", headers=headers):
        assert sign_in_address() == "/sign-in?next=/"
