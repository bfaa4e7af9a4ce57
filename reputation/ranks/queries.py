"""Reads of the ladder, and of what counts of members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db
from community.core.errors import NotFound
from community.identity.models import User
from community.posts.models import Post, Vote
from community.posts.visibility import PUBLISHED, post_is_visible
from community.questions.models import Acceptance
from community.questions.standing import asker_of
from reputation.ledger.models import LedgerExclusion
from reputation.ledger.queries import are_excluded
from reputation.ranks.models import Rank
from reputation.ranks.rank_rules import (
    Criteria,
    Measures,
    missing,
    percent_done,
)


@dataclass(frozen=True)
class Step:
    """The rank a member holds, and what is missing for the next one (None at the top)."""

    held: Rank
    following: Rank | None
    lacking: Criteria
    percent: int


def list_ranks() -> Sequence[Rank]:
    """Return the ladder from below."""
    return db.session.scalars(select(Rank).order_by(Rank.level)).all()


def get_rank(level: int) -> Rank:
    """Return a rank; raises ``NotFound``."""
    rank = db.session.get(Rank, level)
    if rank is None:
        raise NotFound()
    return rank


def measures_of(user_ids: Collection[int]) -> dict[int, Measures]:
    """Return what counts of these members; those who were erased are left out.

    Thanks and acceptances between people whom the ledger excludes from each other count for
    neither, as in the ledger.
    """
    now = clock.now()
    undue = _undue_of(user_ids)
    helped: dict[int, int] = dict(db.session.execute(_people_helped(user_ids)).all())
    rows = db.session.execute(
        select(User.id, User.points, User.solved_count, User.kudos_count, User.created_at).where(
            User.id.in_(user_ids), User.erased_at.is_(None)
        )
    )
    found = {}
    for user_id, points, solved, kudos, joined in rows:
        less_solved, less_kudos = undue.get(user_id, (0, 0))
        counted = (points, solved - less_solved, kudos - less_kudos, helped.get(user_id, 0))
        found[user_id] = Measures(*counted, (now - joined).days)
    return found


def _undue_of(user_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return how many solutions and kudos members have of people they are excluded from."""
    pairs = select(LedgerExclusion.user_id, LedgerExclusion.other_id).where(
        LedgerExclusion.lifted_at.is_(None),
        or_(LedgerExclusion.user_id.in_(user_ids), LedgerExclusion.other_id.in_(user_ids)),
    )
    concerned = {user_id for pair in db.session.execute(pairs) for user_id in pair} & set(user_ids)
    if not concerned:
        return {}
    solved = dict(db.session.execute(_solved_for_excluded(concerned)).all())
    kudos = dict(db.session.execute(_kudos_of_excluded(concerned)).all())
    return {user_id: (solved.get(user_id, 0), kudos.get(user_id, 0)) for user_id in concerned}


def _solved_for_excluded(user_ids: Collection[int]) -> Select[int, int]:
    answer, question = aliased(Post), aliased(Post)
    return (
        select(answer.author_id, func.count(answer.id))
        .join(Acceptance, Acceptance.answer_id == answer.id)
        .join(question, question.id == Acceptance.question_id)
        .where(
            answer.author_id.in_(user_ids),
            answer.visibility == PUBLISHED,
            question.visibility == PUBLISHED,
            are_excluded(answer.author_id, asker_of(question)),
        )
        .group_by(answer.author_id)
    )


def _kudos_of_excluded(user_ids: Collection[int]) -> Select[int, int]:
    return (
        select(Post.author_id, func.count(Vote.id))
        .join(Vote, Vote.post_id == Post.id)
        .where(
            Post.author_id.in_(user_ids),
            Vote.value == 1,
            post_is_visible(SYSTEM),
            are_excluded(Post.author_id, Vote.user_id),
        )
        .group_by(Post.author_id)
    )


def _people_helped(user_ids: Collection[int]) -> Select[int, int]:
    answer, question = aliased(Post), aliased(Post)
    return (
        select(answer.author_id, func.count(asker_of(question).distinct()))
        .join(Acceptance, Acceptance.answer_id == answer.id)
        .join(question, question.id == Acceptance.question_id)
        .where(
            answer.author_id.in_(user_ids),
            asker_of(question) != answer.author_id,
            answer.visibility == PUBLISHED,
            question.visibility == PUBLISHED,
            ~are_excluded(answer.author_id, asker_of(question)),
        )
        .group_by(answer.author_id)
    )


def list_levels(user_ids: Collection[int]) -> dict[int, int]:
    """Return the levels these members are shown at."""
    query = select(User.id, User.rank_level).where(User.id.in_(user_ids))
    return dict(db.session.execute(query).all())


def list_members_after(user_id: int, limit: int) -> Sequence[int]:
    """Return the ids of the next members whose rank may be anything, in the order of ids."""
    query = select(User.id).where(User.id > user_id, User.erased_at.is_(None))
    return db.session.scalars(query.order_by(User.id).limit(limit)).all()


def list_authors_in(question_id: int) -> Sequence[int]:
    """Return who wrote the question or an answer to it, in the order of ids."""
    query = select(Post.author_id).where(
        Post.root_id == question_id, Post.kind.in_(("question", "answer"))
    )
    return db.session.scalars(query.distinct().order_by(Post.author_id)).all()


def get_step(user_id: int) -> Step | None:
    """Return where a member stands and what the next rank takes; None without such a member."""
    measures = measures_of([user_id]).get(user_id)
    ranks = list_ranks()
    if measures is None or not ranks:
        return None
    level = list_levels([user_id])[user_id]
    held = max((r for r in ranks if r.level <= level), key=lambda r: r.level, default=ranks[0])
    following = min((r for r in ranks if r.level > level), key=lambda r: r.level, default=None)
    if following is None:
        return Step(held, None, Criteria(), 100)
    lacking = missing(following.criteria, measures)
    return Step(held, following, lacking, percent_done(following.criteria, measures))
