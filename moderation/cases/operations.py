"""Opening, claiming and deciding cases.

Each step is one compare-and-set on the state, so of two moderators who decide at once one is told
that it was decided. Each is audited exactly once.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, delete, or_, select, true, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, is_admin, require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit
from community.core.reasons import fit_reason, read_reason
from community.events import CaseDecided, CaseUndone
from community.identity.models import User
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from moderation.cases.kinds import CaseKind, Decision, kind_of
from moderation.cases.models import (
    ACTIONED,
    CLAIMED,
    CLOSED,
    DECIDED,
    HIGHEST_PRIORITY,
    NO_VIOLATION,
    OPEN,
    UNDECIDED,
    UNDONE,
    CaseNote,
    CaseSubject,
    CaseVoice,
    ModerationCase,
)
from moderation.cases.policies import can_judge_case
from moderation.cases.queries import board_id_of, get_case_of_source, list_subject_ids
from moderation.rules import is_rule

LEASE = timedelta(minutes=30)


class CaseTaken(Conflict):
    """Somebody else is at work on the case."""

    message = _l("Somebody else is at work on this case.")


class CaseNotClaimed(Conflict):
    """A case is decided by whoever has claimed it."""

    message = _l("Claim this case first; a claim lapses after half an hour.")


class CaseDone(Conflict):
    """The case is not, or no more, in a state that allows this."""

    message = _l("This case has been decided meanwhile, or nothing is left to be done.")


class DecidedBefore(Conflict):
    """What this case is about was decided by the same person."""

    message = _l("You have decided this before. Now it is somebody else's turn.")


class CaseHandedOver(Conflict):
    """Somebody left the case to the administrators."""

    message = _l("This case was handed over to the administrators.")


class DecisionUnknown(Invalid):
    """A decision is one of those of its kind, with reasons."""

    message = _l("Choose a decision and say why.")


def open_case(
    kind: str,
    source: str,
    *,
    subject_ids: Collection[int],
    evidence: dict[str, Any],
    post_id: int | None = None,
    priority: int = 0,
) -> ModerationCase:
    """Open the case of something that was found, or bring an undecided one up to date.

    ``source`` names what was found ("flag:12:1"); ``evidence`` holds ids, numbers and codes, no
    text. ``priority`` is a number from 0 to 1,000. Told of a case that is decided, changes nothing.
    """
    priority = max(0, min(priority, HIGHEST_PRIORITY))
    values = {
        "kind": kind,
        "source": source,
        "state": OPEN,
        "post_id": post_id,
        "priority": priority,
        "evidence": evidence,
        "opened_at": clock.now(),
        "note": "",
    }
    made = count_changed(insert_ignoring_conflicts(ModerationCase).values(**values))
    case = get_case_of_source(source)
    assert case is not None
    if made:
        record(SYSTEM, Action.CASE_OPENED, subject=("case", case.id), after={"source": source})
    elif case.state in UNDECIDED:
        case.kind, case.evidence = kind, evidence
        case.priority = HIGHEST_PRIORITY if case.escalated_at else priority
    else:
        return case
    _set_subjects(case.id, subject_ids)
    return case


def drop_case(source: str, reason: str) -> None:
    """Close a case that nobody has to decide any more; without an undecided one nothing changes."""
    case = get_case_of_source(source)
    new = {"state": CLOSED, "closed_at": clock.now()}
    if case and change_case(case, ModerationCase.state.in_(UNDECIDED), new):
        _record(SYSTEM, Action.CASE_CLOSED, case, reason=reason)


def _set_subjects(case_id: int, subject_ids: Collection[int]) -> None:
    for user_id in sorted(subject_ids):
        values = {"case_id": case_id, "user_id": user_id}
        db.session.execute(insert_ignoring_conflicts(CaseSubject).values(**values))


def claim_case(actor: Viewer, case: ModerationCase) -> None:
    """Take a case for half an hour; again, the half hour begins anew.

    Raises ``CaseTaken``, ``CaseDone``, ``DecidedBefore``, ``CaseHandedOver``.
    """
    require_judge(actor, case)
    _require_fresh_eyes(actor, case)
    theirs = true() if is_admin(actor) else ModerationCase.escalated_at.is_(None)
    now, free = clock.now(), _is_free_for(actor)
    was_own = case.state == CLAIMED and case.claimed_by_id == actor.viewer_id
    new = {"state": CLAIMED, "claimed_by_id": actor.viewer_id, "claimed_until": now + LEASE}
    if not change_case(case, and_(free, theirs), new):
        raise _refusal_of_claim(actor, case)
    if not was_own:
        _record(actor, Action.CASE_CLAIMED, case)


def _refusal_of_claim(actor: Viewer, case: ModerationCase) -> Conflict:
    if case.state not in UNDECIDED:
        return CaseDone()
    return CaseHandedOver() if case.escalated_at and not is_admin(actor) else CaseTaken()


def _is_free_for(actor: Viewer) -> ColumnElement[bool]:
    """Return the condition for cases that wait and that nobody else is at work on."""
    mine = ModerationCase.claimed_by_id == actor.viewer_id
    lapsed = ModerationCase.claimed_until <= clock.now()
    return or_(
        ModerationCase.state == OPEN, and_(ModerationCase.state == CLAIMED, or_(mine, lapsed))
    )


def release_case(actor: Viewer, case: ModerationCase) -> None:
    """Give a claimed case back; what is not claimed by the actor stays as it is."""
    require_judge(actor, case)
    own = and_(ModerationCase.state == CLAIMED, ModerationCase.claimed_by_id == actor.viewer_id)
    if change_case(case, own, {"state": OPEN, "claimed_by_id": None, "claimed_until": None}):
        _record(actor, Action.CASE_RELEASED, case)


def decide_case(
    actor: User, case: ModerationCase, decision: str, note: str, rule: str = ""
) -> None:
    """Decide a case the actor has claimed and carry that out; ``note`` says why.

    Where the member is told of a measure, ``rule`` is the rule that was broken. Locks the thread
    before the case, as everybody does who changes both. Raises ``DecisionUnknown``,
    ``CaseNotClaimed``, ``CaseDone``, ``DecidedBefore``.
    """
    kind = kind_of(case)
    choice, note, rule = _read_decision(kind, decision, note, rule)
    lock_thread(case)
    require_judge(actor, case)
    _require_fresh_eyes(actor, case)
    claimed = and_(
        ModerationCase.state == CLAIMED,
        ModerationCase.claimed_by_id == actor.viewer_id,
        ModerationCase.claimed_until > clock.now(),
    )
    _note_decision(actor, case, choice, note, rule, claimed)
    _carry_out(actor, case, choice, note, rule)


def decide_by_voices(actor: User, case: ModerationCase, decision: Decision, note: str) -> None:
    """Decide a case because its reviewers agree; ``actor`` is the last of them.

    The caller has asked whether they may, and has locked the thread. Raises ``CaseTaken``,
    ``CaseDone``.
    """
    if case.is_claimed_by_other(actor.viewer_id, clock.now()):
        raise CaseTaken()
    _note_decision(actor, case, decision, note, "", _is_free_for(actor))
    _carry_out(actor, case, decision, note, "")


def _carry_out(actor: User, case: ModerationCase, decision: Decision, note: str, rule: str) -> None:
    act = kind_of(case).act
    if act is not None:
        act(actor, case, decision, note, rule)
        note_settled(case.source)


def _read_decision(
    kind: CaseKind, decision: str, note: str, rule: str
) -> tuple[Decision, str, str]:
    """Return the decision, and note and rule as they are kept; raises ``DecisionUnknown``."""
    choice = kind.decision(decision)
    if choice is None:
        raise DecisionUnknown(errors={"decision": DecisionUnknown.message})
    tidy, problem = read_reason(note, missing=DecisionUnknown.message)
    errors: dict[str, str | LazyString] = {}
    if choice.needs_rule and not is_rule(rule):
        errors["rule"] = _l("Choose the rule that was broken.")
    if problem is not None:
        errors["note"] = problem
    if errors:
        raise DecisionUnknown(errors=errors)
    return choice, tidy, rule if choice.needs_rule else ""


def lock_thread(case: ModerationCase) -> None:
    """Lock the question the post of a case belongs to; without a post there is nothing to lock."""
    if case.post_id is not None:
        post = db.session.get_one(Post, case.post_id)
        lock_question(post.root_id or post.id)


def _note_decision(
    actor: Viewer,
    case: ModerationCase,
    choice: Decision,
    note: str,
    rule: str,
    allowed: ColumnElement[bool],
) -> None:
    new = {
        "state": DECIDED,
        "decision": choice.verdict,
        "decision_key": choice.key,
        "rule": rule or None,
        "note": note,
        "decided_by_id": actor.viewer_id,
        "decided_at": clock.now(),
    }
    if not change_case(case, allowed, new):
        raise CaseNotClaimed() if case.state in UNDECIDED else CaseDone()
    after = {"decision": choice.verdict, "key": choice.key, "rule": rule}
    _record(actor, Action.CASE_DECIDED, case, after=after, reason=note)
    emit(CaseDecided(case.id, case.source, choice.verdict, actor.viewer_id))


def note_settled(source: str) -> None:
    """Note that what a decision asked for is done; a second time changes nothing."""
    case = get_case_of_source(source)
    if case is None:
        return
    now = clock.now()
    if case.decision == NO_VIOLATION:
        new = {"state": CLOSED, "actioned_at": now, "closed_at": now}
    else:
        new = {"state": ACTIONED, "actioned_at": now}
    change_case(case, ModerationCase.state == DECIDED, new)


def undo_case(actor: User, case: ModerationCase, note: str) -> None:
    """Take a decision back that was carried out; ``note`` says why.

    Raises ``ReasonUnfit``, ``CaseDone``.
    """
    note, kind = fit_reason(note, field="note"), kind_of(case)
    lock_thread(case)
    require_judge(actor, case)
    new = {"state": UNDONE, "closed_at": clock.now()}
    if not kind.is_undoable or not change_case(case, ModerationCase.state == ACTIONED, new):
        raise CaseDone()
    _record(actor, Action.CASE_UNDONE, case, reason=note)
    if kind.undo is not None:
        kind.undo(actor, case, note)
    emit(CaseUndone(case.id, case.source, actor.viewer_id))


def close_case(actor: Viewer, case: ModerationCase) -> None:
    """File a case whose decision stands; raises ``CaseDone``."""
    require_judge(actor, case)
    new = {"state": CLOSED, "closed_at": clock.now()}
    if not change_case(case, ModerationCase.state == ACTIONED, new):
        raise CaseDone()
    _record(actor, Action.CASE_CLOSED, case)


def file_cases(age: timedelta) -> None:
    """File cases whose decision was carried out so long ago that nobody can appeal any more."""
    settled = select(ModerationCase).where(
        ModerationCase.state == ACTIONED, ModerationCase.actioned_at < clock.now() - age
    )
    for case in db.session.scalars(settled.order_by(ModerationCase.id)).all():
        new = {"state": CLOSED, "closed_at": clock.now()}
        if change_case(case, ModerationCase.state == ACTIONED, new):
            _record(SYSTEM, Action.CASE_CLOSED, case)


def prune_cases(age: timedelta) -> None:
    """Forget cases that were closed so long ago, with whom they were about."""
    old = select(ModerationCase.id).where(ModerationCase.closed_at < clock.now() - age)
    for table in (CaseSubject, CaseNote, CaseVoice):
        db.session.execute(delete(table).where(table.case_id.in_(old)))
    db.session.execute(delete(ModerationCase).where(ModerationCase.closed_at < clock.now() - age))


def require_judge(actor: Viewer, case: ModerationCase) -> None:
    """Raise ``NotAllowed`` unless the actor may decide the case."""
    board_id = board_id_of(case)
    require(can_judge_case(actor, list_subject_ids(case.id), board_id=board_id))


def _require_fresh_eyes(actor: Viewer, case: ModerationCase) -> None:
    if actor.viewer_id in kind_of(case).barred(case):
        raise DecidedBefore()


def change_case(case: ModerationCase, allowed: Any, new: dict[str, Any]) -> bool:
    """Change a case if its row is as it must be; what was read is brought up to date anyway."""
    changed = count_changed(
        update(ModerationCase)
        .where(ModerationCase.id == case.id, allowed)
        .values(**new)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(case)
    return bool(changed)


def _record(
    actor: Viewer,
    action: Action,
    case: ModerationCase,
    *,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    record(actor, action, subject=("case", case.id), after=after, reason=reason)
