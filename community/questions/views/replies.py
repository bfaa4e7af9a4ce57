"""Answers, comments, kudos, acceptances; editing and removing posts."""

import json

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from community.core.errors import Invalid, NotFound, RateLimited
from community.core.submissions import submit_once
from community.core.web import (
    add_resource,
    is_fragment_request,
    renders,
    takes_files,
)
from community.identity.signing_in import signed_in_user
from community.posts.drafts import drop_draft
from community.posts.models import Post
from community.posts.operations import give_kudos as give
from community.posts.operations import take_kudos_back as take_back
from community.posts.picture_views import MOST_BYTES, raise_image_refusal, take_in_image
from community.questions.forms import PersonalChoice, PersonalPanel
from community.questions.models import Question
from community.questions.operations import acceptances, answers
from community.questions.queries.page_parts import PostView, QuestionPage
from community.questions.views.loading import (
    access_answer,
    access_post,
    access_question,
    access_reply,
    find_merged_into,
    post_url,
    question_url,
)
from community.questions.views.questions import (
    load_page,
    preview_of,
    render_question,
    retry_later,
    say_posted,
    typed_seconds,
)

blueprint = Blueprint("replies", __name__)


@blueprint.post("/questions/<int:question_id>/answers")
@renders("body")
@takes_files(MOST_BYTES, take_in_image)
def create_answer(question_id: int) -> ResponseReturnValue:
    """Answer a question; a refused text comes back with the page."""
    actor = signed_in_user()
    body = request.form.get("body", "")
    choice = PersonalChoice.read(request.form)
    try:
        if "preview" in request.form:
            return _preview_answer(question_id, body)
        body = choice.apply(body)
        return submit_once(actor.id, lambda: _answer(question_id, body, choice))
    except NotFound:
        # Merged while this was typed: the browser sends it again, to the other question.
        target_id, _slug = find_merged_into(question_id)
        return redirect(url_for("replies.create_answer", question_id=target_id), 308)
    except Invalid as refusal:
        typed = {"reply": body, "reply_error": refusal.errors["body"]}
        page = load_page(question_id)
        return render_question(page, status=422, personal=choice.panel(refusal), **typed)
    except RateLimited as refusal:
        typed = {"reply": body, "reply_error": refusal.message}
        page = load_page(question_id)
        shown = render_question(page, status=429, personal=choice.panel(), **typed)
        return retry_later(shown, refusal)


def _preview_answer(question_id: int, body: str) -> ResponseReturnValue:
    preview, problem = preview_of(body)
    page, status = load_page(question_id), 422 if problem else 200
    return render_question(page, status=status, reply=body, preview=preview, reply_error=problem)


def _answer(question_id: int, body: str, choice: PersonalChoice) -> str:
    raise_image_refusal()
    actor = signed_in_user()
    question = access_question(question_id)
    answer = answers.post_answer(
        actor, question, body, typed_seconds=typed_seconds(), vouched=choice.vouched
    )
    drop_draft(actor, f"answer:{question_id}")
    say_posted(answer, _("Thank you, your answer is out."))
    return post_url(question, answer)


@blueprint.post("/posts/<int:post_id>/comments")
def create_comment(post_id: int) -> ResponseReturnValue:
    """Comment on a question or an answer."""
    actor = signed_in_user()
    choice = PersonalChoice.read(request.form)
    body = choice.apply(request.form.get("body", ""))
    try:
        response = submit_once(actor.id, lambda: _comment(post_id, body, choice))
    except Invalid as refusal:
        return _comments(post_id, 422, body, refusal.errors["body"], choice.panel(refusal))
    except RateLimited as refusal:
        shown = _comments(post_id, 429, body, refusal.message, choice.panel())
        return retry_later(shown, refusal)
    return _comments(post_id, 200) if is_fragment_request() else response


def _comment(post_id: int, body: str, choice: PersonalChoice) -> str:
    actor = signed_in_user()
    question, parent = access_reply(post_id)
    comment = answers.post_comment(
        actor, question, parent, body, typed_seconds=typed_seconds(), vouched=choice.vouched
    )
    if comment.visibility == "held" and not is_fragment_request():
        say_posted(comment, "")
    return post_url(question, comment)


def _comments(
    post_id: int,
    status: int,
    typed: str = "",
    error: str | LazyString = "",
    personal: PersonalPanel | None = None,
) -> ResponseReturnValue:
    """Return the comments of one post as a fragment, or the page with the typed text."""
    post = access_post(post_id)
    page = load_page(post.root_id or post.id)
    shown = _find_shown(page, post_id)
    if shown is None:
        page = load_page(post.root_id or post.id, post)
        shown = _find_shown(page, post_id) or page.question
    shown.typed_comment, shown.comment_error, shown.comment_personal = typed, error, personal
    if not is_fragment_request():
        return render_question(page, status=status)
    return render_template("questions/_comments.html", post=shown, question=page.question), status


def _find_shown(page: QuestionPage, post_id: int) -> PostView | None:
    return next((post for post in (page.question, *page.answers) if post.id == post_id), None)


def give_kudos(post_id: int) -> ResponseReturnValue:
    """Thank the author of a post."""
    question, post = access_reply(post_id)
    give(signed_in_user(), post)
    return _kudos_state(question, post, True)


def take_kudos_back(post_id: int) -> ResponseReturnValue:
    """Undo kudos within the time allowed."""
    question, post = access_reply(post_id)
    take_back(signed_in_user(), post)
    return _kudos_state(question, post, False)


def _kudos_state(question: Question, post: Post, mine: bool) -> ResponseReturnValue:
    if not is_fragment_request():
        return redirect(post_url(question, post), 303)
    response = make_response(render_template("questions/_kudos.html", post=post, mine=mine))
    if mine:
        url = url_for("replies.give_kudos", post_id=post.id)
        toast = {"text": _("Thanks given."), "undo": {"url": url, "method": "DELETE"}}
        response.headers["HX-Trigger"] = json.dumps({"forum:toast": toast})
    return response


add_resource(blueprint, "/posts/<int:post_id>/kudos", create=give_kudos, delete=take_kudos_back)


def accept_answer(answer_id: int) -> ResponseReturnValue:
    """Accept an answer as the solution; ``also=1`` keeps the present one beside it."""
    question, answer = access_answer(answer_id)
    also = request.form.get("also") == "1"
    acceptances.accept_answer(signed_in_user(), question, answer, also=also)
    flash(_("Solved. The helper has been told."), "success")
    return redirect(question_url(question, f"answer-{answer.id}"), 303)


def unaccept_answer(answer_id: int) -> ResponseReturnValue:
    """Take an acceptance back."""
    question, answer = access_answer(answer_id)
    acceptances.unaccept_answer(signed_in_user(), question, answer)
    flash(_("The solution was taken back."), "success")
    return redirect(question_url(question, f"answer-{answer.id}"), 303)


add_resource(
    blueprint,
    "/answers/<int:answer_id>/acceptance",
    create=accept_answer,
    delete=unaccept_answer,
)
