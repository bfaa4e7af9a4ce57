"""What an asker can expect on a board."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from community.boards.models import Board
from community.boards.queries import get_board
from community.core import clock
from community.core.errors import NotFound
from community.core.limits import limited
from community.core.web import current_viewer, is_fragment_request, public
from community.escalation.triggers.queries.waiting import find_due_if_asked
from community.escalation.triggers.queries.waits import find_wait
from community.escalation.triggers.wording import missed_words, wait_words

blueprint = Blueprint("triggers", __name__)

ASK_FIELDS = frozenset({"title", "body", "tags", "board", "language"})


@blueprint.get("/questions/new/expectation")
@public
@limited("suggestions")
def show_expectation() -> ResponseReturnValue:
    """Show how fast answers come on a board: a line of the ask page, or a page of its own."""
    board = _chosen_board()
    said = _expectation(board) if board else ()
    if is_fragment_request():
        return render_template("escalation/_expectation.html", said=said)
    typed = {name: value for name, value in request.args.items() if name in ASK_FIELDS}
    return render_template("escalation/expectation.html", board=board, said=said, typed=typed)


def _expectation(board: Board) -> tuple[str, ...]:
    now = clock.now()
    said = wait_words(find_wait(board.id, now)), missed_words(find_due_if_asked(board.id, now))
    return tuple(filter(None, said))


def _chosen_board() -> Board | None:
    try:
        return get_board(current_viewer(), request.args.get("board", "")[:60])
    except NotFound:
        return None
