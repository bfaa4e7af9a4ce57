"""Importing Stack Exchange dumps."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from community.core.db import db, transaction
from community.core.jobs import EventRecord, Job
from community.identity.models import User
from community.posts.models import Comment, Post, PostTag, Tag, Vote
from community.posts.tagging import tag_names_of
from community.questions.models import Acceptance, Answer, Closure, DuplicateLink, Question
from tests.importers.dumps import (
    all_rows,
    count_rows,
    imported_post,
    run_import,
    write_xml,
    xml_answer,
    xml_question,
    xml_row,
    xml_users,
)

CLOSED_AT = "2020-06-01T00:00:00.000"


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """A small dump with one of each."""
    write_xml(tmp_path, "Users", [*xml_users("Ada", "Ben", "ada"), xml_row(-1, DisplayName="Bot")])
    write_xml(
        tmp_path,
        "Posts",
        [
            xml_question(1, AcceptedAnswerId=3, Title="A & B <c>"),
            xml_question(2, ClosedDate=CLOSED_AT, Tags="|wheels|chains|"),
            xml_answer(3, 1),
            xml_answer(4, 1, OwnerUserId=9),
            {**xml_answer(5, 2), "OwnerUserId": "", "OwnerDisplayName": "gone42"},
            xml_row(6, PostTypeId=5, Body="<p>About wheels</p>"),
            xml_answer(7, 77),
            xml_question(8, ClosedDate=CLOSED_AT),
        ],
    )
    comment = {"PostId": 3, "Text": "Thanks, that *was* it", "UserId": 7}
    write_xml(
        tmp_path,
        "Comments",
        [
            xml_row(1, **comment),
            xml_row(2, PostId=1, Text="Which one?", UserDisplayName="gone42"),
            xml_row(3, PostId=6, Text="On a tag wiki", UserId=7),
        ],
    )
    write_xml(tmp_path, "Votes", _votes())
    write_xml(tmp_path, "Tags", [{"Id": 1, "TagName": "wheels"}, {"Id": 2, "TagName": "unused"}])
    write_xml(tmp_path, "Badges", [xml_row(1, UserId=7, Name="Student")])
    links = [
        xml_row(1, PostId=2, RelatedPostId=1, LinkTypeId=3),
        xml_row(2, PostId=1, RelatedPostId=2, LinkTypeId=1),
        xml_row(3, PostId=2, RelatedPostId=99, LinkTypeId=3),
    ]
    write_xml(tmp_path, "PostLinks", links)
    return tmp_path


def _votes() -> list[dict[str, object]]:
    hidden = [(1, 3, 2), (2, 3, 2), (3, 3, 3), (4, 1, 2), (5, 99, 2), (6, 1, 10)]
    votes = [xml_row(i, PostId=post, VoteTypeId=kind) for i, post, kind in hidden]
    accepted = {"Id": 7, "PostId": 3, "VoteTypeId": 1, "CreationDate": "2020-05-02T00:00:00.000"}
    known = [xml_row(8, PostId=3, VoteTypeId=2, UserId=7), xml_row(9, PostId=1, VoteTypeId=5)]
    return [*votes, accepted, *known]


def test_questions_answers_and_comments_come_with_times_authors_and_tags(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "stackexchange", folder)
    question = imported_post("question", 1)
    assert question.title == "A & B <c>"
    assert question.body == "It is **broken**, and it is number 1."
    assert question.created_at.isoformat() == "2020-05-01T10:00:00+00:00"
    with transaction():
        assert tag_names_of(question.id) == ["q#", "wheels"]
        assert tag_names_of(imported_post("question", 2).id) == ["chains", "wheels"]
        author = db.session.get_one(User, question.author_id)
    assert author.display_name == "Ada"
    assert author.email is None
    answer = imported_post("answer", 3)
    assert answer.body == "Turn it `off` and on."
    comment = imported_post("comment", 1)
    assert (comment.parent_id, comment.root_id) == (answer.id, question.id)
    assert comment.body == "Thanks, that *was* it"
    assert answer.comments_count == 1


def test_those_who_left_get_one_stand_in_by_name(runner: FlaskCliRunner, folder: Path) -> None:
    run_import(runner, "stackexchange", folder)
    answer, comment = imported_post("answer", 5), imported_post("comment", 2)
    assert answer.author_id == comment.author_id
    with transaction():
        assert db.session.get_one(User, answer.author_id).display_name == "gone42"


def test_names_that_are_the_same_are_told_apart(runner: FlaskCliRunner, folder: Path) -> None:
    run_import(runner, "stackexchange", folder)
    with transaction():
        names = db.session.scalars(select(User.display_name)).all()
    assert {"Ada", "ada 9", "Ben", "Bot"} <= set(names)


def test_accepted_answers_carry_the_time_of_their_vote(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "stackexchange", folder)
    with transaction():
        acceptance = db.session.scalars(select(Acceptance)).one()
    assert acceptance.answer_id == imported_post("answer", 3).id
    assert acceptance.accepted_at.isoformat() == "2020-05-02T00:00:00+00:00"
    question = imported_post("question", 1)
    assert (question.status, question.solved_at) == ("solved", acceptance.accepted_at)


def test_votes_of_hidden_givers_become_a_count_and_others_kudos(
    runner: FlaskCliRunner, folder: Path
) -> None:
    table = " ".join(run_import(runner, "stackexchange", folder).stdout.split())
    answer = imported_post("answer", 3)
    assert (answer.imported_up, answer.imported_down, answer.kudos_count) == (2, 1, 3)
    assert count_rows(Vote, post_id=answer.id, value=1) == 1
    assert "votes up 5 4 4 1" in table
    assert "votes down 1 1 1 0" in table
    assert "votes that accept 1 1 1 0" in table
    assert "other votes 2 0 0 2" in table


def test_duplicates_become_links_and_close_the_question(
    runner: FlaskCliRunner, folder: Path
) -> None:
    table = " ".join(run_import(runner, "stackexchange", folder).stdout.split())
    duplicate, original = imported_post("question", 2), imported_post("question", 1)
    assert count_rows(DuplicateLink, question_id=duplicate.id, original_id=original.id) == 1
    assert count_rows(Closure, question_id=duplicate.id, reason="duplicate") == 1
    assert duplicate.status == "closed"
    assert imported_post("question", 8).status == "open"
    assert "links 3 1 1 2" in table
    assert "1 the source does not tell the reason" in table


def test_the_table_accounts_for_every_row(runner: FlaskCliRunner, folder: Path) -> None:
    table = run_import(runner, "stackexchange", folder).stdout
    lines = [" ".join(line.split()) for line in table.splitlines()]
    for line in (
        "users 4 4 4 0",
        "questions 3 3 3 0",
        "answers 4 3 3 1",
        "comments 3 2 2 1",
        "tags 2 2 2 0",
        "other posts 1 0 0 1",
        "1 tag wiki",
        "badges 1 0 0 1",
        "1 badges come with ranks",
    ):
        assert line in lines


def test_a_second_run_changes_nothing_and_nobody_hears_of_either(
    runner: FlaskCliRunner, folder: Path
) -> None:
    run_import(runner, "stackexchange", folder)
    before = all_rows()
    run_import(runner, "stackexchange", folder)
    assert all_rows() == before
    assert count_rows(EventRecord) == count_rows(Job) == 0


def test_a_dry_run_counts_the_same_and_writes_nothing(runner: FlaskCliRunner, folder: Path) -> None:
    before = all_rows()
    dry = run_import(runner, "stackexchange", folder, "--dry-run").stdout
    assert all_rows() == before
    real = run_import(runner, "stackexchange", folder).stdout
    assert dry.splitlines()[:-2] == real.splitlines()[:-1]


def test_rows_that_are_no_xml_are_listed_and_the_next_ones_read(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_xml(tmp_path, "Users", xml_users("Ada"))
    path = write_xml(tmp_path, "Posts", [xml_question(number) for number in range(1, 9)])
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("<row", "<row Body")
    lines[4] = lines[4][:60]
    lines[6] = lines[6].replace("broken", "&#x0;")
    lines[7] = "garbage & more <"
    path.write_text("\n".join(lines), encoding="utf-8")
    result = run_import(runner, "stackexchange", tmp_path)
    assert count_rows(Question) == 4
    for line in (4, 5, 7):
        assert f"Posts.xml, line {line}: not well-formed" in result.stderr
    assert "3 unreadable" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Id", "x"),
        ("Id", ""),
        ("Title", ""),
        ("CreationDate", "then"),
        ("OwnerUserId", "1e9"),
        ("Body", "<p>" + "x" * 400_001 + "</p>"),
        ("Body", "<div>" * 5_000),
    ],
)
def test_a_bad_question_takes_its_answers_with_it(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path, name: str, value: str
) -> None:
    rows = [xml_question(1, **{name: value}), xml_answer(2, 1), xml_question(3)]
    write_xml(tmp_path, "Posts", rows)
    result = run_import(runner, "stackexchange", tmp_path)
    assert "Posts.xml, line 3: " in result.stderr
    assert count_rows(Question) == 1
    assert count_rows(Answer) == 0
    assert count_rows(Post) == 1


BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<posts><row Id="1" PostTypeId="1" Title="&b;" Body="&b;" CreationDate="2020-01-01" /></posts>"""
FETCHES = """<?xml version="1.0"?><!DOCTYPE posts SYSTEM "http://127.0.0.1:9/x.dtd"><posts />"""


@pytest.mark.parametrize("text", [BOMB, FETCHES])
@pytest.mark.parametrize("name", ["Posts", "Votes"])
def test_entities_and_document_types_are_refused_before_anything_is_written(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path, text: str, name: str
) -> None:
    write_xml(tmp_path, "Posts", [xml_question(1)])
    (tmp_path / f"{name}.xml").write_text(text, encoding="utf-8")
    result = runner.invoke(args=["import", "stackexchange", str(tmp_path)])
    assert result.exit_code == 1
    assert "declaration is refused" in result.stderr
    assert count_rows(Post) == 0


def test_a_dump_may_lack_all_but_the_posts(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_xml(tmp_path, "Posts", [xml_question(1), xml_answer(2, 1)])
    run_import(runner, "stackexchange", tmp_path)
    assert imported_post("question", 1).status == "open"
    assert count_rows(User, display_name="Former member") == 1


def test_comments_may_be_short_long_and_many(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path
) -> None:
    write_xml(tmp_path, "Posts", [xml_question(1)])
    texts = ["!", "x" * 2_000, *["me too"] * 30]
    rows = [xml_row(i, PostId=1, Text=text) for i, text in enumerate(texts, 1)]
    write_xml(tmp_path, "Comments", rows)
    run_import(runner, "stackexchange", tmp_path)
    assert count_rows(Comment, kind="comment") == 32
    assert imported_post("question", 1).comments_count == 32


def test_tags_are_shared_with_those_that_are_here(runner: FlaskCliRunner, folder: Path) -> None:
    with transaction():
        db.session.add(Tag(name="wheels"))
    run_import(runner, "stackexchange", folder)
    assert count_rows(Tag, name="wheels") == 1
    with transaction():
        tag_id = db.session.scalar(select(Tag.id).where(Tag.name == "wheels"))
    assert count_rows(PostTag, tag_id=tag_id) == 3
