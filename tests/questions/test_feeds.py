"""Feeds, sitemaps and what else machines read: never more than a guest sees."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import update

from community.core import clock
from community.core.db import db, transaction
from community.questions import feed_queries
from community.questions.indexing import is_indexable
from community.questions.models import Question
from tests.factories.community import (
    days_ago,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.queries import counted_queries

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _atom(response):
    assert response.status_code == 200
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.data)
    for element in [feed, *feed.findall(f"{ATOM}entry")]:
        for required in ("id", "title", "updated"):
            assert element.findtext(ATOM + required)
    return feed


def _titles(response) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in _atom(response).findall(f"{ATOM}entry")]


def _locations(response) -> list[str]:
    assert response.content_type == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(response.data)
    return [found.text for found in root.iter(f"{SITEMAP}loc")]


def test_a_board_feed_tells_its_questions_newest_first(client):
    board = make_board("network")
    first = make_question(board=board, title="The first question on this board")
    make_question(board=board, title="The second question on this board")
    make_question(title="A question on another board")
    response = client.get("/feeds/boards/network.atom")
    assert _titles(response) == [
        "The second question on this board",
        "The first question on this board",
    ]
    entry = _atom(response).findall(f"{ATOM}entry")[1]
    assert entry.findtext(f"{ATOM}id") == f"http://localhost/questions/{first.id}"
    link = entry.find(f"{ATOM}link").get("href")
    assert link == f"http://localhost/questions/{first.id}/{first.slug}"
    assert entry.find(f"{ATOM}author").findtext(f"{ATOM}name").startswith("Member")


def test_a_tag_feed_tells_questions_with_the_tag(client):
    make_question(title="A question about the eSIM", tags="esim, c#")
    make_question(title="A question about nothing much")
    assert _titles(client.get("/feeds/tags/esim.atom")) == ["A question about the eSIM"]
    assert _titles(client.get("/feeds/tags/ESIM.atom")) == ["A question about the eSIM"]
    response = client.get("/feeds/tags/c%23.atom")
    terms = [found.get("term") for found in _atom(response).iter(f"{ATOM}category")]
    assert terms == ["c#", "esim"]


def test_an_empty_feed_is_still_a_feed(client):
    make_board("network")
    assert _titles(client.get("/feeds/boards/network.atom")) == []
    assert _titles(client.get("/feeds/questions.atom")) == []


@pytest.mark.parametrize("audience", ["members", "staff"])
@pytest.mark.parametrize("role", [None, "member", "admin"])
def test_feeds_and_sitemaps_tell_nobody_of_closed_boards(client, audience, role):
    closed = make_board("backroom", audience=audience)
    make_question(make_user(role="admin"), closed, title="Canary in the backroom", tags="canary")
    shown = make_question(title="A question for everybody")
    if role:
        client.sign_in(make_user(role=role))
    for url in ("/feeds/boards/backroom.atom", "/feeds/tags/canary.atom"):
        assert client.get(url).status_code == 404
    assert _titles(client.get("/feeds/questions.atom")) == ["A question for everybody"]
    pages = _locations(client.get("/sitemaps/questions-0.xml"))
    assert pages == [f"http://localhost/questions/{shown.id}/{shown.slug}"]
    for url in ("/sitemap.xml", "/sitemaps/places.xml", "/robots.txt"):
        assert b"backroom" not in client.get(url).data


@pytest.mark.parametrize("visibility", ["held", "hidden", "deleted"])
def test_removed_questions_leave_feeds_and_sitemaps_at_once(client, visibility):
    moderator, board = make_user(role="moderator"), make_board("network")
    question = make_question(board=board, tags="gone")
    assert len(_titles(client.get("/feeds/boards/network.atom"))) == 1
    set_post_visibility(question, visibility, moderator)
    assert _titles(client.get("/feeds/boards/network.atom")) == []
    assert client.get("/feeds/tags/gone.atom").status_code == 404
    assert client.get("/sitemaps/questions-0.xml").status_code == 404


def test_characters_xml_cannot_carry_are_left_out(client):
    title = "Bell \x07 and \x1b escape \ufffe in <b>bold</b> & \U0001f4f6"
    make_question(title=title, body="Nothing \x0c \x01 works since noon, ]]> not even <script>.")
    response = client.get("/feeds/questions.atom")
    assert _titles(response) == ["Bell  and  escape  in <b>bold</b> & \U0001f4f6"]
    content = _atom(response).find(f"{ATOM}entry").findtext(f"{ATOM}content")
    assert "<script" not in content
    assert "&lt;script&gt;" in content


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd, br"])
def test_an_unchanged_feed_is_not_sent_again(client, encoding):
    make_question()
    headers = {"Accept-Encoding": encoding}
    first = client.get("/feeds/questions.atom", headers=headers)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.get("/feeds/questions.atom", headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    since = client.get("/feeds/questions.atom", headers={**headers, "If-Modified-Since": changed})
    assert since.status_code == 304
    make_question(title="One more question to tell")
    fresh = client.get("/feeds/questions.atom", headers={**headers, "If-None-Match": tag})
    assert fresh.status_code == 200


def test_a_feed_does_not_depend_on_who_asks(client):
    make_question(make_user("Ann"))
    plain = client.get("/feeds/questions.atom").data
    client.sign_in(make_user(role="admin", language="de"))
    response = client.get("/feeds/questions.atom", headers={"Accept-Language": "de"})
    assert response.data == plain
    assert "Set-Cookie" not in response.headers


def test_feeds_take_two_queries_however_many_entries(client):
    board = make_board("network")
    for _ in range(3):
        make_question(board=board, tags="sim, net")
    with counted_queries() as few:
        client.get("/feeds/questions.atom")
    for _ in range(10):
        make_question(board=board, tags="sim, net")
    with counted_queries() as many:
        client.get("/feeds/questions.atom")
    assert len(few) == len(many) <= 4


def test_the_sitemap_covers_ids_in_ranges(client, monkeypatch):
    monkeypatch.setattr(feed_queries, "IDS_PER_SITEMAP", 2)
    asker, board = make_user(), make_board("network")
    questions = [make_question(asker, board) for _ in range(3)]
    index = _locations(client.get("/sitemap.xml"))
    assert index[0] == "http://localhost/sitemaps/places.xml"
    found = [_locations(client.get(url.removeprefix("http://localhost"))) for url in index[1:]]
    pages = [url for urls in found for url in urls]
    assert pages == [f"http://localhost/questions/{q.id}/{q.slug}" for q in questions]
    places = _locations(client.get("/sitemaps/places.xml"))
    assert places == ["http://localhost/", "http://localhost/boards/network"]


@pytest.mark.parametrize("number", ["99", "-1", "1" * 25, "x", "0x1"])
def test_a_sitemap_that_covers_nothing_is_not_found(client, number):
    make_question()
    assert client.get(f"/sitemaps/questions-{number}.xml").status_code == 404


def test_long_unanswered_questions_are_not_offered_to_search_engines(client):
    old, answered, young = make_question(), make_question(), make_question()
    make_answer(answered)
    with transaction():
        for question in (old, answered):
            record = db.session.get(Question, question.id)
            record.created_at = record.asked_at = days_ago(31)
    pages = " ".join(_locations(client.get("/sitemaps/questions-0.xml")))
    assert f"/{answered.id}/" in pages
    assert f"/{young.id}/" in pages
    assert f"/{old.id}/" not in pages
    assert [is_indexable(reload(q)) for q in (old, answered, young)] == [False, True, True]


def test_robots_and_security_contact(client):
    robots = client.get("/robots.txt")
    assert robots.content_type == "text/plain; charset=utf-8"
    assert "Sitemap: http://localhost/sitemap.xml" in robots.text
    lines = dict(
        line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines()
    )
    assert lines["Contact"].startswith("mailto:")
    expires = clock.now().fromisoformat(lines["Expires"])
    assert timedelta(0) < expires - clock.now() < timedelta(days=366)


def test_the_manifest_describes_an_installable_site(client):
    response = client.get("/manifest.webmanifest")
    assert response.content_type == "application/manifest+json"
    manifest = json.loads(response.data)
    assert manifest["start_url"] == "/"
    icon = manifest["icons"][0]["src"]
    assert client.get(icon).status_code == 200


def test_the_host_header_does_not_reach_a_feed(client):
    make_question()
    response = client.get("/feeds/questions.atom", headers={"Host": "evil.example"})
    assert b"evil" not in response.data


def test_nobody_waits_for_a_feed_of_a_moved_question(client):
    question, target = make_question(board=make_board("a")), make_board("b", audience="staff")
    with transaction():
        db.session.execute(
            update(Question.__table__)
            .where(Question.__table__.c.id == question.id)
            .values(place_id=target.id)
        )
    assert _titles(client.get("/feeds/questions.atom")) == []
