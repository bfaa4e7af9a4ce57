"""Editing questions, answers and comments; every earlier version is kept."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db
from community.core.jobs import emit
from community.core.privileges import Privilege
from community.core.settings import current_settings
from community.events import PostEdited
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.attaching import attach_images
from community.posts.errors import EditConflict, EditNeedsReview, UnfitText
from community.posts.guard import check_personal_data
from community.posts.limits import check_text_limit
from community.posts.models import Post
from community.posts.operations import keep_revision, note_verdict, render_into
from community.posts.policies import can_edit_post, can_write, is_author
from community.posts.screening import Submission, Verdict, screen
from community.posts.tagging import (
    check_new_tags,
    find_or_make_tags,
    put_tags,
    tag_names_of,
)
from community.posts.text import (
    body_problem,
    comment_problem,
    fit_text,
    parse_tags,
    slug_of,
    tags_problem,
)
from community.questions.excerpts import excerpt_of
from community.questions.models import Question
from community.questions.operations.questions import read_question_texts
from community.questions.operations.removals import change_visibility
from community.questions.policies import can_retag_question
from community.questions.status import count_tags

NOTE_MAX_CHARS = 200


def version_of(post: Post) -> str:
    """Return a mark of the present version; an edit form carries it to detect a conflict."""
    return (post.edited_at or post.created_at).isoformat()


def edit_question(
    actor: User,
    question: Question,
    *,
    title: str,
    body: str,
    tags: str,
    based_on: str = "",
    note: str = "",
    vouched: Collection[str] = (),
) -> None:
    """Change a question's title, text and tags; its row is locked.

    Raises ``NotAllowed``, ``EditConflict``, ``UnfitText``, ``PersonalDataFound``.
    """
    require(can_edit_post(actor, question, is_locked=question.is_locked))
    change_question(
        actor,
        question,
        title=title,
        body=body,
        tags=tags,
        based_on=based_on,
        note=note,
        vouched=vouched,
    )


def change_question(
    actor: User,
    question: Question,
    *,
    title: str,
    body: str,
    tags: str,
    based_on: str = "",
    note: str = "",
    vouched: Collection[str] = (),
) -> None:
    """Change a question as ``edit_question``; the caller has asked whether the actor may."""
    _check_version(question, based_on)
    title, body, names, problems = read_question_texts(title, body, tags)
    old_tags = tag_names_of(question.id)
    if unmade := check_new_tags(actor, question.board_id, sorted({*names} - {*old_tags})):
        problems.setdefault("tags", unmade)
    if problems:
        raise UnfitText(errors=problems)
    if (title, body, sorted(names)) == (question.title, question.body, old_tags):
        return
    check_text_limit(actor, question.board_id, body)
    check_personal_data(
        {"title": title, "body": body},
        vouched=vouched,
        before=f"{question.title}\n{question.body}",
    )
    verdict = _screen_edit(actor, question, _Texts(title, body, tuple(names)))
    sent = verdict.submission
    version = _keep_version(
        actor, question, title=question.title, tags=", ".join(old_tags), note=note
    )
    question.title, question.slug = sent.title, slug_of(sent.title)
    _change_body(actor, question, sent.body)
    question.excerpt = excerpt_of(question.html)
    _change_tags(question, list(sent.tags))
    _record(actor, Action.POST_EDITED, question, version)
    emit(PostEdited(question.id, question.id, actor.id))
    _follow_verdict(actor, question, question, verdict)


def retag_question(actor: User, question: Question, *, tags: str, based_on: str = "") -> None:
    """Change a question's tags and nothing else; its row is locked.

    Raises ``NotAllowed``, ``PrivilegeMissing``, ``EditConflict``, ``UnfitText``.
    """
    require_retagging(actor, question)
    _check_version(question, based_on)
    names, old_tags = parse_tags(tags), tag_names_of(question.id)
    added = sorted({*names} - {*old_tags})
    problem = tags_problem(names) or check_new_tags(actor, question.board_id, added)
    if problem:
        raise UnfitText(errors={"tags": problem})
    if sorted(names) == old_tags:
        return
    version = _keep_version(
        actor, question, title=question.title, tags=", ".join(old_tags), note=""
    )
    question.edited_at, question.edited_by_id = clock.now(), actor.id
    db.session.flush()
    _change_tags(question, names)
    _record(actor, Action.QUESTION_RETAGGED, question, version)
    emit(PostEdited(question.id, question.id, actor.id))


def require_retagging(actor: User, question: Question) -> None:
    """Raise ``NotAllowed`` unless the actor may change the tags; it says what standing it takes."""
    allowed = can_retag_question(actor, question, is_locked=question.is_locked)
    if not allowed and can_write(actor) and question.is_published and not question.is_locked:
        require_privilege(actor, Privilege.RETAG, question.board_id)
    require(allowed)


def _change_tags(question: Question, names: list[str]) -> None:
    before = set(find_or_make_tags(tag_names_of(question.id)))
    after = set(put_tags(question, names))
    if question.visibility == "published":
        count_tags(question.place_id, before - after, -1)
        count_tags(question.place_id, after - before, 1)


def edit_reply(
    actor: User,
    question: Question,
    post: Post,
    *,
    body: str,
    based_on: str = "",
    note: str = "",
    vouched: Collection[str] = (),
) -> None:
    """Change an answer's or comment's text; the question's row is locked.

    Raises ``NotAllowed``, ``EditConflict``, ``UnfitText``, ``PersonalDataFound``.
    """
    require(can_edit_post(actor, post, is_locked=question.is_locked))
    change_reply(actor, question, post, body=body, based_on=based_on, note=note, vouched=vouched)


def change_reply(
    actor: User,
    question: Question,
    post: Post,
    *,
    body: str,
    based_on: str = "",
    note: str = "",
    vouched: Collection[str] = (),
) -> None:
    """Change a reply as ``edit_reply``; the caller has asked whether the actor may."""
    _check_version(post, based_on)
    body = fit_text(body, comment_problem if post.kind == "comment" else body_problem)
    if body == post.body:
        return
    check_text_limit(actor, question.board_id, body)
    check_personal_data({"body": body}, vouched=vouched, before=post.body)
    verdict = _screen_edit(actor, post, _Texts("", body, ()))
    version = _keep_version(actor, post, title=None, tags="", note=note)
    _change_body(actor, post, verdict.submission.body)
    _record(actor, Action.POST_EDITED, post, version)
    emit(PostEdited(post.id, question.id, actor.id))
    _follow_verdict(actor, question, post, verdict)


class _Texts(NamedTuple):
    title: str
    body: str
    tags: tuple[str, ...]


def _screen_edit(actor: User, post: Post, texts: _Texts) -> Verdict:
    """Have the new text looked at; raises ``EditNeedsReview`` where it would take away others'."""
    verdict = screen(
        Submission(
            author=actor,
            board_id=post.board_id,
            kind=post.kind,
            language=post.language,
            post_id=post.id,
            **texts._asdict(),
        )
    )
    if verdict.is_held and post.is_published and not is_author(actor, post):
        raise EditNeedsReview(errors={"body": EditNeedsReview.message})
    return verdict


def _follow_verdict(actor: User, question: Question, post: Post, verdict: Verdict) -> None:
    """Hold a post whose author changed it so that a person must look at it first.

    What is held already stays so, whatever the new text is: that person decides.
    """
    is_new = post.visibility == "held"
    if verdict.is_held and post.is_published:
        change_visibility(actor, question, post, "held")
    if verdict.findings:
        note_verdict(post, verdict, is_new=is_new)


def _record(actor: User, action: Action, post: Post, version: int | None) -> None:
    """Record a change of what somebody else wrote.

    The texts, and the note that says why, are in the history: an erasure must be able to take
    names out of them, and nothing can be taken out of the log.
    """
    if not is_author(actor, post):
        record(actor, action, subject=("post", post.id), after={"version": version})


def _check_version(post: Post, based_on: str) -> None:
    if based_on and based_on != version_of(post):
        raise EditConflict()


def _keep_version(
    actor: User, post: Post, *, title: str | None, tags: str, note: str
) -> int | None:
    """Keep the present version, unless its own author mends it within the grace minutes.

    Return the number of the new version; None where the present one is mended.
    """
    grace = timedelta(minutes=current_settings().edit_grace_minutes)
    written_at = post.edited_at or post.created_at
    writer_id = post.edited_by_id or post.author_id
    is_own = is_author(actor, post) and actor.id == writer_id
    if is_own and clock.now() - written_at <= grace:
        return None
    return keep_revision(
        post, title=title, tags=tags, note=markup.clean_text(note)[:NOTE_MAX_CHARS]
    )


def _change_body(actor: User, post: Post, body: str) -> None:
    render_into(post, body)
    post.edited_at = clock.now()
    post.edited_by_id = actor.id
    db.session.flush()
    attach_images(actor, post)
