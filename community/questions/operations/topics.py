"""How many best answers members have on each topic, added up from the rows as they are now.

So the order and the repetition of events do not matter, and a rebuild computes the same.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, union_all
from sqlalchemy.orm import aliased

from community.core.db import AnySelect, db
from community.identity.models import User
from community.posts.models import Post, PostTag
from community.posts.visibility import PUBLISHED
from community.questions.models import ALL_TAGS, Acceptance, TopicStanding
from community.questions.standing import asker_of

_answer, _question, _helper = aliased(Post), aliased(Post), aliased(User)


def recount_topics_around(post_id: int, author_id: int | None = None) -> None:
    """Count anew for whoever has a best answer in the post's question, for the post's author and
    for ``author_id``."""
    post = db.session.get(Post, post_id)
    if post is None:
        return
    helpers = (
        select(Post.author_id)
        .join(Acceptance, Acceptance.answer_id == Post.id)
        .where(Acceptance.question_id == (post.root_id or post.id))
    )
    recount_topics({*db.session.scalars(helpers), post.author_id, author_id or post.author_id})


def recount_topics(user_ids: Iterable[int]) -> None:
    """Replace the rows of these members by what their best answers add up to.

    Locks the members by id, so that whoever comes last has read the last state.
    """
    members = sorted(set(user_ids))
    locked = select(User.id).where(User.id.in_(members)).order_by(User.id)
    db.session.execute(locked.with_for_update(key_share=True))
    theirs = delete(TopicStanding).where(TopicStanding.user_id.in_(members))
    db.session.execute(theirs.execution_options(synchronize_session=False))
    _insert(_answer.author_id.in_(members))


def rebuild_topics() -> None:
    """Count anew for everybody. The transaction is the caller's."""
    db.session.execute(delete(TopicStanding).execution_options(synchronize_session=False))
    _insert()


def _insert(*whose: ColumnElement[bool]) -> None:
    by_tag = (
        _best_answers(PostTag.tag_id)
        .join(PostTag, PostTag.post_id == _question.id)
        .where(*whose)
        .group_by(_answer.author_id, _question.board_id, PostTag.tag_id)
    )
    in_all = (
        _best_answers(literal(ALL_TAGS))
        .where(*whose)
        .group_by(_answer.author_id, _question.board_id)
    )
    both = union_all(by_tag, in_all).subquery()
    columns = ["user_id", "board_id", "tag_id", "solved_count"]
    db.session.execute(insert(TopicStanding).from_select(columns, select(both)))


def _best_answers(tag: Any) -> AnySelect:
    """Count what ``users.solved_count`` counts (see ``questions.standing``); nothing of the
    erased."""
    statement: AnySelect = (
        select(_answer.author_id, _question.board_id, tag, func.count())
        .select_from(Acceptance)
        .join(_answer, _answer.id == Acceptance.answer_id)
        .join(_question, _question.id == Acceptance.question_id)
        .join(_helper, _helper.id == _answer.author_id)
        .where(
            _answer.visibility == PUBLISHED,
            _question.visibility == PUBLISHED,
            _answer.author_id != asker_of(_question),
            _helper.erased_at.is_(None),
        )
    )
    return statement
