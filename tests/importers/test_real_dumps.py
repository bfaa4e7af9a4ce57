"""Real communities come over whole: every count equals the source's."""

import itertools
import json
import lzma
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.posts.models import Comment, Post, Tag
from community.questions.models import Acceptance, Answer, DuplicateLink, Question
from tests.importers.dumps import all_rows, count_rows, run_import
from tests.shared_data import shared_data

DUMPS = ("stackexchange-bicycles-meta", "stackexchange-quantumcomputing-2018")
SLICE = 500


def _xml(folder: Path, name: str) -> list[dict[str, str]]:
    with lzma.open(folder / f"{name}.xml.xz") as file:
        return [dict(element.attrib) for _, element in ET.iterparse(file) if element.tag == "row"]


def _jsonl(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _sum(column: Any) -> int:
    with transaction():
        return db.session.scalar(select(func.sum(column))) or 0


@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_comes_over_whole(app: Flask, runner: FlaskCliRunner, name: str) -> None:
    folder = shared_data(name)
    run_import(runner, "stackexchange", folder)
    posts = _xml(folder, "Posts")
    kinds = Counter(post["PostTypeId"] for post in posts)
    assert count_rows(Question) == kinds["1"]
    assert count_rows(Answer) == kinds["2"]
    assert count_rows(Comment, kind="comment") == len(_xml(folder, "Comments"))
    assert count_rows(Acceptance) == sum("AcceptedAnswerId" in post for post in posts)
    here = {post["Id"] for post in posts if post["PostTypeId"] in "12"}
    votes = Counter(v["VoteTypeId"] for v in _xml(folder, "Votes") if v["PostId"] in here)
    assert _sum(Post.imported_up) == _sum(Post.kudos_count) == votes["2"]
    assert _sum(Post.imported_down) == votes["3"]
    tags = {tag["TagName"] for tag in _xml(folder, "Tags")}
    with transaction():
        assert tags <= set(db.session.scalars(select(Tag.name)))
    _check_duplicates(folder, {post["Id"] for post in posts if post["PostTypeId"] == "1"})
    with transaction():
        statuses = select(Question.status, func.count()).group_by(Question.status)
        solved = dict(db.session.execute(statuses).all())["solved"]
    assert solved == count_rows(Acceptance)


def _check_duplicates(folder: Path, questions: set[str]) -> None:
    links = _xml(folder, "PostLinks")
    pairs = {(k["PostId"], k["RelatedPostId"]) for k in links if k["LinkTypeId"] == "3"}
    assert count_rows(DuplicateLink) == sum(set(pair) <= questions for pair in pairs)


@pytest.fixture
def thunderbird(tmp_path: Path) -> Path:
    """The first questions of a large support forum with their answers."""
    source = shared_data("sumo-thunderbird")
    questions = list(itertools.islice(_jsonl(source, "questions"), SLICE))
    ids = {question["id"] for question in questions}
    answers = [row for row in _jsonl(source, "answers") if row["question_id"] in ids]
    for name, rows in (("questions", questions), ("answers", answers)):
        text = "\n".join(json.dumps(row) for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_support_forum_comes_over_whole(
    app: Flask, runner: FlaskCliRunner, thunderbird: Path
) -> None:
    run_import(runner, "jsonl", thunderbird)
    questions = [json.loads(line) for line in (thunderbird / "questions.jsonl").open()]
    answers = [json.loads(line) for line in (thunderbird / "answers.jsonl").open()]
    assert count_rows(Question) == len(questions) == SLICE
    assert count_rows(Answer) == len(answers)
    assert _sum(Post.imported_up) == sum(row["num_helpful"] for row in answers)
    assert _sum(Post.imported_down) == sum(row["num_unhelpful"] for row in answers)
    me_toos = sum(row["num_votes"] for row in questions)
    assert _sum(Question.me_too_count) == me_toos
    solutions = {row["solution"] for row in questions} & {row["id"] for row in answers}
    assert count_rows(Acceptance) == len(solutions)
    spam = sum(row["is_spam"] for row in questions)
    assert count_rows(Post, kind="question", visibility="hidden") == spam


def test_running_a_real_dump_twice_changes_nothing(app: Flask, runner: FlaskCliRunner) -> None:
    folder = shared_data(DUMPS[0])
    run_import(runner, "stackexchange", folder)
    before = all_rows()
    run_import(runner, "stackexchange", folder)
    assert all_rows() == before
