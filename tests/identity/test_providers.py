"""Signing in through a provider, by the browser's eyes."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock, http
from community.core.db import db, forget_changes, transaction
from community.identity.models import User, UserSession
from community.identity.operations.identities import connect_identity
from community.identity.providers.flows import SESSION_KEY
from tests.client import ForumClient
from tests.factories.community import make_user, reload
from tests.identity.accounts import is_signed_in
from tests.identity.openid import OTHER_KEY, FakeProvider, running_provider, sign, unsigned
from tests.identity.provider_flows import (
    CALLBACK,
    JOIN,
    START,
    come_back,
    identities,
    join,
    leave,
    offering,
    owner_of,
    provider_at,
    sign_in,
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with running_provider() as server:
        yield server


@pytest.fixture
def fake(server: FakeProvider, app) -> Iterator[FakeProvider]:
    server.reset()
    with offering(app, provider_at(server.origin)):
        yield server


def connected_user(subject: str = "4711", **values: object) -> User:
    user = make_user(**values)
    with transaction():
        connect_identity(user, "work", subject)
    return reload(user)


def sessions() -> list[UserSession]:
    forget_changes()
    return list(db.session.scalars(select(UserSession)))


def test_without_providers_the_pages_offer_none(client) -> None:
    assert "/sign-in/providers" not in client.get("/sign-in").text
    assert client.get(START).status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_the_buttons_lead_there_and_back_to_the_goal(fake, client) -> None:
    page = client.get("/sign-in?next=/tags").text
    assert "Sign in with Company account" in page
    assert f'href="{START}?next=/tags"' in page
    assert START in client.get("/register").text
    connected_user()
    there = leave(client, f"{START}?next=/tags")
    assert there.startswith(f"{fake.origin}/authorize?")
    back = come_back(client, fake, there)
    assert (back.status_code, back.location) == (303, "/tags")
    assert is_signed_in(client)
    assert [(row.method, row.second_factor_at) for row in sessions()] == [("provider", None)]


def test_a_goal_elsewhere_is_replaced(fake, client) -> None:
    connected_user()
    assert sign_in(client, fake, f"{START}?next=https://evil.example/").location == "/"


def test_whoever_is_signed_in_stays_so(fake, client) -> None:
    client.sign_in(make_user())
    assert client.get(f"{START}?next=/tags").location == "/tags"


def test_a_newcomer_chooses_a_name(fake, client) -> None:
    fake.claims |= {"nickname": "jana", "email": "Jana@Example.org", "email_verified": True}
    back = sign_in(client, fake, f"{START}?next=/tags")
    assert back.location == JOIN
    assert not is_signed_in(client)
    page = client.get(JOIN).text
    assert 'value="jana"' in page
    assert "jana@example.org" in page
    made = client.submit(JOIN, {"display_name": "Jana Berg"})
    assert (made.status_code, made.location) == (303, "/tags")
    user = owner_of("4711")
    assert (user.display_name, user.email, user.password) == ("Jana Berg", "jana@example.org", None)
    assert user.confirmed_at is not None
    assert is_signed_in(client)
    assert is_signed_in(client.sign_out()) is False
    assert sign_in(client, fake).location == "/"
    assert is_signed_in(client)


def test_a_name_is_checked_as_at_registration(fake, client) -> None:
    make_user("Jana")
    fake.claims["nickname"] = "Jana"
    sign_in(client, fake)
    assert 'value="Jana 2"' in client.get(JOIN).text
    for name in ("", "x", "jana", "https://evil.example", "a\x00b"):
        refused = client.submit(JOIN, {"display_name": name})
        assert refused.status_code == 422
        assert "data-error-summary" in refused.text
    assert identities() == []


@pytest.mark.parametrize("email_verified", [False, None, "true"])
def test_an_unverified_address_is_not_taken_over(fake, client, email_verified) -> None:
    victim = make_user(email="victim@example.org")
    fake.claims |= {"email": "victim@example.org", "email_verified": email_verified}
    user = join(client, fake)
    assert (user.email, user.confirmed_at) == (None, None)
    assert user.id != victim.id


def test_an_account_is_never_found_by_its_address(fake, client) -> None:
    make_user(email="jana@example.org")
    fake.claims |= {"email": "jana@example.org", "email_verified": True}
    refused = sign_in(client, fake)
    assert refused.status_code == 409
    assert "connect the two only when you ask for it" in refused.text
    assert not is_signed_in(client)
    assert client.get(JOIN).status_code == 400
    assert identities() == []


def test_an_address_taken_in_the_meantime_is_refused_too(fake, client) -> None:
    fake.claims |= {"email": "jana@example.org", "email_verified": True}
    sign_in(client, fake)
    make_user(email="jana@example.org")
    assert client.submit(JOIN, {"display_name": "Jana"}).status_code == 409
    assert identities() == []


def test_a_registration_that_nobody_confirmed_is_in_nobodys_way(fake, client, app) -> None:
    other = app.test_client()
    other.submit(
        "/register",
        {"email": "jana@example.org", "display_name": "Other", "password": "ferry boat lantern"},
    )
    fake.claims |= {"email": "jana@example.org", "email_verified": True}
    user = join(client, fake)
    assert (user.email, user.display_name, user.password) == ("jana@example.org", "Jana", None)


def test_a_newcomer_who_waits_too_long_starts_again(fake, client) -> None:
    sign_in(client, fake)
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=True):
        assert client.get(JOIN).status_code == 400
        assert client.submit(JOIN, {"display_name": "Jana"}).status_code == 400


@pytest.mark.parametrize("nickname", ["x", "www.evil.com", "\u202enaj", "  ", "j" * 60])
def test_a_name_that_does_not_fit_is_not_suggested(fake, client, nickname: str) -> None:
    fake.claims["nickname"] = nickname
    sign_in(client, fake)
    assert 'name="display_name" type="text" value=""' in client.get(JOIN).text


def test_an_account_is_made_once(fake, client, app) -> None:
    sign_in(client, fake)
    with client.session_transaction() as session:
        copy = dict(session)
    client.submit(JOIN, {"display_name": "Jana"})
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(copy)
    assert thief.submit(JOIN, {"display_name": "Other"}).status_code == 409
    assert not is_signed_in(thief)
    assert len(identities()) == 1


def test_a_disabled_account_stays_closed(fake, client) -> None:
    connected_user(active=False)
    refused = sign_in(client, fake)
    assert refused.status_code == 403
    assert "cannot be used at the moment" in refused.text
    assert sessions() == []


def test_a_state_counts_once(fake, client) -> None:
    connected_user()
    there = leave(client)
    with client.session_transaction() as session:
        copy = dict(session)
    come_back(client, fake, there)
    client.sign_out()
    refused = come_back(client, fake, there)
    assert refused.status_code == 400
    with client.session_transaction() as session:
        session.update(copy)
    fake.asked.clear()
    refused = come_back(client, fake, there)
    assert refused.status_code == 400
    assert "is finished already" in refused.text
    assert fake.asked == []
    assert not is_signed_in(client)


def test_a_code_counts_once(fake, client) -> None:
    connected_user()
    there = leave(client)
    answer = fake.sign_in(there)
    client.get(CALLBACK, query_string=answer)
    client.sign_out()
    state = fake.sign_in(leave(client))["state"]
    assert client.get(CALLBACK, query_string={**answer, "state": state}).status_code == 400
    assert not is_signed_in(client)


def test_a_state_belongs_to_the_browser_that_began(fake, client, app) -> None:
    connected_user()
    there = leave(client)
    for browser in (app.test_client(), app.test_client().sign_in(make_user())):
        before = len(sessions())
        refused = come_back(browser, fake, there)
        assert refused.status_code == 400
        assert len(sessions()) == before
    leave(other := app.test_client())
    assert come_back(other, fake, there).status_code == 400
    assert not is_signed_in(other)


def test_a_state_lasts_ten_minutes(fake, client) -> None:
    connected_user()
    there = leave(client)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=5), tick=True):
        assert come_back(client, fake, there).status_code == 400


def test_a_state_is_for_one_provider(fake, client, app) -> None:
    connected_user()
    first, second = provider_at(fake.origin), provider_at(fake.origin, name="second")
    with offering(app, first, second):
        answer = fake.sign_in(leave(client))
        swapped = client.get("/sign-in/providers/second/callback", query_string=answer)
        assert swapped.status_code == 400
    assert not is_signed_in(client)


def test_three_windows_may_be_open_at_once(fake, client) -> None:
    connected_user()
    windows = [leave(client) for _ in range(4)]
    assert come_back(client, fake, windows[0]).status_code == 400
    assert come_back(client, fake, windows[1]).status_code == 303


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=",
        "state=x&code=y",
        "code=y",
        "state={state}&state={state}&code={code}",
        "state={state}&code={code}&code=other",
        "state[]={state}&code={code}",
        "STATE={state}&code={code}",
        "state={state}%00&code={code}",
        "state=%C3%BC&code={code}",
        "state=%ff&code={code}",
        "state={state}&code=" + "x" * 2_001,
        "state=" + "x" * 101,
    ],
)
def test_odd_parameters_are_refused(fake, client, query: str) -> None:
    connected_user()
    answer = fake.sign_in(leave(client))
    refused = client.get(f"{CALLBACK}?{query.format(**answer)}")
    assert refused.status_code == 400
    assert "did not work" in refused.text
    assert sessions() == []


@pytest.mark.parametrize(
    "error", ["access_denied", "login_required", "server_error", "<script>alert(1)</script>"]
)
def test_a_provider_may_send_somebody_back(fake, client, error: str) -> None:
    answer = fake.sign_in(leave(client))
    query = {"state": answer["state"], "error": error, "error_description": "canary-words"}
    refused = client.get(CALLBACK, query_string=query)
    assert refused.status_code == 400
    assert "You can start again" in refused.text
    words = refused.text.partition("<main")[2]
    assert "canary-words" not in words
    assert error not in words
    assert f'href="{START}"' in refused.text


def test_a_response_in_anothers_name_is_refused(fake, client) -> None:
    connected_user()
    there = leave(client)
    assert come_back(client, fake, there, iss="https://evil.example").status_code == 400
    assert not is_signed_in(client)


FORGERIES = {
    "wrong nonce": lambda claims: sign({**claims, "nonce": "other"}, OTHER_KEY),
    "wrong key": lambda claims: sign(claims, OTHER_KEY),
    "unsigned": unsigned,
    "expired": lambda claims: sign({**claims, "exp": claims["iat"] - 61}, OTHER_KEY),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_signs_nobody_in(fake, client, forgery: str) -> None:
    connected_user()
    fake.forge = FORGERIES[forgery]
    refused = sign_in(client, fake)
    assert refused.status_code == 400
    assert "Nothing was changed" in refused.text
    assert sessions() == []


@pytest.mark.parametrize("place", ["/token", "/keys"])
def test_a_provider_that_is_down_keeps_nobody_waiting(fake, client, monkeypatch, place) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.2)
    for answer in (
        lambda handler: handler.send(b"", 500),
        lambda handler: handler.send(b"x" * (http.LARGEST_ANSWER_BYTES + 1)),
        lambda handler: time.sleep(0.5),
    ):
        fake.answers[place] = answer
        refused = sign_in(client, fake)
        assert refused.status_code == 502
        assert "does not answer properly" in refused.text


def test_a_provider_that_is_down_from_the_start(app, client) -> None:
    with offering(app, provider_at("http://127.0.0.1:1")):
        refused = client.get(START)
    assert refused.status_code == 502
    assert "Other ways to sign in" in refused.text


def test_the_database_is_free_while_the_provider_thinks(fake, client, app) -> None:
    """A slow provider must not hold the one write lock of SQLite, nor a row of PostgreSQL."""
    user = connected_user()
    written: list[str] = []

    def write_meanwhile(handler) -> None:
        with app.app_context(), transaction():
            db.session.get_one(User, user.id).bio = "written meanwhile"
            written.append("yes")
        fake.answers.clear()
        handler.send(b"", 503)

    for place in ("/.well-known/openid-configuration", "/token"):
        fake.answers[place] = write_meanwhile
        if place == "/token":
            sign_in(client, fake)
        else:
            client.get(START)
            with time_machine.travel(clock.now() + timedelta(seconds=20), tick=True):
                leave(client)
    assert written == ["yes", "yes"]


def test_coming_back_runs_few_statements(fake, client) -> None:
    connected_user()
    sign_in(client, fake)
    client.sign_out()
    there = leave(client)
    assert come_back(client, fake, there).status_code == 303
    assert db.session.scalar(select(func.count(User.id))) == 1
    forget_changes()


def test_the_page_of_a_failure_speaks_german(fake, client) -> None:
    page = client.get(CALLBACK, headers={"Accept-Language": "de"})
    assert page.status_code == 400
    assert "Fang bitte noch einmal an" in page.text


def test_a_session_of_before_does_not_stay(fake, client: ForumClient) -> None:
    """Fixation: what a guest's cookie held is gone after signing in."""
    connected_user()
    there = leave(client)
    with client.session_transaction() as session:
        session["planted"] = "by an attacker"
    come_back(client, fake, there)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert SESSION_KEY not in session


def test_the_way_back_is_ours_whatever_host_a_request_names(fake, client) -> None:
    there = client.get(START, headers={"Host": "evil.example"}).location
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == [f"http://localhost{CALLBACK}"]


def test_of_two_who_come_back_at_once_one_gets_in(fake, client, app) -> None:
    connected_user()
    there = leave(client)
    with client.session_transaction() as session:
        copy = dict(session)
    browsers = [app.test_client() for _ in range(4)]
    for browser in browsers:
        with browser.session_transaction() as session:
            session.update(copy)
    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(lambda browser: come_back(browser, fake, there), browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]
    assert len(sessions()) == 1
