"""A person's page: who they are and what they did."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import NotFound
from community.core.i18n import reader_language
from community.core.pagination import Cursor
from community.core.web import current_viewer, public
from community.posts.models import Watch
from community.posts.queries import is_watching
from community.questions.queries.people import (
    COUNTED_AT_MOST,
    get_profile,
    page_of_answered,
    page_of_asked,
    page_of_solved,
)

blueprint = Blueprint("profiles", __name__)

LISTS = {"solved": page_of_solved, "answers": page_of_answered, "questions": page_of_asked}


@blueprint.get("/users/<int:user_id>")
@blueprint.get("/users/<int:user_id>/<slug>")
@public
def show_profile(user_id: int, slug: str = "") -> ResponseReturnValue:
    """Show a person with one of their lists."""
    viewer, show = current_viewer(), request.args.get("show", "solved")
    if show not in LISTS:
        raise NotFound()
    profile = get_profile(viewer, user_id)
    cursor = Cursor.parse(request.args.get("before"))
    page = LISTS[show](viewer, reader_language(), user_id, cursor)
    return render_template(
        "questions/profile.html",
        profile=profile,
        page=page,
        tabs=_tabs(user_id, show),
        older=_address(user_id, show, before=str(page.older)) if page.older else "",
        watching=is_watching(viewer, Watch.person_id == user_id),
        most=COUNTED_AT_MOST,
    )


def _tabs(user_id: int, show: str) -> list[tuple[str, str, bool, None]]:
    words = {"solved": _("Best answers"), "answers": _("Answers"), "questions": _("Questions")}
    return [(text, _address(user_id, name), name == show, None) for name, text in words.items()]


def _address(user_id: int, show: str, **values: Any) -> str:
    if show != "solved":
        values["show"] = show
    return url_for("profiles.show_profile", user_id=user_id, **values)
