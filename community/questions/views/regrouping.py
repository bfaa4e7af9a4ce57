"""Merging, splitting and turning, and the way back from each."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import db
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.web import LARGEST_ID, add_deletion
from community.identity.signing_in import signed_in_user
from community.posts.models import Post
from community.questions.models import Regrouping
from community.questions.operations import turning, undoing
from community.questions.operations.regrouping import (
    TO_ANSWER,
    find_posts,
    lock_questions,
    merge_question,
    split_question,
)
from community.questions.views.loading import (
    access_pair,
    access_removed,
    find_question,
    find_reachable,
    post_url,
    question_url,
)
from community.questions.views.tools import (
    access_tools,
    blueprint,
    given_reason,
    render_tools,
)

__all__ = ["blueprint"]


@blueprint.post("/questions/<int:question_id>/merge", endpoint="merge_question")
@takes("into", "reason")
def merge(question_id: int) -> ResponseReturnValue:
    """Make a question part of another one."""
    target = find_question(request.form.get("into", ""))
    source, target = access_pair(question_id, target.id if target else 0)
    try:
        merge_question(signed_in_user(), source, target, given_reason())
    except Invalid as refusal:
        return render_tools(source, source, errors=refusal.errors, status=refusal.status)
    assert target is not None
    flash(_("The questions are one now. You can undo this below the tools of the team."), "success")
    return redirect(question_url(target, f"question-{source.id}"), 303)


@blueprint.post("/questions/<int:question_id>/split", endpoint="split_question")
@takes("title", "reason", many=("post",))
def split(question_id: int) -> ResponseReturnValue:
    """Make answers and comments a question of their own, the oldest of them being what is asked."""
    question = access_tools(question_id)
    ids = {int(raw) for raw in request.form.getlist("post") if raw.isascii() and raw.isdigit()}
    posts = find_posts(question, {post_id for post_id in ids if post_id <= LARGEST_ID})
    title = request.form.get("title", "")
    try:
        made = split_question(signed_in_user(), question, posts, title=title, reason=given_reason())
    except Invalid as refusal:
        return render_tools(question, question, errors=refusal.errors, status=refusal.status)
    flash(_("This is a question of its own now."), "success")
    return redirect(question_url(made), 303)


@blueprint.post("/posts/<int:post_id>/kind")
@takes("kind", "reason")
def turn_post(post_id: int) -> ResponseReturnValue:
    """Turn a comment into an answer, or an answer into a comment on the question."""
    question, post = access_removed(post_id)
    actor = signed_in_user()
    try:
        reason = given_reason()
    except Invalid as refusal:
        return render_tools(question, post, errors=refusal.errors, status=refusal.status)
    if request.form.get("kind") == TO_ANSWER:
        turning.turn_into_answer(actor, question, post, reason)
    else:
        turning.turn_into_comment(actor, question, post, reason=reason)
    flash(_("Done. You can undo this below the tools of the team."), "success")
    return redirect(post_url(question, db.session.get_one(Post, post_id)), 303)


@takes("reason")
def undo_regrouping(regrouping_id: int) -> ResponseReturnValue:
    """Bring everything back to where it was."""
    regrouping = db.session.get(Regrouping, regrouping_id)
    if regrouping is None:
        raise NotFound()
    find_reachable(regrouping.target_id)
    found = lock_questions(regrouping.source_id, regrouping.target_id)
    try:
        undoing.undo_regrouping(signed_in_user(), regrouping, given_reason())
    except Invalid as refusal:
        source = found[regrouping.source_id]
        return render_tools(source, source, errors=refusal.errors, status=refusal.status)
    flash(_("Everything is back where it was."), "success")
    return redirect(url_for("tools.show_tools", post_id=regrouping.source_id), 303)


add_deletion(blueprint, "/regroupings/<int:regrouping_id>", undo_regrouping)
