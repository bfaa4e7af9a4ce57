"""Suggesting changes of what others wrote, and deciding about them."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Conflict, Invalid, RateLimited, Refusal
from community.core.forms import takes
from community.core.pagination import Cursor
from community.core.sightings import Seen, note_seen
from community.core.web import add_resource, current_viewer, renders
from community.identity.signing_in import signed_in_user
from community.posts.errors import EditConflict
from community.posts.findings import reason_of
from community.posts.models import Post, SuggestedEdit
from community.posts.policies import (
    can_decide_suggestion,
    can_withdraw_suggestion,
)
from community.questions.forms import PersonalChoice, QuestionForm
from community.questions.models import Question
from community.questions.operations import suggestions
from community.questions.operations.versions import version_of
from community.questions.queries.suggestions import (
    SuggestionView,
    fit_now,
    get_suggestion,
    page_of_suggestions,
)
from community.questions.reasons import suggestion_words
from community.questions.views.editing import edit_page, form_of, preview_edit
from community.questions.views.loading import access_reply, post_url
from community.questions.views.questions import retry_later

blueprint = Blueprint("suggestions", __name__)

FIELDS = ("title", "body", "tags", "note", "based_on", "preview", "personal", "vouching", "vouched")


@blueprint.get("/posts/<int:post_id>/suggestions/new")
def new_suggestion(post_id: int) -> ResponseReturnValue:
    """Show the form in which somebody changes what another one wrote."""
    question, post = access_reply(post_id)
    suggestions.require_suggesting(signed_in_user(), question, post)
    return edit_page(question, post, form_of(question, post), suggesting=True)


@blueprint.post("/posts/<int:post_id>/suggestions")
@takes(*FIELDS)
@renders("body")
def create_suggestion(post_id: int) -> ResponseReturnValue:
    """Suggest a change; whoever is refused finds what they typed."""
    form = QuestionForm.read(request.form)
    question, post = access_reply(post_id)
    suggestions.require_suggesting(signed_in_user(), question, post)
    if form.wants_preview:
        return preview_edit(question, post, form, suggesting=True)
    choice = PersonalChoice.read(request.form)
    form = form.decided(choice)
    try:
        edit = form.as_edit(choice)
        suggestion = suggestions.suggest_edit(signed_in_user(), question, post, edit)
    except Invalid as refusal:
        page = {"errors": dict(refusal.errors), "personal": choice.panel(refusal), "status": 422}
    except RateLimited as refusal:
        shown = _form_page(question, post, form, errors={"": refusal.message}, status=429)
        return retry_later(shown, refusal)
    except EditConflict as refusal:
        form = replace(form, based_on=version_of(post))
        page = {"errors": {"body": refusal.message}, "newer": True, "status": 409}
    else:
        flash(_("Thank you. You are told what becomes of it."), "success")
        return redirect(url_for("suggestions.show_suggestion", suggestion_id=suggestion.id), 303)
    return _form_page(question, post, form, **page)


def _form_page(
    question: Question, post: Post, form: QuestionForm, **page: object
) -> ResponseReturnValue:
    return edit_page(question, post, form, suggesting=True, **page)  # type: ignore[arg-type]


@blueprint.get("/suggestions")
def list_suggestions() -> ResponseReturnValue:
    """List what the viewer suggested, and what others did for the viewer's posts."""
    viewer = current_viewer()
    page = page_of_suggestions(viewer, Cursor.parse(request.args.get("before")))
    older = url_for("suggestions.list_suggestions", before=str(page.older)) if page.older else ""
    return render_template(
        "questions/suggestions.html", page=page, older=older, state_words=suggestion_words
    )


@blueprint.get("/suggestions/<int:suggestion_id>")
def show_suggestion(suggestion_id: int) -> ResponseReturnValue:
    """Show what a suggestion changes, and what became of it."""
    return _suggestion_page(suggestion_id, {})


def _suggestion_page(
    suggestion_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    view = get_suggestion(viewer, suggestion_id)
    if view.suggestion.is_held and viewer.viewer_id != view.suggestion.author_id:
        note_seen(Seen.REMOVED_POST, "post", view.post.id)
    page = render_template(
        "questions/suggestion.html",
        view=view,
        suggestion=view.suggestion,
        post=view.post,
        fit=fit_now(view.suggestion),
        seen=version_of(view.post),
        may_decide=_may_decide(view),
        may_withdraw=can_withdraw_suggestion(viewer, view.suggestion),
        mine=viewer.viewer_id == view.suggestion.author_id,
        state_words=suggestion_words,
        reason_of=reason_of,
        errors=errors,
        typed=request.form,
    )
    return page, status


def _may_decide(view: SuggestionView) -> bool:
    allowed = can_decide_suggestion(
        current_viewer(), view.post, view.suggestion, is_locked=view.is_locked
    )
    return allowed and view.suggestion.is_waiting


@takes("decision", "reason", "seen")
def decide_suggestion(suggestion_id: int) -> ResponseReturnValue:
    """Take a suggestion, or refuse it with a reason."""
    actor, form = signed_in_user(), request.form
    question, post, suggestion = _access(suggestion_id)
    try:
        if form.get("decision") == "accept":
            suggestions.take_suggestion(
                actor, question, post, suggestion, seen=form.get("seen", "")
            )
            flash(_("The change is published. Its author is told."), "success")
        else:
            reason = form.get("reason", "")
            suggestions.refuse_suggestion(actor, question, post, suggestion, reason)
            flash(_("The suggestion is refused. Its author reads why."), "success")
    except (Conflict, Invalid) as refusal:
        return _suggestion_page(suggestion_id, _errors(refusal), refusal.status)
    return redirect(post_url(question, post), 303)


def _errors(refusal: Refusal) -> Mapping[str, object]:
    if isinstance(refusal, Invalid) and refusal.errors:
        return dict(refusal.errors)
    return {"": refusal.message}


def _access(suggestion_id: int) -> tuple[Question, Post, SuggestedEdit]:
    """Return a suggestion the viewer may see with its post; the question's row is locked."""
    view = get_suggestion(current_viewer(), suggestion_id)
    question, post = access_reply(view.post.id)
    return question, post, view.suggestion


@takes()
def withdraw_suggestion(suggestion_id: int) -> ResponseReturnValue:
    """Take an own suggestion back."""
    question, post, suggestion = _access(suggestion_id)
    suggestions.withdraw_suggestion(signed_in_user(), question, suggestion)
    flash(_("Your suggestion is taken back."), "success")
    return redirect(post_url(question, post), 303)


add_resource(
    blueprint,
    "/suggestions/<int:suggestion_id>/decision",
    create=decide_suggestion,
    delete=withdraw_suggestion,
)
