"""Old addresses of imported questions."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from community.boards.models import Board
from community.core.db import db, transaction
from tests.client import ForumClient
from tests.factories.community import make_user, set_post_visibility
from tests.importers.dumps import (
    imported_post,
    json_question,
    run_import,
    write_jsonl,
    write_xml,
    xml_question,
)

OLD_ADDRESS = "/imported/old-forum/questions/1401059"


@pytest.fixture
def question_id(runner: FlaskCliRunner, app: Flask, tmp_path: Path) -> int:
    """A question imported from the source "old-forum"."""
    write_jsonl(tmp_path, "questions", [json_question(1401059)])
    run_import(runner, "jsonl", tmp_path, "--source", "Old forum", "--board", "lounge")
    return int(imported_post("question", 1401059).id)


def test_an_old_address_leads_to_the_question(client: ForumClient, question_id: int) -> None:
    answer = client.get(OLD_ADDRESS)
    assert answer.status_code == 301
    assert answer.location == f"/questions/{question_id}/nothing-arrives-any-more-case-1401059"


@pytest.mark.parametrize(
    "address",
    [
        "/imported/old-forum/questions/2",
        "/imported/other/questions/1401059",
        "/imported/old-forum/questions/9223372036854775808",
        "/imported/old-forum/questions/x",
    ],
)
def test_an_unknown_old_address_is_not_found(
    client: ForumClient, question_id: int, address: str
) -> None:
    assert client.get(address).status_code == 404


def test_an_old_address_tells_nothing_of_what_the_viewer_may_not_see(
    client: ForumClient, question_id: int
) -> None:
    with transaction():
        db.session.query(Board).update({"audience": "members"})
    assert client.get(OLD_ADDRESS).status_code == 404
    member = make_user()
    client.sign_in(member)
    assert client.get(OLD_ADDRESS).status_code == 301
    set_post_visibility(imported_post("question", 1401059), "hidden", make_user(role="moderator"))
    assert client.get(OLD_ADDRESS).status_code == 404


def test_an_imported_post_can_be_edited_as_markdown(
    client: ForumClient, runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_xml(tmp_path, "Posts", [xml_question(1, Body="<p>So <em>odd</em> &amp; new</p>")])
    run_import(runner, "stackexchange", tmp_path)
    question = imported_post("question", 1)
    client.sign_in(make_user(role="moderator"))
    page = client.get(f"/posts/{question.id}/revisions/new")
    assert page.status_code == 200
    assert "So *odd* &amp; new</textarea>" in page.text
    changed = {"title": question.title, "tags": "wheels", "body": "So *odd*, and it is changed."}
    assert client.submit(f"/posts/{question.id}/revisions", changed).status_code == 303
    assert imported_post("question", 1).body == "So *odd*, and it is changed."


def test_an_imported_question_page_shows_what_was_imported(
    client: ForumClient, question_id: int
) -> None:
    page = client.get(OLD_ADDRESS, follow_redirects=True)
    assert "<em>twice</em>" in page.text
    assert "u21f199a984" in page.text
