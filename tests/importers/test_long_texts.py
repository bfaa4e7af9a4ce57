"""Texts longer than anybody may write here come over all the same, shown as they were typed."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from community.core import markup
from community.core.db import db, transaction
from community.posts.models import Post
from community.posts.operations import render_again
from community.questions.models import Question

pytestmark = pytest.mark.usefixtures("app")

LOG = "2023-01-01 12:00:00 <b>connection refused</b> [again](javascript:x)\n" * 900


@pytest.fixture
def source(tmp_path: Path) -> Path:
    row = {
        "id": 1,
        "product": "phones",
        "locale": "en-US",
        "created": "2023-01-01 02:21:46",
        "title": "My log is very long, who can read it?",
        "body": LOG,
        "tags": [],
        "topic": "logs",
        "creator": "u1",
        "is_solved": False,
        "solution": None,
        "num_answers": 0,
        "num_votes": 0,
        "is_spam": False,
        "is_locked": False,
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text("", encoding="utf-8")
    return tmp_path


def test_a_long_text_is_imported_and_escaped(runner: FlaskCliRunner, source: Path) -> None:
    assert len(LOG) > markup.MAX_CHARS
    done = runner.invoke(args=["import", "jsonl", str(source)])
    assert done.exit_code == 0, done.output
    question = db.session.query(Question).one()
    assert question.body.strip() == LOG.strip()
    assert "<b>" not in question.html
    assert "&lt;b&gt;connection refused" in question.html
    assert question.excerpt.startswith("2023-01-01")


def test_its_page_opens_and_a_new_render_version_keeps_it(
    app: Flask, runner: FlaskCliRunner, source: Path
) -> None:
    runner.invoke(args=["import", "jsonl", str(source)])
    question = db.session.query(Question).one()
    page = app.test_client().get(f"/questions/{question.id}/{question.slug}")
    assert page.status_code == 200
    question_id, html = question.id, question.html
    with transaction():
        db.session.query(Post).update({Post.render_version: 0})
        render_again()
        assert db.session.get_one(Post, question_id).html == html
