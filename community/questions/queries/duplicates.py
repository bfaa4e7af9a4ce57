"""Reads: which question is to be read instead, who knows a topic, what is proposed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased

from community.boards.models import Board
from community.core.authz import Viewer, is_signed_in
from community.core.db import db
from community.posts.models import Post, PostTag
from community.posts.visibility import MERGED, PUBLISHED, root_is_visible
from community.questions.models import (
    Acceptance,
    Closure,
    DuplicateLink,
    DuplicateProposal,
    DuplicateVoice,
    Question,
)
from community.questions.policies import (
    QuestionFacts,
    can_close_as_duplicate,
    can_judge_duplicate,
)

# So many accepted answers to questions with a tag make its topic one's own. Source: product rules
# 2.2 speak of "own expert topics" and give no number; a trusted regular has ten (2.3).
EXPERT_ACCEPTED = 10
# No chain is longer: each link is made to the end of the chain there is.
LONGEST_CHAIN = 10
DUPLICATES_SHOWN = 20


class Named(NamedTuple):
    """A question as a link names it."""

    id: int
    slug: str
    title: str


def last_original(question_id: int) -> int:
    """Return the question at the end of a chain of duplicates and merges; itself where it is."""
    for _ in range(LONGEST_CHAIN):
        following = _next_original(question_id)
        if following is None:
            break
        question_id = following
    return question_id


def _next_original(question_id: int) -> int | None:
    row = db.session.execute(
        select(Post.root_id, Post.visibility, Closure.duplicate_of_id)
        .outerjoin(Closure, Closure.question_id == Post.id)
        .where(Post.id == question_id)
    ).one_or_none()
    if row is None:
        return None
    root_id: int | None = row[0]
    if row[1] == MERGED and root_id != question_id:
        return root_id
    original_id: int | None = row[2]
    return original_id


def find_shown_original(viewer: Viewer, question_id: int) -> Named | None:
    """Return what the viewer may read of a chain that begins with this question, the last of it."""
    chain = _chain_from(question_id)
    row = db.session.execute(
        select(Question.id, Question.slug, Question.title)
        .join(chain, chain.c.id == Question.id)
        .join(Board, Board.id == Question.place_id)
        .where(root_is_visible(viewer, Question))
        .order_by(chain.c.depth.desc())
        .limit(1)
    ).one_or_none()
    return Named(*row) if row else None


def _chain_from(question_id: int) -> Any:
    first = select(literal(question_id).label("id"), literal(0).label("depth"))
    chain = first.cte("chain", recursive=True)
    closed = select(Closure.duplicate_of_id, chain.c.depth + 1).where(
        Closure.question_id == chain.c.id,
        Closure.duplicate_of_id.is_not(None),
        chain.c.depth < LONGEST_CHAIN,
    )
    return chain.union_all(closed)


def list_duplicates(viewer: Viewer, question_id: int) -> list[Named]:
    """Return questions that are closed in favour of this one, the newest first; those that led to
    one of them too."""
    first = select(literal(question_id).label("id"))
    found = first.cte("found", recursive=True)
    # Not "union all": what was imported may go round in circles.
    found = found.union(
        select(DuplicateLink.question_id).where(DuplicateLink.original_id == found.c.id)
    )
    rows = db.session.execute(
        select(Question.id, Question.slug, Question.title)
        .join(found, found.c.id == Question.id)
        .join(Board, Board.id == Question.place_id)
        .where(Question.id != question_id, root_is_visible(viewer, Question))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(DUPLICATES_SHOWN)
    )
    return [Named(*row) for row in rows]


def get_open_proposal(question_id: int) -> DuplicateProposal | None:
    """Return what is proposed and undecided, as it is stored now."""
    query = select(DuplicateProposal).where(
        DuplicateProposal.question_id == question_id, DuplicateProposal.ended_at.is_(None)
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_voices(proposal_id: int) -> Sequence[int]:
    """Return who says that a question was asked before, in the order in which they said so."""
    return db.session.scalars(
        select(DuplicateVoice.user_id)
        .where(DuplicateVoice.proposal_id == proposal_id)
        .order_by(DuplicateVoice.id)
    ).all()


def closes_alone(viewer: Viewer, question: QuestionFacts, question_id: int) -> bool:
    """Say whether the viewer needs no second voice: by role, or because they know the topic."""
    if can_close_as_duplicate(viewer, question):
        return True
    return can_judge_duplicate(viewer, question) and knows_topic(viewer, question_id)


def knows_topic(viewer: Viewer, question_id: int) -> bool:
    """Say whether enough of a member's answers were accepted under one tag of a question."""
    if not is_signed_in(viewer):
        return False
    answer, asked, tag = aliased(Post), aliased(Post), aliased(PostTag)
    solved = (
        select(func.count())
        .select_from(Acceptance)
        .join(answer, answer.id == Acceptance.answer_id)
        .join(asked, asked.id == Acceptance.question_id)
        .join(PostTag, PostTag.post_id == asked.id)
        .where(
            answer.author_id == viewer.viewer_id,
            answer.visibility == PUBLISHED,
            asked.visibility == PUBLISHED,
            asked.author_id != viewer.viewer_id,
            PostTag.tag_id.in_(select(tag.tag_id).where(tag.post_id == question_id)),
        )
        .group_by(PostTag.tag_id)
        .having(func.count() >= EXPERT_ACCEPTED)
    )
    return db.session.execute(solved.limit(1)).first() is not None
