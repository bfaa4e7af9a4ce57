"""Home, boards, tags and the lists of questions."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.boards.queries import BoardTile, get_board, list_board_tiles
from community.core.authz import is_signed_in
from community.core.errors import NotFound
from community.core.i18n import LANGUAGES, reader_language
from community.core.pagination import Cursor, Page
from community.core.web import current_viewer, public
from community.posts.models import Watch
from community.posts.queries import is_watching
from community.questions.queries.lists import (
    FILTERS,
    Wanted,
    get_tag,
    list_helpers,
    list_questions,
    list_tags,
    page_of_questions,
)
from community.questions.queries.placing import list_pinned
from community.questions.queries.rows import QuestionRow, add_tags
from community.questions.views.questions import blueprint as questions_blueprint

home = Blueprint("home", __name__)
boards = Blueprint("boards", __name__)
tags = Blueprint("tags", __name__)

HOME_ROWS = 5


@home.get("/")
@public
def show_home() -> ResponseReturnValue:
    """Show what needs an answer, what moves, the boards and this week's helpers."""
    viewer, language = current_viewer(), reader_language()
    wanted = Wanted(show="open", languages=read_languages(), size=HOME_ROWS)
    unanswered = list_questions(viewer, language, wanted)
    active = list_questions(viewer, language, replace(wanted, show="moving"))
    add_tags([*unanswered[:HOME_ROWS], *active[:HOME_ROWS]])
    tiles = list_board_tiles(viewer)
    return render_template(
        "questions/home.html",
        unanswered=unanswered[:HOME_ROWS],
        active=active[:HOME_ROWS],
        boards=[board_card(tile, language) for tile in tiles],
        facts=home_facts(tiles),
        helpers=list_helpers(viewer),
    )


def read_languages() -> tuple[str, ...]:
    """Return the languages whose questions the viewer wants in lists; empty means all."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return (asked,)
    if asked == "all":
        return ()
    chosen = getattr(current_viewer(), "reads_languages", "") or ""
    return tuple(code for code in chosen.split(",") if code in LANGUAGES)


def board_card(tile: BoardTile, language: str) -> dict[str, Any]:
    """Return what the board list component shows of a board."""
    stats = tile.stats
    return {
        "slug": tile.board.slug,
        "name": tile.board.name_in(language),
        "icon": tile.board.icon,
        "audience": tile.board.audience,
        "open_count": stats.open_count if stats else 0,
        "solved_count": stats.solved_count if stats else 0,
        "first_answer": wait_words(stats.first_answer_minutes if stats else None),
    }


def wait_words(minutes: int | None) -> str:
    """Return a waiting time in short words; empty when unknown."""
    if minutes is None:
        return ""
    if minutes < 90:
        return _("%(num)s min", num=max(minutes, 1))
    hours = round(minutes / 60)
    if hours < 36:
        return _("%(num)s h", num=hours)
    return ngettext("%(num)s day", "%(num)s days", round(hours / 24))


def home_facts(tiles: list[BoardTile]) -> dict[str, Any]:
    """Return the figures of the hero: typical wait, open and solved questions."""
    stats = [tile.stats for tile in tiles if tile.stats]
    waits = sorted(s.first_answer_minutes for s in stats if s.first_answer_minutes is not None)
    return {
        "wait": wait_words(waits[len(waits) // 2] if waits else None),
        "solved": sum(s.solved_count for s in stats),
        "open": sum(s.open_count for s in stats),
    }


@boards.get("/boards/<slug>")
@public
def show_board(slug: str) -> ResponseReturnValue:
    """Show a board's questions, narrowed by a filter."""
    viewer = current_viewer()
    board = get_board(viewer, slug)
    show = request.args.get("show", "newest")
    page = _page_with_pinned(show, board.id)
    return render_template(
        "questions/board.html",
        board=board,
        board_name=board.name_in(reader_language()),
        page=page,
        show=show,
        tabs=filter_tabs(show, "boards.show_board", slug=slug),
        watching=is_watching(viewer, Watch.board_id == board.id),
        older=older_url(page, "boards.show_board", slug=slug),
    )


@questions_blueprint.get("/questions", endpoint="list_questions")
@public
def show_all_questions() -> ResponseReturnValue:
    """Show all questions the viewer may see, narrowed by a filter."""
    show = request.args.get("show", "newest")
    page = _page_with_pinned(show)
    return render_template(
        "questions/index.html",
        page=page,
        show=show,
        tabs=filter_tabs(show, "questions.list_questions"),
        older=older_url(page, "questions.list_questions"),
    )


@tags.get("/tags", endpoint="list_tags")
@public
def list_all_tags() -> ResponseReturnValue:
    """Show the tags in use, most used first."""
    return render_template("questions/tags.html", tags=list_tags(current_viewer()))


@tags.get("/tags/<name>")
@public
def show_tag(name: str) -> ResponseReturnValue:
    """Show the questions of a tag."""
    viewer = current_viewer()
    tag = get_tag(viewer, name)
    show = request.args.get("show", "newest")
    page = _page(show, tag_id=tag.id)
    return render_template(
        "questions/tag.html",
        tag=tag,
        page=page,
        show=show,
        tabs=filter_tabs(show, "tags.show_tag", name=name),
        watching=is_watching(viewer, Watch.tag_id == tag.id),
        older=older_url(page, "tags.show_tag", name=name),
    )


def _page_with_pinned(show: str, board_id: int | None = None) -> Page[QuestionRow]:
    """Return a page; the first one of all questions of a place begins with what is pinned there."""
    page = _page(show, board_id=board_id)
    if show != "newest" or "before" in request.args:
        return page
    pinned = list_pinned(current_viewer(), reader_language(), board_id)
    add_tags(pinned)
    ids = {row.id for row in pinned}
    return replace(page, rows=[*pinned, *(row for row in page.rows if row.id not in ids)])


def _page(show: str, **about: Any) -> Page[QuestionRow]:
    viewer = current_viewer()
    if show == "mine":
        if viewer.viewer_id is None:
            raise NotFound()
        wanted = Wanted(show="newest", asker_id=viewer.viewer_id, **about)
    else:
        wanted = Wanted(show=show, languages=read_languages(), **about)
    cursor = Cursor.parse(request.args.get("before"))
    return page_of_questions(viewer, reader_language(), wanted, cursor)


def filter_tabs(show: str, endpoint: str, **values: Any) -> list[tuple[str, str, bool, None]]:
    """Return the filters of a list as tabs: words, address, whether it is the present one."""
    words = {
        "newest": _("Newest"),
        "active": _("Active"),
        "open": _("Needs an answer"),
        "asker-waiting": _("Asker spoke last"),
        "unaccepted": _("No accepted answer"),
        "needs-info": _("Waiting for facts"),
        "spotlight": _("In the spotlight"),
        "solved": _("Solved"),
        "support": _("With the support team"),
        "mine": _("Mine"),
    }
    names = [*FILTERS, "mine"] if is_signed_in(current_viewer()) else list(FILTERS)
    chosen = [name for name in words if name in names]
    return [
        (words[name], url_for(endpoint, **values, **_show(name)), name == show, None)
        for name in chosen
    ]


def _show(name: str) -> dict[str, Any]:
    values = {} if name == "newest" else {"show": name}
    language = request.args.get("lang")
    if language in (*LANGUAGES, "all"):
        values["lang"] = language
    return values


def older_url(page: Page[QuestionRow], endpoint: str, **values: Any) -> str:
    """Return the address of the next older page; empty at the end."""
    if page.older is None:
        return ""
    show = _show(request.args.get("show", "newest"))
    return url_for(endpoint, before=str(page.older), **values, **show)
