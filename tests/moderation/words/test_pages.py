"""The page of watched words: adding, switching off, and trying a text."""

from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from moderation.words.models import WatchedWord
from moderation.words.operations import UnfitWord, WordFacts, add_word
from tests.client import ForumClient
from tests.factories.community import make_board, make_user

WORD = {"pattern": "via*", "action": "hold", "replacement": "", "tag": "", "language": ""}


@pytest.fixture
def admin(app: Flask, client: ForumClient) -> ForumClient:
    return client.sign_in(make_user(role="admin"))


def words() -> list[WatchedWord]:
    with transaction():
        return list(db.session.scalars(select(WatchedWord).order_by(WatchedWord.id)))


def add(client: ForumClient, **fields: Any) -> tuple[int, str]:
    response = client.submit("/moderation/words", {**WORD, "board": "", **fields})
    return response.status_code, unescape(response.text)


def test_an_added_word_is_listed_and_audited(admin: ForumClient) -> None:
    board = make_board("billing")
    assert add(admin, board=board.id, language="de")[0] == 303
    [word] = words()
    assert (word.pattern, word.board_id, word.language) == ("via*", board.id, "de")
    page = admin.get("/moderation/words").text
    for shown in ("via*", "Hold it for a moderator", "Billing, Deutsch"):
        assert shown in page
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "word.added"))
    assert entry.subject_id == word.id
    assert "via" not in str(entry.after)


def test_a_word_is_switched_off_and_on(admin: ForumClient) -> None:
    add(admin)
    [word] = words()
    for _ in range(2):
        assert admin.submit(f"/moderation/words/{word.id}/disabling").status_code == 303
    assert not words()[0].is_enabled
    assert "Switch on" in admin.get("/moderation/words").text
    admin.remove(f"/moderation/words/{word.id}/disabling")
    assert words()[0].is_enabled
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "word").order_by(AuditEntry.id)
    ).all()
    assert actions == ["word.added", "word.disabled", "word.enabled"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"pattern": ""}, "Name a word."),
        ({"pattern": "*"}, "Name at least two characters"),
        ({"pattern": "x" * 201}, "Please shorten this to 200 characters."),
        ({"pattern": "a\x00b"}, "characters in this text that cannot be stored"),
        ({"pattern": "(a+)+$", "is_regex": "1"}, "Say how often something may be repeated"),
        ({"pattern": r"(ab)\1", "is_regex": "1"}, "refers back to what it has matched"),
        ({"pattern": "(a{1,9}){1,9}", "is_regex": "1"}, "repeats what repeats or branches itself"),
        ({"pattern": "a{1,90}a{1,90}b", "is_regex": "1"}, "could take too long"),
        ({"pattern": "(", "is_regex": "1"}, "This is not a regular expression."),
        ({"action": "burn"}, "Choose what becomes of the text."),
        ({"action": "tag", "tag": "two tags"}, "Name one tag."),
        ({"action": "replace", "replacement": "x" * 201}, "Please shorten this"),
        ({"language": "fr"}, "Choose a language."),
        ({"board": "999999"}, "Choose a board."),
        ({"board": "here"}, "Choose a board."),
    ],
)
def test_what_does_not_fit_is_refused_and_kept(
    admin: ForumClient, fields: dict[str, Any], said: str
) -> None:
    status, page = add(admin, **fields)
    assert status == 422
    assert said in page
    assert words() == []


def test_the_box_shows_what_a_text_would_meet(admin: ForumClient) -> None:
    add(admin, pattern="wombat", action="replace", replacement="animal")
    add(admin, pattern="router", action="hold")
    trial = {"title": "", "body": "A wombat on my Router.", "tags": "", "language": "en"}
    page = unescape(admin.submit("/moderation/words/trial", {**trial, "board": ""}).text)
    assert "This text would wait for a moderator" in page
    assert "“Router”" in page
    assert "A animal on my Router." in page
    refused = {**trial, "body": "A platypus.", "board": ""}
    add(admin, pattern="platypus", action="block")
    assert "This text would be refused" in admin.submit("/moderation/words/trial", refused).text
    plain = {**trial, "body": "Nothing at all.", "board": ""}
    assert "This text would be published" in admin.submit("/moderation/words/trial", plain).text


def test_moderators_see_words_and_try_texts_and_change_nothing(client: ForumClient) -> None:
    with transaction():
        add_word(make_user(role="admin"), WordFacts(pattern="wombat", action="hold"))
    client.sign_in(make_user(role="moderator"))
    page = client.get("/moderation/words").text
    assert "wombat" in page
    assert "Watch this word" not in page
    assert add(client)[0] == 403


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_others_do_not_see_them(client: ForumClient, role: str) -> None:
    assert client.sign_in(make_user(role=role)).get("/moderation/words").status_code == 403


def test_words_come_in_pages(admin: ForumClient) -> None:
    actor = make_user(role="admin")
    for number in range(25):
        with transaction():
            add_word(actor, WordFacts(pattern=f"word{number:02}", action="hold"))
    first = admin.get("/moderation/words").text
    assert "word24" in first
    assert "word00" not in first
    assert "word00" in admin.get(f"/moderation/words?after={words()[5].id}").text


def test_operations_ask_who_acts(app: Flask) -> None:
    with pytest.raises(NotAllowed), transaction():
        add_word(make_user(role="moderator"), WordFacts(pattern="wombat", action="hold"))
    with pytest.raises(UnfitWord), transaction():
        add_word(make_user(role="admin"), WordFacts(pattern="", action="hold"))
