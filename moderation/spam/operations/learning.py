"""Learning from decisions, and unlearning what was overturned; each post counts once.

The model's row is locked first, so lessons come one after the other and the counts are theirs.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from community.core import clock
from community.core.db import (
    add_on_conflict,
    db,
    insert_ignoring_conflicts,
    lock_row,
)
from community.posts.models import Post, SuggestedEdit
from moderation.cases.models import ModerationCase
from moderation.spam.hashing import new_salt, opened_salt, packed, unpacked
from moderation.spam.models import (
    SPAM,
    THE_MODEL,
    SpamLesson,
    SpamModel,
    SpamToken,
    TextMark,
)
from moderation.spam.queries import (
    CHUNK,
    OF_CHANGES,
    counts_of,
    get_lesson,
    get_model,
    label_decided,
    label_of_case,
    read_edit,
    read_post,
)
from moderation.spam.weighing import weigh_one

MARKS_KEPT = timedelta(days=30)


def follow_case(case_id: int) -> None:
    """Learn of a case's post what moderators decided last and did not take back; else unlearn it.

    What broke another rule than that on spam teaches nothing. Of a changed text that waited the
    change is learned, not the post.
    """
    case = db.session.get(ModerationCase, case_id)
    if case is None or case.post_id is None:
        return
    if case.kind == OF_CHANGES:
        _relearn_edit(case.post_id, case)
    else:
        relearn_post(case.post_id)


def _relearn_edit(post_id: int, case: ModerationCase) -> None:
    suggestion_id, label = int(case.evidence["suggestion"]), label_of_case(case)
    model, suggestion = lock_model(), db.session.get(SuggestedEdit, suggestion_id)
    if label is None:
        _forget(get_lesson(post_id, suggestion_id))
    elif suggestion is not None:
        reading = read_edit(suggestion, opened_salt(model.salt))
        _learn(model, (post_id, suggestion_id), label, reading.hashes)


def relearn_post(post_id: int) -> None:
    """Learn what the cases about a post say now, or unlearn it where they say nothing."""
    label = label_decided(post_id)
    if label is None:
        unlearn_post(post_id)
    else:
        learn_post(post_id, label)


def learn_post(post_id: int, label: str) -> bool:
    """Learn that a post is spam, or that it is not; False where that was learned before.

    Learned the other way round, it is unlearned first. A post that is gone teaches nothing.
    """
    model = lock_model()
    post = db.session.get(Post, post_id)
    if post is None or _knows(get_lesson(post_id), label):
        return False
    return _learn(model, (post_id, 0), label, read_post(post, opened_salt(model.salt)).hashes)


def _knows(lesson: SpamLesson | None, label: str) -> bool:
    return lesson is not None and lesson.label == label


def _learn(model: SpamModel, key: tuple[int, int], label: str, hashes: Sequence[int]) -> bool:
    lesson = get_lesson(*key)
    if _knows(lesson, label):
        return False
    _forget(lesson)
    weight = _first_weight(hashes, label) if model.is_weighed else 0
    post_id, suggestion_id = key
    db.session.add(
        SpamLesson(
            post_id=post_id,
            suggestion_id=suggestion_id,
            label=label,
            hashes=packed(hashes),
            weight=weight,
            learned_at=clock.now(),
        )
    )
    _count(hashes, label, weight)
    return True


def _first_weight(hashes: Sequence[int], label: str) -> int:
    """Return what a new lesson weighs until all are weighed anew: what it takes to be told."""
    said = sum(seen.weight for seen in counts_of(hashes).values())
    return weigh_one(said, len(hashes), is_spam=label == SPAM)


def unlearn_post(post_id: int) -> bool:
    """Take back what was learned of a post; False where nothing was."""
    lock_model()
    return _forget(get_lesson(post_id))


def _forget(lesson: SpamLesson | None) -> bool:
    if lesson is not None:
        _take_back(lesson)
    return lesson is not None


def lock_model() -> SpamModel:
    """Return the model, made if need be, its row locked to the end of the transaction."""
    if get_model() is None:
        made = {"id": THE_MODEL, "salt": new_salt()}
        db.session.execute(insert_ignoring_conflicts(SpamModel).values(**made))
    query = lock_row(select(SpamModel).where(SpamModel.id == THE_MODEL))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _count(hashes: Sequence[int], label: str, weight: int) -> None:
    row = {"spam_count": int(label == SPAM), "ham_count": int(label != SPAM), "weight": weight}
    rows = [{"hash": number, **row} for number in hashes]
    if rows:
        db.session.execute(add_on_conflict(SpamToken, ["hash"], list(row)), rows)
    _count_lessons(label, 1)


def _take_back(lesson: SpamLesson) -> None:
    hashes = unpacked(lesson.hashes)
    column = SpamToken.spam_count if lesson.label == SPAM else SpamToken.ham_count
    for at in range(0, len(hashes), CHUNK):
        seen = SpamToken.hash.in_(hashes[at : at + CHUNK])
        # Not below nothing: a row that was lost must not keep a decision from being overturned.
        db.session.execute(
            update(SpamToken)
            .where(seen, column > 0)
            .values({column: column - 1, SpamToken.weight: SpamToken.weight - lesson.weight})
            .execution_options(synchronize_session=False)
        )
        db.session.execute(
            delete(SpamToken)
            .where(seen, SpamToken.spam_count == 0, SpamToken.ham_count == 0)
            .execution_options(synchronize_session=False)
        )
    _count_lessons(lesson.label, -1)
    db.session.delete(lesson)
    db.session.flush()


def _count_lessons(label: str, change: int) -> None:
    column = SpamModel.spam_count if label == SPAM else SpamModel.ham_count
    db.session.execute(
        update(SpamModel)
        .where(SpamModel.id == THE_MODEL)
        .values({column: column + change})
        .execution_options(synchronize_session=False)
    )


def mark_post(post_id: int) -> None:
    """Keep the marks by which near copies of a post are found; twice changes nothing."""
    model = get_model()
    post = db.session.get(Post, post_id)
    if post is None:
        return
    if model is None:
        model = lock_model()
    marks = read_post(post, opened_salt(model.salt)).marks
    rows = [{"post_id": post_id, "mark": mark, "marked_at": post.created_at} for mark in marks]
    if rows:
        db.session.execute(insert_ignoring_conflicts(TextMark), rows)


def forget_marks(age: timedelta) -> None:
    """Forget marks of posts older than that."""
    old = delete(TextMark).where(TextMark.marked_at < clock.now() - age)
    db.session.execute(old.execution_options(synchronize_session=False))
