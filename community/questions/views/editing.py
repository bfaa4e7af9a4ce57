"""Changing what was written: the edit form of any post, and a question's tags alone."""

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import Invalid, NotFound
from community.core.web import current_viewer, renders, takes_files
from community.identity.signing_in import signed_in_user
from community.posts.errors import EditConflict
from community.posts.models import Post
from community.posts.picture_views import MOST_BYTES, raise_image_refusal, take_in_image
from community.posts.policies import can_edit_post
from community.posts.tagging import tag_names_of
from community.questions.forms import PersonalChoice, PersonalPanel, QuestionForm
from community.questions.models import Question
from community.questions.operations import edits
from community.questions.operations.versions import version_of
from community.questions.queries.suggestions import own_waiting
from community.questions.views.loading import access_removed, post_url, question_url
from community.questions.views.questions import preview_of, say_posted
from community.questions.views.removals import blueprint

__all__ = ["blueprint", "edit_page", "form_of", "preview_edit"]


@blueprint.get("/posts/<int:post_id>/revisions/new")
def new_revision(post_id: int) -> ResponseReturnValue:
    """Show the edit form of a post."""
    question, post = access_removed(post_id)
    require(can_edit_post(signed_in_user(), post, is_locked=question.is_locked))
    return edit_page(question, post, form_of(question, post))


def form_of(question: Question, post: Post) -> QuestionForm:
    """Return the form with the present texts, or with those the viewer has sent and that wait."""
    version = version_of(post)
    waiting = own_waiting(current_viewer(), post.id)
    if waiting is not None:
        title, tags, note = waiting.title, waiting.tags, waiting.note
        return QuestionForm(title=title, body=waiting.body, tags=tags, note=note, based_on=version)
    tags = ", ".join(tag_names_of(post.id)) if post is question else ""
    return QuestionForm(title=question.title, body=post.body, tags=tags, based_on=version)


@blueprint.post("/posts/<int:post_id>/revisions")
@renders("body")
@takes_files(MOST_BYTES, take_in_image)
def create_revision(post_id: int) -> ResponseReturnValue:
    """Save an edit; the earlier version is kept."""
    form = QuestionForm.read(request.form)
    question, post = access_removed(post_id)
    require(can_edit_post(signed_in_user(), post, is_locked=question.is_locked))
    if form.wants_preview:
        return preview_edit(question, post, form)
    choice = PersonalChoice.read(request.form)
    form = form.decided(choice)
    try:
        raise_image_refusal()
        waits = edits.edit_post(signed_in_user(), question, post, form.as_edit(choice))
    except Invalid as refusal:
        errors, panel = dict(refusal.errors), choice.panel(refusal)
        return edit_page(question, post, form, status=422, errors=errors, personal=panel)
    except EditConflict as refusal:
        return _show_conflict(question, post, form, refusal)
    if waits:
        say_edit_waits()
    else:
        say_posted(post, _("Saved."))
    return redirect(post_url(question, post), 303)


def say_edit_waits() -> None:
    """Say that a change is kept, and that others see the text as it was until then."""
    flash(
        _(
            "Your change is kept. A moderator looks at it first; "
            "until then everybody sees the text as it was."
        ),
        "info",
    )


def preview_edit(
    question: Question, post: Post, form: QuestionForm, *, suggesting: bool = False
) -> ResponseReturnValue:
    """Show what the post would say, above the form; or why it cannot say that."""
    preview, problem = preview_of(form.body)
    if problem:
        return edit_page(
            question, post, form, status=422, errors={"body": problem}, suggesting=suggesting
        )
    return edit_page(question, post, form, preview=preview, suggesting=suggesting)


def _show_conflict(
    question: Question, post: Post, form: QuestionForm, refusal: EditConflict
) -> ResponseReturnValue:
    """Show the typed text beside the newer one; saving again means that it was compared."""
    form = replace(form, based_on=version_of(post))
    errors = {"body": refusal.message}
    return edit_page(question, post, form, status=refusal.status, errors=errors, newer=True)


def edit_page(
    question: Question,
    post: Post,
    form: QuestionForm,
    *,
    status: int = 200,
    errors: Mapping[str, object] | None = None,
    preview: str = "",
    newer: bool = False,
    personal: PersonalPanel | None = None,
    suggesting: bool = False,
) -> ResponseReturnValue:
    """Render the form that changes a post; ``newer`` shows the present texts beside it."""
    page = render_template(
        "questions/edit.html",
        question=question,
        post=post,
        form=form,
        errors=errors or {},
        preview=preview,
        newer=newer,
        personal=personal,
        suggesting=suggesting,
        waiting=own_waiting(current_viewer(), post.id),
        newer_tags=", ".join(tag_names_of(post.id)) if newer and post is question else "",
        back=post_url(question, post),
    )
    return page, status


@blueprint.get("/posts/<int:post_id>/tags")
def edit_tags(post_id: int) -> ResponseReturnValue:
    """Show the form that changes a question's tags and nothing else."""
    question = _access_for_tags(post_id)
    tags = ", ".join(tag_names_of(question.id))
    return _tags_page(question, QuestionForm(tags=tags, based_on=version_of(question)))


@blueprint.post("/posts/<int:post_id>/tags")
def save_tags(post_id: int) -> ResponseReturnValue:
    """Save a question's tags; the earlier ones are kept in its history."""
    form = QuestionForm.read(request.form)
    question = _access_for_tags(post_id)
    actor = signed_in_user()
    try:
        edits.retag_question(actor, question, tags=form.tags, based_on=form.based_on)
    except Invalid as refusal:
        return _tags_page(question, form, status=422, errors=dict(refusal.errors))
    except EditConflict as refusal:
        form = replace(form, based_on=version_of(question))
        return _tags_page(question, form, status=409, errors={"tags": refusal.message})
    flash(_("Saved."), "success")
    return redirect(question_url(question), 303)


def _access_for_tags(post_id: int) -> Question:
    question, post = access_removed(post_id)
    if post is not question:
        raise NotFound()
    edits.require_retagging(signed_in_user(), question)
    return question


def _tags_page(
    question: Question,
    form: QuestionForm,
    *,
    status: int = 200,
    errors: Mapping[str, object] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "questions/tags_edit.html",
        question=question,
        form=form,
        errors=errors or {},
        present=", ".join(tag_names_of(question.id)),
        back=question_url(question),
    )
    return page, status
