"""Votes: kudos where the giver is known, a count on the post where the source hides them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, update

from community.core.db import db, insert_ignoring_conflicts
from community.importers.records import VoteRecord
from community.importers.run import Run, batches
from community.importers.store import FoundPost, Memory, remember, table_of, users_by_id
from community.posts.models import Post, Vote
from community.questions.models import Acceptance

KIND = "vote"
LABELS = {1: "votes up", -1: "votes down", 0: "votes that accept"}


class _Placed(NamedTuple):
    source_id: str
    vote: VoteRecord
    post: FoundPost
    voter_id: int | None


def import_votes(run: Run, records: Iterable[VoteRecord]) -> None:
    """Import votes; the mark of an accepted answer gives its acceptance the time."""
    for batch in batches(records):
        for value, label in LABELS.items():
            votes = [record for record in batch if record.value == value]
            placed = _placed(run, label, run.fresh(KIND, label, votes))
            run.write(KIND, label, placed, lambda ready=placed: _write(run, ready))  # type: ignore[misc]


def _placed(run: Run, label: str, records: Sequence[VoteRecord]) -> list[_Placed]:
    posts = run.find_posts(("question", "answer"), (record.post_id for record in records))
    voters = users_by_id(run.to.source, {r.voter.source_id for r in records if r.voter.source_id})
    kept = [record for record in records if record.post_id in posts]
    run.report.skip(
        label, "its post is not in the source, or was not imported", len(records) - len(kept)
    )
    return [
        _Placed(r.source_id, r, posts[r.post_id], voters.get(r.voter.source_id or "")) for r in kept
    ]


def _write(run: Run, placed: Sequence[_Placed]) -> None:
    hidden = [p for p in placed if p.vote.value and p.voter_id is None]
    _count_hidden(hidden)
    _write_kudos([p for p in placed if p.vote.value and p.voter_id is not None])
    _date_acceptances([p for p in placed if not p.vote.value])
    remember(run.to.source, KIND, (Memory(p.source_id, post_id=p.post.id) for p in placed))


def _count_hidden(placed: Sequence[_Placed]) -> None:
    up = Counter(p.post.id for p in placed if p.vote.value > 0)
    down = Counter(p.post.id for p in placed if p.vote.value < 0)
    rows = [{"post": i, "up": up[i], "down": down[i]} for i in sorted(up.keys() | down.keys())]
    table = table_of(Post)
    statement = (
        update(table)
        .where(table.c.id == bindparam("post"))
        .values(
            imported_up=table.c.imported_up + bindparam("up"),
            imported_down=table.c.imported_down + bindparam("down"),
            kudos_count=table.c.kudos_count + bindparam("up"),
        )
    )
    if rows:
        db.session.execute(statement, rows)


def _write_kudos(placed: Sequence[_Placed]) -> None:
    rows = [
        {
            "post_id": p.post.id,
            "user_id": p.voter_id,
            "value": p.vote.value,
            "created_at": p.vote.created_at,
            "imported": True,
        }
        for p in placed
    ]
    if rows:
        db.session.execute(insert_ignoring_conflicts(Vote.__table__), rows)


def _date_acceptances(placed: Sequence[_Placed]) -> None:
    rows = [{"answer": p.post.id, "at": max(p.vote.created_at, p.post.created_at)} for p in placed]
    table = table_of(Acceptance)
    statement = (
        update(table)
        .where(table.c.answer_id == bindparam("answer"))
        .values(accepted_at=bindparam("at"))
    )
    if rows:
        db.session.execute(statement, rows)
