"""What counts of members for badges: a few statements for any number of them.

Each is made once and given its members when it is executed: they are counted after every event.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from community.core.authz import SYSTEM
from community.core.db import AnySelect, db
from community.posts.models import Post, Vote
from community.posts.visibility import PUBLISHED, post_is_visible
from community.questions.models import Acceptance, MeToo
from community.questions.standing import asker_of
from reputation.badges.badge_rules import Earned
from reputation.ledger.queries import are_excluded
from reputation.ranks.queries import measures_of

_MEMBERS: BindParameter[int] = bindparam("members", expanding=True)


def earned_by(user_ids: Collection[int]) -> dict[int, Earned]:
    """Return what counts of these members; those who were erased are left out."""
    found = {name: _numbers(query, user_ids) for name, query in _counts().items()}
    return {
        user_id: Earned(
            solved=shared.solved,
            kudos=shared.kudos,
            helped=shared.helped,
            days=shared.days,
            **{name: numbers.get(user_id, 0) for name, numbers in found.items()},
        )
        for user_id, shared in measures_of(user_ids).items()
    }


def _numbers(query: AnySelect, user_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(query, {"members": list(user_ids)})
    return {user_id: number or 0 for user_id, number in rows}


@cache
def _counts() -> dict[str, AnySelect]:
    return {
        "welcomed": _welcomed(),
        "answers": _answers(),
        "written": _of_posts(func.count(Post.id), ("question", "answer")),
        "best_answer": _of_posts(func.max(Post.kudos_count), ("answer",)),
        "best_question": _best_question(),
        "thanked": _thanked(),
        "accepted": _accepted(),
    }


def _welcomed() -> AnySelect:
    answer, question, earlier = aliased(Post), aliased(Post), aliased(Post)
    had_asked = exists().where(
        earlier.author_id == asker_of(question),
        earlier.kind == "question",
        earlier.id < question.id,
    )
    return (
        select(answer.author_id, func.count(asker_of(question).distinct()))
        .join(Acceptance, Acceptance.answer_id == answer.id)
        .join(question, question.id == Acceptance.question_id)
        .where(
            answer.author_id.in_(_MEMBERS),
            asker_of(question) != answer.author_id,
            answer.visibility == PUBLISHED,
            question.visibility == PUBLISHED,
            ~had_asked,
            ~are_excluded(answer.author_id, asker_of(question)),
        )
        .group_by(answer.author_id)
    )


def _answers() -> AnySelect:
    root = aliased(Post)
    return (
        select(Post.author_id, func.count(Post.id))
        .join(root, root.id == Post.root_id)
        .where(
            Post.author_id.in_(_MEMBERS),
            Post.kind == "answer",
            Post.visibility == PUBLISHED,
            root.visibility == PUBLISHED,
            root.author_id != Post.author_id,
        )
        .group_by(Post.author_id)
    )


def _of_posts(number: Any, kinds: tuple[str, ...]) -> AnySelect:
    return (
        select(Post.author_id, number)
        .where(Post.author_id.in_(_MEMBERS), Post.kind.in_(kinds), post_is_visible(SYSTEM))
        .group_by(Post.author_id)
    )


def _best_question() -> AnySelect:
    shared = (
        select(Post.author_id.label("author_id"), func.count(MeToo.id).label("people"))
        .join(MeToo, MeToo.question_id == Post.id)
        .where(Post.author_id.in_(_MEMBERS), Post.visibility == PUBLISHED)
        .group_by(Post.author_id, Post.id)
        .subquery()
    )
    return select(shared.c.author_id, func.max(shared.c.people)).group_by(shared.c.author_id)


def _thanked() -> AnySelect:
    return (
        select(Vote.user_id, func.count(Vote.id))
        .where(Vote.user_id.in_(_MEMBERS), Vote.value == 1)
        .group_by(Vote.user_id)
    )


def _accepted() -> AnySelect:
    question = aliased(Post)
    return (
        select(Acceptance.accepted_by_id, func.count(Acceptance.id))
        .join(question, question.id == Acceptance.question_id)
        .join(Post, Post.id == Acceptance.answer_id)
        .where(
            Acceptance.accepted_by_id.in_(_MEMBERS),
            Acceptance.accepted_by_id == asker_of(question),
            Acceptance.accepted_by_id != Post.author_id,
            question.visibility == PUBLISHED,
            Post.visibility == PUBLISHED,
        )
        .group_by(Acceptance.accepted_by_id)
    )
