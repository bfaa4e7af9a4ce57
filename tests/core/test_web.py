"""The web kernel: error pages, headers, methods, rendering ahead of the lock, silence in logs."""

import json
import re

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from community.core import db as database
from community.core import markup, typed
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotAllowed, NotFound, RateLimited
from community.core.markup import memo
from community.core.web import public, read_id, read_only, renders
from tests.factories.community import make_board, make_question, make_user

SECRET = "canary-7f3a"
PAGES = {
    "conflict": (Conflict(), 409),
    "forbidden": (NotAllowed(), 403),
    "invalid": (Invalid("Too short", errors={"title": "Too short"}), 422),
    "limited": (RateLimited(retry_after_seconds=90), 429),
    "lost": (NotFound(f"no {SECRET}"), 404),
    "broken": (RuntimeError(f"/srv/{SECRET}"), 500),
    "away": (OperationalError("SELECT", {}, Exception(SECRET)), 503),
    "unclean": (markup.UnacceptableText(SECRET), 422),
    "long": (markup.TextTooLong(40_000, 30_000), 422),
}


@pytest.fixture
def failing(app: Flask, monkeypatch):
    """Turn views of the app into ones that raise what ``PAGES`` says."""

    def fail_with(name: str) -> str:
        @public
        def fail() -> str:
            raise PAGES[name][0]

        monkeypatch.setitem(app.view_functions, "home.show_home", fail)
        monkeypatch.setitem(app.view_functions, "questions.create_question", fail)
        return "/"

    return fail_with


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_refusal_has_a_page(client, failing, name, language, signed_in):
    if signed_in:
        client.sign_in(make_user(language=language))
    response = client.get(failing(name), headers={"Accept-Language": language})
    assert response.status_code == PAGES[name][1]
    assert response.content_type == "text/html; charset=utf-8"
    assert f'<html lang="{language}"' in response.text
    assert response.text.count("<h1>") == 1
    assert SECRET not in response.text
    assert "Traceback" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", PAGES)
def test_every_refusal_has_a_fragment_and_a_problem(client, failing, name):
    url, status = failing(name), PAGES[name][1]
    fragment = client.get(url, headers={"HX-Request": "true"})
    assert fragment.status_code == status
    assert "<html" not in fragment.text
    assert 'role="alert"' in fragment.text
    problem = client.get(url, headers={"Accept": "application/json"})
    assert problem.status_code == status
    assert problem.content_type == "application/problem+json"
    told = json.loads(problem.data)
    assert told["status"] == status
    assert told["title"]
    assert SECRET not in problem.text + fragment.text


def test_a_problem_names_the_fields(client, failing):
    problem = client.get(failing("invalid"), headers={"Accept": "application/json"})
    assert json.loads(problem.data)["errors"] == {"title": "Too short"}


def test_waiting_times_are_told(client, failing):
    assert client.get(failing("limited")).headers["Retry-After"] == "90"
    assert client.get(failing("away")).headers["Retry-After"] == "30"


@pytest.mark.parametrize("name", ["conflict", "forbidden", "lost", "limited", "broken", "away"])
def test_a_refused_form_keeps_what_was_typed(client, failing, name):
    failing(name)
    client.sign_in(make_user())
    body = "A long text\nover <two> lines"
    response = client.submit("/questions", {"title": "Short", "body": body, "password": "hunter22"})
    assert response.status_code == PAGES[name][1]
    assert "A long text\nover &lt;two&gt; lines" in response.text
    assert "Short" in response.text
    assert "hunter22" not in response.text


def test_pages_stand_without_the_database(client, monkeypatch):
    client.sign_in(make_user())

    def away(*args, **kwargs):
        raise OperationalError("BEGIN", {}, Exception("gone"))

    monkeypatch.setattr(db.session.registry().__class__, "execute", away)
    monkeypatch.setattr(db.session.registry().__class__, "scalars", away)
    for url in ("/", "/questions", "/nowhere"):
        response = client.get(url)
        assert response.status_code in (404, 503)
        assert "<h1>" in response.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def _without_ids(response) -> str:
    return re.sub(r'nonce="[^"]*"', "", response.text)


def test_not_there_and_not_for_you_look_the_same(client):
    staff_board = make_board("backroom", audience="staff")
    hidden = make_question(make_user(role="admin"), staff_board)
    for viewer in (None, make_user()):
        if viewer:
            client.sign_in(viewer).get("/tags")
        pairs = [
            (f"/questions/{hidden.id}", f"/questions/{hidden.id + 999}"),
            ("/boards/backroom", "/boards/no-such-board"),
            (f"/posts/{hidden.id}/history", f"/posts/{hidden.id + 999}/history"),
            ("/feeds/boards/backroom.atom", "/feeds/boards/no-such-board.atom"),
        ]
        for not_for_you, not_there in pairs:
            one, other = client.get(not_for_you), client.get(not_there)
            assert one.status_code == other.status_code == 404
            assert _without_ids(one) == _without_ids(other)
            assert set(one.headers.keys()) == set(other.headers.keys())


def test_wrong_methods_are_told_the_right_ones(client):
    response = client.submit("/tags")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert client.options("/tags").status_code == 200
    assert client.head("/tags").data == b""


def test_too_large_a_body_is_refused_with_a_page(client):
    client.sign_in(make_user())
    response = client.submit("/questions", {"title": "x", "body": "y" * 10_000_000})
    assert response.status_code == 413
    assert "too much at once" in response.text


def test_an_expired_form_comes_back_with_its_text(client):
    client.sign_in(make_user())
    data = {"title": "My <title>", "body": "\nMy text", "csrf_token": "old", "_method": "DELETE"}
    response = client.post("/questions", data=data)
    assert response.status_code == 400
    assert "My &lt;title&gt;</textarea>" in response.text
    assert "\n\nMy text</textarea>" in response.text
    assert "<form" not in response.text.partition("<main")[2]
    ours = client.post("/questions", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert 'action="/questions"' in ours.text
    assert 'name="_method" value="DELETE"' in ours.text
    assert "old" not in re.findall(r'name="csrf_token" value="([^"]*)"', ours.text)


def test_passwords_do_not_come_back(app):
    with app.test_request_context(method="POST", data={"new_password": "x" * 80, "body": "b"}):
        assert [field.name for field in typed._fields()] == ["body"]


@pytest.mark.parametrize("url", ["/", "/nowhere", "/healthz", "/feeds/questions.atom", "/tags"])
def test_every_answer_carries_security_headers(client, url):
    headers = client.get(url).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert len(headers["X-Request-Id"]) == 16


def test_each_answer_has_a_nonce_of_its_own(client):
    policies = {client.get("/nowhere").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_marked_fields_are_rendered_before_the_transaction(app, client, monkeypatch):
    seen = []

    @public
    @renders("body")
    def post() -> str:
        seen.append((database.is_writing(), memo.recall("*hello*\nworld")))
        return str(markup.render("*hello*\nworld"))

    monkeypatch.setitem(app.view_functions, "questions.create_question", post)
    response = client.submit("/questions", {"body": "*hello*\r\nworld"})
    assert seen[0][0] is True
    assert seen[0][1] == response.text
    assert memo.recall("*hello*\nworld") is None


@pytest.mark.parametrize("body", ["x" * 30_001, "nul \0"])
def test_texts_that_will_be_refused_are_not_rendered_ahead(app, client, monkeypatch, body):
    @public
    @renders("body")
    def post() -> str:
        return str(memo.recall(body))

    monkeypatch.setitem(app.view_functions, "questions.create_question", post)
    assert client.submit("/questions", {"body": body}).text == "None"


def test_a_read_only_post_cannot_write(app, client, monkeypatch):
    @public
    @read_only
    def post() -> str:
        db.session.execute(text("DELETE FROM posts"))
        return "done"

    monkeypatch.setitem(app.view_functions, "posts.preview_text", post)
    assert client.submit("/preview").status_code >= 500


def test_a_get_cannot_write(app, client, monkeypatch):
    @public
    def show() -> str:
        db.session.execute(text("DELETE FROM posts"))
        return "done"

    monkeypatch.setitem(app.view_functions, "home.show_home", show)
    assert client.get("/").status_code >= 500


def test_logs_hold_no_personal_data(app, client, failing, capsys, caplog):
    caplog.set_level("DEBUG")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    name, mail = f"{SECRET}-name", f"{SECRET}@example.org"
    try:
        client.sign_in(make_user(name, email=mail))
        client.set_cookie("language", SECRET)
        for page in ("broken", "away", "limited"):
            failing(page)
            client.get(f"/?q={SECRET}", headers={"User-Agent": SECRET, "Referer": SECRET})
            client.submit("/questions", {"title": SECRET, "body": SECRET, "email": mail})
        client.get(f"/tags/{SECRET}?q={SECRET}")
        client.get(f"/users/{SECRET}")
        client.sign_out().submit("/sign-in", {"email": mail, "password": SECRET})
        client.submit("/preview", {"body": f"[{SECRET}](http://{SECRET})"})
    finally:
        from community.core import logs

        logs.configure("off")
    written = capsys.readouterr()
    output = written.out + written.err + caplog.text
    assert "unexpected_error" in output
    assert '"rule": "/questions"' in output or "rule" in output
    assert SECRET not in output


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("2147483647", 2**31 - 1),
        ("2147483648", None),
        ("9" * 5_000, None),
        ("0", None),
        ("-1", None),
        ("+1", None),
        ("1_0", None),
        (" 7", None),
        ("٧", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_an_id_that_was_typed_is_one_a_record_can_have(raw, number):
    assert read_id(raw) == number
