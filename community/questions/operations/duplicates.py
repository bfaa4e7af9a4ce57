"""Proposing that a question was asked before; its row is locked by the caller.

The asker is asked whether the other question helps. It is closed when they say so, or when a second
member agrees; where the asker says that theirs is different, moderators decide. Source: product
rows C5 and F3, rules 2.2.
"""

from sqlalchemy import func, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.core.privileges import Privilege
from community.core.reasons import fit_reason
from community.events.duplicates import DuplicateDisputed, DuplicateProposed
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.policies import can_write
from community.posts.text import Problem, fit_text, note_problem
from community.questions.errors import (
    AskerDisagrees,
    JudgedDifferent,
    ProposalGone,
    ProposedAlready,
)
from community.questions.models import DuplicateProposal, DuplicateVoice, Question
from community.questions.operations.closures import (
    check_asker_sees,
    close_as_duplicate,
    end_proposal,
    find_original,
)
from community.questions.policies import (
    can_answer_proposal,
    can_decide_proposal,
    can_propose_duplicate,
    can_withdraw_proposal,
)
from community.questions.queries.duplicates import closes_alone, get_open_proposal

VOICES_NEEDED = 2
HELPS, DIFFERS = "helps", "differs"
KEPT, WITHDRAWN = "kept", "withdrawn"
NOTE_MIN_CHARS, NOTE_MAX_CHARS = 5, 500


def propose_duplicate(
    actor: User, question: Question, original: Question | None
) -> DuplicateProposal:
    """Say that a question was asked before, and have its asker asked whether that helps.

    Raises ``NotAllowed``, ``PrivilegeMissing``, ``UnknownOriginal``, ``DuplicateCircle``,
    ``OriginalUnseen``, ``ProposedAlready``, ``JudgedDifferent``.
    """
    _require_voice(actor, question)
    original = find_original(actor, question, original)
    check_asker_sees(question, original)
    if get_open_proposal(question.id) is not None:
        raise ProposedAlready()
    _check_undecided(question, original)
    proposal = DuplicateProposal(
        question_id=question.id, original_id=original.id, proposed_by_id=actor.id
    )
    db.session.add(proposal)
    db.session.flush()
    _add_voice(actor, proposal)
    after = {"duplicate_of": original.id}
    record(actor, Action.DUPLICATE_PROPOSED, subject=("post", question.id), after=after)
    emit(DuplicateProposed(question.id, proposal.id, actor.id))
    return proposal


def _require_voice(actor: User, question: Question) -> None:
    if can_write(actor) and not question.is_locked:
        require_privilege(actor, Privilege.CLOSE_DUPLICATE, question.board_id)
    require(can_propose_duplicate(actor, question))


def _check_undecided(question: Question, original: Question) -> None:
    kept = select(DuplicateProposal.id).where(
        DuplicateProposal.question_id == question.id,
        DuplicateProposal.original_id == original.id,
        DuplicateProposal.outcome == KEPT,
    )
    if db.session.scalar(kept.limit(1)) is not None:
        raise JudgedDifferent()


def _add_voice(actor: User, proposal: DuplicateProposal) -> bool:
    values = {"proposal_id": proposal.id, "user_id": actor.id, "created_at": clock.now()}
    return bool(count_changed(insert_ignoring_conflicts(DuplicateVoice).values(**values)))


def support_proposal(actor: User, question: Question) -> None:
    """Say the same as a proposal; with enough voices that closes the question.

    A second time changes nothing, unless one voice is enough: whoever may close alone does. Raises
    ``NotAllowed``, ``PrivilegeMissing``, ``ProposalGone``, ``AskerDisagrees``, ``UnknownOriginal``.
    """
    _require_voice(actor, question)
    proposal = _open_proposal(question)
    if proposal.answer == DIFFERS:
        raise AskerDisagrees()
    if _add_voice(actor, proposal):
        after = {"proposal": proposal.id}
        record(actor, Action.DUPLICATE_SECONDED, subject=("post", question.id), after=after)
    if _count_voices(proposal) >= VOICES_NEEDED or closes_alone(actor, question, question.id):
        _carry_out(actor, question, proposal)


def _count_voices(proposal: DuplicateProposal) -> int:
    voices = select(func.count()).where(DuplicateVoice.proposal_id == proposal.id)
    return db.session.scalar(voices) or 0


def _open_proposal(question: Question) -> DuplicateProposal:
    proposal = get_open_proposal(question.id)
    if proposal is None:
        raise ProposalGone()
    return proposal


def _carry_out(
    actor: User, question: Question, proposal: DuplicateProposal, note: str = ""
) -> None:
    original = db.session.get_one(Question, proposal.original_id)
    close_as_duplicate(actor, question, find_original(actor, question, original), note)


def accept_proposal(actor: User, question: Question) -> None:
    """Say as the asker that the other question helps: this one is closed as its duplicate.

    Raises ``NotAllowed``, ``ProposalGone``, ``UnknownOriginal``.
    """
    require(can_answer_proposal(actor, question))
    proposal = _open_proposal(question)
    _note_answer(proposal, HELPS, "")
    _carry_out(actor, question, proposal)


def dispute_proposal(actor: User, question: Question, note: str) -> None:
    """Say as the asker that one's own question is different, and why; moderators decide then.

    Said again, the newest words count. Raises ``NotAllowed``, ``ProposalGone``, ``UnfitText``.
    """
    require(can_answer_proposal(actor, question))
    proposal = _open_proposal(question)
    _note_answer(proposal, DIFFERS, fit_text(note, _note_problem, "note"))
    emit(DuplicateDisputed(question.id, proposal.id, actor.id))


def _note_problem(note: str) -> Problem | None:
    return note_problem(note, shortest=NOTE_MIN_CHARS, longest=NOTE_MAX_CHARS)


def _note_answer(proposal: DuplicateProposal, answer: str, note: str) -> None:
    proposal.answer, proposal.answer_note, proposal.answered_at = answer, note, clock.now()
    db.session.flush()


def withdraw_proposal(actor: User, question: Question) -> None:
    """Take a proposal back; raises ``NotAllowed``, ``ProposalGone``."""
    proposal = _open_proposal(question)
    require(can_withdraw_proposal(actor, question, proposed_by_id=proposal.proposed_by_id))
    before = {"duplicate_of": proposal.original_id}
    end_proposal(question, WITHDRAWN)
    record(actor, Action.DUPLICATE_WITHDRAWN, subject=("post", question.id), before=before)


def close_disputed(actor: User, question: Question, note: str) -> None:
    """Decide that a question was asked before; raises ``NotAllowed``, ``ReasonUnfit``,
    ``ProposalGone``, ``AlreadyClosed``, ``UnknownOriginal``."""
    require(can_decide_proposal(actor, question))
    note = fit_reason(note, field="note")
    _carry_out(actor, question, _open_proposal(question), note)


def keep_question(actor: User, question: Question, note: str) -> None:
    """Decide that a question differs from the other one; it stays open. Raises ``NotAllowed``,
    ``ReasonUnfit``, ``ProposalGone``."""
    require(can_decide_proposal(actor, question))
    note = fit_reason(note, field="note")
    proposal = _open_proposal(question)
    before = {"duplicate_of": proposal.original_id}
    end_proposal(question, KEPT)
    record(
        actor,
        Action.DUPLICATE_DISMISSED,
        subject=("post", question.id),
        before=before,
        reason=note,
    )
