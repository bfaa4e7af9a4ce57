"""Merging, splitting and turning, and the way back from each."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.db import db
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.web import add_deletion, read_id
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
    refuse,
    typed_reason,
)

__all__ = ["blueprint"]


@blueprint.post("/questions/<int:question_id>/merge", endpoint="merge_question")
@takes("into", "reason")
def merge(question_id: int) -> ResponseReturnValue:
    """Make a question part of another one."""
    target = find_question(request.form.get("into", ""))
    source, target = access_pair(question_id, target.id if target else 0)
    try:
        merge_question(signed_in_user(), source, target, typed_reason())
    except Invalid as refusal:
        return refuse(source, source, "merging", refusal)
    assert target is not None
    flash(_("The questions are one now. You can undo this below the tools of the team."), "success")
    return redirect(question_url(target, f"question-{source.id}"), 303)


@blueprint.post("/questions/<int:question_id>/split", endpoint="split_question")
@takes("title", "reason", many=("post",))
def split(question_id: int) -> ResponseReturnValue:
    """Make answers and comments a question of their own, the oldest of them being what is asked."""
    question = access_tools(question_id)
    ids = map(read_id, request.form.getlist("post"))
    posts = find_posts(question, {post_id for post_id in ids if post_id is not None})
    title = request.form.get("title", "")
    try:
        made = split_question(signed_in_user(), question, posts, title=title, reason=typed_reason())
    except Invalid as refusal:
        return refuse(question, question, "splitting", refusal)
    flash(_("This is a question of its own now."), "success")
    return redirect(question_url(made), 303)


@blueprint.post("/posts/<int:post_id>/kind")
@takes("kind", "reason")
def turn_post(post_id: int) -> ResponseReturnValue:
    """Turn a comment into an answer, or an answer into a comment on the question."""
    question, post = access_removed(post_id)
    actor, reason = signed_in_user(), typed_reason()
    try:
        if request.form.get("kind") == TO_ANSWER:
            turning.turn_into_answer(actor, question, post, reason)
        else:
            turning.turn_into_comment(actor, question, post, reason=reason)
    except Invalid as refusal:
        return refuse(question, post, "turning", refusal)
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
        undoing.undo_regrouping(signed_in_user(), regrouping, typed_reason())
    except Invalid as refusal:
        source = found[regrouping.source_id]
        return refuse(source, source, f"undoing-{regrouping_id}", refusal)
    flash(_("Everything is back where it was."), "success")
    return redirect(url_for("tools.show_tools", post_id=regrouping.source_id), 303)


add_deletion(blueprint, "/regroupings/<int:regrouping_id>", undo_regrouping)
