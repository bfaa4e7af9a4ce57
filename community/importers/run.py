"""One run of an import: batches are read, prepared on other cores, and written, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from community.core.db import transaction
from community.importers.id_sets import IdSet
from community.importers.preparing import RawText, ReadyText
from community.importers.progress import Progress
from community.importers.reading import SourceFile
from community.importers.records import VOTE_LABELS, PostRecord, votes_of
from community.importers.report import Report
from community.importers.store import PRETENDED_POST, FoundPost, known_ids, posts_by_id
from community.importers.workers import Workers
from community.importers.writing import Destination, ReadyPost, tag_name_of, write_posts

BATCH_RECORDS = 400
BATCH_CHARS = 1_000_000
PARENT_KINDS: dict[str, tuple[str, ...]] = {
    "answer": ("question",),
    "comment": ("question", "answer"),
}


class HasSourceId(Protocol):
    """A record with the source's id."""

    @property
    def source_id(self) -> str: ...


Record = TypeVar("Record", bound=HasSourceId)
Item = TypeVar("Item")


@dataclass
class Run:
    """What every stage of an import needs. A dry run writes nothing and remembers ids instead."""

    to: Destination
    report: Report
    workers: Workers
    progress: Progress
    is_dry: bool = False
    _seen: dict[str, IdSet] = field(default_factory=dict)
    _pretended: dict[str, IdSet] = field(default_factory=dict)

    def stage(self, label: str, file: SourceFile, records: Iterable[Item]) -> Iterator[Item]:
        """Pass records on, showing how far into the file we are."""
        self.report.tally(label)
        return self.progress.follow(label, file, records)

    def fresh(self, kind: str, label: str, batch: Sequence[Record]) -> list[Record]:
        """Count a batch and return the records that were neither given before nor imported."""
        return self.unknown(kind, label, self.once(kind, label, batch))

    def once(self, kind: str, label: str, batch: Sequence[Record]) -> list[Record]:
        """Count a batch and return the records whose ids were not given before in this run."""
        self.report.count_source(label, len(batch))
        seen = self._seen.setdefault(kind, IdSet())
        once = [record for record in batch if seen.add(record.source_id)]
        self.report.skip(label, "given twice", len(batch) - len(once))
        return once

    def unknown(self, kind: str, label: str, once: Sequence[Record]) -> list[Record]:
        """Return the records no earlier run has imported."""
        known = known_ids(self.to.source, kind, [record.source_id for record in once])
        self.report.count_known(label, len(known))
        return [record for record in once if record.source_id not in known]

    def find_posts(self, kinds: Sequence[str], source_ids: Iterable[str]) -> dict[str, FoundPost]:
        """Return our posts by the source's ids; in a dry run also those that would be there."""
        wanted = set(source_ids)
        found = posts_by_id(self.to.source, kinds, wanted)
        if self.is_dry:
            for source_id in wanted - found.keys():
                if any(self.is_pretended(kind, source_id) for kind in kinds):
                    found[source_id] = PRETENDED_POST
        return found

    def write(
        self, kind: str, label: str, batch: Sequence[Record], write: Callable[[], None]
    ) -> None:
        """Write a batch in one transaction and count it; in a dry run only count it."""
        if not batch:
            return
        if self.is_dry:
            self.pretend(kind, (record.source_id for record in batch))
        else:
            with transaction():
                write()
        self.report.count_new(label, len(batch))

    def pretend(self, kind: str, source_ids: Iterable[str]) -> None:
        """Remember what a dry run would have written."""
        pretended = self._pretended.setdefault(kind, IdSet())
        for source_id in source_ids:
            pretended.add(source_id)

    def is_pretended(self, kind: str, source_id: str) -> bool:
        """Say whether a dry run would have written this."""
        return source_id in self._pretended.get(kind, ())


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Group records: at most ``BATCH_RECORDS``, and about ``BATCH_CHARS`` of bodies."""
    batch: list[Record] = []
    chars = 0
    for record in records:
        batch.append(record)
        chars += len(getattr(record, "body", ""))
        if len(batch) >= BATCH_RECORDS or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def import_posts(run: Run, label: str, records: Iterable[PostRecord]) -> None:
    """Import posts of one kind. Their parents are of an earlier stage."""
    for ready in _ready_batches(run, label, records):
        if ready:
            kind = ready[0].record.kind
            written = [post.record for post in ready]
            _count_votes(run.report.count_new, written)
            run.write(kind, label, written, lambda batch=ready: write_posts(run.to, batch))  # type: ignore[misc]


Waiting = tuple[list[tuple[PostRecord, FoundPost | None]], "Future[list[ReadyText]]"]


def _ready_batches(
    run: Run, label: str, records: Iterable[PostRecord]
) -> Iterator[list[ReadyPost]]:
    """Yield batches in order while the next ones are being prepared."""
    waiting: deque[Waiting] = deque()
    for batch in batches(records):
        once = run.once(batch[0].kind, label, batch)
        fresh = run.unknown(batch[0].kind, label, once)
        _count_votes(run.report.count_source, batch)
        _count_votes(run.report.count_known, _without(once, fresh))
        placed = _with_parents(run, label, fresh)
        raws = [RawText(r.body, r.is_html, r.kind == "question") for r, _ in placed]
        if placed:
            waiting.append((placed, run.workers.submit(raws)))
        while len(waiting) > run.workers.number * 2:
            yield _collect(run, label, waiting.popleft())
    while waiting:
        yield _collect(run, label, waiting.popleft())


def _without(records: Iterable[PostRecord], others: Iterable[PostRecord]) -> list[PostRecord]:
    left_out = {record.source_id for record in others}
    return [record for record in records if record.source_id not in left_out]


def _count_votes(count: Callable[[str, int], None], records: Iterable[PostRecord]) -> None:
    """Count the votes that come with their posts."""
    for record in records:
        for label, number in votes_of(record).items():
            count(label, number)


def skip_votes_left_out(report: Report) -> None:
    """Account for the votes on posts that were left out; at the end of a run."""
    for label in VOTE_LABELS:
        if label in report.tallies:
            tally = report.tally(label)
            report.skip(label, "their post was not imported", tally.source - tally.imported)


def _with_parents(
    run: Run, label: str, records: Sequence[PostRecord]
) -> list[tuple[PostRecord, FoundPost | None]]:
    """Return records with the post they reply to; those without are left out."""
    if not records or records[0].kind == "question":
        return [(record, None) for record in records]
    kinds = PARENT_KINDS[records[0].kind]
    parents = run.find_posts(kinds, (record.parent_id for record in records))
    placed = [(r, parents[r.parent_id]) for r in records if r.parent_id in parents]
    reason = f"its {' or '.join(kinds)} was not imported"
    run.report.skip(label, reason, len(records) - len(placed))
    return list(placed)


def _collect(run: Run, label: str, waiting: Waiting) -> list[ReadyPost]:
    placed, future = waiting
    ready = []
    for (record, parent), text in zip(placed, future.result(), strict=True):
        if text.problem:
            run.report.skip_bad(label, record.place, text.problem)
            continue
        ready.append(ReadyPost(record, text, parent))
        for raw in record.tags:
            if tag_name_of(raw) is None:
                run.report.tell_problem(record.place, f"its tag {raw[:60]!r} cannot be a tag here")
    return ready
