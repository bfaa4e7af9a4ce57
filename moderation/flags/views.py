"""Pages on which members report something, see what became of it, and mend a hidden post."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.db import db, forget_changes
from community.core.errors import Conflict, Invalid, NotFound, RateLimited, Refusal
from community.core.forms import takes
from community.core.web import current_viewer, is_fragment_request, renders
from community.identity.models import User
from community.identity.names import FORMER, shown_name
from community.identity.queries import lock_user
from community.identity.signing_in import signed_in_user
from community.posts.models import Post
from community.posts.tagging import tag_names_of
from community.questions.forms import QuestionForm
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.versions import version_of
from community.questions.views.loading import access_post, access_reply, find_reachable, post_url
from moderation.flags.models import NOTE_MAX_CHARS
from moderation.flags.operations import flagging, mending
from moderation.flags.policies import (
    can_act_at_once,
    can_flag_member,
    can_flag_post,
    can_see_flags,
)
from moderation.flags.queries import find_own_hidden_post, list_open_reasons, list_own_flags
from moderation.rules import rule_choices, rule_label

blueprint = Blueprint("flags", __name__)


@blueprint.get("/posts/<int:post_id>/flags/new")
def new_flag(post_id: int) -> ResponseReturnValue:
    """Show the form that reports a post; in a dialog, the form alone."""
    post = access_post(post_id)
    require(can_flag_post(current_viewer(), post))
    return _flag_page(post, {})


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_flags": can_see_flags}


@blueprint.get("/posts/<int:post_id>/flags")
def list_reasons(post_id: int) -> ResponseReturnValue:
    """Show for what a post was reported."""
    viewer = current_viewer()
    post = find_reachable(post_id)
    require(can_see_flags(viewer, post))
    return render_template(
        "flags/reasons.html", post=post, rows=list_open_reasons(post.id), rule_label=rule_label
    )


@blueprint.post("/posts/<int:post_id>/flags")
@takes("reason", "note", "at_once")
def create_flag(post_id: int) -> ResponseReturnValue:
    """Report a post."""
    actor, form = signed_in_user(), request.form
    question, post = access_reply(post_id)
    try:
        flagging.flag_post(
            actor,
            question,
            post,
            reason=form.get("reason", ""),
            note=form.get("note", ""),
            at_once=form.get("at_once") == "1",
        )
    except (Invalid, RateLimited) as refusal:
        forget_changes()
        return _flag_page(access_post(post_id), _errors(refusal), refusal.status)
    flash(_thanks(), "success")
    # A post that is hidden now is a page that is no more.
    target = post_url(question, post) if post.is_published else url_for("flags.list_own")
    return redirect(target, 303)


def _thanks() -> str:
    return _("Thank you. Moderators will look at it and tell you what they decide.")


def _errors(refusal: Refusal) -> dict[str, object]:
    if isinstance(refusal, Invalid) and refusal.errors:
        return dict(refusal.errors)
    return {"": refusal.message}


def _flag_page(post: Post, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    question = db.session.get_one(Question, post.root_id or post.id)
    return _form_page(
        {
            "action": url_for("flags.create_flag", post_id=post.id),
            "back": post_url(question, post),
            "subject": question.title,
            "kind": post.kind,
            "may_act_at_once": can_act_at_once(current_viewer(), post.board_id),
        },
        errors,
        status,
    )


def _form_page(
    about: Mapping[str, object], errors: Mapping[str, object], status: int
) -> ResponseReturnValue:
    name = "flags/_form.html" if is_fragment_request() else "flags/new.html"
    page = render_template(
        name,
        **about,
        errors=errors,
        typed=request.form,
        reasons=rule_choices(),
        longest=NOTE_MAX_CHARS,
    )
    return page, status


@blueprint.get("/users/<int:user_id>/flags/new")
def new_member_flag(user_id: int) -> ResponseReturnValue:
    """Show the form that reports a member."""
    member = _access_member(db.session.get(User, user_id))
    return _member_page(member, {})


@blueprint.post("/users/<int:user_id>/flags")
@takes("reason", "note")
def create_member_flag(user_id: int) -> ResponseReturnValue:
    """Report a member."""
    member = _access_member(lock_user(User.id == user_id))
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        flagging.flag_member(signed_in_user(), member, reason=reason, note=note)
    except (Invalid, RateLimited) as refusal:
        forget_changes()
        return _member_page(member, _errors(refusal), refusal.status)
    flash(_thanks(), "success")
    return redirect(url_for("flags.list_own"), 303)


def _access_member(member: User | None) -> User:
    if member is None or not member.active:
        raise NotFound()
    is_former = member.display_name.startswith(FORMER)
    require(can_flag_member(signed_in_user(), member.id, is_former=is_former))
    return member


def _member_page(
    member: User, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    return _form_page(
        {
            "action": url_for("flags.create_member_flag", user_id=member.id),
            "back": url_for("profiles.show_profile", user_id=member.id),
            "subject": shown_name(member.display_name),
            "kind": "member",
            "may_act_at_once": False,
        },
        errors,
        status,
    )


@blueprint.get("/account/flags")
def list_own() -> str:
    """List what the viewer reported, and what was decided."""
    return render_template(
        "flags/index.html", flags=list_own_flags(current_viewer()), rule_label=rule_label
    )


@blueprint.get("/posts/<int:post_id>/mending")
def new_mending(post_id: int) -> ResponseReturnValue:
    """Show its author a hidden post, and the form that mends it once the pause is over."""
    question, post = _access_hidden(post_id)
    tags = ", ".join(tag_names_of(post.id)) if post is question else ""
    form = QuestionForm(title=question.title, body=post.body, tags=tags, based_on=version_of(post))
    try:
        mending.access_mending(signed_in_user(), post)
    except RateLimited as refusal:
        return _mending_page(question, post, form, {"": refusal.message})
    return _mending_page(question, post, form, {})


@blueprint.post("/posts/<int:post_id>/mending")
@takes("title", "body", "tags", "based_on")
@renders("body")
def create_mending(post_id: int) -> ResponseReturnValue:
    """Mend a hidden post; what was typed comes back with a refusal."""
    question, post = _access_hidden(post_id)
    form = QuestionForm.read(request.form)
    try:
        mending.mend_post(signed_in_user(), question, post, form.as_edit())
    except (Conflict, Invalid, RateLimited) as refusal:
        forget_changes()
        return _mending_page(question, post, form, _errors(refusal), refusal.status)
    flash(_("Thank you. Everybody sees it again; moderators will still look at it."), "success")
    return redirect(post_url(question, post), 303)


def _access_hidden(post_id: int) -> tuple[Question, Post]:
    """Return the viewer's own hidden post and its locked question; raises ``NotFound``."""
    found = find_own_hidden_post(current_viewer(), post_id)
    if found is None:
        raise NotFound()
    question = lock_question(found.root_id or found.id)
    if found.id == question.id:
        return question, question
    db.session.refresh(found)
    return question, found


def _mending_page(
    question: Question,
    post: Post,
    form: QuestionForm,
    errors: Mapping[str, object],
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "flags/mending.html", question=question, post=post, form=form, errors=errors
    )
    return page, status
