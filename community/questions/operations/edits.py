"""Editing questions, answers and comments; every earlier version is kept."""

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db
from community.core.jobs import emit
from community.core.privileges import Privilege
from community.events import PostEdited
from community.identity.models import User
from community.identity.privileges import require_privilege
from community.posts.errors import UnfitText
from community.posts.models import Post
from community.posts.operations import note_verdict
from community.posts.policies import can_edit_post, can_write, is_author
from community.posts.screening import Verdict
from community.posts.tagging import check_new_tags, tag_names_of
from community.posts.text import parse_tags, tags_problem
from community.questions.models import Question
from community.questions.operations.removals import change_visibility
from community.questions.operations.suggestions import drop_own, keep_edit
from community.questions.operations.versions import (
    EditForm,
    check_version,
    fit_edit,
    keep_version,
    put_names,
    put_texts,
)
from community.questions.policies import can_retag_question
from community.questions.queries.texts import Texts, texts_of


def edit_post(actor: User, question: Question, post: Post, form: EditForm) -> bool:
    """Change a question's title, text and tags, or a reply's text; the question's row is locked.

    Where a person must look at the new texts first, the old ones stay until then; returns whether
    it is so. Raises ``NotAllowed``, ``EditConflict``, ``UnfitText``, ``PersonalDataFound``.
    """
    require(can_edit_post(actor, post, is_locked=question.is_locked))
    verdict = fit_edit(actor, post, form)
    if verdict is None:
        return False
    drop_own(actor, question, post)
    if verdict.is_held and post.is_published:
        keep_edit(actor, question, post, verdict, form.note)
        return True
    _apply(actor, question, post, verdict, form.note)
    return False


def change_post(actor: User, question: Question, post: Post, form: EditForm) -> None:
    """Change a post at once, and hold it where a person must look at the new texts.

    The caller has asked whether the actor may, and has locked the question's row.
    """
    verdict = fit_edit(actor, post, form)
    if verdict is not None:
        _apply(actor, question, post, verdict, form.note)


def _apply(actor: User, question: Question, post: Post, verdict: Verdict, note: str) -> None:
    sent = verdict.submission
    texts = Texts(sent.title, sent.body, sent.tags)
    version = put_texts(actor, question, post, texts, note)
    _record(actor, Action.POST_EDITED, post, version)
    _follow_verdict(actor, question, post, verdict)


def _follow_verdict(actor: User, question: Question, post: Post, verdict: Verdict) -> None:
    """Have a person look at what was found.

    What is held already stays so, whatever the new text is: that person decides.
    """
    is_new = post.visibility == "held"
    if verdict.is_held and post.is_published:
        change_visibility(actor, question, post, "held")
    if verdict.findings:
        note_verdict(post, verdict, is_new=is_new)


def retag_question(actor: User, question: Question, *, tags: str, based_on: str = "") -> None:
    """Change a question's tags and nothing else; its row is locked.

    Raises ``NotAllowed``, ``PrivilegeMissing``, ``EditConflict``, ``UnfitText``.
    """
    require_retagging(actor, question)
    check_version(question, based_on)
    names, old_tags = parse_tags(tags), tag_names_of(question.id)
    added = sorted({*names} - {*old_tags})
    problem = tags_problem(names) or check_new_tags(actor, question.board_id, added)
    if problem:
        raise UnfitText(errors={"tags": problem})
    if sorted(names) == old_tags:
        return
    version = keep_version(actor, question, texts_of(question), "")
    question.edited_at, question.edited_by_id = clock.now(), actor.id
    db.session.flush()
    put_names(question, names)
    _record(actor, Action.QUESTION_RETAGGED, question, version)
    emit(PostEdited(question.id, question.id, actor.id))


def require_retagging(actor: User, question: Question) -> None:
    """Raise ``NotAllowed`` unless the actor may change the tags; it says what standing it takes."""
    allowed = can_retag_question(actor, question, is_locked=question.is_locked)
    if not allowed and can_write(actor) and question.is_published and not question.is_locked:
        require_privilege(actor, Privilege.RETAG, question.board_id)
    require(allowed)


def _record(actor: User, action: Action, post: Post, version: int | None) -> None:
    """Record a change of what somebody else wrote.

    The texts, and the note that says why, are in the history: an erasure must be able to take
    names out of them, and nothing can be taken out of the log.
    """
    if not is_author(actor, post):
        record(actor, action, subject=("post", post.id), after={"version": version})
