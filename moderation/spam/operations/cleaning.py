"""Cleaning up after a spammer by one press, and taking that back within a day.

The press shuts the account out and stores a job. Jobs do the rest, some posts at a time, each in
one transaction with the note of what it changed: killed anywhere, the work goes on where it was,
and repeated, a job changes nothing. What is taken back is exactly what was noted and is still as
the clean-up left it. Before anything else each job looks whether its actor may still do this.
"""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import count_changed, db, insert_ignoring_conflicts, lock_row
from community.core.errors import Conflict, NotFound, Refusal
from community.core.i18n import speaking
from community.core.jobs import enqueue
from community.identity.models import User
from community.identity.operations.closing import lock_account
from community.identity.queries import get_user
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility
from moderation.cases.kinds import kind_of
from moderation.cases.models import ACTIONED, ModerationCase
from moderation.cases.operations import claim_case, decide_case, undo_case
from moderation.sanctions.models import POST_DELETED, POST_HIDDEN, SUSPENSION
from moderation.sanctions.operations.many import state_hiding, withdraw_hiding
from moderation.sanctions.operations.sanctions import (
    InForceAlready,
    SanctionOver,
    impose_sanction,
    lift_sanction,
)
from moderation.sanctions.queries.sanctions import get_target
from moderation.sanctions.queries.texts import language_of
from moderation.spam.models import (
    DONE,
    RUNNING,
    SPAM,
    UNDOING,
    UNDONE,
    CleanedCase,
    CleanedPost,
    SpamCleanup,
)
from moderation.spam.operations.learning import learn_post, relearn_post
from moderation.spam.policies import can_clean_up, can_undo_cleanup
from moderation.spam.queries import (
    SPAM_RULE,
    list_cases_to_decide,
    list_cleaned_cases,
    list_unsettled_posts,
    list_visible_posts,
    newest_removal_id,
)

BATCH = 25
SUSPENDED_DAYS = 365
# A flood of one text must not be all that the score knows of spam.
MOST_LESSONS = 20


class CleanupAtWork(Conflict):
    """A clean-up of this member is at work already."""

    message = _l("Somebody is cleaning up after this member already.")


class CleanupOver(Conflict):
    """A clean-up is taken back once, within a day."""

    message = _l("This can no longer be taken back: a day has passed, or somebody did it.")


def start_cleanup(actor: User, user_id: int, *, case_id: int | None = None) -> SpamCleanup:
    """Shut a spammer out now, and hide all they wrote in a moment.

    Audited once. Raises ``NotAllowed``, ``CleanupAtWork``.
    """
    require(can_clean_up(actor, get_target(user_id)))
    lock_account(user_id)
    values = {"user_id": user_id, "actor_id": actor.id, "case_id": case_id, "state": RUNNING}
    made = insert_ignoring_conflicts(SpamCleanup).values(**values, started_at=clock.now(), cursor=0)
    if not count_changed(made):
        raise CleanupAtWork()
    cleanup = db.session.scalars(
        select(SpamCleanup).where(SpamCleanup.user_id == user_id, SpamCleanup.state == RUNNING)
    ).one()
    cleanup.sanction_id = _suspend(actor, user_id, case_id)
    record(
        actor,
        Action.SPAM_CLEANED,
        subject=("user", user_id),
        after={"cleanup": cleanup.id, "case": case_id},
    )
    enqueue(clean_up, cleanup_id=cleanup.id)
    return cleanup


def _suspend(actor: User, user_id: int, case_id: int | None) -> int | None:
    with speaking(language_of(user_id)):
        facts = _facts()
    try:
        sanction = impose_sanction(
            actor,
            user_id,
            SUSPENSION,
            days=SUSPENDED_DAYS,
            rule=SPAM_RULE,
            facts=facts,
            case_id=case_id,
        )
    except InForceAlready:
        return None
    return sanction.id


def _facts() -> str:
    return str(_("A moderator found that what was written from this account is advertising."))


def clean_up(cleanup_id: int) -> None:
    """Decide what waits about the member, then hide some of their posts; again until done (job)."""
    cleanup = _locked(cleanup_id)
    if cleanup.state != RUNNING:
        return
    actor = get_user(cleanup.actor_id)
    if actor is None or not _may_go_on(actor, cleanup):
        _finish(cleanup, DONE)
        return
    if cleanup.cursor == 0:
        _decide_cases(actor, cleanup)
    posts = list_visible_posts(cleanup.user_id, after=cleanup.cursor, most=BATCH)
    # In the order of their questions: two who lock several must not wait for each other.
    for post_id, question_id in sorted(posts, key=lambda row: row[1]):
        _hide(actor, cleanup, post_id, question_id)
    cleanup.cursor = max([cleanup.cursor, 1, *(post_id for post_id, _question in posts)])
    if len(posts) < BATCH:
        _finish(cleanup, DONE)
    else:
        db.session.flush()
        enqueue(clean_up, cleanup_id=cleanup_id)


def _may_go_on(actor: User, cleanup: SpamCleanup) -> bool:
    try:
        return can_clean_up(actor, get_target(cleanup.user_id))
    except NotFound:
        # Erased meanwhile: what is left is nobody's any more.
        return False


def _locked(cleanup_id: int) -> SpamCleanup:
    query = lock_row(select(SpamCleanup).where(SpamCleanup.id == cleanup_id))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _finish(cleanup: SpamCleanup, state: str) -> None:
    cleanup.state = state
    if state == DONE:
        cleanup.finished_at = clock.now()
    db.session.flush()


def _hide(actor: User, cleanup: SpamCleanup, post_id: int, question_id: int) -> None:
    question = lock_question(question_id)
    post = db.session.get_one(Post, post_id, populate_existing=True)
    if post.visibility not in ("published", "held"):
        return
    former = post.visibility
    with speaking(language_of(cleanup.user_id)):
        facts = _facts()
    change_visibility(actor, question, post, "hidden", facts)
    removal_id = newest_removal_id(post_id)
    assert removal_id is not None
    db.session.add(
        CleanedPost(
            cleanup_id=cleanup.id, post_id=post_id, visibility=former, removal_id=removal_id
        )
    )
    state_hiding(actor, post, rule=SPAM_RULE, facts=facts, automated=False)
    if len(cleanup_posts(cleanup.id)) <= MOST_LESSONS:
        learn_post(post_id, SPAM)


def cleanup_posts(cleanup_id: int) -> list[int]:
    """Return which posts a clean-up hid, up to one more than it learned of."""
    query = select(CleanedPost.post_id).where(CleanedPost.cleanup_id == cleanup_id)
    return list(db.session.scalars(query.limit(MOST_LESSONS + 1)))


def _decide_cases(actor: User, cleanup: SpamCleanup) -> None:
    """Decide all that waits about the member as spam; what others are at work on is theirs."""
    for case in list_cases_to_decide(cleanup.user_id, actor.id, clock.now()):
        key = _removing_decision(case)
        if key is None:
            continue
        try:
            with db.session.begin_nested():
                claim_case(actor, case)
                decide_case(actor, case, key, str(_("Cleaned up after a spammer.")), SPAM_RULE)
        except Refusal:
            # Decided meanwhile, or not for this moderator: it stays as it is.
            continue
        db.session.add(CleanedCase(cleanup_id=cleanup.id, case_id=case.id))
    db.session.flush()


def _removing_decision(case: ModerationCase) -> str | None:
    """Return what takes the post away and does nothing besides."""
    for measures in ((POST_DELETED,), (POST_HIDDEN,)):
        for decision in kind_of(case).decisions:
            if decision.is_violation and decision.measures == measures:
                return decision.key
    return None


def undo_cleanup(actor: User, cleanup_id: int) -> None:
    """Take a clean-up back: the account opens now, the posts come back in a moment.

    Audited once. Raises ``NotAllowed``, ``CleanupOver``.
    """
    cleanup = _locked(cleanup_id)
    require(can_undo_cleanup(actor, get_target(cleanup.user_id)))
    if not cleanup.is_undoable:
        raise CleanupOver()
    cleanup.state, cleanup.undone_by_id = UNDOING, actor.id
    db.session.flush()
    _lift(actor, cleanup)
    record(
        actor,
        Action.SPAM_CLEANUP_UNDONE,
        subject=("user", cleanup.user_id),
        after={"cleanup": cleanup.id},
    )
    enqueue(bring_back, cleanup_id=cleanup.id)


def _lift(actor: Viewer, cleanup: SpamCleanup) -> None:
    if cleanup.sanction_id is None:
        return
    with speaking(language_of(cleanup.user_id)):
        reason = str(_("This was a mistake. We are sorry."))
    try:
        lift_sanction(actor, cleanup.sanction_id, reason)
    except SanctionOver:
        # Ended by somebody meanwhile: what has changed since is left alone.
        return


def bring_back(cleanup_id: int) -> None:
    """Bring some of the posts back, then undo the decisions; again until done (job)."""
    cleanup = _locked(cleanup_id)
    actor = get_user(cleanup.undone_by_id) if cleanup.undone_by_id else None
    if cleanup.state != UNDOING or actor is None:
        return
    posts = list_unsettled_posts(cleanup_id, most=BATCH)
    for cleaned, question_id in posts:
        _bring_back(actor, cleaned, question_id)
    if len(posts) == BATCH:
        enqueue(bring_back, cleanup_id=cleanup_id)
        return
    _undo_cases(actor, cleanup_id)
    cleanup.undone_at = clock.now()
    _finish(cleanup, UNDONE)


def _bring_back(actor: User, cleaned: CleanedPost, question_id: int) -> None:
    question = lock_question(question_id)
    post = db.session.get_one(Post, cleaned.post_id, populate_existing=True)
    if post.visibility == "hidden" and newest_removal_id(post.id) == cleaned.removal_id:
        withdraw_hiding(actor, cleaned.removal_id)
        change_visibility(actor, question, post, cleaned.visibility)
    db.session.execute(
        update(CleanedPost)
        .where(CleanedPost.cleanup_id == cleaned.cleanup_id, CleanedPost.post_id == cleaned.post_id)
        .values(settled_at=clock.now())
    )
    relearn_post(cleaned.post_id)


def _undo_cases(actor: User, cleanup_id: int) -> None:
    for case in list_cleaned_cases(cleanup_id):
        if case.state != ACTIONED:
            continue
        try:
            with db.session.begin_nested():
                undo_case(actor, case, str(_("The clean-up was taken back.")))
        except Refusal:
            continue
