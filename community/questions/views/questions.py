"""The question page, the ask page, and the state of a question."""

from collections.abc import Mapping
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.boards.models import Board
from community.boards.queries import get_board, list_boards
from community.core import markup
from community.core.authz import Viewer, is_signed_in
from community.core.db import db
from community.core.errors import Invalid, NotFound, RateLimited
from community.core.form_times import seconds_open
from community.core.i18n import reader_language
from community.core.limits import limited
from community.core.submissions import submit_once
from community.core.web import (
    add_resource,
    canonical_url,
    current_viewer,
    is_fragment_request,
    note_read,
    public,
    renders,
    takes_files,
)
from community.identity.signing_in import signed_in_user
from community.posts.drafts import drop_draft, find_draft
from community.posts.models import Post
from community.posts.picture_views import (
    MOST_BYTES,
    image_refusal,
    raise_image_refusal,
    take_in_image,
)
from community.posts.tagging import tag_names_of
from community.posts.text import TITLE_MAX_CHARS
from community.posts.views import guest_draft_token, keep_text_for_sign_in, preview_problem
from community.questions.forms import PersonalChoice, PersonalPanel, QuestionForm
from community.questions.indexing import is_indexable
from community.questions.operations import closures, questions
from community.questions.operations.ending import follow_up
from community.questions.policies import can_follow_up
from community.questions.queries.news import get_news
from community.questions.queries.page_parts import AnswerCursor, QuestionPage
from community.questions.queries.pages import get_question_page
from community.questions.reasons import reasons_for
from community.questions.structured_data import qa_page
from community.questions.views.loading import (
    access_original,
    access_question,
    find_question,
    merged_url,
    note_read_by_role,
    post_url,
    question_url,
)
from community.questions.views.permissions import fill_permissions, missing_here

blueprint = Blueprint("questions", __name__)

DRAFT_PLACE = "ask"


@blueprint.get("/questions/<int:question_id>")
@blueprint.get("/questions/<int:question_id>/<slug>")
@public
def show_question(question_id: int, slug: str = "") -> ResponseReturnValue:
    """Show a question with its answers; an outdated slug leads to the present one."""
    try:
        page = load_page(question_id)
    except NotFound:
        return redirect(merged_url(question_id), 301)
    if slug != page.question.slug and not is_fragment_request():
        url = question_address(page)
        query = request.query_string.decode("ascii", "ignore")
        return redirect(f"{url}?{query}" if query else url, 301)
    comments = sum(len(post.comments) for post in (page.question, *page.answers))
    place = request.args.get("after", "")[:40]
    note_read(question_id, place, 1 + len(page.answers) + comments)
    return render_question(page)


def question_address(page: QuestionPage) -> str:
    """Return the one address of a question page."""
    question = page.question
    return url_for("questions.show_question", question_id=question.id, slug=question.slug or None)


def load_page(question_id: int, answer: Post | None = None) -> QuestionPage:
    """Read everything the page shows, perhaps the one with an answer; raises ``NotFound``."""
    viewer = current_viewer()
    after = AnswerCursor.before(answer) if answer else AnswerCursor.parse(request.args.get("after"))
    page = get_question_page(viewer, reader_language(), question_id, after)
    fill_permissions(viewer, page)
    note_read_by_role(viewer, page.question)
    return page


def render_question(page: QuestionPage, *, status: int = 200, **typed: object) -> tuple[str, int]:
    """Render the question page; ``typed`` brings back what a refused form held."""
    viewer = current_viewer()
    question = page.question
    if "reply" not in typed and "answer" in question.may:
        draft = find_draft(viewer, f"answer:{question.id}")
        typed["reply"] = draft.body if draft else ""
        typed["draft_restored"] = draft is not None
    return (
        render_template(
            "questions/show.html",
            page=page,
            question=question,
            answers=page.answers,
            reasons=_reasons(viewer, page),
            missing=missing_here(viewer, page),
            structured_data=qa_page(question, page.answers, canonical_url("")),
            indexable=is_indexable(question),
            **typed,
        ),
        status,
    )


def _reasons(viewer: Viewer, page: QuestionPage) -> list[tuple[str, LazyString]]:
    question = page.question
    if "close" not in question.may:
        return []
    as_duplicate = "close_duplicate" in question.may
    return reasons_for(viewer, question, may_close_as_duplicate=as_duplicate)


@blueprint.get("/questions/<int:question_id>/news")
@public
@limited("suggestions")
def show_news(question_id: int) -> ResponseReturnValue:
    """Tell a page that is open how many answers came since; 304 or 204 when there are none."""
    known = request.args.get("since", default=0, type=int)
    news = get_news(current_viewer(), question_id, max(0, known))
    etag = str(news.answers_count)
    if etag in request.if_none_match:
        response = Response(status=304)
    elif news.first_new_id is None:
        response = Response(status=204)
    else:
        words = ngettext("%(num)s new answer", "%(num)s new answers", news.new_count)
        url = url_for("questions.show_question", question_id=question_id, slug=news.slug or None)
        response = jsonify(text=words, url=f"{url}#answer-{news.first_new_id}")
    response.set_etag(etag)
    return response


@blueprint.get("/questions/new")
@public
def new_question() -> ResponseReturnValue:
    """Show the ask form, with what was typed before the sign-in or on another day."""
    form = _following_up(QuestionForm.read(request.args))
    draft = find_draft(current_viewer(), DRAFT_PLACE, guest_draft_token())
    restored = draft is not None and not form.title
    if draft is not None and restored:
        form = replace(
            form, title=draft.title, body=draft.body, tags=draft.tags, board=draft.board_slug
        )
    return render_ask_form(form, draft_restored=restored)


def _following_up(form: QuestionForm) -> QuestionForm:
    """Begin a question that goes on where another one ended with what both have in common."""
    earlier = find_question(form.follows)
    if earlier is None or form.title:
        return form
    board = db.session.get_one(Board, earlier.place_id)
    tags = ", ".join(tag_names_of(earlier.id))
    title = earlier.title[:TITLE_MAX_CHARS]
    return replace(form, title=title, board=board.slug, tags=tags, language=earlier.language)


def render_ask_form(
    form: QuestionForm,
    *,
    status: int = 200,
    errors: Mapping[str, object] | None = None,
    draft_restored: bool = False,
    personal: PersonalPanel | None = None,
) -> ResponseReturnValue:
    """Render the form of a new question; ``errors`` are messages by field."""
    viewer = current_viewer()
    preview, problem = preview_of(form.body) if form.wants_preview else ("", None)
    if problem:
        status, errors = 422, {"body": problem}
    boards = list_boards(viewer)
    return (
        render_template(
            "questions/new.html",
            form=form,
            boards=boards,
            errors=errors or {},
            preview=preview,
            draft_restored=draft_restored,
            personal=personal,
            earlier=find_question(form.follows),
        ),
        status,
    )


def preview_of(body: str) -> tuple[str, str | None]:
    """Return a text as it would be shown, or why it cannot be."""
    problem = image_refusal() or preview_problem(body)
    return ("", problem) if problem else (markup.render(markup.clean_text(body)), None)


@blueprint.post("/questions")
@public
@renders("body")
@takes_files(MOST_BYTES, take_in_image)
@limited("writing")
def create_question() -> ResponseReturnValue:
    """Ask; a guest's text is kept while they sign in."""
    form = QuestionForm.read(request.form)
    viewer = current_viewer()
    if form.wants_preview or form.turns:
        return render_ask_form(form)
    if not is_signed_in(viewer):
        return _keep_and_sign_in(form)
    if form.is_private:
        # What was meant for the support team alone never becomes public by a wrong address.
        return render_ask_form(form)
    choice = PersonalChoice.read(request.form)
    form = form.decided(choice)
    try:
        return submit_once(viewer.viewer_id, lambda: _ask(form, choice))
    except Invalid as refusal:
        panel, errors = choice.panel(refusal), dict(refusal.errors)
        return render_ask_form(form, status=422, errors=errors, personal=panel)
    except RateLimited as refusal:
        errors = {"": refusal.message}
        page = render_ask_form(form, status=refusal.status, errors=errors, personal=choice.panel())
        return retry_later(page, refusal)


def retry_later(page: ResponseReturnValue, refusal: RateLimited) -> ResponseReturnValue:
    """Say when to come back, on a page that keeps what was typed."""
    response = make_response(page)
    response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _ask(form: QuestionForm, choice: PersonalChoice) -> str:
    raise_image_refusal()
    actor = signed_in_user()
    question = questions.ask_question(
        actor,
        _board_of(actor, form),
        title=form.title,
        body=form.body,
        tags=form.tags,
        language=form.language or reader_language(),
        typed_seconds=typed_seconds(),
        vouched=choice.vouched,
    )
    earlier = find_question(form.follows)
    if earlier is not None and can_follow_up(actor, earlier):
        follow_up(actor, question, earlier)
    drop_draft(actor, DRAFT_PLACE, guest_draft_token())
    say_posted(question, _("Your question is out. We tell you when somebody answers."))
    return post_url(question, question)


def typed_seconds() -> float | None:
    """Return how long the form was open that this request sends; None where nobody knows."""
    return seconds_open(request.form.get("started", ""), current_viewer().viewer_id)


def say_posted(post: Post, words: str) -> None:
    """Say that a post is out, or that it waits."""
    if post.visibility == "held":
        flash(_("Your text is kept. A moderator looks at it before others see it."), "info")
    else:
        flash(words, "success")


def _board_of(viewer: Viewer, form: QuestionForm) -> Board | None:
    try:
        return get_board(viewer, form.board) if form.board else None
    except NotFound:
        return None


def _keep_and_sign_in(form: QuestionForm) -> ResponseReturnValue:
    try:
        keep_text_for_sign_in(
            DRAFT_PLACE,
            title=form.title,
            body=form.body,
            tags=form.tags,
            board_slug=form.board,
        )
    except Invalid as refusal:
        errors = dict(refusal.errors) or {"body": refusal.message}
        return render_ask_form(form, status=422, errors=errors)
    flash(_("Your question is kept. Sign in or register, then post it."), "info")
    back = url_for("questions.new_question", private="1" if form.is_private else None)
    return redirect(url_for("identity.sign_in", next=back), 303)


def close_question(question_id: int) -> ResponseReturnValue:
    """Resolve or close without a best answer."""
    actor, form = signed_in_user(), request.form
    question, original = access_original(question_id, form.get("duplicate_of", ""))
    try:
        closures.close_question(
            actor,
            question,
            reason=form.get("reason", ""),
            note=form.get("note", ""),
            original=original,
        )
    except Invalid as refusal:
        page = load_page(question_id)
        return render_question(page, status=422, closing=form, close_errors=refusal.errors)
    flash(_("The question is closed."), "success")
    return redirect(question_url(question), 303)


def reopen_question(question_id: int) -> ResponseReturnValue:
    """Open a closed question again."""
    question = access_question(question_id)
    closures.reopen_question(signed_in_user(), question)
    flash(_("The question is open again."), "success")
    return redirect(question_url(question), 303)


add_resource(
    blueprint,
    "/questions/<int:question_id>/closure",
    create=close_question,
    delete=reopen_question,
)


@blueprint.post("/questions/<int:question_id>/info-request")
def request_info(question_id: int) -> ResponseReturnValue:
    """Ask the asker for more facts."""
    question = access_question(question_id)
    try:
        closures.request_info(signed_in_user(), question, request.form.get("note", ""))
    except Invalid as refusal:
        return render_question(
            load_page(question_id),
            status=422,
            info_note=request.form.get("note", ""),
            info_error=refusal.errors["note"],
        )
    flash(_("The asker has been told."), "success")
    return redirect(question_url(question), 303)


def say_me_too(question_id: int) -> ResponseReturnValue:
    """Say that one has the same problem."""
    question = access_question(question_id)
    questions.say_me_too(signed_in_user(), question)
    return _me_too_state(question_id, True)


def take_me_too_back(question_id: int) -> ResponseReturnValue:
    """Take a me-too back."""
    question = access_question(question_id)
    questions.take_me_too_back(signed_in_user(), question)
    return _me_too_state(question_id, False)


def _me_too_state(question_id: int, pressed: bool) -> ResponseReturnValue:
    question = questions.lock_question(question_id)
    if is_fragment_request():
        return render_template("questions/_me_too.html", question=question, pressed=pressed)
    return redirect(question_url(question), 303)


add_resource(
    blueprint,
    "/questions/<int:question_id>/me-too",
    create=say_me_too,
    delete=take_me_too_back,
)
