"""Changes to posts of any kind: commenting, editing, kudos, removing, watching."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from community.core import clock, markup
from community.core.authz import Viewer, require
from community.core.db import db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.core.settings import current_settings
from community.events import (
    CommentPosted,
    KudosGiven,
    KudosTaken,
    PostHeld,
    PostSuspected,
    PostVisibilityChanged,
)
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.attaching import attach_images
from community.posts.errors import KudosSettled, OwnPost, TooManyComments
from community.posts.guard import check_personal_data
from community.posts.limits import check_reply_limit
from community.posts.models import (
    RULE_MAX_CHARS,
    Comment,
    HeldPost,
    Post,
    Removal,
    Revision,
    Vote,
    Watch,
)
from community.posts.policies import (
    can_give_kudos,
    can_write,
    is_author,
    is_thankable,
    kudos_privilege,
)
from community.posts.screening import Finding, Submission, Verdict, as_rows, screen
from community.posts.text import comment_problem, fit_note, fit_text

COMMENTS_PER_POST = 10
TO_BE_RENDERED = 0
_RENDERED = markup.RENDER_VERSION
# Tried in vain at this version: the next one tries again.
_FELL_BACK = -markup.RENDER_VERSION


def render_into(post: Post, body: str) -> None:
    """Store a text with its rendered form.

    A text that was too costly to render is stored escaped and tried once more by the task.
    """
    for name, value in rendered_columns(body).items():
        setattr(post, name, value)


def rendered_columns(body: str) -> dict[str, str | int]:
    """Return the columns of a post with this text."""
    html = str(markup.render_stored(body))
    version = TO_BE_RENDERED if markup.is_fallback(html) else _RENDERED
    return {"body": body, "html": html, "render_version": version}


def add_comment(
    actor: User,
    parent: Post,
    body: str,
    *,
    typed_seconds: float | None = None,
    vouched: Collection[str] = (),
) -> Comment:
    """Comment on a question or an answer (at most ten a post); it may be held.

    The caller has locked the question's row and read the parent after that. Raises
    ``NotAllowed``, ``UnfitText``, ``PersonalDataFound``, ``TooManyComments``, ``WritingTooFast``.
    """
    require(can_write(actor) and parent.is_published and parent.kind != "comment")
    body = fit_text(body, comment_problem)
    check_reply_limit(actor, parent.board_id, parent.root_id or parent.id, body)
    if parent.comments_count >= COMMENTS_PER_POST:
        raise TooManyComments()
    check_personal_data({"body": body}, vouched=vouched)
    verdict = screen(
        Submission(
            author=actor,
            board_id=parent.board_id,
            kind="comment",
            language=parent.language,
            body=body,
            typed_seconds=typed_seconds,
            question_id=parent.root_id or parent.id,
        )
    )
    comment = Comment(
        author_id=actor.id,
        visibility=verdict.visibility,
        board_id=parent.board_id,
        root_id=parent.root_id,
        parent_id=parent.id,
        language=parent.language,
        created_at=clock.now(),
    )
    render_into(comment, verdict.submission.body)
    db.session.add(comment)
    db.session.flush()
    attach_images(actor, comment)
    if not verdict.is_held:
        parent.comments_count = Post.comments_count + 1
        db.session.flush()
        emit(CommentPosted(comment.id, parent.id, parent.root_id or parent.id, actor.id))
    note_verdict(comment, verdict)
    return comment


def note_verdict(post: Post, verdict: Verdict, *, is_new: bool = True) -> None:
    """Have a person look at a post if its screening found something.

    A held one is kept in mind until it is published; ``is_new`` says that nobody was told of it.
    """
    ids = (post.id, post.root_id or post.id, post.author_id)
    if post.visibility == "held":
        emit(PostHeld(*ids, _keep_hold(post, verdict.findings, is_new)))
    elif verdict.findings:
        emit(PostSuspected(*ids, as_rows(verdict.findings)))


def _keep_hold(post: Post, findings: Sequence[Finding], is_new: bool) -> list[dict[str, Any]]:
    """Keep why a post is held; what was found in an earlier version stays known."""
    hold = db.session.get(HeldPost, post.id)
    if hold is None:
        hold = HeldPost(post_id=post.id, is_new=is_new, findings=[], held_at=clock.now())
        db.session.add(hold)
    new = [row for row in as_rows(findings) if row not in hold.findings]
    hold.findings = [*hold.findings, *new]
    db.session.flush()
    return hold.findings


def end_hold(post: Post) -> bool:
    """Forget that a post was held, because it is published; say whether nobody was told of it."""
    hold = db.session.get(HeldPost, post.id)
    if hold is None:
        return False
    db.session.delete(hold)
    db.session.flush()
    return hold.is_new


def give_kudos(actor: User, post: Post) -> None:
    """Thank the author of a post; a second time changes nothing.

    Raises ``OwnPost``, ``NotAllowed``, ``PrivilegeMissing``.
    """
    if is_author(actor, post):
        raise OwnPost()
    asker_id = _asker_of(post)
    require(is_thankable(actor, post))
    require_privilege(actor, kudos_privilege(actor, asker_id), post.board_id)
    require(can_give_kudos(actor, post, asker_id=asker_id))
    insert = insert_ignoring_conflicts(Vote).values(
        post_id=post.id, user_id=actor.id, value=1, created_at=clock.now()
    )
    if not db.session.execute(insert).rowcount:  # type: ignore[attr-defined]
        return
    _count_kudos(post, 1)
    emit(KudosGiven(post.id, post.author_id, actor.id))


def _asker_of(post: Post) -> int | None:
    """Return who asked the question a post belongs to; the views have read and locked it."""
    question = post if post.root_id in (None, post.id) else db.session.get(Post, post.root_id)
    return None if question is None else question.author_id


def take_kudos_back(actor: User, post: Post) -> None:
    """Undo own kudos within the time allowed; without kudos nothing changes.

    Raises ``KudosSettled`` afterwards. Source: product rules 2.8 (10 minutes).
    """
    vote = db.session.scalar(
        select(Vote).where(Vote.post_id == post.id, Vote.user_id == actor.id, Vote.value == 1)
    )
    if vote is None:
        return
    if clock.now() - vote.created_at > timedelta(minutes=current_settings().kudos_undo_minutes):
        raise KudosSettled()
    gone = db.session.execute(delete(Vote).where(Vote.id == vote.id))
    if not gone.rowcount:  # type: ignore[attr-defined]
        return
    _count_kudos(post, -1)
    emit(KudosTaken(post.id, post.author_id, actor.id))


def _count_kudos(post: Post, change: int) -> None:
    post.kudos_count = Post.kudos_count + change
    db.session.execute(
        update(User)
        .where(User.id == post.author_id)
        .values(kudos_count=User.kudos_count + change)
        .execution_options(synchronize_session=False)
    )
    db.session.flush()


def keep_revision(post: Post, *, title: str | None, tags: str, note: str = "") -> int:
    """Store the present version of a post before it is changed; return the number of the next."""
    newest = db.session.scalar(select(func.max(Revision.number)).where(Revision.post_id == post.id))
    number = (newest or 0) + 1
    db.session.add(
        Revision(
            post_id=post.id,
            number=number,
            title=title,
            tags=tags,
            body=post.body,
            author_id=post.edited_by_id or post.author_id,
            written_at=post.edited_at or post.created_at,
            note=fit_note(note, 200),
        )
    )
    return number + 1


def set_visibility(actor: Viewer, post: Post, visibility: str, reason: str = "") -> bool:
    """Record a post's new visibility; False if it had it already. The caller asks the policy."""
    if post.visibility == visibility:
        return False
    was_published = post.visibility == "published"
    post.visibility = visibility
    db.session.add(
        Removal(
            post_id=post.id,
            visibility=visibility,
            actor_id=actor.viewer_id,
            reason=fit_note(reason, 500),
            created_at=clock.now(),
        )
    )
    if post.kind == "comment" and was_published != (visibility == "published"):
        _count_comment(post, 1 if visibility == "published" else -1)
    db.session.flush()
    emit(PostVisibilityChanged(post.id, post.root_id or post.id, actor.viewer_id, visibility))
    return True


def name_rule(post: Post, rule: str) -> None:
    """Note with the newest removal of a post which rule of conduct it broke; "" says nothing.

    Who removed it has just been asked; upper packages know the codes and tell the author.
    """
    newest = select(func.max(Removal.id)).where(Removal.post_id == post.id).scalar_subquery()
    gone = Removal.visibility.in_(("hidden", "deleted"))
    db.session.execute(
        update(Removal)
        .where(Removal.id == newest, gone, Removal.rule == "")
        .values(rule=rule[:RULE_MAX_CHARS])
    )


def _count_comment(comment: Post, change: int) -> None:
    db.session.execute(
        update(Post)
        .where(Post.id == comment.parent_id)
        .values(comments_count=Post.comments_count + change)
        .execution_options(synchronize_session=False)
    )


def watch(user_id: int, **target: int) -> None:
    """Start watching ``post_id``, ``board_id``, ``tag_id`` or ``person_id`` (exactly one)."""
    db.session.execute(
        insert_ignoring_conflicts(Watch).values(
            user_id=user_id, muted=False, created_at=clock.now(), **target
        )
    )
    _set_muted(user_id, False, **target)


def watch_unless_muted(user_id: int, post_id: int) -> None:
    """Watch a question one took part in, unless one has turned its watch off."""
    db.session.execute(
        insert_ignoring_conflicts(Watch).values(
            user_id=user_id, post_id=post_id, muted=False, created_at=clock.now()
        )
    )


def unwatch(user_id: int, **target: int) -> None:
    """Stop watching; the row stays, muted, so that taking part does not bring it back."""
    db.session.execute(
        insert_ignoring_conflicts(Watch).values(
            user_id=user_id, muted=True, created_at=clock.now(), **target
        )
    )
    _set_muted(user_id, True, **target)


def _set_muted(user_id: int, muted: bool, **target: int) -> None:
    conditions = [getattr(Watch, name) == value for name, value in target.items()]
    db.session.execute(
        update(Watch)
        .where(Watch.user_id == user_id, *conditions)
        .values(muted=muted)
        .execution_options(synchronize_session=False)
    )


def render_again(limit: int = 200) -> int:
    """Bring stored HTML to the present render version; returns how many posts were done (task)."""
    stale = db.session.scalars(
        select(Post)
        .where(Post.render_version < _RENDERED, Post.render_version != _FELL_BACK)
        # In the order of its index: it is asked each minute, and nearly always finds none.
        .order_by(Post.render_version, Post.id)
        .limit(limit)
    ).all()
    for post in stale:
        render_into(post, post.body)
        if post.render_version == TO_BE_RENDERED:
            post.render_version = _FELL_BACK
    return len(stale)
