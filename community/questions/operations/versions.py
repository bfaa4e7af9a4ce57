"""What every change of a text goes through: is it fit, what does its screening say, what is kept.

Who may change a text is asked by the operations above (``edits``, ``suggestions``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from community.core import clock, markup
from community.core.db import db
from community.core.jobs import emit
from community.core.settings import current_settings
from community.events import PostEdited
from community.events.edits import EditReverted
from community.identity.models import User
from community.posts.attaching import attach_images
from community.posts.errors import EditConflict, UnfitText
from community.posts.guard import check_personal_data
from community.posts.limits import check_text_limit
from community.posts.models import Post, SuggestedEdit
from community.posts.operations import keep_revision, render_into
from community.posts.policies import is_author
from community.posts.screening import Submission, Verdict, screen
from community.posts.tagging import check_new_tags, find_or_make_tags, put_tags, tag_names_of
from community.posts.text import body_problem, comment_problem, fit_text, slug_of
from community.questions.excerpts import excerpt_of
from community.questions.models import Question
from community.questions.operations.questions import read_question_texts
from community.questions.queries.texts import Texts, base_of, texts_of
from community.questions.status import count_tags

NOTE_MAX_CHARS = 200


@dataclass(frozen=True, kw_only=True)
class EditForm:
    """What somebody sends to change a post; of a reply ``title`` and ``tags`` are not read.

    ``based_on`` is the mark of the version they saw, "" where nobody knows.
    """

    body: str
    title: str = ""
    tags: str = ""
    based_on: str = ""
    note: str = ""
    vouched: Collection[str] = ()


def version_of(post: Post) -> str:
    """Return a mark of the present version; an edit form carries it to detect a conflict."""
    return (post.edited_at or post.created_at).isoformat()


def fit_edit(actor: User, post: Post, form: EditForm) -> Verdict | None:
    """Return what the screening says to a post's new texts; None where they are the present ones.

    Raises ``EditConflict``, ``UnfitText``, ``PersonalDataFound``, ``TextRefused``.
    """
    check_version(post, form.based_on)
    before = texts_of(post)
    after = _fit_question(actor, post, form, before) if before.title else _fit_reply(post, form)
    if after == before:
        return None
    check_text_limit(actor, post.board_id, after.body)
    fields = {"title": after.title, "body": after.body} if after.title else {"body": after.body}
    old = f"{before.title}\n{before.body}" if before.title else before.body
    check_personal_data(fields, vouched=form.vouched, before=old)
    return _screen(actor, post, after)


def _fit_question(actor: User, post: Post, form: EditForm, before: Texts) -> Texts:
    title, body, names, problems = read_question_texts(form.title, form.body, form.tags)
    added = sorted({*names} - {*before.tags})
    if unmade := check_new_tags(actor, post.board_id, added):
        problems.setdefault("tags", unmade)
    if problems:
        raise UnfitText(errors=problems)
    return Texts(title, body, tuple(sorted(names)))


def _fit_reply(post: Post, form: EditForm) -> Texts:
    problem_of = comment_problem if post.kind == "comment" else body_problem
    return Texts("", fit_text(form.body, problem_of), ())


def check_version(post: Post, based_on: str) -> None:
    """Raise ``EditConflict`` where the post is another version by now."""
    if based_on and based_on != version_of(post):
        raise EditConflict()


def _screen(actor: User, post: Post, texts: Texts) -> Verdict:
    return screen(
        Submission(
            author=actor,
            board_id=post.board_id,
            kind=post.kind,
            language=post.language,
            post_id=post.id,
            title=texts.title,
            body=texts.body,
            tags=texts.tags,
            question_id=post.root_id if post.root_id != post.id else None,
        )
    )


def put_texts(editor: User, question: Question, post: Post, texts: Texts, note: str) -> int | None:
    """Make a post say this, in the editor's name; the present version is kept.

    Returns as ``keep_version`` does.
    """
    before = texts_of(post)
    version = keep_version(editor, post, before, note)
    if post.id == question.id:
        question.title, question.slug = texts.title, slug_of(texts.title)
    _put_body(editor, post, texts.body)
    if post.id == question.id:
        question.excerpt = excerpt_of(question.html)
        put_names(question, texts.tags)
    emit(PostEdited(post.id, question.id, editor.id))
    _note_reverted(question, post, texts)
    return version


def _note_reverted(question: Question, post: Post, texts: Texts) -> None:
    """Note which accepted suggestions are undone by this: the post says what it said before."""
    taken = select(SuggestedEdit).where(
        SuggestedEdit.post_id == post.id,
        SuggestedEdit.state == "accepted",
        SuggestedEdit.reverted_at.is_(None),
    )
    for suggestion in db.session.scalars(taken.order_by(SuggestedEdit.id)).all():
        if base_of(suggestion) == texts:
            suggestion.reverted_at = clock.now()
            ids = (suggestion.id, post.id, question.id, suggestion.author_id)
            emit(EditReverted(*ids))
    db.session.flush()


def keep_version(editor: User, post: Post, before: Texts, note: str) -> int | None:
    """Keep the present version, unless its own author mends it within the grace minutes.

    Return the number of the new version; None where the present one is mended.
    """
    grace = timedelta(minutes=current_settings().edit_grace_minutes)
    written_at = post.edited_at or post.created_at
    writer_id = post.edited_by_id or post.author_id
    is_own = is_author(editor, post) and editor.id == writer_id
    if is_own and clock.now() - written_at <= grace:
        return None
    note = markup.clean_text(note)[:NOTE_MAX_CHARS]
    return keep_revision(post, title=before.title or None, tags=before.tag_line, note=note)


def _put_body(editor: User, post: Post, body: str) -> None:
    render_into(post, body)
    post.edited_at = clock.now()
    post.edited_by_id = editor.id
    db.session.flush()
    attach_images(editor, post)


def put_names(question: Question, names: Collection[str]) -> None:
    """Make a question carry exactly these tags, in the totals too."""
    before = set(find_or_make_tags(tag_names_of(question.id)))
    after = set(put_tags(question, list(names)))
    if question.visibility == "published":
        count_tags(question.place_id, before - after, -1)
        count_tags(question.place_id, after - before, 1)
