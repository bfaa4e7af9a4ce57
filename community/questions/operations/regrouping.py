"""Merging and splitting questions; the rows of the questions are locked by the caller.

Of a question that is merged its own text stays as it is, quoted on the other one's page
(``merged``). It is made no answer: it answers nothing, and kudos for a question are not worth what
kudos for an answer are. What is split off becomes a question with a copy of its text; the post it
was stays, ``merged``, under its number and with its kudos. So nobody's points change.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select, update

from community.boards.models import Board
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db, lock_row
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.events import PostRegrouped, PostVisibilityChanged
from community.identity.models import User
from community.posts.errors import UnfitText
from community.posts.models import Post, Watch
from community.posts.operations import render_into, watch_unless_muted
from community.posts.tagging import tag_names_of
from community.posts.text import slug_of, tidy_title, title_problem
from community.posts.visibility import MERGED, PUBLISHED
from community.questions.errors import (
    NotMergeable,
    NotSplittable,
    UnknownTarget,
)
from community.questions.excerpts import excerpt_of
from community.questions.models import Acceptance, Closure, Question, Regrouping
from community.questions.operations import carrying
from community.questions.operations.carrying import Carried, Parents
from community.questions.operations.questions import publish_question
from community.questions.policies import can_merge_between, can_regroup_question
from community.questions.standing import Standing, change_standing, standing_in
from community.questions.status import recompute, settle

MERGE, SPLIT, TO_ANSWER, TO_COMMENT = "merge", "split", "answer", "comment"


def lock_questions(*question_ids: int) -> dict[int, Question]:
    """Return questions with their rows locked, in one order, so that no two callers block."""
    statement = lock_row(
        select(Question).where(Question.id.in_(question_ids)).order_by(Question.id)
    )
    found = db.session.scalars(statement.execution_options(populate_existing=True))
    return {question.id: question for question in found}


def merge_question(
    actor: User, source: Question, target: Question | None, reason: str
) -> Regrouping:
    """Make all that hangs on a question another one's; both rows are locked.

    Its address leads to the other one from now on. Raises ``NotAllowed``, ``ReasonUnfit``,
    ``UnknownTarget``, ``NotMergeable``, ``TooManySolutionsTogether``.
    """
    require(can_regroup_question(actor, source))
    reason = fit_reason(reason)
    if target is None or target.id == source.id:
        raise UnknownTarget(errors={"into": UnknownTarget.message})
    require(can_regroup_question(actor, target))
    boards = [db.session.get_one(Board, one.board_id) for one in (source, target)]
    require(can_merge_between(actor, *boards))
    _check_mergeable(source, target)
    before = standings_of(source, target)
    carried: Carried = {"board_id": source.board_id}
    with settle(source):
        source.visibility = MERGED
    carried["posts"] = carrying.carry_replies(source, target, comments_to=target.id)
    carried |= carrying.carry_followers(source, target)
    carried |= carrying.count_asker_in(source, target)
    carried |= carrying.carry_links(source, target)
    carried["acceptances"] = carrying.carry_acceptances(source, target)
    source.parent_id = target.id
    place_in(source, target)
    derive_anew(source, target)
    change_standing(before, standings_of(source, target))
    regrouping = note_regrouping(actor, MERGE, source, target, carried, reason=reason)
    emit(PostRegrouped(target.id, source.author_id, actor.id, MERGE))
    return regrouping


def _check_mergeable(source: Question, target: Question) -> None:
    circle = select(Closure.id).where(
        Closure.question_id == target.id, Closure.duplicate_of_id == source.id
    )
    are_public = source.visibility == target.visibility == PUBLISHED
    if not are_public or db.session.scalar(circle) is not None:
        raise NotMergeable()


def place_in(question: Question, target: Question) -> None:
    """Let a question that is none any more lead to another one."""
    question.root_id = target.id
    question.board_id = question.place_id = target.board_id
    db.session.flush()


def standings_of(*questions: Question) -> Standing:
    """Return what questions bring their authors, in all."""
    total: Standing = {}
    for question in questions:
        for user_id, (kudos, solved) in standing_in(question).items():
            before = total.get(user_id, (0, 0))
            total[user_id] = (before[0] + kudos, before[1] + solved)
    return total


def derive_anew(*questions: Question) -> None:
    """Derive comments, status and counters of questions anew."""
    carrying.recount_comments(*questions)
    for question in questions:
        recompute(question)


def note_regrouping(
    actor: User,
    kind: str,
    source: Question,
    target: Question,
    carried: Carried,
    *,
    reason: str,
    post: Post | None = None,
) -> Regrouping:
    """Keep what was done, record it and have indexes and lists follow."""
    regrouping = Regrouping(
        kind=kind,
        source_id=source.id,
        target_id=target.id,
        post_id=post.id if post else None,
        carried=carried,
        reason=reason,
        made_by_id=actor.id,
        made_at=clock.now(),
    )
    db.session.add(regrouping)
    db.session.flush()
    action = {MERGE: Action.QUESTION_MERGED, SPLIT: Action.QUESTION_SPLIT}
    record(
        actor,
        action.get(kind, Action.POST_TURNED),
        subject=("post", post.id if post else source.id),
        after=names_in(regrouping),
        reason=regrouping.reason,
    )
    have_followed(actor, source, target)
    return regrouping


def names_in(regrouping: Regrouping) -> dict[str, Any]:
    """Return what the audit log says of it."""
    return {
        "regrouping": regrouping.id,
        "kind": regrouping.kind,
        "from": regrouping.source_id,
        "to": regrouping.target_id,
    }


def have_followed(actor: User, *questions: Question) -> None:
    """Have indexes, lists and points follow what changed in these questions."""
    for question in {question.id: question for question in questions}.values():
        emit(PostVisibilityChanged(question.id, question.id, actor.id, question.visibility))


def split_question(
    actor: User,
    question: Question,
    posts: Sequence[Post],
    *,
    title: str,
    reason: str,
) -> Question:
    """Make the first of these posts a question, and the others its answers and comments.

    The question's row is locked. Raises ``NotAllowed``, ``ReasonUnfit``, ``UnfitText``,
    ``NotSplittable``.
    """
    require(can_regroup_question(actor, question))
    reason = fit_reason(reason)
    title = tidy_title(title)
    if problem := title_problem(title):
        raise UnfitText(errors={"title": problem})
    _check_splittable(question, posts)
    first = posts[0]
    before = standings_of(question)
    made = _make_question(question, first, title)
    moved = _put_off(question, made, posts)
    first.visibility = MERGED
    watch_unless_muted(first.author_id, made.id)
    db.session.flush()
    watches = list(db.session.scalars(select(Watch.id).where(Watch.post_id == made.id)))
    derive_anew(question, made)
    change_standing(before, standings_of(question, made))
    carried = {"posts": moved, "watches": watches}
    note_regrouping(actor, SPLIT, question, made, carried, reason=reason, post=first)
    emit(PostRegrouped(made.id, first.author_id, actor.id, SPLIT))
    return made


def _check_splittable(question: Question, posts: Sequence[Post]) -> None:
    ids = [post.id for post in posts]
    accepted = select(Acceptance.id).where(Acceptance.answer_id.in_(ids))
    fit = all(
        post.root_id == question.id and post.is_published and post.kind in (TO_ANSWER, TO_COMMENT)
        for post in posts
    )
    public = question.visibility == PUBLISHED
    if not ids or not fit or not public or db.session.scalar(accepted.limit(1)) is not None:
        raise NotSplittable()


def _make_question(question: Question, first: Post, title: str) -> Question:
    """Return a new question that says what a post said, as old as that."""
    made = Question(
        author_id=first.author_id,
        board_id=question.board_id,
        place_id=question.board_id,
        title=title,
        slug=slug_of(title),
        language=first.language,
        created_at=first.created_at,
        asked_at=first.created_at,
        last_activity_at=first.created_at,
    )
    render_into(made, first.body)
    made.excerpt = excerpt_of(made.html)
    publish_question(made, tag_names_of(question.id))
    return made


def _put_off(question: Question, made: Question, posts: Sequence[Post]) -> Parents:
    """Put posts, and what was said below them, below a new question."""
    chosen = {post.id for post in posts}
    first = posts[0]
    rows = db.session.execute(
        select(Post.id, Post.parent_id).where(
            Post.root_id == question.id, or_(Post.id.in_(chosen), Post.parent_id.in_(chosen))
        )
    )
    moved = [(post_id, parent_id) for post_id, parent_id in rows]
    carrying.put_below(made, [post_id for post_id, _ in moved])
    kept = chosen - {first.id}
    direct = [post_id for post_id, parent_id in moved if parent_id not in kept]
    db.session.execute(update(Post).where(Post.id.in_(direct)).values(parent_id=made.id))
    return moved


def find_posts(question: Question, post_ids: Collection[int]) -> list[Post]:
    """Return posts of a question as they are now, in the order of their numbers."""
    found = db.session.scalars(
        select(Post)
        .where(Post.id.in_(post_ids), Post.root_id == question.id)
        .order_by(Post.id)
        .execution_options(populate_existing=True)
    )
    return list(found)
