"""Who may read which board."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.admin.queries import get_board, list_groups, list_groups_of_boards
from community.admin.views.blueprint import administration
from community.admin.wording import AUDIENCE_WORDS
from community.boards.models import Board
from community.boards.operations import change_audience
from community.boards.queries import list_boards
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import current_viewer, read_id
from community.identity.signing_in import recently_verified


@administration.get("/admin/boards")
def show_boards() -> str:
    """List all boards with who may read them."""
    viewer = current_viewer()
    return render_template(
        "admin/boards.html",
        boards=list_boards(viewer),
        groups=list_groups_of_boards(viewer),
        audiences=AUDIENCE_WORDS,
    )


@administration.get("/admin/boards/<int:board_id>/audience")
def edit_audience(board_id: int) -> ResponseReturnValue:
    """Show who may read a board, to be changed."""
    return _render_audience(get_board(current_viewer(), board_id), {})


def _render_audience(
    board: Board, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    chosen = {group.id for group in list_groups_of_boards(viewer).get(board.id, ())}
    page = render_template(
        "admin/audience.html",
        board=board,
        audiences=AUDIENCE_WORDS,
        groups=[row.group for row in list_groups(viewer)],
        chosen=_typed_groups() if errors else chosen,
        audience=request.form.get("audience", board.audience),
        errors=errors,
    )
    return page, status


@administration.post("/admin/boards/<int:board_id>/audience")
@takes("audience", many=("groups",))
@recently_verified
def save_audience(board_id: int) -> ResponseReturnValue:
    """Let others read a board, or fewer."""
    viewer = current_viewer()
    board = get_board(viewer, board_id)
    try:
        change_audience(viewer, board, request.form.get("audience", ""), _typed_groups())
    except Invalid as refusal:
        return _render_audience(board, refusal.errors, 422)
    flash(_("It holds from now on."), "success")
    return redirect(url_for("administration.show_boards"), 303)


def _typed_groups() -> set[int]:
    typed = map(read_id, request.form.getlist("groups"))
    return {group_id for group_id in typed if group_id is not None}
