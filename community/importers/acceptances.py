"""Accepted answers."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from community.core.db import db
from community.importers.records import AcceptanceRecord
from community.importers.run import Run, batches
from community.importers.store import PRETENDED_POST, FoundPost, Memory, remember, table_of
from community.questions.models import Acceptance

KIND = "acceptance"


class _Accepted(NamedTuple):
    source_id: str
    question: FoundPost
    answer: FoundPost


def import_acceptances(run: Run, label: str, records: Iterable[AcceptanceRecord]) -> None:
    """Import which answers were accepted; by the asker, at the answer's time."""
    for batch in batches(records):
        ready = _placed(run, label, run.fresh(KIND, label, batch))
        run.write(KIND, label, ready, lambda accepted=ready: _write(run, accepted))  # type: ignore[misc]


def _placed(run: Run, label: str, records: Sequence[AcceptanceRecord]) -> list[_Accepted]:
    questions = run.find_posts(("question",), (record.source_id for record in records))
    answers = run.find_posts(("answer",), (record.answer_id for record in records))
    taken = _accepted_here([question.id for question in questions.values()])
    ready = []
    for record in records:
        question, answer = questions.get(record.source_id), answers.get(record.answer_id)
        if question is None:
            run.report.skip(label, "its question was not imported")
        elif answer is None:
            run.report.skip(label, "its answer is not in the source, or was not imported")
        elif answer is not PRETENDED_POST and answer.root_id != question.id:
            run.report.skip(label, "its answer belongs to another question")
        elif question.id in taken:
            run.report.skip(label, "the question has an accepted answer here already")
        else:
            ready.append(_Accepted(record.source_id, question, answer))
    return ready


def _accepted_here(question_ids: list[int]) -> set[int]:
    query = select(Acceptance.question_id).where(Acceptance.question_id.in_(question_ids))
    return set(db.session.scalars(query))


def _write(run: Run, ready: Sequence[_Accepted]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "question_id": accepted.question.id,
            "answer_id": accepted.answer.id,
            "place": 1,
            "accepted_by_id": accepted.question.author_id,
            "accepted_at": max(accepted.answer.created_at, accepted.question.created_at),
            "imported": True,
        }
        for accepted in ready
    ]
    db.session.execute(insert(table_of(Acceptance)), rows)
    remember(run.to.source, KIND, (Memory(a.source_id, post_id=a.answer.id) for a in ready))
