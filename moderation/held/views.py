"""Whose texts wait on which board."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.settings import MOST_FIRST_POSTS, current_settings
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified
from moderation.held.operations import change_screening
from moderation.held.policies import can_see_screenings
from moderation.held.queries import get_board_rules, get_board_to_screen, list_boards_with_rules
from moderation.held.wording import HELD_CHOICES, HELD_WORDS

blueprint = Blueprint("screenings", __name__)


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_screenings": can_see_screenings}


@blueprint.get("/moderation/boards")
def list_boards() -> ResponseReturnValue:
    """List the boards whose rules the viewer may change."""
    viewer = current_viewer()
    require(can_see_screenings(viewer))
    return render_template(
        "moderation/boards.html",
        rows=list_boards_with_rules(viewer),
        held_words=HELD_WORDS,
        site_first_posts=current_settings().first_posts_reviewed,
    )


@blueprint.get("/moderation/boards/<int:board_id>/screening")
def edit_screening(board_id: int) -> ResponseReturnValue:
    """Show what waits on a board, to be changed."""
    return _render(board_id, {})


@blueprint.post("/moderation/boards/<int:board_id>/screening")
@takes("held", "first_posts")
@recently_verified
def save_screening(board_id: int) -> ResponseReturnValue:
    """Decide what waits on a board."""
    viewer, form = current_viewer(), request.form
    board = get_board_to_screen(viewer, board_id)
    raw = form.get("first_posts", "")
    first_posts = int(raw) if raw.isascii() and raw.isdigit() and len(raw) == 1 else None
    try:
        if raw and first_posts is None:
            first_posts = -1
        change_screening(viewer, board, form.get("held", ""), first_posts)
    except Invalid as refusal:
        return _render(board_id, dict(refusal.errors), 422)
    flash(_("Saved."), "success")
    return redirect(url_for("screenings.list_boards"), 303)


def _render(board_id: int, errors: dict[str, Any], status: int = 200) -> ResponseReturnValue:
    board = get_board_to_screen(current_viewer(), board_id)
    rules = get_board_rules(board.id)
    typed = request.form if errors else {"held": rules.held, "first_posts": rules.first_posts}
    page = render_template(
        "moderation/board.html",
        board=board,
        typed=typed,
        errors=errors,
        held_choices=HELD_CHOICES,
        most=MOST_FIRST_POSTS,
        site_first_posts=current_settings().first_posts_reviewed,
    )
    return page, status
