"""The search page, suggestions, similar and related questions, and deflections."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import list_boards
from community.core.errors import NotFound
from community.core.i18n import reader_language
from community.core.limits import limited
from community.core.markup.text import make_showable
from community.core.submissions import submit_once
from community.core.web import current_viewer, is_fragment_request, public
from community.search.operations import log_opened, log_solved
from community.search.queries import (
    SearchPage,
    access_question_text,
    list_considered,
    related_questions,
    search_questions,
    similar_questions,
    suggest_titles,
)
from community.search.query_language import SearchRequest, read_request

blueprint = Blueprint("search", __name__)

MAX_TITLE_CHARS = 300
MAX_BODY_CHARS = 4_000


@blueprint.get("/search")
@public
def show_search() -> ResponseReturnValue:
    """Show the search form and what it found."""
    viewer, language = current_viewer(), reader_language()
    wanted = read_request(request.args)
    page = search_questions(viewer, language, wanted)
    return render_template(
        "search/show.html",
        wanted=wanted,
        page=page,
        boards=list_boards(viewer),
        newer=_page_url(wanted.page - 1) if wanted.words and wanted.page > 1 else "",
        older=_older_url(wanted, page),
        exact_url=_url(q=page.meant, page=None) if page.meant else "",
    )


@blueprint.get("/search/suggestions")
@public
@limited("suggestions")
def show_suggestions() -> ResponseReturnValue:
    """Show titles that fit what is being typed."""
    typed = _argument("q", 200)
    return render_template(
        "search/_suggestions.html", items=suggest_titles(current_viewer(), typed), typed=typed
    )


@blueprint.get("/search/similar")
@public
@limited("suggestions")
def show_similar() -> ResponseReturnValue:
    """Show questions alike the one being asked: a panel of the ask page, or a page of its own."""
    title, body = _argument("title", MAX_TITLE_CHARS), _argument("body", MAX_BODY_CHARS)
    items = similar_questions(current_viewer(), title, body)
    if is_fragment_request():
        return render_template("search/_similar.html", items=items)
    typed = {name: value for name, value in request.args.items() if name in _ASK_FIELDS}
    return render_template("search/similar.html", items=items, title=title, typed=typed)


_ASK_FIELDS = frozenset({"title", "body", "tags", "board", "language"})


@blueprint.post("/deflections")
@public
@limited("typing")
def create_deflection() -> ResponseReturnValue:
    """Note that a suggestion was opened, or that it solved the matter; leads to that question."""
    question_id = _question_id(request.form)
    viewer = current_viewer()
    access_question_text(viewer, question_id)
    typed = make_showable(request.form.get("title", "")[:MAX_TITLE_CHARS])
    if request.form.get("outcome") == "opened":
        log_opened(viewer, question_id, typed)
        return "", 204

    def solve() -> str:
        log_solved(viewer, question_id, typed)
        return url_for("questions.show_question", question_id=question_id)

    flash(_("Good to hear! Others with the same question will find this one more easily."))
    return submit_once(viewer.viewer_id, solve)


@blueprint.get("/questions/<int:question_id>/related")
@public
def show_related(question_id: int) -> ResponseReturnValue:
    """Show questions alike one that is being read."""
    items = related_questions(current_viewer(), question_id)
    template = "search/_related.html" if is_fragment_request() else "search/related.html"
    return render_template(template, items=items, question_id=question_id)


@blueprint.get("/questions/<int:question_id>/considered")
def show_considered(question_id: int) -> ResponseReturnValue:
    """Show what the asker had read before asking."""
    items = list_considered(current_viewer(), question_id)
    template = "search/_considered.html" if is_fragment_request() else "search/considered.html"
    return render_template(template, items=items, question_id=question_id)


def _argument(name: str, most: int) -> str:
    return make_showable(request.args.get(name, "")[:most])


def _question_id(form: Any) -> int:
    raw = form.get("deflected") or form.get("question_id") or ""
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 18):
        raise NotFound()
    return int(raw)


def _older_url(wanted: SearchRequest, page: SearchPage) -> str:
    if page.older is not None:
        return _url(older=str(page.older))
    return _page_url(wanted.page + 1) if page.has_more else ""


def _page_url(page: int) -> str:
    return _url(page=page if page > 1 else None)


def _url(**changes: object) -> str:
    """Return the address of this search with some arguments changed; None takes one out."""
    arguments = {**request.args.to_dict(), **changes}
    kept: dict[str, Any] = {
        name: str(value)[:200]
        for name, value in arguments.items()
        if name in _SEARCH_FIELDS and value not in (None, "")
    }
    return url_for("search.show_search", **kept)


_SEARCH_FIELDS = frozenset(
    {"q", "is", "tag", "board", "user", "lang", "staff", "after", "before", "sort", "page", "older"}
)
