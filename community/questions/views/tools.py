"""The page with what staff may do with a question, an answer or a comment, and how to undo it."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.boards.models import Board
from community.boards.queries import get_board, list_boards
from community.core import clock, markup
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.settings import site_zone
from community.core.sightings import Seen, note_seen
from community.core.web import add_resource, current_viewer
from community.identity.signing_in import signed_in_user
from community.posts.models import Post
from community.posts.policies import can_hide_post
from community.questions.models import Question
from community.questions.operations import placing
from community.questions.policies import (
    can_move_between,
    can_move_question,
    can_pin_everywhere,
    can_regroup_question,
    can_undo_regrouping,
    can_use_tools,
)
from community.questions.queries.placing import (
    RegroupingRow,
    get_lock,
    get_pin,
    list_regroupings,
    list_removals,
    list_splittable,
)
from community.questions.reasons import regrouping_words, visibility_words
from community.questions.views.loading import access_removed, post_url, question_url

blueprint = Blueprint("tools", __name__)


@blueprint.get("/posts/<int:post_id>/tools")
def show_tools(post_id: int) -> ResponseReturnValue:
    """Show what the viewer may do with a post, removed ones too."""
    question, post = access_removed(post_id)
    return render_tools(question, post)


def render_tools(
    question: Question,
    post: Post,
    *,
    form: str = "",
    errors: Mapping[str, object] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Render the page; ``errors`` go beside the fields of ``form``, the one that was refused."""
    viewer = current_viewer()
    is_public = post.is_published and question.is_published
    if not can_use_tools(viewer, question, post):
        # Of a post that is not public nobody learns here that it is there, its author included.
        raise NotAllowed() if is_public else NotFound()
    if not is_public and post.author_id != viewer.viewer_id:
        note_seen(Seen.REMOVED_POST, "post", post.id)
    page = render_template(
        "questions/tools.html",
        question=question,
        post=post,
        is_question=post is question,
        text=markup.stored(post.html),
        state=visibility_words(post.visibility),
        may_hide=can_hide_post(viewer, post),
        removals=list_removals(post.id),
        form=form,
        errors=errors or {},
        typed=request.form if errors else {},
        back=post_url(question, post),
        may_regroup=can_regroup_question(viewer, question),
        regroupings=_regroupings(viewer, question, post),
        **(_about_question(viewer, question) if post is question else {}),
    )
    return page, status


def refuse(question: Question, post: Post, form: str, refusal: Invalid) -> ResponseReturnValue:
    """Show the page again with what was typed into one of its forms, and what is wrong with it."""
    ids = {"reason": f"why-{form}", "until": f"until-{form}"}
    errors = {ids.get(name, name): words for name, words in refusal.errors.items()}
    return render_tools(
        question,
        post,
        form=form,
        errors=errors or {"": refusal.message},
        status=refusal.status,
    )


def _regroupings(
    viewer: Viewer, question: Question, post: Post
) -> list[tuple[RegroupingRow, LazyString, bool]]:
    """Return what was done with a post, in words, and whether the viewer may undo it."""
    return [
        (
            row,
            regrouping_words(row.kind),
            not row.is_undone and can_undo_regrouping(viewer, question, made_by_id=row.made_by_id),
        )
        for row in list_regroupings(post.id)
    ]


def _about_question(viewer: Viewer, question: Question) -> dict[str, object]:
    today = clock.now().astimezone(site_zone()).date()
    return {
        "pin": get_pin(question.id),
        "lock": get_lock(question.id),
        "pauses": [(minutes, pause_words(minutes)) for minutes in placing.PAUSES_MINUTES],
        "present_pause": pause_words(question.slow_minutes or 0),
        "scopes": _scopes(viewer),
        "boards": _targets(viewer, question),
        "splittable": list_splittable(question.id),
        "first_day": today.isoformat(),
        "next_week": (today + timedelta(days=7)).isoformat(),
    }


def _scopes(viewer: Viewer) -> list[tuple[str, str]]:
    scopes = [(placing.ON_BOARD, _("First on its board"))]
    if can_pin_everywhere(viewer):
        scopes.append((placing.ON_SITE, _("First on the whole site")))
    return scopes


def pause_words(minutes: int) -> str:
    """Return a pause in words."""
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)


def _targets(viewer: Viewer, question: Question) -> list[tuple[str, str]]:
    """Return the boards the viewer may move a question to."""
    if not can_move_question(viewer, question):
        return []
    here = db.session.get_one(Board, question.board_id)
    language = reader_language()
    boards = (board for board in list_boards(viewer) if can_move_between(viewer, here, board))
    return [(board.slug, board.name_in(language)) for board in boards]


def access_tools(question_id: int) -> Question:
    """Return a question with its row locked, removed ones too; raises ``NotFound``."""
    question, post = access_removed(question_id)
    if post is not question:
        raise NotFound()
    return question


def _done(question: Question, words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("tools.show_tools", post_id=question.id), 303)


def typed_reason() -> str:
    """Return why somebody does it, as they typed it; operations ask whether it is one."""
    return request.form.get("reason", "")


def chosen_day(raw: str) -> date | None:
    """Read a day that may be left out; what is none is long past, and so refused as that is."""
    try:
        return date.fromisoformat(raw[:10]) if raw.strip() else None
    except ValueError:
        return date(2000, 1, 1)


@takes("scope", "until", "reason")
def pin_question(question_id: int) -> ResponseReturnValue:
    """Let a question stand first for some time."""
    question = access_tools(question_id)
    form = request.form
    try:
        placing.pin_question(
            signed_in_user(),
            question,
            scope=form.get("scope", placing.ON_BOARD),
            last_day=chosen_day(form.get("until", "")) or date(2000, 1, 1),
            reason=typed_reason(),
        )
    except Invalid as refusal:
        return refuse(question, question, "pinning", refusal)
    return _done(question, _("The question stands first now."))


@takes("reason")
def unpin_question(question_id: int) -> ResponseReturnValue:
    """Let a question stand among the others again."""
    question = access_tools(question_id)
    try:
        placing.unpin_question(signed_in_user(), question, typed_reason())
    except Invalid as refusal:
        return refuse(question, question, "unpinning", refusal)
    return _done(question, _("The question stands among the others again."))


add_resource(
    blueprint, "/questions/<int:question_id>/pin", create=pin_question, delete=unpin_question
)


@takes("minutes", "until", "reason")
def slow_question(question_id: int) -> ResponseReturnValue:
    """Let everybody wait between two posts, perhaps until the end of a day."""
    question = access_tools(question_id)
    raw = request.form.get("minutes", "")
    minutes = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0
    try:
        until = placing.end_after(chosen_day(request.form.get("until", "")))
        placing.slow_question(
            signed_in_user(), question, minutes=minutes, reason=typed_reason(), until=until
        )
    except Invalid as refusal:
        return refuse(question, question, "slowing", refusal)
    return _done(question, _("Slow mode is on."))


@takes("reason")
def unslow_question(question_id: int) -> ResponseReturnValue:
    """Turn slow mode off."""
    question = access_tools(question_id)
    try:
        placing.unslow_question(signed_in_user(), question, typed_reason())
    except Invalid as refusal:
        return refuse(question, question, "unslowing", refusal)
    return _done(question, _("Slow mode is off."))


add_resource(
    blueprint,
    "/questions/<int:question_id>/slow-mode",
    create=slow_question,
    delete=unslow_question,
)


@blueprint.post("/questions/<int:question_id>/board")
@takes("board", "reason")
def move_question(question_id: int) -> ResponseReturnValue:
    """Move a question to another board."""
    question = access_tools(question_id)
    actor = signed_in_user()
    try:
        target = _board(request.form.get("board", ""))
        placing.move_question(actor, question, target, typed_reason())
    except Invalid as refusal:
        return refuse(question, question, "moving", refusal)
    flash(_("The question is on another board now."), "success")
    return redirect(question_url(question), 303)


def _board(slug: str) -> Board | None:
    try:
        return get_board(current_viewer(), slug)
    except NotFound:
        return None
