"""What a decision about flags does to the post, to its author and to the flags."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from community.core import clock
from community.core.authz import Viewer
from community.core.db import db
from community.core.i18n import speaking
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility, delete_post, restore_post
from moderation.cases.kinds import Decision
from moderation.cases.models import ModerationCase
from moderation.flags.models import AGREED, REJECTED, Flag, FlagHiding
from moderation.flags.operations.restraint import end_silence
from moderation.flags.operations.telling import how_to_mend, tell_flaggers
from moderation.flags.queries import newest_hiding
from moderation.sanctions.models import (
    NOTICE,
    POST_DELETED,
    POST_HIDDEN,
    WARNING,
)
from moderation.sanctions.operations.sanctions import impose_sanction
from moderation.sanctions.operations.statements import issue_statement
from moderation.sanctions.queries.texts import language_of

KEEP, MEND, REMOVE, WARN, NOTE = "keep", "mend", "remove", "warn", "notice"


def facts_of(case: ModerationCase, decision: Decision, note: str) -> str:
    """Return the facts the member reads, in the present language: the note, and how to mend."""
    if decision.key == MEND and case.post_id is not None:
        return f"{note}\n\n{how_to_mend(case.post_id)}"
    return note


class _Verdict(NamedTuple):
    """A decision as it is carried out."""

    case: ModerationCase
    note: str
    facts: str
    rule: str


def decide_post_flags(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Carry out what was decided about flags on a post; its question's row is locked."""
    assert case.post_id is not None
    post = db.session.get_one(Post, case.post_id, populate_existing=True)
    question = lock_question(post.root_id or post.id)
    with speaking(language_of(post.author_id)):
        verdict = _Verdict(case, note, facts_of(case, decision, note), rule)
    if decision.key == KEEP:
        _show_again(actor, question, post, verdict)
    elif decision.key == MEND:
        _ask_to_mend(actor, question, post, verdict)
    else:
        _remove(actor, question, post, verdict)
    if decision.key == WARN:
        _sanction(actor, post.author_id, WARNING, verdict)
    _settle(post.author_id, Flag.post_id == post.id, case, decision)


def decide_member_flags(
    actor: User, case: ModerationCase, decision: Decision, note: str, rule: str
) -> None:
    """Carry out what was decided about flags on a member."""
    member_id = int(case.evidence["member_id"])
    verdict = _Verdict(case, note, note, rule)
    if decision.key == NOTE:
        _sanction(actor, member_id, NOTICE, verdict)
    elif decision.key == WARN:
        _sanction(actor, member_id, WARNING, verdict)
    _settle(member_id, Flag.member_id == member_id, case, decision)


def undo_post_decision(actor: User, case: ModerationCase, note: str) -> None:
    """Bring a post back that a decision removed; its flags were wrong then."""
    assert case.post_id is not None
    post = db.session.get_one(Post, case.post_id, populate_existing=True)
    question = lock_question(post.root_id or post.id)
    if post.visibility in ("hidden", "deleted"):
        restore_post(actor, question, post, note)
    reject_flags(Flag.post_id == post.id, int(case.evidence["round"]))


def reject_flags(target: ColumnElement[bool], number: int) -> None:
    """Note that the flags of a round were wrong, whatever was decided before."""
    for flag in _flags_of(target, number):
        flag.outcome, flag.decided_at = REJECTED, clock.now()
    db.session.flush()


def _show_again(actor: User, question: Question, post: Post, verdict: _Verdict) -> None:
    hiding = newest_hiding(post.id)
    of_this_round = hiding is not None and hiding.round == int(verdict.case.evidence["round"])
    if post.visibility == "hidden" and of_this_round:
        change_visibility(actor, question, post, "published", verdict.note)


def _ask_to_mend(actor: User, question: Question, post: Post, verdict: _Verdict) -> None:
    if post.visibility not in ("published", "hidden"):
        return
    change_visibility(actor, question, post, "hidden", verdict.note)
    number = int(verdict.case.evidence["round"])
    db.session.add(FlagHiding(post_id=post.id, round=number, hidden_at=clock.now()))
    db.session.flush()
    _state(actor, post, POST_HIDDEN, verdict)


def _remove(actor: User, question: Question, post: Post, verdict: _Verdict) -> None:
    if post.visibility != "deleted":
        delete_post(actor, question, post, verdict.note)
        _state(actor, post, POST_DELETED, verdict)


def _state(actor: User, post: Post, measure: str, verdict: _Verdict) -> None:
    issue_statement(
        actor,
        user_id=post.author_id,
        measure=measure,
        rule=verdict.rule,
        facts=verdict.facts,
        post_id=post.id,
        case_id=verdict.case.id,
    )


def _sanction(actor: Viewer, user_id: int, kind: str, verdict: _Verdict) -> None:
    impose_sanction(
        actor,
        user_id,
        kind,
        rule=verdict.rule,
        facts=verdict.facts,
        post_id=verdict.case.post_id,
        case_id=verdict.case.id,
    )


def _settle(
    author_id: int, target: ColumnElement[bool], case: ModerationCase, decision: Decision
) -> None:
    """End the round: say of each flag whether it was right, and tell who gave it."""
    flags = _flags_of(target, int(case.evidence["round"]))
    for flag in flags:
        flag.outcome = AGREED if decision.is_violation else REJECTED
        flag.decided_at = clock.now()
    db.session.flush()
    tell_flaggers(flags)
    if not decision.is_violation:
        end_silence(author_id)


def _flags_of(target: ColumnElement[bool], number: int) -> list[Flag]:
    query = select(Flag).where(target, Flag.round == number).order_by(Flag.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
