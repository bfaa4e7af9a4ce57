"""Issuing statements of reasons: one for each measure, told by every way that reaches the member.

Other packages call ``issue_statement`` in the transaction of the measure. What is hidden, deleted
or restored without one is caught up with by ``note_removal``.
"""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import count_changed, db
from community.core.errors import Invalid
from community.core.i18n import speaking
from community.core.jobs import emit
from community.core.reasons import read_reason
from community.events import StatementIssued
from community.identity.models import User
from community.identity.queries import get_user
from community.posts.models import Post, Removal
from moderation.rules import UNNAMED, is_rule
from moderation.sanctions.letters import send_statement_letter
from moderation.sanctions.models import (
    FACTS_MAX_CHARS,
    MEASURES,
    POST_DELETED,
    POST_HIDDEN,
    POST_RESTORED,
    Statement,
)
from moderation.sanctions.policies import can_confirm_statement, can_issue_statement
from moderation.sanctions.queries.statements import (
    find_statement_of_removal,
    find_unlinked_statement,
    get_newest_removal,
    list_standing_about,
    lock_statement,
)
from moderation.sanctions.queries.texts import (
    draft_statement,
    language_of,
    months_later,
    statement_text,
)

__all__ = ["draft_statement", "issue_statement", "statement_text"]

REMOVING = {"hidden": POST_HIDDEN, "deleted": POST_DELETED}
# A statement that was issued just before its post was removed belongs to that removal.
ISSUED_BEFORE = timedelta(minutes=5)


class StatementInvalid(Invalid):
    """A statement names a measure, a rule and facts."""


def issue_statement(
    actor: Viewer,
    *,
    user_id: int,
    measure: str,
    rule: str,
    facts: str,
    post_id: int | None = None,
    automated: bool = False,
    case_id: int | None = None,
    days: int | None = None,
    until: datetime | None = None,
) -> Statement:
    """Tell a member with reasons what was decided about them, and how they can appeal.

    ``automated`` says that it was found automatically; the system as ``actor`` decided so as well.
    Of a post that is removed, the second call returns the first one's statement, unless a person
    decides now what the machine did before. Raises
    ``NotAllowed`` and ``StatementInvalid``.
    """
    require(can_issue_statement(actor))
    facts = check_statement(measure, rule, facts)
    removal = get_newest_removal(post_id, measure) if post_id is not None else None
    if removal is not None:
        told = find_statement_of_removal(removal.id)
        if told is not None and not _is_decided_anew(actor, told):
            return told
        # The removal stays with the first statement about it.
        removal = removal if told is None else None
    return _store(
        actor.viewer_id,
        actor,
        Statement(
            user_id=user_id,
            measure=measure,
            rule=rule,
            facts=facts,
            automated=automated or actor.viewer_id is None,
            post_id=post_id,
            removal_id=None if removal is None else removal.id,
            case_id=case_id,
        ),
        days=days,
        until=until,
    )


def _is_decided_anew(actor: Viewer, told: Statement) -> bool:
    """Say whether a person decides now about what the machine alone did before."""
    return told.decided_by_id is None and actor.viewer_id is not None


def check_statement(measure: str, rule: str, facts: str) -> str:
    """Return tidy facts; raises ``StatementInvalid``."""
    tidy, problem = read_reason(
        facts,
        longest=FACTS_MAX_CHARS,
        missing=_l("Say what happened, in up to 2,000 characters. The member reads it."),
    )
    errors: dict[str, str | LazyString] = {}
    if measure not in MEASURES:
        errors["kind"] = _l("Choose what is to be done.")
    if not is_rule(rule):
        errors["rule"] = _l("Choose the rule.")
    if problem is not None:
        errors["facts"] = problem
    if errors:
        raise StatementInvalid(errors=errors)
    return tidy


def _store(
    decided_by_id: int | None,
    actor: Viewer,
    statement: Statement,
    *,
    days: int | None = None,
    until: datetime | None = None,
) -> Statement:
    word_statement(decided_by_id, statement, days=days, until=until)
    _tell(actor, statement)
    return statement


def word_statement(
    decided_by_id: int | None,
    statement: Statement,
    *,
    days: int | None = None,
    until: datetime | None = None,
) -> None:
    """Put a statement into the member's words and keep it; the caller sees that it is told."""
    user_id = statement.user_id
    draft = draft_statement(
        user_id,
        measure=statement.measure,
        rule=statement.rule,
        facts=statement.facts,
        post_id=statement.post_id,
        automated=statement.automated,
        by_machine=decided_by_id is None,
        days=days,
        until=until,
    )
    statement.language = language_of(user_id)
    statement.text = statement_text(draft, statement.language)
    statement.decided_by_id, statement.issued_at = decided_by_id, clock.now()
    if draft.appeal_until is not None:
        statement.appeal_until = months_later(statement.issued_at)
    db.session.add(statement)
    db.session.flush()


def _tell(actor: Viewer, statement: Statement) -> None:
    after = {"statement": statement.id, "measure": statement.measure, "rule": statement.rule}
    record(actor, Action.STATEMENT_ISSUED, subject=("user", statement.user_id), after=after)
    emit(StatementIssued(statement.user_id, statement.id, statement.measure))
    send_statement_letter(db.session.get_one(User, statement.user_id), statement)


def confirm_statement(actor: User, statement: Statement) -> None:
    """Note that the member has read it; the first time counts."""
    require(can_confirm_statement(actor, statement))
    unread = update(Statement).where(Statement.id == statement.id, Statement.read_at.is_(None))
    count_changed(unread.values(read_at=clock.now()))
    db.session.refresh(statement)


def undo_statement(actor: Viewer, statement_id: int, reason: str = "") -> bool:
    """Note that a measure was taken back; False where it had been."""
    standing = update(Statement).where(Statement.id == statement_id, Statement.undone_at.is_(None))
    if not count_changed(standing.values(undone_at=clock.now())):
        return False
    statement = lock_statement(statement_id)
    record(
        actor,
        Action.STATEMENT_UNDONE,
        subject=("user", statement.user_id),
        after={"statement": statement_id},
        reason=reason,
    )
    return True


def note_removal(post_id: int, visibility: str) -> None:
    """Tell the author of a removal or its end, unless they did it or were told (subscriber)."""
    post = db.session.get(Post, post_id, populate_existing=True)
    author = None if post is None else db.session.get(User, post.author_id)
    if post is None or author is None or author.erased_at is not None:
        return
    if visibility == "published":
        _tell_of_return(post)
    elif visibility in REMOVING:
        _tell_of_removal(post, REMOVING[visibility])


def _tell_of_removal(post: Post, measure: str) -> None:
    removal = get_newest_removal(post.id, measure)
    if removal is None or removal.actor_id == post.author_id or post.author_id is None:
        return
    if find_statement_of_removal(removal.id) is not None:
        return
    early = find_unlinked_statement(post.id, measure, since=removal.created_at - ISSUED_BEFORE)
    if early is not None:
        early.removal_id = removal.id
        db.session.flush()
        return
    _issue_for(removal, post, measure)


def _issue_for(removal: Removal, post: Post, measure: str) -> None:
    with speaking(language_of(post.author_id)):
        facts = removal.reason or _("A moderator found that the post is against this rule.")
    _store(
        removal.actor_id,
        _person(removal.actor_id),
        Statement(
            user_id=post.author_id,
            measure=measure,
            rule=removal.rule if is_rule(removal.rule) else UNNAMED,
            facts=facts,
            automated=removal.actor_id is None,
            post_id=post.id,
            removal_id=removal.id,
        ),
    )


def _tell_of_return(post: Post) -> None:
    """Say that a post is visible again where the author was told that it was not."""
    standing = list_standing_about(post.id)
    if not standing or post.visibility != "published":
        return
    removal = get_newest_removal(post.id, POST_RESTORED)
    actor_id = None if removal is None else removal.actor_id
    actor = _person(actor_id)
    for statement in standing:
        undo_statement(actor, statement.id)
    with speaking(language_of(post.author_id)):
        facts = (removal and removal.reason) or _("Somebody of our team looked at it again.")
    _store(
        actor_id,
        actor,
        Statement(
            user_id=post.author_id,
            measure=POST_RESTORED,
            rule=standing[-1].rule,
            facts=facts,
            automated=False,
            post_id=post.id,
            removal_id=None if removal is None else removal.id,
        ),
    )


def _person(user_id: int | None) -> Viewer:
    return (get_user(user_id) if user_id is not None else None) or SYSTEM
