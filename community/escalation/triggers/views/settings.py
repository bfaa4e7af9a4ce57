"""The administrators' pages: when boards hand questions over, and which words raise an alarm."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.models import Board
from community.boards.queries import list_boards
from community.core.authz import require
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.web import current_viewer
from community.escalation.triggers.models import ALARMS
from community.escalation.triggers.operations.rules import (
    RuleFacts,
    change_alarm_words,
    change_rule,
)
from community.escalation.triggers.policies import can_change_handover
from community.escalation.triggers.queries.rules import get_rule, list_alarm_words
from community.escalation.triggers.wording import ALARM_WORDS
from community.identity.signing_in import recently_verified

blueprint = Blueprint("handover_rules", __name__)

FIELDS = ("is_on", "is_urgent", "urgent_tags", "normal_hours", "urgent_hours", "me_too_count")


@blueprint.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_change_handover(current_viewer()))


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_change_handover": can_change_handover}


@blueprint.get("/admin/handover")
def list_rules() -> ResponseReturnValue:
    """List the boards with their rules, and the words that raise an alarm."""
    return _render_list({})


@blueprint.get("/admin/handover/boards/<int:board_id>")
def edit_rule(board_id: int) -> ResponseReturnValue:
    """Show the form of a board's rule."""
    return _render_rule(_board(board_id), {})


@blueprint.post("/admin/handover/boards/<int:board_id>")
@takes(*FIELDS)
@recently_verified
def save_rule(board_id: int) -> ResponseReturnValue:
    """Change a board's rule."""
    board, form = _board(board_id), request.form
    try:
        change_rule(
            current_viewer(),
            board,
            RuleFacts(
                is_on="is_on" in form,
                is_urgent="is_urgent" in form,
                **{name: form.get(name, "") for name in FIELDS[2:]},
            ),
        )
    except Invalid as refusal:
        return _render_rule(board, dict(refusal.errors), status=422)
    flash(_("Saved. What waits on this board is reckoned anew."), "success")
    return redirect(url_for("handover_rules.list_rules"), 303)


@blueprint.post("/admin/handover/words/<kind>/<language>")
@takes("words")
@recently_verified
def save_words(kind: str, language: str) -> ResponseReturnValue:
    """Change a list of words."""
    if kind not in ALARMS or language not in LANGUAGES:
        raise NotFound()
    words = request.form.get("words", "")
    try:
        change_alarm_words(current_viewer(), kind, language, words)
    except Invalid as refusal:
        return _render_list({(kind, language): refusal.errors["words"]}, words=words, status=422)
    flash(_("Saved. The words count from now on."), "success")
    return redirect(url_for("handover_rules.list_rules"), 303)


def _board(board_id: int) -> Board:
    boards = [board for board in list_boards(current_viewer()) if board.id == board_id]
    if not boards:
        raise NotFound()
    return boards[0]


def _render_list(
    errors: dict[tuple[str, str], Any], *, words: str = "", status: int = 200
) -> ResponseReturnValue:
    known = list_alarm_words()
    lists = [
        (kind, language, words if (kind, language) in errors else "\n".join(known[kind, language]))
        for kind in ALARMS
        for language in LANGUAGES
    ]
    page = render_template(
        "escalation/handover.html",
        rules=[(board, get_rule(board.id)) for board in list_boards(current_viewer())],
        lists=lists,
        kinds=ALARM_WORDS,
        languages={"de": "Deutsch", "en": "English"},
        errors=errors,
    )
    return page, status


def _render_rule(board: Board, errors: dict[str, Any], *, status: int = 200) -> ResponseReturnValue:
    rule = get_rule(board.id)
    stored = {**vars(rule), "urgent_tags": ", ".join(sorted(rule.urgent_tags))}
    page = render_template(
        "escalation/handover_rule.html",
        board=board,
        typed=request.form if errors else stored,
        is_on=("is_on" in request.form) if errors else rule.is_on,
        is_urgent=("is_urgent" in request.form) if errors else rule.is_urgent,
        errors=errors,
    )
    return page, status
