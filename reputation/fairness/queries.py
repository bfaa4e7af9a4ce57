"""Reads for the nightly search: who thanks whom, and which accounts have marks in common."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, exists, func, select, union
from sqlalchemy.orm import aliased

from community.core.authz import STAFF_ROLES
from community.core.db import db
from community.identity.models import SignInTrace, User
from community.posts.models import Post, Vote
from community.posts.visibility import PUBLISHED
from community.questions.models import Acceptance
from reputation.fairness.graph import Tally
from reputation.fairness.groups import Thanked
from reputation.fairness.models import (
    CLEARED,
    DOUBTED,
    SUSPECTED,
    UNDONE,
    RingFinding,
    RingMember,
)
from reputation.ledger.models import LedgerEntry, LedgerExclusion
from reputation.ledger.queries import get_closings, is_standing
from reputation.ledger.rules import PAYBACK
from reputation.payback.models import LineState, PaybackPeriod, PayoutLine

# Before that a post cannot have found those who thank for it.
FRESH = timedelta(days=1)


class PairOfEvidence(NamedTuple):
    """How often somebody thanked somebody, for how many accepted answers, and when last."""

    giver_id: int
    receiver_id: int
    thanks: int
    accepted: int
    last_at: datetime


def list_tallies(
    since: datetime, until: datetime | None = None, among: Collection[int] | None = None
) -> list[Tally]:
    """Return who thanked whom on which board how often; once a post, whatever for.

    What staff gain is left out, since they are not paid. ``among`` narrows it to thanks between
    these members.
    """
    thanks = _thanks(since, until, among)
    root = aliased(Post)
    by_asker = case((root.author_id == thanks.c.giver_id, 1), else_=0)
    query = (
        select(thanks.c.giver_id, Post.author_id, Post.board_id, by_asker, func.count())
        .join(Post, Post.id == thanks.c.post_id)
        .join(root, root.id == Post.root_id)
        .join(User, User.id == Post.author_id)
        .where(
            Post.author_id != thanks.c.giver_id,
            _can_be_thanked(),
            User.role.not_in(STAFF_ROLES),
        )
        .group_by(thanks.c.giver_id, Post.author_id, Post.board_id, by_asker)
    )
    if among is not None:
        query = query.where(Post.author_id.in_(among))
    rows = db.session.execute(query)
    return [Tally(giver, to, board, bool(asked), count) for giver, to, board, asked, count in rows]


def list_active(since: datetime) -> set[int]:
    """Return who gave or was given thanks since then."""
    thanks = _thanks(since, None, None)
    query = select(thanks.c.giver_id, Post.author_id).join(Post, Post.id == thanks.c.post_id)
    return {user_id for pair in db.session.execute(query) for user_id in pair if user_id}


class Readership:
    """Who likes what in the time looked at: whose posts were thanked for by whom.

    Posts that are younger than ``FRESH`` or older than that time say nothing of how often they are
    thanked for.
    """

    def __init__(self, since: datetime, now: datetime) -> None:
        self._since, self._until = since, now - FRESH
        self._usual = _list_usual(since, self._until)

    def __call__(self, authors: Collection[int]) -> list[Thanked]:
        """Return all thanks for posts of these members, each giver once a post."""
        theirs = select(Post.id).where(Post.author_id.in_(authors), _can_be_thanked())
        thanks = _thanks(self._since, None, None, theirs)
        is_telling = and_(Post.created_at >= self._since, Post.created_at < self._until)
        query = (
            select(
                *(Post.id, Post.author_id, thanks.c.giver_id),
                *(Post.board_id, Post.kind, case((is_telling, 1), else_=0)),
            )
            .join(Post, Post.id == thanks.c.post_id)
            .where(Post.author_id != thanks.c.giver_id)
        )
        return [
            Thanked(post, author, giver, self._usual.get((board, kind), 0.0) if telling else 0.0)
            for post, author, giver, board, kind, telling in db.session.execute(query)
        ]


def _list_usual(since: datetime, until: datetime) -> dict[tuple[int, str], float]:
    """Return which share of the posts of a time was thanked for, by board and kind."""
    thanks, post = _thanks(since, None, None), aliased(Post)
    by_others = select(post.id).join(
        thanks, and_(thanks.c.post_id == post.id, thanks.c.giver_id != post.author_id)
    )
    is_thanked = Post.id.in_(by_others)
    query = (
        select(Post.board_id, Post.kind, func.count(), func.sum(case((is_thanked, 1), else_=0)))
        .where(Post.created_at >= since, Post.created_at < until, _can_be_thanked())
        .group_by(Post.board_id, Post.kind)
    )
    rows = db.session.execute(query)
    return {(board, kind): int(thanked) / count for board, kind, count, thanked in rows}


def _can_be_thanked() -> Any:
    return (Post.visibility == PUBLISHED) & Post.kind.in_(("question", "answer"))


def _thanks(
    since: datetime,
    until: datetime | None,
    among: Collection[int] | None,
    posts: Any = None,
) -> Any:
    kudos = select(Vote.post_id.label("post_id"), Vote.user_id.label("giver_id")).where(
        Vote.value == 1, Vote.imported.is_(False), Vote.created_at >= since
    )
    accepted = select(Acceptance.answer_id, Acceptance.accepted_by_id).where(
        Acceptance.imported.is_(False), Acceptance.accepted_at >= since
    )
    if until is not None:
        kudos = kudos.where(Vote.created_at <= until)
        accepted = accepted.where(Acceptance.accepted_at <= until)
    if among is not None:
        kudos = kudos.where(Vote.user_id.in_(among))
        accepted = accepted.where(Acceptance.accepted_by_id.in_(among))
    if posts is not None:
        kudos = kudos.where(Vote.post_id.in_(posts))
        accepted = accepted.where(Acceptance.answer_id.in_(posts))
    return union(kudos, accepted).subquery()


def list_posts(since: datetime) -> dict[tuple[int, int], int]:
    """Return how many questions and answers each member wrote on each board."""
    query = (
        select(Post.author_id, Post.board_id, func.count())
        .where(
            Post.created_at >= since,
            _can_be_thanked(),
        )
        .group_by(Post.author_id, Post.board_id)
    )
    return {(author, board): count for author, board, count in db.session.execute(query)}


def list_excluded() -> set[tuple[int, int]]:
    """Return the pairs who earn nothing by each other any more, lower id first."""
    query = select(LedgerExclusion.user_id, LedgerExclusion.other_id).where(
        LedgerExclusion.lifted_at.is_(None)
    )
    return {(one, other) for one, other in db.session.execute(query)}


def list_out_of_reach(members: Collection[int]) -> set[int]:
    """Return members with payback by each other in closed books that was not paid yet.

    Nothing reverses it any more (``ledger_closings``), so it must not be paid unseen.
    """
    closed = get_closings().get(PAYBACK)
    if closed is None:
        return set()
    root, post = aliased(Post), aliased(Post)
    paid = (
        exists()
        .where(
            PayoutLine.user_id == LedgerEntry.user_id,
            PayoutLine.state == LineState.SETTLED.value,
            PaybackPeriod.id == PayoutLine.period_id,
            # A line pays what earlier ones left to roll as well.
            PaybackPeriod.ends_at > LedgerEntry.occurred_at,
        )
        .correlate(LedgerEntry)
    )
    query = (
        select(LedgerEntry.user_id)
        .join(post, post.id == LedgerEntry.post_id)
        .join(root, root.id == post.root_id)
        .where(
            LedgerEntry.user_id.in_(members),
            LedgerEntry.currency == PAYBACK,
            LedgerEntry.occurred_at < closed,
            LedgerEntry.giver_id.in_(members)
            | (root.author_id.in_(members) & (root.author_id != LedgerEntry.user_id)),
            is_standing(),
            ~paid,
        )
    )
    return set(db.session.scalars(query))


def list_groups_cleared(since: datetime) -> list[tuple[datetime, set[int]]]:
    """Return groups in which no rule was broken, with when that was decided."""
    query = (
        select(RingFinding.id, RingFinding.decided_at, RingMember.user_id)
        .join(RingMember, RingMember.finding_id == RingFinding.id)
        .where(RingFinding.state.in_((CLEARED, UNDONE)), RingFinding.decided_at >= since)
    )
    groups: dict[int, tuple[datetime, set[int]]] = {}
    for finding_id, decided_at, user_id in db.session.execute(query):
        assert decided_at is not None
        groups.setdefault(finding_id, (decided_at, set()))[1].add(user_id)
    return list(groups.values())


def list_marks(since: datetime, crowd: int) -> Iterable[tuple[int, str]]:
    """Return member and mark for marks that at least two members share and no crowd does."""
    shared = (
        select(SignInTrace.mark)
        .where(SignInTrace.seen_at >= since)
        .group_by(SignInTrace.mark)
        .having(func.count().between(2, crowd))
    )
    query = select(SignInTrace.user_id, SignInTrace.mark).where(
        SignInTrace.seen_at >= since, SignInTrace.mark.in_(shared)
    )
    return [(user_id, mark) for user_id, mark in db.session.execute(query)]


def list_new_accounts(since: datetime) -> set[int]:
    """Return the accounts made since then."""
    return set(db.session.scalars(select(User.id).where(User.created_at >= since)))


def list_evidence(members: Sequence[int], since: datetime) -> list[PairOfEvidence]:
    """Return who of these members thanked whom, the most thanks first."""
    thanks = _thanks(since, None, members)
    accepted = (Acceptance.answer_id == Post.id) & (Acceptance.accepted_by_id == thanks.c.giver_id)
    query = (
        select(
            thanks.c.giver_id,
            Post.author_id,
            func.count(),
            func.count(Acceptance.id),
            func.max(func.coalesce(Acceptance.accepted_at, Vote.created_at)),
        )
        .join(Post, Post.id == thanks.c.post_id)
        .outerjoin(Acceptance, accepted)
        .outerjoin(Vote, (Vote.post_id == Post.id) & (Vote.user_id == thanks.c.giver_id))
        .where(
            Post.author_id.in_(members),
            Post.author_id != thanks.c.giver_id,
            Post.visibility == PUBLISHED,
        )
        .group_by(thanks.c.giver_id, Post.author_id)
        .order_by(func.count().desc(), thanks.c.giver_id, Post.author_id)
    )
    return [PairOfEvidence(*row) for row in db.session.execute(query)]


def list_suspected(state: str = SUSPECTED) -> list[tuple[RingFinding, set[int]]]:
    """Return the findings nobody has decided yet, suspected or doubted, with their members."""
    findings = db.session.scalars(
        select(RingFinding).where(RingFinding.state == state).order_by(RingFinding.id)
    ).all()
    return [(finding, list_members(finding.id)) for finding in findings]


def list_doubted() -> set[int]:
    """Return whose payback waits because of a doubt."""
    query = select(RingMember.user_id).join(RingFinding, RingFinding.id == RingMember.finding_id)
    return set(db.session.scalars(query.where(RingFinding.state == DOUBTED)))


def list_members(finding_id: int) -> set[int]:
    """Return whom a finding is about."""
    query = select(RingMember.user_id).where(RingMember.finding_id == finding_id)
    return set(db.session.scalars(query))


def get_finding_of(source: str) -> RingFinding | None:
    """Return the finding that events and cases call so."""
    kind, _, number = source.partition(":")
    if kind != "ring" or not number.isdigit():
        return None
    return db.session.get(RingFinding, int(number), populate_existing=True)
