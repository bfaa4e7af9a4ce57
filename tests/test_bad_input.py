"""Bad input on every route: a clear refusal, never a 500, never a change by reading."""

import hashlib
import json
import sys
from collections.abc import Callable
from html import unescape
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from community.core.audit import Action, AuditEntry
from community.core.db import Base, db, transaction
from community.core.markup import UnacceptableText, clean_text
from community.identity.models import User
from community.posts.text import tidy_title
from community.questions.models import Answer, Question
from tests.client import ForumClient
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
)
from tests.shared_data import shared_data
from tests.url_map import UNSAFE, Route, routes

ONE_CLICK = {
    "notifications.unsubscribe",
    "mail_in.take_mail",
    "csat.refuse",
    "connector_hooks.take_news",
}
# Marking as read what is not there is done already.
FORGIVING = {"notifications.read_one"}
FIELDS = (
    *("title", "body", "tags", "board", "language", "note", "reason", "place", "submission"),
    *("next", "email", "password", "display_name", "theme", "time_zone", "before", "newest_id"),
    *("duplicate_of", "question_id", "based_on", "also", "visibility", "q", "show", "lang"),
)
HUGE = "9" * 25
QUERIES = (
    "before=%ff&q=%ff&show=%ff",
    "before=%00&q=%00&show=%00&after=%00&lang=%00&next=%00",
    f"before={HUGE}&newest_id={HUGE}&after={HUGE}.{HUGE}&page={HUGE}&limit=-1",
    "before[]=1&before=1&before=2&q[]=a&q=a&q=b&q[x]=y",
    "before=MTIz&after=1.MTIz&before=W10&q=" + "%F0%9F%92%A9" * 50,
    "q=%ED%A0%80&before=%ED%A0%80&" + "&".join(f"k{n}=v" for n in range(500)),
    "q=" + "a" * 5_000,
    "q=%22%27%29%3B--%20%5B%28%2A%3F&tag=%22&board=%27&state=%27&author=%27&date=0000-99-99",
)


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    """Content of every kind, and the values its addresses take."""
    asker, board = make_user("Asker"), make_board("network")
    question = make_question(asker, board, tags="sim, roaming")
    answer = make_answer(question)
    make_acceptance(answer, asker)
    make_comment(question, question, make_user(), "The same here, since noon.")
    make_question(make_user(role="admin"), make_board("backroom", audience="staff"))
    return {
        "question_id": question.id,
        "post_id": question.id,
        "answer_id": answer.id,
        "user_id": asker.id,
        "notification_id": 1,
        "old_id": 1,
        "source": "elsewhere",
        "slug": "network",
        "name": "sim",
        "place": "ask",
        "number": 0,
        "token": "no-token",
        "filename": "none.css",
    }


def _viewers() -> list[User | None]:
    return [None, make_user(), make_user(role="admin")]


def _as(client: ForumClient, viewer: User | None) -> ForumClient:
    client.sign_out()
    return client.sign_in(viewer) if viewer else client


def _digest() -> str:
    """Return a hash over every row of every table, but for who saw what and its seals."""
    seen = hashlib.sha256()
    with transaction():
        for table in Base.metadata.sorted_tables:
            if table.name in ("audit_seals", "audit_heads"):
                continue
            of_looks = AuditEntry.action != Action.DATA_SEEN
            rows = db.session.execute(
                select(table).where(of_looks if table.name == "audit_entries" else true())
            )
            seen.update(repr((table.name, sorted(map(repr, rows)))).encode())
    return seen.hexdigest()


def _assert_none(failures: list[str]) -> None:
    assert failures == [], f"{len(failures)} answers, among them {failures[:5]}"


def _try(failures: list[str], label: str, send: Callable[[], Any], allowed=range(200, 500)) -> Any:
    response = send()
    if response.status_code not in allowed:
        failures.append(f"{response.status_code} {label}")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        if name not in response.headers:
            failures.append(f"no {name}: {label}")
    policy = response.headers.get("Content-Security-Policy", "")
    if "unsafe-inline" in policy or "unsafe-eval" in policy:
        failures.append(f"unsafe policy: {label}")
    return response


def test_reading_changes_nothing_and_never_fails(app, client, world):
    viewers, failures = _viewers(), []
    for viewer in viewers:
        _as(client, viewer)
        before = _digest()
        for route in routes(app, world, methods={"GET"}):
            for method in ("GET", "HEAD", "OPTIONS"):
                for headers in ({}, {"HX-Request": "true"}):
                    label = f"{method} {route.url} {viewer and viewer.role} {headers}"
                    _try(
                        failures,
                        label,
                        lambda r=route, m=method, h=headers: client.open(
                            r.url, method=m, headers=h
                        ),
                    )
        assert _digest() == before
    _assert_none(failures)


def test_strange_queries_never_fail(app, client, world):
    failures: list[str] = []
    for viewer in (None, make_user()):
        _as(client, viewer)
        for route in routes(app, world, methods={"GET"}):
            for query in QUERIES:
                url = f"{route.url}?{query}"
                _try(failures, url[:200], lambda u=url: client.get(u))
    _assert_none(failures)


@pytest.mark.parametrize("number", ["-1", "0", "2147483648", HUGE, "0x1", "1e3", "٣", "1.0", "+1"])
def test_ids_nobody_has_are_not_found(app, client, world, number):
    failures: list[str] = []
    _as(client, make_user(role="admin"))
    for route in routes(app, world, methods={"GET", *UNSAFE}):
        for name in route.rule.arguments & {n for n in world if n.endswith("_id")}:
            url = route.url_with(**{name: number})
            send: Any = client.get if route.method == "GET" else client.submit
            allowed = range(200, 500) if route.rule.endpoint in FORGIVING else {404, 405}
            _try(failures, f"{route} {url}", lambda s=send, u=url: s(u), allowed)
    _assert_none(failures)


@pytest.mark.parametrize(
    "raw", ["%ff", "%00", "%c3%28", "%2e%2e%2f", "%ed%a0%80", "a" * 5_000, "%f0%9f%92%a9", "%", " "]
)
def test_strange_paths_never_fail(app, client, world, raw):
    failures: list[str] = []
    _as(client, make_user())
    for route in routes(app, world, methods={"GET", *UNSAFE}):
        for name in route.rule.arguments:
            url = route.url_with(**{name: raw})
            send: Any = client.get if route.method == "GET" else client.submit
            _try(failures, f"{route} {url[:80]}", lambda s=send, u=url: s(u))
    _try(failures, raw[:20], lambda: client.get(f"/{raw}"))
    _assert_none(failures)


def test_wrong_methods_are_refused(app, client, world):
    failures: list[str] = []
    _as(client, make_user())
    for route in routes(app, world, methods={"GET", *UNSAFE}):
        taken = {
            m for r in app.url_map.iter_rules() if r.rule == route.rule.rule for m in r.methods
        }
        for method in {"GET", *UNSAFE, "BREW", "TRACE"} - taken:
            url = route.url_with()
            response = _try(
                failures, f"{method} {url}", lambda u=url, m=method: client.open(u, method=m)
            )
            if response.status_code == 405 and not response.headers.get("Allow"):
                failures.append(f"no Allow: {method} {url}")
    _assert_none(failures)


def _bad_forms() -> list[dict[str, Any]]:
    return [
        {},
        dict.fromkeys(FIELDS, ""),
        dict.fromkeys(FIELDS, "\ud800".encode("utf-8", "surrogatepass")),
        dict.fromkeys(FIELDS, b"\xff\xfe\x00"),
        dict.fromkeys(FIELDS, "NUL \0 inside of a text that is long enough"),
        dict.fromkeys(FIELDS, HUGE),
        dict.fromkeys(FIELDS, "-1"),
        dict.fromkeys(FIELDS, "x" * 40_000),
        {name: ["one", "two", "<b>three</b>"] for name in FIELDS},
        {f"{name}[]": "1" for name in FIELDS},
        dict.fromkeys(FIELDS, "‮ \x1b[31m ']\"); DROP TABLE users; -- {{ 7*7 }} ${7*7} %s %n"),
        {**dict.fromkeys(FIELDS, "x"), "_method": "BREW"},
    ]


def _as_bytes(form: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in form.items()
    }


@pytest.mark.parametrize("number", range(len(_bad_forms())))
def test_strange_forms_never_fail(app, client, world, number):
    failures: list[str] = []
    form = _as_bytes(_bad_forms()[number])
    for viewer in _viewers():
        for route in routes(app, world, methods={"POST"}):
            _as(client, viewer)
            label = f"{route} {viewer and viewer.role}"
            _try(failures, label, lambda r=route: client.submit(r.url, form))
    _assert_none(failures)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"title=%ff&body=\xff\xfe&=&&==&%=%"),
        ("application/x-www-form-urlencoded", b"a=b&" * 2_000),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 3_000),
        ("application/json", b'{"title": ["a", {"b": "\\ud800"}]'),
        ("text/plain; charset=utf-7", b"+ADw-"),
        ("application/x-www-form-urlencoded; charset=no-such", b"title=x"),
    ],
)
def test_strange_bodies_never_fail(app, client, world, kind, body):
    failures: list[str] = []
    client.sign_in(make_user())
    headers = {"X-CSRFToken": client.csrf_token()}
    for route in routes(app, world, methods={"POST"}):
        if route.rule.endpoint == "identity.sign_out":
            continue
        _try(
            failures,
            str(route),
            lambda r=route: client.post(r.url, data=body, content_type=kind, headers=headers),
        )
    _assert_none(failures)


def test_ten_megabytes_are_refused_with_a_page(app, client, world):
    failures: list[str] = []
    client.sign_in(make_user())
    body = b"body=" + b"x" * 10_000_000
    kind = "application/x-www-form-urlencoded"
    for route in routes(app, world, methods={"POST"}):
        if _exempt(route):
            # It reads no form, so it need not refuse one.
            continue
        response = _try(
            failures,
            str(route),
            lambda r=route: client.post(r.url, data=body, content_type=kind),
            {413},
        )
        if "<h1>" not in response.text:
            failures.append(f"no page: {route}")
    _assert_none(failures)


def test_strange_headers_and_cookies_never_fail(app, client, world):
    failures: list[str] = []
    long = "x" * 20_000
    cookies = "session=%00.junk.x; remember_token=1|junk; language=\xff; theme='; draft_done=%ff; ="
    headers = {
        "Accept": "*/*;q=zz,,;;text/html;q=-1",
        "Accept-Language": "xx-%%;q=a," + "de," * 500,
        "Cookie": cookies,
        "If-None-Match": 'W/"' + long,
        "If-Modified-Since": "Thu, 99 Foo 99999",
        "HX-Request": "maybe",
        "Referer": "javascript:alert(1)",
        "Sec-Fetch-Site": long,
        "X-Forwarded-For": "junk, ::1%0, " + long,
        "Range": "bytes=9-1",
        "Accept-Encoding": "gzip;q=x, zstd;;",
        "Content-Length": "0",
    }
    for route in routes(app, world, methods={"GET"}):
        _try(failures, str(route), lambda r=route: client.get(r.url, headers=headers))
    _assert_none(failures)


def _exempt(route: Route) -> bool:
    return route.rule.endpoint in ONE_CLICK


@pytest.mark.parametrize("role", ["member", "admin"])
def test_every_unsafe_route_wants_a_token(app, client, world, role):
    failures: list[str] = []
    client.sign_in(make_user(role=role))
    before = _digest()
    tokens = {"no token": {}, "a bad one": {"csrf_token": "ImEi.bad.token"}}
    for route in routes(app, world, methods=set(UNSAFE)):
        for label, fields in tokens.items():
            form = {"body": "A text that took an hour to write", **fields}
            response = _try(
                failures,
                f"{route} with {label}",
                lambda r=route, f=form: client.open(r.url, method=r.method, data=f),
                range(200, 500) if _exempt(route) else {400},
            )
            if not _exempt(route) and form["body"] not in response.text:
                failures.append(f"text lost: {route}")
    _assert_none(failures)
    assert _digest() == before


def test_only_the_one_click_route_goes_without_a_token(app):
    from community.core.web import csrf

    views = {app.view_functions[name] for name in ONE_CLICK}
    assert {f"{view.__module__}.{view.__name__}" for view in views} == set(csrf._exempt_views)
    assert not csrf._exempt_blueprints


def test_another_sessions_token_is_refused(app, client, world):
    other = app.test_client()
    token = other.sign_in(make_user()).csrf_token()
    with other.session_transaction() as session:
        session["csrf_token"] = "b" * 40
    other.sign_in(make_user())
    response = other.post(f"/posts/{world['answer_id']}/kudos", data={"csrf_token": token})
    assert response.status_code == 400


# --- texts through the real forms ---------------------------------------------------------------


def _naughty() -> list[dict[str, Any]]:
    lines = shared_data("security/naughty.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _ask(client: ForumClient, **fields: str) -> Any:
    form = {"board": "network", "language": "en", "tags": "", **fields}
    return client.submit("/questions", form)


def _newest() -> Question:
    with transaction():
        return db.session.scalars(select(Question).order_by(Question.id.desc()).limit(1)).one()


def _count(model: type) -> int:
    with transaction():
        return db.session.scalar(select(func.count()).select_from(model.__table__)) or 0


def test_naughty_strings_are_kept_verbatim_or_refused(client, capsys):
    make_board("network")
    client.sign_in(make_user())
    kept = refused = 0
    for row in _naughty():
        naughty = row["input"]
        for field in ("title", "body"):
            fields = {
                "title": "A harmless title for this text",
                "body": "A harmless text, long enough to be a question.",
            }
            fields[field] += " " + naughty
            count = _count(Question)
            response = _ask(client, **fields)
            if response.status_code == 303:
                kept += 1
                _assert_kept(client, response, field, fields[field])
            else:
                refused += 1
                assert response.status_code in (413, 422), (row["id"], response.status_code)
                assert _count(Question) == count
                assert _is_refusable(field, fields[field]), row["id"]
    with capsys.disabled():
        sys.stdout.write(f"\nnaughty: {kept} kept verbatim, {refused} refused with a reason\n")


def _assert_kept(client: ForumClient, response: Any, field: str, sent: str) -> None:
    question = _newest()
    wanted = tidy_title(sent) if field == "title" else clean_text(sent)
    assert getattr(question, field) == wanted
    page = client.get(response.location)
    assert page.status_code == 200
    if field == "title":
        heading = page.text.partition("<h1")[2].partition(">")[2].partition("</h1>")[0]
        assert wanted.split()[-1] in unescape(heading)


def _is_refusable(field: str, sent: str) -> bool:
    """Say whether the rules give a reason to refuse: too long, or no text a database can hold."""
    try:
        return len(clean_text(sent)) > (150 if field == "title" else 30_000)
    except UnacceptableText:
        return True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "Too short"),
        ("title", "x" * 151),
        ("body", ""),
        ("body", "Too short"),
        ("body", "x" * 30_001),
        ("body", "A NUL \0 in a text that is otherwise fine"),
        ("board", "no-such-board"),
        ("board", "backroom"),
        ("board", ""),
        ("tags", "a b c d e f"),
        ("tags", "<script>"),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_question_that_does_not_fit_keeps_its_text(client, field, value, language):
    make_board("network")
    make_board("backroom", audience="staff")
    client.sign_in(make_user(language=language))
    fields = {
        "title": "A title that is just right",
        "body": "A canary text, long enough to be a question.",
        field: value,
    }
    response = _ask(client, **fields)
    assert response.status_code == 422
    assert f'<html lang="{language}"' in response.text
    assert fields["title" if field != "title" else "body"] in unescape(response.text)
    if field != "board" and "\0" not in value:
        assert value in unescape(response.text)
    assert _count(Question) == 0


def test_a_corrected_form_with_the_same_key_is_taken(client):
    make_board("network")
    client.sign_in(make_user())
    fields = {"body": "A text that is long enough to be a question.", "submission": "one-key"}
    assert _ask(client, title="Too short", **fields).status_code == 422
    assert _ask(client, title="Now the title is long enough", **fields).status_code == 303
    assert _count(Question) == 1


def test_answers_to_what_is_gone_keep_their_text(client, world):
    client.sign_in(make_user())
    body = "A helpful answer that took an hour to write."
    response = client.submit("/questions/999999/answers", {"body": body})
    assert response.status_code == 404
    assert body in response.text


# --- double submits -----------------------------------------------------------------------------


@pytest.mark.parametrize("key", [{}, {"submission": "the-same-key"}])
def test_a_form_sent_twice_has_one_effect(client, world, key):
    client.sign_in(make_user())
    fields = {"title": "Sent twice by an eager finger", "body": "A text that is long enough."}
    questions, answers = _count(Question), _count(Answer)
    first, second = (_ask(client, **fields, **key) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert _count(Question) == questions + 1
    url = f"/questions/{world['question_id']}/answers"
    form = {"body": "An answer that is sent twice by an eager finger.", **key}
    one, other = (client.submit(url, form) for _ in range(2))
    assert one.location == other.location
    assert _count(Answer) == answers + 1


@pytest.mark.parametrize("key", [{}, {"submission": "the-same-key"}])
def test_eight_at_once_have_one_effect(app, world, key):
    member = make_user()
    fields = {
        "title": "Sent by eight impatient fingers",
        "body": "A text that is long enough.",
        "board": "network",
        "language": "en",
        **key,
    }
    clients = [app.test_client().sign_in(member) for _ in range(8)]
    forms = [{**fields, "csrf_token": client.csrf_token()} for client in clients]
    answers: list[Any] = [None] * 8

    def send(number: int) -> None:
        answers[number] = clients[number].post("/questions", data=forms[number])

    before = _count(Question)
    db.session.remove()
    threads = [Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert _count(Question) == before + 1
