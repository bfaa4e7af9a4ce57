"""Opening cases about duplicates, and carrying out what is decided."""

from community.core.db import db
from community.identity.models import User
from community.questions.models import DuplicateProposal
from community.questions.operations.duplicates import close_disputed, keep_question
from community.questions.operations.questions import lock_question
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase
from moderation.cases.operations import open_case
from moderation.duplicates.queries import source_of

CLOSE, KEEP = "close", "keep"
# Before first posts, behind what was reported: nobody is harmed while it waits.
PRIORITY = 20


def open_duplicate_case(proposal_id: int) -> None:
    """Have moderators decide about a proposal; one that is settled changes nothing."""
    proposal = db.session.get(DuplicateProposal, proposal_id, populate_existing=True)
    if proposal is None or proposal.ended_at is not None:
        return
    question = lock_question(proposal.question_id)
    open_case(
        "duplicate",
        source_of(proposal.id),
        subject_ids=[question.author_id],
        evidence={"proposal": proposal.id, "original": proposal.original_id},
        post_id=question.id,
        priority=PRIORITY,
    )


def decide_duplicate(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Close the question in favour of the other one, or keep it; its thread is locked.

    Raises ``ProposalGone``, ``AlreadyClosed``, ``UnknownOriginal``.
    """
    assert case.post_id is not None
    question = lock_question(case.post_id)
    if decision.key == CLOSE:
        close_disputed(actor, question, note)
    else:
        keep_question(actor, question, note)
