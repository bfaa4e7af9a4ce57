"""Finding questions: words, forms of words, filters, rights."""

import json
import re
from datetime import UTC, datetime

import pytest

from community.boards.models import Board
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.posts.visibility import PUBLISHED
from community.search.queries import search_questions, similar_questions, suggest_titles
from community.search.query_language import read_request
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.shared_data import shared_data

pytestmark = pytest.mark.usefixtures("app")


def ids_for(query, viewer=GUEST, **arguments):
    request = read_request({"q": query, **arguments})
    return [row.id for row in search_questions(viewer, "en", request).rows]


def test_words_are_found_in_title_body_and_answers(rebuilt):
    by_title = make_question(title="The voicemail greeting sounds hollow")
    by_body = make_question(body="Since Monday the zeppelin app shows a red triangle.")
    by_answer = make_question()
    make_answer(by_answer, body="Open the hamster menu and choose a new profile.")
    rebuilt()
    assert ids_for("voicemail") == [by_title.id]
    assert ids_for("zeppelin") == [by_body.id]
    assert ids_for("hamster") == [by_answer.id]


@pytest.mark.parametrize("query", ["activating", "activated eSIMs", "ACTIVATION"])
def test_english_forms_of_a_word_are_one(rebuilt, query):
    question = make_question(title="My eSIM does not activate on the new phone")
    rebuilt()
    assert ids_for(query) == [question.id]


@pytest.mark.parametrize("query", ["Gebühr", "gebuehren", "GEBUHREN", "gebühren Ausland"])
def test_german_forms_and_umlauts_are_one(rebuilt, query):
    question = make_question(
        title="Warum sind die Gebühren im Ausland so hoch?",
        language="de",
        body="Wer weiß das? " * 3,
    )
    rebuilt()
    assert ids_for(query) == [question.id]


def test_a_typing_mistake_still_finds_and_says_what_was_meant(rebuilt):
    question = make_question(title="The voicemail greeting sounds hollow")
    rebuilt()
    page = search_questions(GUEST, "en", read_request({"q": "voicemial"}))
    assert [row.id for row in page.rows] == [question.id]
    assert page.closeness == "near"
    assert page.meant == "voicemail"


def test_a_word_of_unseen_questions_is_corrected_like_one_that_nobody_wrote(rebuilt):
    """No correction would tell a guest that the word stands where they may not read."""
    question = make_question(title="The voicemail greeting sounds hollow")
    staff = make_user(role="agent")
    hidden = make_question(staff, make_board(audience="staff"), title="Ask the voicemall team")
    rebuilt()
    page = search_questions(GUEST, "en", read_request({"q": "voicemall"}))
    assert [row.id for row in page.rows] == [question.id]
    assert (page.closeness, page.meant) == ("near", "voicemail")
    page = search_questions(staff, "en", read_request({"q": "voicemall"}))
    assert [row.id for row in page.rows] == [hidden.id]
    assert page.closeness == "exact"


def test_some_of_the_words_are_better_than_nothing(rebuilt):
    question = make_question(title="The voicemail greeting sounds hollow")
    make_question()
    rebuilt()
    page = search_questions(GUEST, "en", read_request({"q": "voicemail marmalade"}))
    assert [row.id for row in page.rows] == [question.id]
    assert page.closeness == "any"


def test_solved_questions_stand_above_equal_ones(rebuilt):
    asker = make_user()
    text = {"title": "The voicemail greeting sounds hollow", "body": "It began this very week."}
    solved = make_question(asker, **text)
    answer = make_answer(solved)
    make_acceptance(answer, asker)
    other = make_question(asker, **text)
    make_answer(other)
    rebuilt()
    assert ids_for("voicemail") == [solved.id, other.id]


def test_filters_narrow_with_and_without_words(rebuilt):
    agent, asker = make_user(role="agent"), make_user("Kim Kranich")
    board = make_board("voice")
    wanted = make_question(
        asker, board, title="Mailbox antwortet nicht mehr", language="de", tags="mailbox, roaming"
    )
    make_acceptance(make_answer(wanted, agent), asker)
    make_question(title="Mailbox is not answering any more", tags="mailbox")
    rebuilt()
    narrow = (
        "is:solved",
        "tag:roaming",
        "board:voice",
        'user:"Kim Kranich"',
        "lang:de",
        "staff:yes",
        "tag:mailbox is:solved",
    )
    for text in narrow:
        assert ids_for(text) == [wanted.id], text
        assert ids_for(f"mailbox {text}") == [wanted.id], text
    assert ids_for("mailbox", board="voice", **{"is": "solved"}) == [wanted.id]
    assert ids_for("mailbox board:nowhere") == []
    assert ids_for("mailbox user:nobody") == []


def test_the_page_says_how_many_filters_are_set(client):
    def badges(address):
        summary = client.get(address).text.split("<summary>")[1].split("</summary>")[0]
        return re.findall(r'badge-n">(\d+)<', summary)

    assert badges("/search?q=sim") == badges("/search?q=sim&is=&sort=newest") == []
    assert badges("/search?q=sim+lang:de&is=solved&staff=yes&before=2026-11-01") == ["4"]


def test_dates_include_the_days_named(rebuilt, monkeypatch):
    question = make_question(title="The voicemail greeting sounds hollow")
    today = datetime.now(UTC).date().isoformat()
    rebuilt()
    assert question.asked_at.date().isoformat() == today
    for text in ("", "voicemail "):
        assert ids_for(f"{text}after:{today} before:{today}") == [question.id]
        assert ids_for(f"{text}before:2001-01-01") == []
        assert ids_for(f"{text}after:2100-01-01") == []


def test_newest_first(rebuilt):
    older = make_question(title="Voicemail voicemail voicemail: voicemail!")
    newer = make_question(title="Something else but a voicemail, too")
    rebuilt()
    assert ids_for("voicemail", sort="newest") == [newer.id, older.id]


@pytest.mark.parametrize("audience", ["public", "members", "staff"])
def test_only_what_the_viewer_may_see_is_found(rebuilt, audience):
    viewers = {
        "public": (GUEST, make_user(), make_user(role="agent")),
        "members": (make_user(), make_user(role="agent")),
        "staff": (make_user(role="agent"), make_user(role="moderator")),
    }
    staff = make_user(role="agent")
    question = make_question(
        staff, make_board(audience=audience), title="The voicemail greeting sounds hollow"
    )
    rebuilt()
    for viewer in (GUEST, viewers["public"][1], staff):
        allowed = any(type(viewer) is type(one) for one in viewers[audience])
        if audience == "staff" and viewer is viewers["public"][1]:
            allowed = False
        expected = [question.id] if allowed else []
        assert ids_for("voicemail", viewer) == expected
        assert [one.id for one in suggest_titles(viewer, "voicem")] == expected
        assert [one.id for one in similar_questions(viewer, "voicemail greeting")] == expected


@pytest.mark.parametrize("visibility", ["held", "hidden", "deleted"])
def test_removed_questions_and_answers_are_gone_at_once(rebuilt, caught_up, visibility):
    moderator = make_user(role="moderator")
    question = make_question(title="The voicemail greeting sounds hollow")
    answered = make_question()
    answer = make_answer(answered, body="Open the hamster menu and choose a new profile.")
    rebuilt()
    set_post_visibility(question, visibility, moderator)
    assert ids_for("voicemail") == []
    assert suggest_titles(GUEST, "voicem") == []
    set_post_visibility(answer, visibility, moderator)
    caught_up()
    assert ids_for("hamster") == []
    set_post_visibility(question, PUBLISHED, moderator)
    caught_up()
    assert ids_for("voicemail") == [question.id]


def test_a_board_turned_private_has_no_hits_at_the_next_request(rebuilt, client):
    board = make_board()
    make_question(board=board, title="The voicemail greeting sounds hollow")
    rebuilt()
    for url in ("/search?q=voicemail", "/search/suggestions?q=voicem"):
        assert "greeting" in client.get(url).text
    with transaction():
        db.session.get_one(Board, board.id).audience = "staff"
    for url in (
        "/search?q=voicemail",
        "/search/suggestions?q=voicem",
        "/search/similar?title=voicemail+hollow",
        "/search?q=voicemial",
    ):
        assert "greeting" not in client.get(url).text


def test_titles_are_suggested_while_the_last_word_is_typed(rebuilt):
    question = make_question(title="The voicemail greeting sounds hollow")
    make_question()
    rebuilt()
    for typed in ("vo", "voicem", "voicemail gr", "greeting voicemail ho"):
        assert [one.id for one in suggest_titles(GUEST, typed)] == [question.id], typed
    assert suggest_titles(GUEST, "v") == []


def test_hits_are_marked_and_stay_escaped(rebuilt, client):
    make_question(
        title="The <b>voicemail</b> & its greetings", body="A <script>voicemail</script> & more."
    )
    rebuilt()
    text = client.get("/search?q=voicemail").text
    assert "The &lt;b&gt;<mark>voicemail</mark>&lt;/b&gt; &amp; its greetings" in text
    assert "<script>voicemail" not in text
    assert "<script><mark>" not in text


def test_pages_lead_on_to_all_hits_once(rebuilt, client):
    asker, board = make_user(), make_board()
    made = {
        make_question(asker, board, title=f"Voicemail greeting number {n}").id for n in range(45)
    }
    rebuilt()
    seen = []
    for page in ("1", "2", "3", "4"):
        seen += ids_for("voicemail", page=page)
    assert len(seen) == 45
    assert set(seen) == made
    first = client.get("/search?q=voicemail").text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    seen, older = [], ""
    for _ in range(3):
        request = read_request({"q": "is:open", "older": older})
        page = search_questions(GUEST, "en", request)
        seen += [row.id for row in page.rows]
        older = str(page.older)
    assert set(seen) == made


@pytest.mark.parametrize(
    "query",
    ["*", "AND OR (", '"', "is:", "is:nonsense", "tag:", "after:yesterday", "a" * 5000, "\x00", "%",
     "_", "the and of", "-" * 200, "a*", "lang:xx board:%00", "😀", "\ud800", "after:9999-12-31"],
)  # fmt: skip
def test_odd_queries_are_answered(rebuilt, client, query):
    make_question()
    rebuilt()
    for url in ("/search", "/search/suggestions", "/search/similar"):
        safe = query.encode("utf-8", "surrogatepass")
        answer = client.get(url, query_string={"q": safe, "title": safe})
        assert answer.status_code == 200


def test_naughty_strings_are_answered(rebuilt, client):
    make_question()
    rebuilt()
    lines = shared_data("security/naughty.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        record = json.loads(line)
        safe = record["input"].encode("utf-8", "surrogatepass")
        for url in ("/search", "/search/suggestions"):
            assert client.get(url, query_string={"q": safe}).status_code == 200, line
