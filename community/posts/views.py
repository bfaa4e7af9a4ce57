"""Addresses that any post has, and those of the writing box: preview, drafts, history."""

from flask import Blueprint, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import MethodNotAllowed

from community.core import clock, markup
from community.core.i18n import iso
from community.core.limits import limited
from community.core.sightings import Seen, note_seen
from community.core.web import current_viewer, is_fragment_request, public, read_only
from community.posts import drafts
from community.posts.history import page_of_history
from community.posts.text import body_problem

GUEST_DRAFT_KEY = "draft_token"

blueprint = Blueprint("posts", __name__)


@blueprint.post("/preview")
@public
@read_only
@limited("typing")
def preview_text() -> ResponseReturnValue:
    """Show a text as it would be shown once it is posted (fragment)."""
    raw = request.form.get("body", "")
    problem = preview_problem(raw)
    if problem:
        return render_template("errors/_notice.html", status=422, message=problem), 422
    return render_template("posts/_preview.html", html=markup.render(markup.clean_text(raw)))


def preview_problem(raw: str) -> str | None:
    """Return why a text cannot be shown as it would look, or None."""
    try:
        problem = body_problem(markup.clean_text(raw), shortest=1)
    except markup.UnacceptableText:
        return str(_("The text holds a character that cannot be stored."))
    return str(problem) if problem else None


@blueprint.post("/drafts")
@limited("typing")
def save_draft() -> ResponseReturnValue:
    """Keep what a member is writing (called by the page after a pause)."""
    viewer_id = current_viewer().viewer_id
    assert viewer_id is not None
    form = request.form
    drafts.save_draft(
        viewer_id,
        form.get("place", ""),
        title=form.get("title", ""),
        body=form.get("body", ""),
        tags=form.get("tags", ""),
        board_slug=form.get("board", ""),
    )
    return jsonify(saved_at=iso(clock.now()))


@blueprint.route("/drafts/<place>", methods=["POST", "DELETE"])
@public
@limited("typing")
def drop_draft(place: str) -> ResponseReturnValue:
    """Throw a draft away."""
    if request.method == "POST" and request.form.get("_method", "").upper() != "DELETE":
        raise MethodNotAllowed(["DELETE"])
    drafts.drop_draft(current_viewer(), place, guest_draft_token())
    if request.method == "DELETE" or is_fragment_request():
        return "", 204
    return redirect(_form_of(place), 303)


def _form_of(place: str) -> str:
    kind, _colon, number = place.partition(":")
    return f"/questions/{number}" if kind == "answer" and number.isdecimal() else "/questions/new"


@blueprint.get("/posts/<int:post_id>/history")
@public
def show_history(post_id: int) -> ResponseReturnValue:
    """Show every version of a post, who wrote it and what changed."""
    before = request.args.get("before", type=int)
    if before is not None and not 1 <= before < 2**31:
        before = None
    history = page_of_history(current_viewer(), post_id, before)
    if history.is_removed:
        note_seen(Seen.REMOVED_POST, "post", post_id)
    return render_template("posts/history.html", history=history)


def guest_draft_token() -> str | None:
    """Return the token of what this browser's guest has written, if anything."""
    token = session.get(GUEST_DRAFT_KEY)
    return token if isinstance(token, str) else None


def keep_text_for_sign_in(place: str, **texts: str) -> None:
    """Keep a guest's text in a draft that this browser finds again after the sign-in.

    ``texts`` are ``title``, ``body``, ``tags``, ``board_slug``. Raises ``UnfitDraft``.
    """
    token = drafts.keep_guest_draft(place, guest_draft_token(), **texts)
    session[GUEST_DRAFT_KEY] = token
