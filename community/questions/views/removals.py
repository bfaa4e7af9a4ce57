"""Posts by their numbers: where they stand, deleting, hiding and bringing back."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import db
from community.core.errors import Invalid, NotFound
from community.core.web import add_resource, current_viewer, public
from community.identity.signing_in import signed_in_user
from community.posts.models import Post
from community.posts.operations import name_rule
from community.posts.policies import can_hide_post
from community.questions.models import Question
from community.questions.operations import removals
from community.questions.queries.page_parts import AnswerCursor
from community.questions.queries.pages import ANSWERS_PER_PAGE
from community.questions.views.loading import (
    access_post,
    access_removed,
    merged_url,
    post_url,
    question_url,
)
from community.questions.views.replies import blueprint
from community.questions.views.tools import refuse, typed_reason

__all__ = ["blueprint"]


@blueprint.get("/posts/<int:post_id>")
@public
def show_post(post_id: int) -> ResponseReturnValue:
    """Lead to where a post stands now, whatever it has become part of."""
    try:
        post = access_post(post_id)
    except NotFound:
        return redirect(merged_url(post_id), 302)
    question = db.session.get_one(Question, post.root_id)
    url = question_url(question)
    if post.kind == "answer" and question.answers_count > ANSWERS_PER_PAGE:
        url = f"{url}?after={AnswerCursor.before(post)}"
    anchor = post_url(question, post).partition("#")[2]
    return redirect(f"{url}#{anchor}" if anchor else url, 302)


@blueprint.post("/posts/<int:post_id>", endpoint="remove_post")
@blueprint.delete("/posts/<int:post_id>")
def delete_post(post_id: int) -> ResponseReturnValue:
    """Delete a post (a plain form sends ``_method=DELETE``)."""
    question, post = access_removed(post_id)
    try:
        removals.delete_post(signed_in_user(), question, post, typed_reason())
    except Invalid as refusal:
        return refuse(question, post, "deleting", refusal)
    flash(_("Deleted."), "success")
    return _after_removal(question, post)


def hide_post(post_id: int) -> ResponseReturnValue:
    """Take a post out of sight."""
    question, post = access_removed(post_id)
    try:
        removals.hide_post(signed_in_user(), question, post, typed_reason())
    except Invalid as refusal:
        return refuse(question, post, "hiding", refusal)
    flash(_("Hidden."), "success")
    return _after_removal(question, post)


def restore_post(post_id: int) -> ResponseReturnValue:
    """Bring a removed post back."""
    question, post = access_removed(post_id)
    try:
        removals.restore_post(signed_in_user(), question, post, typed_reason())
    except Invalid as refusal:
        return refuse(question, post, "restoring", refusal)
    flash(_("Visible again."), "success")
    return redirect(post_url(question, post), 303)


add_resource(blueprint, "/posts/<int:post_id>/hiding", create=hide_post, delete=restore_post)


def _after_removal(question: Question, post: Post) -> ResponseReturnValue:
    name_rule(post, request.form.get("rule", ""))
    if can_hide_post(current_viewer(), post):
        # Where it can be brought back.
        return redirect(url_for("tools.show_tools", post_id=post.id), 303)
    if post.id == question.id:
        return redirect(url_for("home.show_home"), 303)
    return redirect(question_url(question), 303)
