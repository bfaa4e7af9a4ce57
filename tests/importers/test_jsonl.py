"""Importing questions.jsonl and answers.jsonl."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job
from community.identity.models import User
from community.importers.models import ImportedRecord
from community.posts.models import Post, Removal
from community.questions.models import Acceptance, Answer, Lock, Question
from tests.importers.dumps import (
    all_rows,
    count_rows,
    imported_post,
    json_answer,
    json_question,
    run_import,
    write_jsonl,
)


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """A small source with one of each."""
    write_jsonl(
        tmp_path,
        "questions",
        [
            json_question(1, is_solved=True, solution=12, num_votes=4),
            json_question(2, is_locked=True, locale="de", creator="ud900a20786"),
            json_question(3, is_spam=True),
        ],
    )
    write_jsonl(
        tmp_path,
        "answers",
        [
            json_answer(11, 1, num_helpful=3, num_unhelpful=1),
            json_answer(12, 1, creator="uaaaaaaaaaa"),
            json_answer(13, 1, creator="u21f199a984", created="2023-01-03 00:00:00"),
            json_answer(14, 2),
            json_answer(15, 99),
            json_answer(16, 2, is_spam=True, creator="uspammer"),
        ],
    )
    return tmp_path


def test_a_question_comes_with_all_that_is_known_of_it(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "jsonl", folder, "--source", "mail")
    question = imported_post("question", 1)
    assert question.title == "Nothing arrives any more, case 1"
    assert question.created_at.isoformat() == "2023-01-01T02:21:46+00:00"
    assert question.html == "<p>I restarted it <em>twice</em>.</p>"
    assert question.excerpt == "I restarted it twice."
    assert (question.status, question.answers_count, question.me_too_count) == ("solved", 3, 4)
    assert question.last_by_asker
    assert question.first_answer_at.isoformat() == "2023-01-01T06:50:45+00:00"
    accepted = imported_post("answer", 12)
    with transaction():
        acceptance = db.session.scalars(select(Acceptance)).one()
    assert acceptance.answer_id == accepted.id
    assert acceptance.accepted_by_id == question.author_id
    answer = imported_post("answer", 11)
    assert (answer.kudos_count, answer.imported_up, answer.imported_down) == (3, 3, 1)
    assert answer.language == "en"
    assert imported_post("question", 2).language == "de"


def test_spam_and_locks_are_kept_and_spam_is_not_shown(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "jsonl", folder)
    assert imported_post("question", 3).visibility == "hidden"
    assert imported_post("answer", 16).visibility == "hidden"
    assert count_rows(Removal, visibility="hidden") == 2
    locked = imported_post("question", 2)
    assert locked.is_locked
    assert count_rows(Lock, question_id=locked.id) == 1
    assert locked.answers_count == 1


def test_the_table_accounts_for_every_row(runner: FlaskCliRunner, folder: Path) -> None:
    table = run_import(runner, "jsonl", folder).stdout
    lines = [" ".join(line.split()) for line in table.splitlines()]
    assert "questions 3 3 3 0" in lines
    assert "answers 6 5 5 1" in lines
    assert "1 its question was not imported" in lines
    assert "accepted answers 1 1 1 0" in lines
    assert "votes up 3 3 3 0" in lines
    assert "votes down 1 1 1 0" in lines
    assert "votes “me too” 4 4 4 0" in lines


def test_authors_are_made_once_and_can_not_be_written_to(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "jsonl", folder)
    with transaction():
        users = db.session.scalars(select(User).order_by(User.display_name)).all()
    names = [user.display_name for user in users]
    assert names == ["u21f199a984", "uaaaaaaaaaa", "ud900a20786", "uspammer"]
    assert {user.email for user in users} == {None}
    assert {user.password for user in users} == {None}


def test_an_import_is_silent(runner: FlaskCliRunner, folder: Path) -> None:
    run_import(runner, "jsonl", folder)
    assert count_rows(EventRecord) == 0
    assert count_rows(Job) == 0


def test_a_second_run_changes_nothing(runner: FlaskCliRunner, folder: Path) -> None:
    first = run_import(runner, "jsonl", folder)
    before = all_rows()
    second = run_import(runner, "jsonl", folder)
    assert all_rows() == before
    assert "answers 6 5 5 1" in " ".join(first.stdout.split())
    assert "answers 6 5 0 1" in " ".join(second.stdout.split())


def test_a_second_run_picks_up_what_was_added(runner: FlaskCliRunner, folder: Path) -> None:
    run_import(runner, "jsonl", folder)
    write_jsonl(folder, "questions", [json_question(1), json_question(4, solution=17)])
    write_jsonl(folder, "answers", [json_answer(17, 4), json_answer(18, 1)])
    run_import(runner, "jsonl", folder)
    assert imported_post("question", 4).status == "solved"
    assert imported_post("question", 1).answers_count == 4


def test_a_dry_run_counts_and_writes_nothing(runner: FlaskCliRunner, folder: Path) -> None:
    before = all_rows()
    dry = run_import(runner, "jsonl", folder, "--dry-run")
    assert all_rows() == before
    assert "Nothing was written" in dry.stdout
    real = run_import(runner, "jsonl", folder)
    assert _counts(dry.stdout) == _counts(real.stdout)


def _counts(output: str) -> list[str]:
    return [line for line in output.splitlines() if "posts/s" not in line and "dry" not in line]


BAD_LINES = [
    "{not json",
    "[1, 2]",
    '{"id": "x"}',
    json_question(5, title=""),
    json_question(6, title=None),
    json_question(7, body="x" * 400_001),
    json_question(8, body="a NUL: \0"),
    json_question(9, created="yesterday"),
    json_question(10, created="2999-01-01 00:00:00"),
    json_question(11, num_votes=-1),
    json_question(12, num_votes=2**40),
    json_question(13, tags="none"),
    json_question(14, creator=5),
    json_question(10**20),
    "[" * 100_000,
]


@pytest.mark.parametrize("number", range(len(BAD_LINES)))
def test_a_bad_row_is_listed_and_left_out(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path, number: int
) -> None:
    write_jsonl(tmp_path, "questions", [json_question(1), BAD_LINES[number], json_question(2)])
    result = run_import(runner, "jsonl", tmp_path)
    assert "questions.jsonl, line 2: " in result.stderr
    assert "questions 3 2 2 1" in " ".join(result.stdout.split())
    assert count_rows(Question) == 2


def test_half_a_surrogate_pair_and_bad_utf8_are_listed(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    bad = json_question(1, body="\ud800 half")
    path = write_jsonl(tmp_path, "questions", [bad, json_question(2)])
    path.write_bytes(path.read_bytes() + b'{"id": "\xff\xfe"}\n')
    result = run_import(runner, "jsonl", tmp_path)
    assert "line 1: " in result.stderr
    assert "line 3: " in result.stderr
    assert count_rows(Question) == 1


def test_odd_texts_are_kept(runner: FlaskCliRunner, app: Flask, tmp_path: Path) -> None:
    odd = json_question(1, title="?", body="", tags=["A B", "no/tag", "x" * 41], creator="  ")
    long = json_question(2, title="t" * 500, locale="pt-BR", tags=[], creator=None)
    write_jsonl(tmp_path, "questions", [odd, long])
    result = run_import(runner, "jsonl", tmp_path)
    assert imported_post("question", 1).title == "?"
    assert len(imported_post("question", 2).title) <= 300
    assert imported_post("question", 2).language == "pt"
    assert "'no/tag'" in result.stderr
    with transaction():
        assert db.session.scalars(select(User.display_name)).all() == ["Former member"]


def test_an_id_given_twice_is_imported_once(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_jsonl(tmp_path, "questions", [json_question(1), json_question(1, title="Another one")])
    result = run_import(runner, "jsonl", tmp_path)
    assert "given twice" in result.stdout
    assert count_rows(Question) == 1


def test_names_that_look_alike_get_their_own(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    creators = ["Zoë", "zoe", "ZOE", "...", "!!!", "n" * 60, "n" * 61, "a\u202eb"]
    rows = [json_question(i, creator=name) for i, name in enumerate(creators, 1)]
    write_jsonl(tmp_path, "questions", rows)
    run_import(runner, "jsonl", tmp_path)
    with transaction():
        users = db.session.scalars(select(User)).all()
    assert len({user.name_key for user in users}) == len(creators)
    assert all(0 < len(user.display_name) <= 40 and user.name_key for user in users)
    assert "ab" in {user.display_name for user in users}


def test_a_truncated_archive_is_told_of(runner: FlaskCliRunner, app: Flask, tmp_path: Path) -> None:
    import lzma

    path = write_jsonl(tmp_path, "questions", [json_question(i) for i in range(2000)])
    packed = lzma.compress(path.read_bytes())
    path.unlink()
    (tmp_path / "questions.jsonl.xz").write_bytes(packed[: len(packed) // 2])
    result = run_import(runner, "jsonl", tmp_path)
    assert "the file breaks off" in result.stderr


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_questions_is_refused(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    result = runner.invoke(args=["import", "jsonl", str(tmp_path / name)])
    assert result.exit_code == 1
    assert str(tmp_path / name) in result.stderr


def test_ids_are_not_mixed_up_between_kinds_and_sources(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_jsonl(tmp_path, "questions", [json_question(1)])
    write_jsonl(tmp_path, "answers", [json_answer(1, 1)])
    run_import(runner, "jsonl", tmp_path, "--source", "one", "--board", "old")
    run_import(runner, "jsonl", tmp_path, "--source", "two", "--board", "old")
    assert count_rows(Question) == count_rows(Answer) == 2
    assert count_rows(ImportedRecord, kind="question", source_id="1") == 2
    with transaction():
        assert db.session.scalar(select(func.count(func.distinct(Post.board_id)))) == 1
