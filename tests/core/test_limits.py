"""Requests are counted by account, by address and together; refusals are quick and kind."""

import re
import statistics
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from community.core import limits, markup
from community.core.db import BUSY_TIMEOUT_MS, db, transaction
from community.core.limits import KINDS, Kind, kind_of, network_of
from community.core.web import is_impersonal, is_public
from community.identity.models import UserSession
from community.identity.operations.sessions import end_session
from community.identity.signing_in import SESSION_STARTERS
from tests.factories.community import make_board, make_question, make_user
from tests.identity.accounts import make_account, sign_in
from tests.pace import slowness
from tests.redis_server import redis_server
from tests.source import ROOT
from tests.url_map import UNSAFE

LIMITS_PAGE = (ROOT / "docs" / "limits.md").read_text()
TYPED = "A text that took me half an hour to write, and that nobody shall lose."


@pytest.fixture
def strict(limits_on, monkeypatch):
    """Return a function that sets the limits of one kind."""

    def set_limits(kind, **values):
        is_for_reading = KINDS[kind].is_for_reading
        monkeypatch.setitem(KINDS, kind, Kind(**values, is_for_reading=is_for_reading))

    return set_limits


def test_no_route_is_without_a_limit(app):
    unlimited, bare = set(), []
    for rule in app.url_map.iter_rules():
        for method in rule.methods:
            name = kind_of(app, rule.endpoint, method)
            kind = KINDS[name]
            if name == "unlimited":
                unlimited.add(rule.endpoint)
            elif not kind.address or not (kind.account or is_impersonal(app, rule.endpoint)):
                bare.append(f"{method} {rule} {name}")
    assert bare == []
    assert unlimited == {"health.show_health", "health.show_readiness"}


def test_what_guests_may_send_says_its_kind(app):
    silent = [
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods & set(UNSAFE)
        if is_public(app, rule.endpoint)
        and not hasattr(app.view_functions[rule.endpoint], "limit_kind")
    ]
    assert silent == []


def test_a_form_is_read_like_any_page_and_sent_under_its_own_limit(app):
    assert kind_of(app, "identity.sign_in", "GET") == "reading"
    assert kind_of(app, "identity.sign_in", "POST") == "sign-in"
    assert kind_of(app, "feeds.show_all", "GET") == "feeds"
    assert kind_of(app, "replies.give_kudos", "POST") == "writing"
    assert kind_of(app, None, "GET") == "reading"


def test_what_begins_sessions_is_limited_most(app):
    loose = [
        endpoint
        for endpoint in SESSION_STARTERS
        if app.view_functions[endpoint].limit_kind not in ("sign-in", "registration", "providers")
    ]
    assert loose == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
        ("x" * 500, "x" * 64),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_counts_as_one_address(address, network):
    assert network_of(address) == network


def test_an_address_is_counted_over_its_guests_and_members(app, strict):
    strict("reading", address="3/minute")
    one, other = app.test_client(), app.test_client()
    other.sign_in(make_user())
    answers = [client.get("/tags").status_code for client in (one, other, one, other, one)]
    assert answers == [200, 200, 200, 429, 429]
    assert one.get("/tags", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200


def test_an_account_is_counted_over_its_addresses(app, strict):
    strict("writing", account="2/minute")
    client, other = app.test_client(), app.test_client()
    client.sign_in(make_user())
    other.sign_in(make_user())
    answers = [
        client.submit("/theme", {"theme": "dark"}, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert other.submit("/theme", {"theme": "dark"}).status_code == 303


def test_the_cookie_of_a_session_that_ended_uses_up_nothing_of_its_owners(app, strict):
    strict("reading", account="5/minute")
    user = make_account()
    thief, owner = app.test_client(), app.test_client()
    for browser in (thief, owner):
        assert sign_in(browser, user.email).status_code == 303
    with transaction():
        end_session(user.id, db.session.scalar(select(func.min(UserSession.id))))
    thief.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert [thief.get("/tags").status_code for _ in range(7)][-1] == 429
    assert owner.get("/account/factors").status_code == 200


def test_everybody_is_counted_together(app, strict):
    strict("feeds", everybody="2/minute")
    answers = [
        app.test_client()
        .get("/feeds/questions.atom", environ_base={"REMOTE_ADDR": f"192.0.2.{n}"})
        .status_code
        for n in range(3)
    ]
    assert answers == [200, 200, 429]


def test_a_flood_of_strangers_keeps_no_known_browser_from_signing_in(app, strict):
    strict("sign-in", everybody="2/minute", spares_known=True)
    user = make_account()
    owner = app.test_client()
    assert sign_in(owner, user.email).status_code == 303
    owner.submit("/sign-out")
    strangers = [sign_in(app.test_client(), f"x{n}@example.org").status_code for n in range(3)]
    assert strangers == [422, 429, 429]
    assert sign_in(owner, user.email).status_code == 303


def test_what_everybody_may_do_of_it_spares_known_browsers_where_it_leads_back_in():
    assert {name for name, kind in KINDS.items() if kind.spares_known} == {"sign-in", "mails"}


def test_kinds_are_counted_apart_and_probes_not_at_all(client, strict):
    strict("reading", address="1/minute")
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]
    assert client.get("/feeds/questions.atom").status_code == 200
    assert {client.get("/healthz").status_code for _ in range(5)} == {200}


def test_addresses_that_lead_nowhere_count_too(client, strict):
    strict("reading", address="2/minute")
    assert [client.get("/wp-login.php").status_code for _ in range(3)] == [404, 404, 429]


def test_a_refused_page_says_when_to_come_back(client, strict):
    strict("reading", address="1/hour")
    client.get("/tags")
    page = client.get("/tags", headers={"Accept-Language": "en"})
    assert page.status_code == 429
    assert 3_500 < int(page.headers["Retry-After"]) <= 3_600
    assert "Please try again in 60 minutes." in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_refusal_speaks_the_language_of_the_account(client, strict):
    strict("reading", address="0/hour")
    client.sign_in(make_user(language="de"))
    page = client.get("/tags", headers={"Accept-Language": "en"})
    assert '<html lang="de"' in page.text
    assert "in 60 Minuten" in page.text


def test_a_refused_fragment_and_refused_json(client, strict):
    strict("reading", address="0/minute")
    fragment = client.get("/tags", headers={"HX-Request": "true"})
    assert fragment.status_code == 429
    assert "<html" not in fragment.text
    assert 'role="alert"' in fragment.text
    problem = client.get("/tags", headers={"Accept": "application/json"})
    assert problem.mimetype == "application/problem+json"
    assert problem.json["status"] == 429
    assert int(problem.headers["Retry-After"]) >= 1


def test_a_refused_form_keeps_what_was_typed_and_can_be_sent_again(client, strict):
    strict("writing", account="0/minute")
    client.sign_in(make_user())
    question = make_question(board=make_board("esim"))
    url = f"/questions/{question.id}/answers"
    page = client.submit(url, {"body": TYPED}, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 429
    assert TYPED in page.text
    assert f'action="{url}"' in page.text
    assert "Error 429" in page.text
    elsewhere = client.submit(url, {"body": TYPED})
    assert TYPED in elsewhere.text
    assert "Send again" not in elsewhere.text


def test_a_password_is_never_kept(client, strict):
    strict("sign-in", address="0/minute")
    page = client.submit("/sign-in", {"email": "a@example.org", "password": TYPED})
    assert page.status_code == 429
    assert TYPED not in page.text


def test_a_refused_request_renders_no_text(client, strict, monkeypatch):
    strict("writing", account="0/minute")
    client.sign_in(make_user())
    question = make_question(board=make_board("esim"))
    monkeypatch.setattr(markup, "render_ahead", lambda raw: pytest.fail("rendered"))
    answer = client.submit(f"/questions/{question.id}/answers", {"body": TYPED})
    assert answer.status_code == 429


@contextmanager
def _somebody_writes(app):
    """Hold the write lock in another thread."""
    taken, done = threading.Event(), threading.Event()

    def hold():
        with app.app_context(), transaction():
            db.session.execute(text("UPDATE users SET bio = bio"))
            taken.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_refused_request_waits_for_no_lock_and_is_quick(app, client, strict):
    strict("writing", account="0/minute")
    client.sign_in(make_user())
    form = {"csrf_token": client.csrf_token(), "body": TYPED}
    seconds, worked = [], []
    with _somebody_writes(app):
        for _ in range(21):
            started, worked_before = time.perf_counter(), time.thread_time()
            assert client.post("/questions/1/answers", data=form).status_code == 429
            seconds.append(time.perf_counter() - started)
            worked.append(time.thread_time() - worked_before)
    # On a busy machine the processor's time is what can be promised.
    assert statistics.median(worked) <= 0.020 * slowness()
    assert max(seconds) < BUSY_TIMEOUT_MS / 1000


def test_refusals_hold_while_redis_is_dead_and_after(app, client, strict, monkeypatch):
    strict("reading", address="2/minute")
    with redis_server() as server:
        storage = limits.counters.Counters(redis_url=server.url)
        limiter = limits.present_limits().limiter
        monkeypatch.setattr(limiter, "_storage", storage)
        monkeypatch.setattr(limiter.limiter, "storage", storage)
        assert [client.get("/tags").status_code for _ in range(3)] == [200, 200, 429]
        server.stop()
        answers = [client.get("/tags") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert re.fullmatch(r"\d+", answers[-1].headers["Retry-After"])


def test_limits_can_be_turned_off(client, monkeypatch):
    monkeypatch.setitem(KINDS, "reading", Kind(address="0/minute", is_for_reading=True))
    assert client.get("/tags").status_code == 200


def test_the_documented_table_is_the_one_that_holds():
    rows = re.findall(r"^\| ([\w-]+) \|(.*)\|(.*)\|(.*)\|$", LIMITS_PAGE, re.M)
    told = {name: tuple(cell.strip() for cell in cells) for name, *cells in rows}
    assert {
        name: (kind.address, kind.account, kind.everybody) for name, kind in KINDS.items()
    }.items() <= told.items()
