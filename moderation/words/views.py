"""The page of watched words: the list, a form for one more, and a box to try a text in."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import list_boards
from community.core import markup
from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.web import LARGEST_ID, add_resource, current_viewer, read_id, read_only
from community.identity.signing_in import recently_verified, signed_in_user
from community.posts.screening import Submission
from community.posts.text import parse_tags
from moderation.words.models import ACTIONS
from moderation.words.operations import WordFacts, add_word, disable_word, enable_word
from moderation.words.policies import can_change_words, can_see_words
from moderation.words.queries import get_word, list_words_for, page_of_words
from moderation.words.screen import Meeting, meet
from moderation.words.wording import ACTION_HINTS, ACTION_WORDS

blueprint = Blueprint("words", __name__)

FIELDS = ("pattern", "is_regex", "action", "replacement", "tag", "language", "board")
TRIAL_FIELDS = ("title", "body", "tags", "language", "board")


@blueprint.before_request
def let_moderators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_words(current_viewer()))


@blueprint.app_context_processor
def _policies() -> dict[str, object]:
    return {"can_see_words": can_see_words}


@blueprint.get("/moderation/words")
def list_words() -> ResponseReturnValue:
    """List watched words, the newest first."""
    return _render({})


@blueprint.post("/moderation/words")
@takes(*FIELDS)
@recently_verified
def create_word() -> ResponseReturnValue:
    """Watch a word."""
    try:
        add_word(current_viewer(), _typed())
    except Invalid as refusal:
        return _render(dict(refusal.errors), status=422)
    flash(_("The word is watched from now on."), "success")
    return redirect(url_for("words.list_words"), 303)


@blueprint.post("/moderation/words/trial")
@read_only
@takes(*TRIAL_FIELDS)
def try_words() -> ResponseReturnValue:
    """Show what a text would meet; nothing is kept."""
    form = request.form
    try:
        title, body = (
            markup.clean_text(form.get("title", "")),
            markup.clean_text(form.get("body", "")),
        )
    except markup.UnacceptableText:
        error = _("There are characters in this text that cannot be stored.")
        return _render({"body": error}, status=422)
    sent = Submission(
        author=signed_in_user(),
        board_id=_board_id() or 0,
        kind="question",
        language=form.get("language", ""),
        title=title[:1_000],
        body=body[: markup.MAX_CHARS],
        tags=tuple(parse_tags(form.get("tags", ""))),
    )
    return _render({}, meeting=meet(list_words_for(sent.language, sent.board_id), sent))


def disable(word_id: int) -> ResponseReturnValue:
    """Watch for a word no more."""
    viewer = current_viewer()
    disable_word(viewer, get_word(viewer, word_id))
    flash(_("The word is not watched any more."), "success")
    return redirect(url_for("words.list_words"), 303)


def enable(word_id: int) -> ResponseReturnValue:
    """Watch for a word again."""
    viewer = current_viewer()
    enable_word(viewer, get_word(viewer, word_id))
    flash(_("The word is watched from now on."), "success")
    return redirect(url_for("words.list_words"), 303)


add_resource(
    blueprint,
    "/moderation/words/<int:word_id>/disabling",
    create=takes()(recently_verified(disable)),
    delete=takes()(recently_verified(enable)),
)


def _typed() -> WordFacts:
    form = request.form
    return WordFacts(
        pattern=form.get("pattern", ""),
        action=form.get("action", ""),
        is_regex="is_regex" in form,
        replacement=form.get("replacement", ""),
        tag=form.get("tag", ""),
        language=form.get("language", ""),
        board_id=_board_id(),
    )


def _board_id() -> int | None:
    raw = request.form.get("board", "")
    if not raw:
        return None
    return read_id(raw) or LARGEST_ID


def _render(
    errors: dict[str, Any], *, status: int = 200, meeting: Meeting | None = None
) -> ResponseReturnValue:
    viewer, after = current_viewer(), read_id(request.args.get("after")) or 0
    page = render_template(
        "moderation/words.html",
        page=page_of_words(viewer, after),
        may_change=can_change_words(viewer),
        actions=[(action, ACTION_WORDS[action], ACTION_HINTS[action]) for action in ACTIONS],
        action_words=ACTION_WORDS,
        boards=[(board.id, board.name_in(reader_language())) for board in list_boards(viewer)],
        errors=errors,
        typed=request.form,
        meeting=meeting,
    )
    return page, status
