"""What a question's public posts bring their authors: kudos, and solved questions.

``users.kudos_count`` and ``users.solved_count`` count public posts only, so whatever leaves or
comes back takes its share along. Kudos and acceptances are counted where they are given.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import aliased

from community.core.db import db
from community.identity.models import User
from community.posts.models import Post
from community.posts.visibility import COUNTED
from community.questions.models import Acceptance, Question

Standing = dict[int, tuple[int, int]]


def asker_of(question: Any) -> ColumnElement[int]:
    """Return who asked when a joined acceptance was given; ``question`` is its root, joined too."""
    return func.coalesce(Acceptance.asker_id, question.author_id)


def standing_in(question: Question) -> Standing:
    """Return kudos and solved questions by author, as far as the question is public."""
    db.session.flush()
    if question.visibility != "published":
        return {}
    parent = aliased(Post)
    rows = db.session.execute(
        select(Post.author_id, Post.kudos_count, Acceptance.id, Acceptance.asker_id)
        .outerjoin(parent, parent.id == Post.parent_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Post.id)
        .where(
            Post.root_id == question.id,
            Post.visibility.in_(COUNTED),
            or_(parent.id.is_(None), parent.visibility == "published"),
        )
    )
    standing: Standing = defaultdict(lambda: (0, 0))
    for author_id, kudos, acceptance_id, asker_id in rows:
        solved = acceptance_id is not None and author_id != (asker_id or question.author_id)
        before = standing[author_id]
        standing[author_id] = (before[0] + kudos, before[1] + int(solved))
    return dict(standing)


def change_standing(before: Standing, after: Standing) -> None:
    """Carry a difference over to the members, in one order so that no two changes block."""
    nothing = (0, 0)
    for user_id in sorted({*before, *after}):
        old, new = before.get(user_id, nothing), after.get(user_id, nothing)
        if old != new:
            db.session.execute(
                update(User)
                .where(User.id == user_id)
                .values(
                    kudos_count=User.kudos_count + new[0] - old[0],
                    solved_count=User.solved_count + new[1] - old[1],
                )
                .execution_options(synchronize_session=False)
            )
