"""Reads: what a case about a duplicate shows, and which proposals nobody answered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, func, literal, select

from community.boards.models import Board
from community.core import clock
from community.core.authz import Viewer
from community.core.db import db, unindexed
from community.identity.models import User
from community.identity.names import shown_name
from community.posts.visibility import PUBLISHED, root_is_visible
from community.questions.models import DuplicateLink, DuplicateProposal, DuplicateVoice, Question
from community.questions.queries.duplicates import Named, find_shown_original, list_voices
from moderation.cases.models import ModerationCase

# "Age shown so it cannot rot" (product row F3): so long an asker has time to answer.
SILENT_AFTER = timedelta(days=3)
AT_ONCE = 100
MOST_REPEATED = 50
# Periods of the report by the number of days, the first one unless another is chosen.
PERIODS: dict[str, timedelta | None] = {
    **{str(days): timedelta(days=days) for days in (30, 7, 90, 365)},
    "all": None,
}


def source_of(proposal_id: int) -> str:
    """Return how the case of a proposal is named."""
    return f"duplicate:{proposal_id}"


class ProposalFacts(NamedTuple):
    """What a moderator sees of a proposal; ``original`` is None where they may not see it."""

    original: Named | None
    voices: list[str]
    answer: str | None
    note: str


def get_proposal_facts(viewer: Viewer, proposal_id: int) -> ProposalFacts | None:
    """Return what was proposed, by whom, and what the asker says; None where it is gone."""
    proposal = db.session.get(DuplicateProposal, proposal_id)
    if proposal is None:
        return None
    names = db.session.scalars(
        select(User.display_name)
        .join(DuplicateVoice, DuplicateVoice.user_id == User.id)
        .where(DuplicateVoice.proposal_id == proposal_id)
        .order_by(DuplicateVoice.id)
    )
    return ProposalFacts(
        find_shown_original(viewer, proposal.original_id),
        [shown_name(name) for name in names],
        proposal.answer,
        proposal.answer_note,
    )


class Repeated(NamedTuple):
    """A question that was asked again: how often in a period, and when last.

    ``me_toos`` are who said that they have it too, whenever that was.
    """

    id: int
    slug: str
    title: str
    me_toos: int
    times: int
    last_at: datetime


def list_repeated(viewer: Viewer, within: timedelta | None) -> list[Repeated]:
    """Return the questions most often asked again, as far as the viewer sees both.

    ``within`` is until how long ago; None counts all there ever were.
    """
    again = (
        select(Question.id, Question.asked_at)
        .join(Board, Board.id == Question.place_id)
        .where(root_is_visible(viewer, Question))
    )
    if within is not None:
        again = again.where(Question.asked_at > clock.now() - within)
    copies = again.subquery()
    times = func.count(copies.c.id)
    rows: Any = db.session.execute(
        select(
            *(Question.id, Question.slug, Question.title, Question.me_too_count, times),
            func.max(copies.c.asked_at),
        )
        .join(DuplicateLink, DuplicateLink.original_id == Question.id)
        .join(copies, copies.c.id == DuplicateLink.question_id)
        .join(Board, Board.id == Question.place_id)
        .where(root_is_visible(viewer, Question))
        .group_by(Question.id, Question.slug, Question.title, Question.me_too_count)
        .order_by(times.desc(), Question.me_too_count.desc(), Question.id.desc())
        .limit(MOST_REPEATED)
    )
    return [Repeated(*row) for row in rows]


def list_voices_of(case: ModerationCase) -> Collection[int]:
    """Return who has said already what they think of a case."""
    return list_voices(int(case.evidence["proposal"]))


def list_silent_proposals() -> Sequence[DuplicateProposal]:
    """Return proposals about open questions which nobody answered for days, the oldest first."""
    return db.session.scalars(
        select(DuplicateProposal)
        .join(Question, Question.id == unindexed(DuplicateProposal.question_id))
        .outerjoin(ModerationCase, ModerationCase.source == _source_in_query())
        .where(
            DuplicateProposal.ended_at.is_(None),
            DuplicateProposal.answer.is_(None),
            DuplicateProposal.proposed_at <= clock.now() - SILENT_AFTER,
            Question.visibility == PUBLISHED,
            Question.status.not_in(("closed", "solved")),
            ModerationCase.id.is_(None),
        )
        .order_by(DuplicateProposal.id)
        .limit(AT_ONCE)
    ).all()


def _source_in_query() -> ColumnElement[str]:
    return literal("duplicate:").concat(cast(DuplicateProposal.id, String))
