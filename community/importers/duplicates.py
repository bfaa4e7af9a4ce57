"""Duplicates and the questions that were closed for it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from community.core.db import db
from community.importers.authors import find_or_make_authors
from community.importers.records import AuthorRef, ClosureRecord, DuplicateRecord
from community.importers.run import Run, batches
from community.importers.store import FoundPost, Memory, remember, table_of
from community.questions.models import Closure, DuplicateLink

LINK_KIND, CLOSURE_KIND = "duplicate", "closure"
REPEATS = "question that repeats another"


class _Link(NamedTuple):
    source_id: str
    question: FoundPost
    original: FoundPost
    record: DuplicateRecord


class _Closed(NamedTuple):
    source_id: str
    question: FoundPost
    original_id: int
    record: ClosureRecord


def import_duplicates(run: Run, label: str, records: Iterable[DuplicateRecord]) -> None:
    """Import which questions repeat which others."""
    for batch in batches(records):
        links = _placed_links(run, label, run.fresh(LINK_KIND, label, batch))
        run.write(LINK_KIND, label, links, lambda ready=links: _write_links(run, ready))  # type: ignore[misc]
        if run.is_dry:
            run.pretend(REPEATS, (link.record.question_id for link in links))


def _placed_links(run: Run, label: str, records: Sequence[DuplicateRecord]) -> list[_Link]:
    wanted = {r.question_id for r in records} | {r.original_id for r in records}
    found = run.find_posts(("question",), wanted)
    linked = _linked_here([question.id for question in found.values()])
    given: set[tuple[str, str]] = set()
    links = []
    for record in records:
        pair = record.question_id, record.original_id
        question, original = found.get(pair[0]), found.get(pair[1])
        if question is None or original is None:
            run.report.skip(label, "one of the two is not in the source, or was not imported")
        elif record.question_id == record.original_id:
            run.report.skip(label, "a question cannot repeat itself")
        elif (question.id, original.id) in linked or pair in given:
            run.report.skip(label, "the two are linked already")
        else:
            given.add(pair)
            links.append(_Link(record.source_id, question, original, record))
    return links


def _linked_here(question_ids: list[int]) -> set[tuple[int, int]]:
    query = select(DuplicateLink.question_id, DuplicateLink.original_id)
    rows = db.session.execute(query.where(DuplicateLink.question_id.in_(question_ids)))
    return {(question_id, original_id) for question_id, original_id in rows}


def _write_links(run: Run, links: Sequence[_Link]) -> None:
    rows = [
        {
            "question_id": link.question.id,
            "original_id": link.original.id,
            "created_at": link.record.created_at,
        }
        for link in links
    ]
    db.session.execute(insert(table_of(DuplicateLink)), rows)
    remember(run.to.source, LINK_KIND, (Memory(k.source_id, post_id=k.question.id) for k in links))


def import_closures(run: Run, label: str, records: Iterable[ClosureRecord]) -> None:
    """Import closures whose reason the source tells: the questions that are duplicates."""
    for batch in batches(records):
        closed = _placed_closures(run, label, run.fresh(CLOSURE_KIND, label, batch))
        run.write(CLOSURE_KIND, label, closed, lambda ready=closed: _write_closures(run, ready))  # type: ignore[misc]


def _placed_closures(run: Run, label: str, records: Sequence[ClosureRecord]) -> list[_Closed]:
    questions = run.find_posts(("question",), (record.source_id for record in records))
    ids = [question.id for question in questions.values()]
    originals, closed_here = _originals_of(ids), _closed_here(ids)
    closed = []
    for record in records:
        question = questions.get(record.source_id)
        if question is None:
            run.report.skip(label, "its question was not imported")
        elif question.id in closed_here:
            run.report.skip(label, "the question is closed here already")
        elif question.id in originals or run.is_pretended(REPEATS, record.source_id):
            original_id = originals.get(question.id, 0)
            closed.append(_Closed(record.source_id, question, original_id, record))
        else:
            run.report.skip(label, "the source does not tell the reason")
    return closed


def _originals_of(question_ids: list[int]) -> dict[int, int]:
    query = select(DuplicateLink.question_id, DuplicateLink.original_id).where(
        DuplicateLink.question_id.in_(question_ids)
    )
    newest_first = query.order_by(DuplicateLink.id.desc())
    return dict(db.session.execute(newest_first).all())


def _closed_here(question_ids: list[int]) -> set[int]:
    query = select(Closure.question_id).where(Closure.question_id.in_(question_ids))
    return set(db.session.scalars(query))


def _write_closures(run: Run, closed: Sequence[_Closed]) -> None:
    nobody = AuthorRef()
    first_at = min(c.record.closed_at for c in closed)
    closers = find_or_make_authors(run.to.source, {nobody: first_at})
    rows: list[dict[str, Any]] = [
        {
            "question_id": c.question.id,
            "reason": "duplicate",
            "duplicate_of_id": c.original_id,
            "closed_by_id": closers[nobody],
            "closed_at": c.record.closed_at,
        }
        for c in closed
    ]
    db.session.execute(insert(table_of(Closure)), rows)
    remember(
        run.to.source, CLOSURE_KIND, (Memory(c.source_id, post_id=c.question.id) for c in closed)
    )
