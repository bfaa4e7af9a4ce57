"""Signing in and out, and who is asked to."""

import pytest

from community.core.db import transaction
from tests.factories.community import make_user, reload
from tests.identity.accounts import (
    PASSWORD,
    is_signed_in,
    make_account,
    sign_in,
    without_one_time_values,
)
from tests.queries import counted_queries


def test_the_form_signs_in_and_goes_on(client):
    make_account(email="jana@example.org")
    response = sign_in(client, "Jana@Example.org", next="/preferences")
    assert (response.status_code, response.location) == (303, "/preferences")
    assert is_signed_in(client)


def test_without_a_goal_it_leads_home(client):
    user = make_account()
    assert sign_in(client, user.email).location == "/"


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_goal_elsewhere_is_replaced_by_home(client, goal):
    user = make_account()
    assert (
        f'name="next" value="{goal}"'
        not in client.get("/sign-in", query_string={"next": goal}).text
    )
    assert sign_in(client, user.email, next=goal).location == "/"


def test_the_goal_survives_a_wrong_password(client):
    user = make_account()
    page = sign_in(client, user.email, password="wrong", next="/tags")
    assert page.status_code == 422
    assert 'name="next" value="/tags"' in page.text


def test_every_way_to_fail_looks_the_same(app):
    make_account(email="a@example.org")
    make_account(email="b@example.org", active=False)
    make_user(email="c@example.org")
    answers = []
    for email, password in (
        ("a@example.org", "wrong password"),
        ("b@example.org", PASSWORD),
        ("c@example.org", PASSWORD),
        ("d@example.org", PASSWORD),
    ):
        client = app.test_client()
        page = sign_in(client, email, password=password)
        assert not is_signed_in(client)
        text = without_one_time_values(page.text).replace(email, "")
        answers.append((page.status_code, text))
    assert answers[0][0] == 422
    assert "E-mail address and password do not match." in answers[0][1]
    assert len(set(answers)) == 1


def test_a_refused_form_keeps_the_address_but_not_the_password(client):
    page = sign_in(client, "jana@example.org", password="not this one").text
    assert "jana@example.org" in page
    assert "not this one" not in page
    assert "data-error-summary" in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": "", "password": ""},
        {"email": "no address", "password": "x"},
        {"email": "a\x00b@example.org", "password": "\x00"},
        {"email": "ü" * 300 + "@example.org", "password": "x" * 5_000},
        {"email": ["a@example.org", "b@example.org"], "password": ["x", "y"]},
        {"email[]": "a@example.org", "password[]": "x"},
    ],
)
def test_malformed_input_is_refused_with_a_page(client, fields):
    response = client.submit("/sign-in", fields)
    assert response.status_code == 422
    assert "data-error-summary" in response.text


def test_malformed_utf8_is_refused_with_a_page(client):
    body = b"email=%ff%fe@example.org&password=%c3%28&csrf_token=" + client.csrf_token().encode()
    response = client.post("/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422


def test_json_is_no_way_in(client):
    user = make_account()
    response = client.post(
        "/sign-in",
        json={"email": user.email, "password": PASSWORD},
        headers={"X-CSRFToken": client.csrf_token()},
    )
    assert response.status_code == 415


def test_a_token_in_the_address_or_a_header_is_no_way_in(client, app):
    user = make_account()
    token = user.get_auth_token()
    assert client.get("/preferences", query_string={"auth_token": token}).status_code == 302
    assert client.get("/preferences", headers={"Authentication-Token": token}).status_code == 302


def test_a_form_without_csrf_token_is_refused(client):
    user = make_account()
    response = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert response.status_code == 400
    assert PASSWORD not in response.text
    assert not is_signed_in(client)


def test_signing_in_leaves_nothing_of_the_guest_but_the_draft(client):
    user = make_account()
    with client.session_transaction() as session:
        session.update(draft_token="kept", planted="by somebody else")
    sign_in(client, user.email)
    with client.session_transaction() as session:
        assert session["draft_token"] == "kept"
        assert "planted" not in session
        assert "csrf_token" not in session


def test_the_password_is_checked_before_anything_is_locked(client):
    user = make_account()
    with counted_queries() as statements:
        sign_in(client, user.email)
    first_change = next(s for s in statements if s.startswith(("INSERT", "UPDATE", "DELETE")))
    assert first_change.startswith("INSERT INTO user_sessions")


def test_who_is_signed_in_is_not_asked_again(client):
    client.sign_in(make_user())
    response = client.get("/sign-in?next=/tags")
    assert (response.status_code, response.location) == (303, "/tags")


def test_a_forged_remember_cookie_is_no_way_in(client):
    user = make_account()
    client.set_cookie("remember_token", f"{user.fs_uniquifier}|{'0' * 128}")
    assert not is_signed_in(client)


def test_signing_out_ends_the_session_and_its_cookie(client):
    user = make_account()
    sign_in(client, user.email, remember="1")
    response = client.submit("/sign-out")
    assert (response.status_code, response.location) == (303, "/")
    assert not is_signed_in(client)


def test_signing_out_takes_a_form(client):
    client.sign_in(make_user())
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 400
    assert is_signed_in(client)


def test_guests_are_asked_to_sign_in_and_come_back(client):
    response = client.get("/preferences?x=1")
    assert (response.status_code, response.location) == (302, "/sign-in?next=/preferences?x%3D1")


def test_a_guests_form_leads_to_the_sign_in_page(client):
    response = client.submit("/preferences", headers={"Referer": "http://localhost/tags"})
    assert (response.status_code, response.location) == (303, "/sign-in?next=/tags")


def test_a_guests_fragment_loads_the_sign_in_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/questions/7"}
    response = client.submit("/preferences", headers=headers)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=/questions/7"


def test_a_disabled_account_is_out_at_the_next_request(client):
    user = make_user()
    client.sign_in(user)
    assert is_signed_in(client)
    with transaction():
        reload(user).active = False
    assert not is_signed_in(client)


def test_reading_the_viewer_takes_one_query_with_roles(client):
    client.sign_in(make_user(role="admin"))
    with counted_queries() as statements:
        assert client.get("/preferences").status_code == 200
    assert len(statements) == 1


def test_guests_cost_no_query(client):
    with counted_queries() as statements:
        assert client.get("/sign-in").status_code == 200
        assert client.get("/preferences").status_code == 302
    assert statements == []


def test_a_style_sheet_costs_a_member_no_query(client):
    client.sign_in(make_user(role="agent"))
    with counted_queries() as statements:
        client.get("/healthz")
    assert statements == []


@pytest.mark.parametrize("role", ["superuser", "moderator", "agent", "admin"])
def test_staff_sign_in_like_everybody(client, role):
    user = make_account(role=role)
    assert sign_in(client, user.email).status_code == 303
    assert is_signed_in(client)
