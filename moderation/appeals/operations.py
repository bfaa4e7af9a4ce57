"""Appealing against a decision, deciding about the appeal, and undoing what was wrong."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.errors import Conflict, Invalid, NotFound
from community.core.jobs import emit
from community.events import AppealDecided
from community.identity.models import User
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility, restore_post
from moderation.appeals.letters import send_decided_letter, send_received_letter
from moderation.appeals.models import (
    ANSWER_MAX_CHARS,
    OPENED,
    OVERTURNED,
    TEXT_MAX_CHARS,
    UPHELD,
    DecisionAppeal,
)
from moderation.appeals.policies import can_appeal_decision, can_decide_appeal
from moderation.appeals.queries import SOURCE, find_appeal_of, lock_appeal
from moderation.cases.operations import open_case
from moderation.sanctions.models import Statement
from moderation.sanctions.operations.sanctions import overturn_sanction
from moderation.sanctions.operations.statements import undo_statement
from moderation.sanctions.queries.statements import (
    get_newest_removal,
    get_statement_row,
    lock_statement,
)

# Somebody waits who may have been wronged: before first posts and duplicates, behind danger.
APPEAL_PRIORITY = 500


class AppealInvalid(Invalid):
    """An appeal says what is wrong, and its answer says why."""


class AppealTooLate(Conflict):
    """There is nothing to appeal against, or not any more."""

    message = _l(
        "You cannot appeal against this decision: the six months are over, or it was taken back."
    )


class AppealDone(Conflict):
    """An appeal is decided once."""

    message = _l("This appeal has been decided. The answer is final.")


def open_appeal(member: User, statement_id: int, text: str) -> DecisionAppeal:
    """Object to a decision; however often it is sent, the first one stays.

    ``member`` need not be signed in: a suspended one has shown who they are another way. Raises
    ``NotFound`` for others' decisions, ``AppealInvalid`` and ``AppealTooLate``.
    """
    row = get_statement_row(statement_id)
    if row is None or row.statement.user_id != member.id:
        raise NotFound()
    words = markup.clean_text(text).strip()
    if not 0 < len(words) <= TEXT_MAX_CHARS:
        raise AppealInvalid(errors={"text": _l("Say what is wrong, in up to 2,000 characters.")})
    statement = lock_statement(statement_id)
    known = find_appeal_of(statement_id)
    if known is not None:
        return known
    if not can_appeal_decision(member, statement, clock.now()):
        raise AppealTooLate()
    return _store(member, statement, words)


def _store(member: User, statement: Statement, words: str) -> DecisionAppeal:
    new = insert_ignoring_conflicts(DecisionAppeal).values(
        statement_id=statement.id,
        user_id=member.id,
        text=words,
        state=OPENED,
        opened_at=clock.now(),
        answer="",
    )
    made = count_changed(new)
    appeal = find_appeal_of(statement.id)
    assert appeal is not None
    if made:
        _announce(member, statement, appeal)
    return appeal


def _announce(member: User, statement: Statement, appeal: DecisionAppeal) -> None:
    evidence = {"statement": statement.id, "measure": statement.measure, "rule": statement.rule}
    open_case(
        "appeal",
        f"{SOURCE}{appeal.id}",
        subject_ids=[statement.user_id],
        evidence=evidence,
        post_id=statement.post_id,
        priority=APPEAL_PRIORITY,
    )
    after = {"appeal": appeal.id, "statement": statement.id}
    record(member, Action.DECISION_APPEALED, subject=("user", member.id), after=after)
    send_received_letter(db.session.get_one(User, member.id), statement)


def decide_appeal(actor: User, appeal_id: int, outcome: str, answer: str) -> DecisionAppeal:
    """Decide about an appeal, undo what was wrong, and tell the member why.

    The post's thread is locked by the caller. Raises ``NotAllowed`` for who decided first and for
    machines, ``AppealInvalid``, ``AppealDone``.
    """
    appeal = lock_appeal(appeal_id)
    statement = lock_statement(appeal.statement_id)
    require(can_decide_appeal(actor, appeal, statement))
    words = markup.clean_text(answer).strip()
    if outcome not in (UPHELD, OVERTURNED) or not 0 < len(words) <= ANSWER_MAX_CHARS:
        message = _l("Say why, in up to 500 characters. The member reads it.")
        raise AppealInvalid(errors={"note": message})
    _settle(actor, appeal, outcome, words)
    if outcome == OVERTURNED:
        _undo(actor, statement, words)
    _tell(actor, appeal, statement)
    return appeal


def _settle(actor: User, appeal: DecisionAppeal, outcome: str, answer: str) -> None:
    undecided = update(DecisionAppeal).where(
        DecisionAppeal.id == appeal.id, DecisionAppeal.state == OPENED
    )
    new = {
        "state": outcome,
        "answer": answer,
        "decided_by_id": actor.id,
        "decided_at": clock.now(),
    }
    if not count_changed(undecided.values(**new).execution_options(synchronize_session=False)):
        raise AppealDone()
    db.session.refresh(appeal)


def _undo(actor: User, statement: Statement, reason: str) -> None:
    """Take the measure back; a later one about the same post or member stands."""
    row = get_statement_row(statement.id)
    undo_statement(actor, statement.id, reason)
    if row is not None and row.sanction is not None and row.sanction.is_active:
        overturn_sanction(actor, row.sanction.id, reason)
    elif statement.removal_id is not None and statement.post_id is not None:
        _bring_back(actor, statement, statement.post_id, reason)


def _bring_back(actor: User, statement: Statement, post_id: int, reason: str) -> None:
    removal = get_newest_removal(post_id, statement.measure)
    if removal is None or removal.id != statement.removal_id:
        return
    post = db.session.get_one(Post, post_id)
    question = lock_question(post.root_id or post.id)
    fresh = db.session.get_one(Post, post_id, populate_existing=True)
    try:
        restore_post(actor, question, fresh, reason)
    except Conflict:
        # Deleted more than 30 days ago. An appeal that was right is not late.
        change_visibility(actor, question, fresh, "published", reason)


def _tell(actor: User, appeal: DecisionAppeal, statement: Statement) -> None:
    overturned = appeal.state == OVERTURNED
    action = Action.DECISION_OVERTURNED if overturned else Action.DECISION_UPHELD
    after = {"appeal": appeal.id, "statement": statement.id}
    record(actor, action, subject=("user", appeal.user_id), after=after, reason=appeal.answer)
    emit(AppealDecided(appeal.user_id, statement.id, appeal.state))
    send_decided_letter(db.session.get_one(User, appeal.user_id), statement, appeal)
