"""Write small sources by hand, and look at what became of them."""

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import Table, select

from community.core.db import Base, db, transaction
from community.importers.models import ImportedRecord
from community.posts.models import Post
from community.questions.models import Question

ASKED_AT = "2020-05-01T10:00:00.000"
ANSWERED_AT = "2020-05-01T11:30:00.000"


def run_import(runner: FlaskCliRunner, kind: str, folder: Path, *options: str) -> Result:
    """Run ``flask import``; it must end well."""
    arguments = ["import", kind, str(folder), *options]
    result = runner.invoke(args=arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def write_xml(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """Write one file of a dump."""
    lines = [_row(row) for row in rows]
    path = folder / f"{name}.xml"
    root = name.lower()
    text = "\n".join(['\ufeff<?xml version="1.0" encoding="utf-8"?>', f"<{root}>", *lines])
    path.write_text(f"{text}\n</{root}>", encoding="utf-8")
    return path


def _row(values: dict[str, Any]) -> str:
    return f"  <row {' '.join(f'{k}={_attribute(v)}' for k, v in values.items())} />"


def _attribute(value: Any) -> str:
    return quoteattr(str(value), {"\n": "&#xA;"})


def xml_question(number: int, **values: Any) -> dict[str, Any]:
    """Return a question's row."""
    return {
        "Id": number,
        "PostTypeId": 1,
        "CreationDate": ASKED_AT,
        "Title": f"How do I mend number {number}?",
        "Body": f"<p>It is <b>broken</b>, and it is number {number}.</p>",
        "Tags": "<wheels><q#>",
        "OwnerUserId": 7,
        **values,
    }


def xml_answer(number: int, question: int, **values: Any) -> dict[str, Any]:
    """Return an answer's row."""
    return {
        "Id": number,
        "PostTypeId": 2,
        "ParentId": question,
        "CreationDate": ANSWERED_AT,
        "Body": "<p>Turn it <code>off</code> and on.</p>",
        "OwnerUserId": 8,
        **values,
    }


def xml_row(number: int, **values: Any) -> dict[str, Any]:
    """Return any other row."""
    return {"Id": number, "CreationDate": ANSWERED_AT, **values}


def xml_users(*names: str) -> list[dict[str, Any]]:
    """Return users, numbered from 7."""
    return [xml_row(number, DisplayName=name) for number, name in enumerate(names, 7)]


def write_jsonl(folder: Path, name: str, rows: list[dict[str, Any] | str]) -> Path:
    """Write lines; a text is written as it is."""
    path = folder / f"{name}.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
    return path


def json_question(number: int, **values: Any) -> dict[str, Any]:
    """Return a question's object."""
    return {
        "id": number,
        "product": "mail",
        "locale": "en-US",
        "created": "2023-01-01 02:21:46",
        "title": f"Nothing arrives any more, case {number}",
        "body": "I restarted it *twice*.",
        "tags": ["fix-problems"],
        "creator": "u21f199a984",
        "is_solved": False,
        "solution": None,
        "num_votes": 0,
        "is_spam": False,
        "is_locked": False,
        **values,
    }


def json_answer(number: int, question: int, **values: Any) -> dict[str, Any]:
    """Return an answer's object."""
    return {
        "id": number,
        "question_id": question,
        "created": "2023-01-01 06:50:45",
        "creator": "ud900a20786",
        "body": "Which server did you set?",
        "num_helpful": 0,
        "num_unhelpful": 0,
        "is_spam": False,
        **values,
    }


def imported_post(kind: str, source_id: int) -> Any:
    """Return the post that a record became, or None."""
    model = Question if kind == "question" else Post
    with transaction():
        return db.session.scalar(
            select(model)
            .join(ImportedRecord, ImportedRecord.post_id == Post.id)
            .where(ImportedRecord.kind == kind, ImportedRecord.source_id == str(source_id))
        )


def all_rows(skip: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table's rows, in order; ``skip`` names columns ("users.bio") left out."""
    with transaction():
        return {table.name: _rows(table, skip) for table in Base.metadata.sorted_tables}


def _rows(table: Table, skip: tuple[str, ...]) -> list[tuple[Any, ...]]:
    columns = [column for column in table.c if f"{table.name}.{column.name}" not in skip]
    return sorted((tuple(row) for row in db.session.execute(select(*columns))), key=repr)


def count_rows(model: Any, **values: Any) -> int:
    """Return how many rows have these values."""
    with transaction():
        return len(db.session.execute(select(model.__table__).filter_by(**values)).all())
