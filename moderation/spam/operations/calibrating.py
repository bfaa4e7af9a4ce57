"""Weighing what was learned, putting 60 and 75 where that allows it, and counting all anew.

At any instant a token weighs what its lessons do, so what is taken back is gone exactly, though the
others were weighed beside it: their next weighing, within a day, does without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from community.core.db import db
from moderation.spam.bayes import Seen
from moderation.spam.hashing import unpacked
from moderation.spam.models import SPAM, SpamLesson, SpamToken
from moderation.spam.operations.learning import lock_model
from moderation.spam.queries import get_lesson, get_model
from moderation.spam.scale import scale_for
from moderation.spam.weighing import Sample

HELD_PRECISION, REVIEWED_PRECISION = 0.98, 0.90
# The latest decisions say best what spam is now.
MOST_WEIGHED = 4_000
BATCH = 500

# Of a lesson: the post, and the change of it or 0.
Key = tuple[int, int]


def list_samples() -> dict[Key, Sample]:
    """Return the latest lessons; none while too little was learned.

    Reads much and changes nothing, so whoever calls it need not hold up a writer.
    """
    model = get_model()
    if model is None or not model.totals.are_enough:
        return {}
    columns = (SpamLesson.post_id, SpamLesson.suggestion_id, SpamLesson.label, SpamLesson.hashes)
    latest = select(*columns).order_by(SpamLesson.learned_at.desc(), *columns[:2])
    return {
        (post_id, suggestion_id): Sample(unpacked(hashes), label == SPAM)
        for post_id, suggestion_id, label, hashes in db.session.execute(latest.limit(MOST_WEIGHED))
    }


def list_weighing_keys() -> list[Key]:
    """Return the lessons that have a weight."""
    query = select(SpamLesson.post_id, SpamLesson.suggestion_id).where(SpamLesson.weight != 0)
    return [(row.post_id, row.suggestion_id) for row in db.session.execute(query)]


def give_weights(given: Mapping[Key, int]) -> None:
    """Have lessons weigh this, and their tokens so much more or less.

    A lesson that was taken back meanwhile, or learned the other way round, keeps what it has.
    """
    lock_model()
    changes: dict[int, int] = {}
    for key, weight in given.items():
        lesson = get_lesson(*key)
        if lesson is None or (weight and (weight > 0) != (lesson.label == SPAM)):
            continue
        change, lesson.weight = weight - lesson.weight, weight
        for number in unpacked(lesson.hashes) if change else ():
            changes[number] = changes.get(number, 0) + change
    db.session.flush()
    _add_weights(changes)


def _add_weights(changes: Mapping[int, int]) -> None:
    rows = [{"number": number, "more": more} for number, more in sorted(changes.items()) if more]
    table = SpamToken.__table__
    if rows:
        db.session.connection().execute(
            update(SpamToken)
            .where(table.c.hash == bindparam("number"))
            .values(weight=table.c.weight + bindparam("more")),
            rows,
        )


def put_on_scale(judged: Sequence[tuple[float, bool]]) -> None:
    """Put 60 and 75 where past decisions allow it; without any, where a new model has them.

    ``judged`` is evidence by weights, which are what counts from now on.
    """
    model = lock_model()
    scale = scale_for(judged, held_precision=HELD_PRECISION, reviewed_precision=REVIEWED_PRECISION)
    model.reviewed_from, model.held_from = scale.reviewed, scale.held
    model.is_weighed = bool(judged)
    db.session.flush()


@dataclass(frozen=True)
class Rebuilt:
    """What was counted anew, and how many rows of the table had been wrong."""

    lessons: int
    tokens: int
    corrected: int


def rebuild() -> Rebuilt:
    """Count all lessons anew, with their weights; the table becomes what they say."""
    model = lock_model()
    counts: dict[int, list[int]] = {}
    totals = [0, 0]
    columns = (SpamLesson.label, SpamLesson.hashes, SpamLesson.weight)
    for label, stored, weight in db.session.execute(select(*columns)):
        place = 0 if label == SPAM else 1
        totals[place] += 1
        for number in unpacked(stored):
            row = counts.setdefault(number, [0, 0, 0])
            row[place] += 1
            row[2] += weight
    wanted = {number: Seen(*row) for number, row in counts.items()}
    found = {number: Seen(*row) for number, *row in _all_tokens()}
    wrong = [
        number for number in found.keys() | wanted.keys() if found.get(number) != wanted.get(number)
    ]
    _store(wanted)
    model.spam_count, model.ham_count = totals
    db.session.flush()
    return Rebuilt(sum(totals), len(wanted), len(wrong))


def _all_tokens() -> Sequence[Any]:
    columns = (SpamToken.hash, SpamToken.spam_count, SpamToken.ham_count, SpamToken.weight)
    return db.session.execute(select(*columns)).all()


def _store(counts: Mapping[int, Seen]) -> None:
    db.session.execute(delete(SpamToken))
    rows = [
        {"hash": number, "spam_count": seen.spam, "ham_count": seen.ham, "weight": seen.weight}
        for number, seen in sorted(counts.items())
    ]
    for at in range(0, len(rows), BATCH):
        db.session.execute(insert(SpamToken), rows[at : at + BATCH])
