"""Reads: what a case about a duplicate shows, and which proposals nobody answered."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, literal, select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.identity.models import User
from community.identity.names import shown_name
from community.posts.visibility import PUBLISHED
from community.questions.models import DuplicateProposal, DuplicateVoice, Question
from community.questions.queries.duplicates import Named, find_shown_original, list_voices
from moderation.cases.models import ModerationCase

# "Age shown so it cannot rot" (product row F3): so long an asker has time to answer.
SILENT_AFTER = timedelta(days=3)
AT_ONCE = 100


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


def list_voices_of(case: ModerationCase) -> Collection[int]:
    """Return who has said already what they think of a case."""
    return list_voices(int(case.evidence["proposal"]))


def list_silent_proposals() -> Sequence[DuplicateProposal]:
    """Return proposals about open questions which nobody answered for days, the oldest first."""
    return db.session.scalars(
        select(DuplicateProposal)
        .join(Question, Question.id == DuplicateProposal.question_id)
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
