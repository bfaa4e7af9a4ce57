"""Taking along what hangs on a question when it becomes part of another one, and bringing it back.

Both questions' rows are locked by the caller, who derives status and totals anew afterwards. Each
function that carries returns what it changed, as ids and former values to be kept; its counterpart
takes that. A row that would stand beside one of the same member stays where it is: nobody watches a
question twice.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from community.core.db import count_changed, db
from community.posts.models import Draft, Post, Watch
from community.questions.errors import TooManySolutionsTogether
from community.questions.models import (
    Acceptance,
    Closure,
    DuplicateLink,
    MeToo,
    Question,
)
from community.questions.operations.acceptances import acceptances_of, free_place

MOST_SOLUTIONS = 3

# Ids of posts, each with what it replied to.
Parents = list[tuple[int, int | None]]
Carried = dict[str, Any]


def carry_replies(source: Question, target: Question, *, comments_to: int) -> Parents:
    """Put everything below a question below another one; its own comments go to a post there."""
    found = select(Post.id, Post.parent_id).where(
        Post.root_id == source.id, Post.id.not_in((source.id, target.id))
    )
    rows = [(post_id, parent_id) for post_id, parent_id in db.session.execute(found)]
    put_below(target, [post_id for post_id, _ in rows])
    direct = [post_id for post_id, parent_id in rows if parent_id == source.id]
    is_comment = Post.kind == "comment"
    _set_parent(direct, comments_to, is_comment)
    _set_parent(direct, target.id, ~is_comment)
    return rows


def put_below(question: Question, post_ids: Collection[int]) -> None:
    """Let posts belong to a question and its board; what they reply to is the caller's."""
    db.session.execute(
        update(Post)
        .where(Post.id.in_(post_ids))
        .values(root_id=question.id, board_id=question.board_id)
    )


def _set_parent(post_ids: Collection[int], parent_id: int | None, *conditions: Any) -> None:
    db.session.execute(
        update(Post).where(Post.id.in_(post_ids), *conditions).values(parent_id=parent_id)
    )


def bring_replies_back(rows: Iterable[tuple[int, int | None]], question: Question) -> None:
    """Put posts back below a question, with what was said below them since."""
    by_parent: dict[int | None, list[int]] = {}
    for post_id, parent_id in rows:
        by_parent.setdefault(parent_id, []).append(post_id)
    post_ids = {post_id for ids in by_parent.values() for post_id in ids}
    followers = db.session.scalars(select(Post.id).where(Post.parent_id.in_(post_ids))).all()
    put_below(question, {*post_ids, *followers})
    for parent_id, ids in by_parent.items():
        _set_parent(ids, parent_id)


def recount_comments(*questions: Question) -> None:
    """Derive how many comments each post of these questions shows."""
    db.session.flush()
    comment = aliased(Post)
    number = (
        select(func.count(comment.id))
        .where(
            comment.parent_id == Post.id,
            comment.kind == "comment",
            comment.visibility == "published",
        )
        .correlate(Post)
        .scalar_subquery()
    )
    ids = [question.id for question in questions]
    db.session.execute(
        update(Post)
        .where(or_(Post.root_id.in_(ids), Post.id.in_(ids)))
        .values(comments_count=number)
        .execution_options(synchronize_session=False)
    )
    for question in questions:
        db.session.refresh(question, ["comments_count"])


def carry_followers(source: Question, target: Question, *, but: Collection[int] = ()) -> Carried:
    """Carry watches, "me too" and drafts of answers; watches of these ids stay."""
    watches = _ids(
        select(Watch.id).where(
            Watch.post_id == source.id,
            Watch.id.not_in(but),
            Watch.user_id.not_in(select(Watch.user_id).where(Watch.post_id == target.id)),
        )
    )
    db.session.execute(update(Watch).where(Watch.id.in_(watches)).values(post_id=target.id))
    here = select(MeToo.user_id).where(MeToo.question_id == target.id)
    me_toos = _ids(
        select(MeToo.id).where(
            MeToo.question_id == source.id,
            MeToo.user_id != target.author_id,
            MeToo.user_id.not_in(here),
        )
    )
    _move_me_toos(me_toos, source, target)
    return {"watches": watches, "me_toos": me_toos, "drafts": _carry_drafts(source, target)}


def _ids(statement: Any) -> list[int]:
    return list(db.session.scalars(statement))


def _move_me_toos(ids: Collection[int], source: Question, target: Question) -> None:
    moved = count_changed(
        update(MeToo)
        .where(MeToo.id.in_(ids), MeToo.question_id == source.id)
        .values(question_id=target.id)
    )
    source.me_too_count -= moved
    target.me_too_count += moved


def _carry_drafts(source: Question, target: Question) -> list[int]:
    other = aliased(Draft)
    place, former = _place(target), _place(source)
    taken = exists().where(
        other.place == place,
        or_(other.user_id == Draft.user_id, other.guest_token == Draft.guest_token),
    )
    ids = _ids(select(Draft.id).where(Draft.place == former, ~taken))
    db.session.execute(update(Draft).where(Draft.id.in_(ids)).values(place=place))
    return ids


def _place(question: Question) -> str:
    return f"answer:{question.id}"


def bring_followers_back(carried: Carried, source: Question, target: Question) -> None:
    """Give watches, "me too" and drafts back to the question they were carried from."""
    db.session.execute(
        update(Watch)
        .where(Watch.id.in_(carried["watches"]), Watch.post_id == target.id)
        .values(post_id=source.id)
    )
    _move_me_toos(carried["me_toos"], target, source)
    db.session.execute(
        update(Draft)
        .where(Draft.id.in_(carried["drafts"]), Draft.place == _place(target))
        .values(place=_place(source))
    )


def count_asker_in(source: Question, target: Question) -> Carried:
    """Let who asked the one have the other's problem as well, and those whose names are hidden."""
    imported = source.imported_me_toos
    source.imported_me_toos, target.imported_me_toos = 0, target.imported_me_toos + imported
    source.me_too_count -= imported
    target.me_too_count += imported
    is_there = exists().where(MeToo.question_id == target.id, MeToo.user_id == source.author_id)
    asker = None
    if source.author_id != target.author_id and not db.session.scalar(select(is_there)):
        row = MeToo(question_id=target.id, user_id=source.author_id, created_at=source.created_at)
        db.session.add(row)
        target.me_too_count += 1
        db.session.flush()
        asker = row.id
    return {"imported_me_toos": imported, "asker": asker}


def count_asker_out(carried: Carried, source: Question, target: Question) -> None:
    """Undo ``count_asker_in``."""
    imported = carried["imported_me_toos"]
    source.imported_me_toos += imported
    source.me_too_count += imported
    target.imported_me_toos -= imported
    target.me_too_count -= imported
    target.me_too_count -= count_changed(
        delete(MeToo).where(MeToo.id == carried["asker"], MeToo.question_id == target.id)
    )


def carry_links(source: Question, target: Question) -> Carried:
    """Let other questions' duplicate marks name the other question."""
    other = aliased(DuplicateLink)
    there = exists().where(
        other.question_id == DuplicateLink.question_id, other.original_id == target.id
    )
    links = _ids(
        select(DuplicateLink.id).where(
            DuplicateLink.original_id == source.id, DuplicateLink.question_id != target.id, ~there
        )
    )
    closures = _ids(
        select(Closure.id).where(
            Closure.duplicate_of_id == source.id, Closure.question_id != target.id
        )
    )
    _name_original(links, closures, target)
    return {"links": links, "closures": closures}


def _name_original(links: Collection[int], closures: Collection[int], original: Question) -> None:
    db.session.execute(
        update(DuplicateLink).where(DuplicateLink.id.in_(links)).values(original_id=original.id)
    )
    db.session.execute(
        update(Closure).where(Closure.id.in_(closures)).values(duplicate_of_id=original.id)
    )


def bring_links_back(carried: Carried, source: Question) -> None:
    """Let duplicate marks name the question again which they were carried from."""
    _name_original(carried["links"], carried["closures"], source)


def carry_acceptances(source: Question, target: Question) -> list[list[int | None]]:
    """Let what was accepted stay accepted, for who asked then; raises
    ``TooManySolutionsTogether``."""
    present, arriving = acceptances_of(target), acceptances_of(source)
    if len(present) + len(arriving) > MOST_SOLUTIONS:
        raise TooManySolutionsTogether()
    former = [[one.id, one.place, one.asker_id] for one in arriving]
    for acceptance in arriving:
        acceptance.asker_id = acceptance.asker_id or source.author_id
        _place_on(target, acceptance, free_place(present))
        present.append(acceptance)
    return former


def _place_on(question: Question, acceptance: Acceptance, place: int) -> None:
    acceptance.question_id, acceptance.place = question.id, place
    db.session.flush()


def bring_acceptances_back(
    former: Iterable[list[int | None]], source: Question, target: Question
) -> None:
    """Give acceptances back with their answers; those given since go along."""
    places = {row[0]: row[1:] for row in former}
    here: list[Acceptance] = []
    leaving = acceptances_of(target)
    for acceptance in sorted(leaving, key=lambda one: one.id not in places):
        if not _is_answer_of(source, acceptance):
            continue
        place, asker_id = places.get(acceptance.id, (None, acceptance.asker_id or target.author_id))
        acceptance.asker_id = asker_id
        _place_on(source, acceptance, place or free_place(here))
        here.append(acceptance)


def _is_answer_of(question: Question, acceptance: Acceptance) -> bool:
    root_id = db.session.scalar(select(Post.root_id).where(Post.id == acceptance.answer_id))
    return root_id == question.id
