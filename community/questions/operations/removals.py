"""Hiding, deleting and restoring questions, answers and comments.

Whatever leaves the public leaves every count, list and index with it; an accepted answer is
unaccepted before it is deleted, and accepted again when that was wrong.
"""

from datetime import timedelta

from sqlalchemy import select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Conflict
from community.core.reasons import fit_reason
from community.identity.models import User
from community.posts.models import Post, Removal
from community.posts.operations import set_visibility
from community.posts.policies import can_delete_post, can_hide_post, can_release_post, is_author
from community.posts.visibility import COUNTED, MERGED, PUBLISHED
from community.questions.models import Acceptance, Answer, Question
from community.questions.operations.acceptances import lapse_acceptance, renew_acceptance
from community.questions.operations.releases import announce_post, date_release
from community.questions.standing import change_standing, standing_in
from community.questions.status import recompute, settle

RESTORE_DAYS = 30


def delete_post(actor: User, question: Question, post: Post, reason: str = "") -> None:
    """Delete a post; the question's row is locked. Twice changes nothing.

    Authors may while nobody has replied, moderators always, who say why. Raises ``NotAllowed``,
    ``ReasonUnfit``.
    """
    if post.visibility == "deleted":
        return
    require(
        can_delete_post(actor, post, is_locked=question.is_locked, has_replies=_has_replies(post))
    )
    reason = _why(actor, post, reason)
    _unaccept_first(actor, question, post)
    _remove(actor, question, post, "deleted", reason)


def hide_post(actor: User, question: Question, post: Post, reason: str = "") -> None:
    """Take a post out of sight (moderators); what is hidden or deleted already stays as it is.

    Raises ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_hide_post(actor, post))
    reason = _why(actor, post, reason)
    if post.visibility not in ("hidden", "deleted"):
        _remove(actor, question, post, "hidden", reason)


def restore_post(actor: User, question: Question, post: Post, reason: str = "") -> None:
    """Bring a hidden, held or (within 30 days) deleted post back (moderators).

    What can be read already stays as it is. Raises ``NotAllowed``, ``ReasonUnfit``, ``Conflict``.
    """
    require(can_hide_post(actor, post))
    reason = _why(actor, post, reason)
    if post.visibility == "deleted" and _removed_at_is_old(post):
        raise Conflict()
    shown = MERGED if question.id != post.id and post.kind == "question" else PUBLISHED
    if post.visibility not in COUNTED:
        _remove(actor, question, post, shown, reason)


def release_post(actor: User, question: Question, post: Post, reason: str = "") -> None:
    """Publish what waits (moderators, and reviewers whose voices agree).

    What does not wait stays as it is; that nothing is wrong with it needs no words. Raises
    ``NotAllowed``, ``ReasonUnfit``.
    """
    require(can_release_post(actor, post))
    reason = fit_reason(reason, shortest=0)
    if post.visibility == "held":
        _remove(actor, question, post, PUBLISHED, reason)


def _why(actor: User, post: Post, reason: str) -> str:
    """Return the reason; whoever does it with a text of their own need not give any."""
    return fit_reason(reason, shortest=0 if is_author(actor, post) else 1)


RECORDED_AS = {
    "hidden": Action.POST_HIDDEN,
    "deleted": Action.POST_DELETED,
    PUBLISHED: Action.POST_RESTORED,
    MERGED: Action.POST_RESTORED,
}


def _remove(actor: User, question: Question, post: Post, visibility: str, reason: str) -> None:
    """Change a post's visibility; what was done to somebody else's is recorded.

    What a question was made of is removed with that question. Raises ``Conflict``.
    """
    before = post.visibility
    if before == MERGED and post.kind != "question":
        raise Conflict()
    change_visibility(actor, question, post, visibility, reason)
    if not is_author(actor, post):
        record(
            actor,
            RECORDED_AS[visibility],
            subject=("post", post.id),
            before={"visibility": before},
            after={"visibility": visibility},
            reason=reason,
        )


def change_visibility(
    actor: Viewer, question: Question, post: Post, visibility: str, reason: str = ""
) -> None:
    """Set a post's visibility and bring status, counters and totals in line with it.

    Who publishes what was held since it was written, tells of it now.
    """
    before = standing_in(question)
    is_released = visibility == "published" and date_release(question, post)
    if post.id == question.id:
        with settle(question):
            set_visibility(actor, question, visibility, reason)
    elif set_visibility(actor, post, visibility, reason):
        if visibility == "published" and isinstance(post, Answer):
            renew_acceptance(question, post)
        recompute(question)
    change_standing(before, standing_in(question))
    if is_released:
        announce_post(question, post)


def _has_replies(post: Post) -> bool:
    """Say whether somebody else has publicly answered or commented below this post."""
    by_others = select(Post.id).where(
        Post.parent_id == post.id,
        Post.author_id != post.author_id,
        Post.visibility == "published",
    )
    return db.session.scalar(by_others.limit(1)) is not None


def _unaccept_first(actor: User, question: Question, post: Post) -> None:
    if not isinstance(post, Answer):
        return
    acceptance = db.session.scalar(select(Acceptance).where(Acceptance.answer_id == post.id))
    if acceptance is not None:
        lapse_acceptance(actor, question, acceptance)


def _removed_at_is_old(post: Post) -> bool:
    newest = db.session.scalar(
        select(Removal.created_at)
        .where(Removal.post_id == post.id)
        .order_by(Removal.id.desc())
        .limit(1)
    )
    return newest is not None and clock.now() - newest > timedelta(days=RESTORE_DAYS)
