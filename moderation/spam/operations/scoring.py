"""Scoring a text, and putting what scores say on a scale that past decisions allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from community.core import clock
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post
from moderation.spam.bayes import Totals, evidence_of, scale_for, score_of, weight_of, without
from moderation.spam.hashing import opened_salt, unpacked
from moderation.spam.models import SPAM, SpamLesson, SpamToken
from moderation.spam.operations.learning import lock_model
from moderation.spam.queries import counts_of, evidence_in, get_model, read_post, read_text

HELD_PRECISION, REVIEWED_PRECISION = 0.98, 0.80
# The latest decisions say best what spam is now.
MOST_JUDGED = 4_000
BATCH = 500


def score_text(author: User, title: str, body: str, *, post_id: int | None = None) -> int | None:
    """Return how much a text looks like spam, from 0 to 100; None while too little was learned.

    Raises what a broken model brings: the caller lets the text go to review then.
    """
    model = get_model()
    if model is None or not model.totals.are_enough:
        return None
    reading = read_text(
        author, title, body, at=clock.now(), salt=opened_salt(model.salt), post_id=post_id
    )
    return score_of(evidence_in(model, reading), model.scale)


def score_of_post(post_id: int) -> int | None:
    """Return the score of a post as it was when it was written; None while too little was learned.

    Raises ``NotFound``, and what ``score_text`` raises.
    """
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotFound()
    model = get_model()
    if model is None or not model.totals.are_enough:
        return None
    reading = read_post(post, opened_salt(model.salt))
    return score_of(evidence_in(model, reading), model.scale)


def list_judged() -> list[tuple[float, bool]]:
    """Return the evidence of past lessons, each judged by all others, and whether it was spam.

    Reads much and changes nothing, so whoever calls it need not hold up a writer.
    """
    model = get_model()
    if model is None or not model.totals.are_enough:
        return []
    latest = select(SpamLesson.label, SpamLesson.hashes).order_by(SpamLesson.learned_at.desc())
    rows = db.session.execute(latest.limit(MOST_JUDGED)).all()
    return [
        (_judge(unpacked(stored), label == SPAM, model.totals), label == SPAM)
        for label, stored in rows
    ]


def put_on_scale(judged: Sequence[tuple[float, bool]]) -> None:
    """Put 60 and 75 where past decisions allow it; without any, where a new model has them."""
    model = lock_model()
    scale = scale_for(judged, held_precision=HELD_PRECISION, reviewed_precision=REVIEWED_PRECISION)
    model.reviewed_from, model.held_from = scale.reviewed, scale.held
    db.session.flush()


def _judge(hashes: Sequence[int], is_spam: bool, totals: Totals) -> float:
    """Return the evidence of a lesson's text by what all other lessons teach."""
    others = Totals(totals.spam - is_spam, totals.ham - (not is_spam))
    counts = counts_of(hashes)
    weights = (
        weight_of(*without(counts[number], was_spam=is_spam), others)
        for number in hashes
        if number in counts
    )
    return evidence_of(weights)


@dataclass(frozen=True)
class Rebuilt:
    """What was counted anew, and how many rows of the table had been wrong."""

    lessons: int
    tokens: int
    corrected: int


def rebuild() -> Rebuilt:
    """Count all lessons anew; the table becomes what they say."""
    model = lock_model()
    counts: dict[int, list[int]] = {}
    totals = [0, 0]
    for label, stored in db.session.execute(select(SpamLesson.label, SpamLesson.hashes)):
        place = 0 if label == SPAM else 1
        totals[place] += 1
        for number in unpacked(stored):
            counts.setdefault(number, [0, 0])[place] += 1
    found = {row.hash: [row.spam_count, row.ham_count] for row in _all_tokens()}
    wrong = [
        number for number in found.keys() | counts.keys() if found.get(number) != counts.get(number)
    ]
    _store(counts)
    model.spam_count, model.ham_count = totals
    db.session.flush()
    return Rebuilt(sum(totals), len(counts), len(wrong))


def _all_tokens() -> Sequence[Any]:
    query = select(SpamToken.hash, SpamToken.spam_count, SpamToken.ham_count)
    return db.session.execute(query).all()


def _store(counts: dict[int, list[int]]) -> None:
    db.session.execute(delete(SpamToken))
    rows = [
        {"hash": number, "spam_count": spam, "ham_count": ham}
        for number, (spam, ham) in sorted(counts.items())
    ]
    for at in range(0, len(rows), BATCH):
        db.session.execute(insert(SpamToken), rows[at : at + BATCH])
