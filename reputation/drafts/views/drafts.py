"""Making, changing, dropping and publishing drafts."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.models import name_in
from community.boards.queries import list_boards
from community.core import clock
from community.core.authz import Viewer
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.submissions import submit_once
from community.core.web import add_resource, current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.drafts.operations.drafts import (
    change_draft,
    drop_draft,
    earliest_beginning,
    make_draft,
    publish_draft,
    values_of,
)
from reputation.drafts.queries import get_draft, list_simulations, today
from reputation.drafts.values import NUMBERS, Offer, Values
from reputation.drafts.views.blueprint import rules
from reputation.drafts.wording import CAUSE_WORDS, CURRENCY_WORDS
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import BONUSES, SETTLED

VALUE_FIELDS = tuple(f"value_{cause}" for cause in SETTLED)
OFFER_FIELDS = tuple(
    f"promotion_{name}" for name in ("cause", "board", "percent", "days", "budget")
)
FIELDS = (*VALUE_FIELDS, *NUMBERS, *OFFER_FIELDS, "matures_after_days", "begins_on")
# What cannot be read as a number fits nowhere.
UNREADABLE = -1
SHOWN_DAYS = 182


@rules.post("/admin/point-rules/drafts")
@takes("currency")
def create_draft() -> ResponseReturnValue:
    """Begin a draft with the values in force."""
    actor = signed_in_user()

    def make() -> str:
        draft = make_draft(actor, request.form.get("currency", ""))
        return url_for("rules.show_draft", draft_id=draft.id)

    return submit_once(actor.id, make)


@rules.get("/admin/point-rules/drafts/<int:draft_id>")
def show_draft(draft_id: int) -> ResponseReturnValue:
    """Show a draft beside the rules in force, to be changed, tried out and published."""
    return render_draft(draft_id, {})


def render_draft(
    draft_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    """Return the page of a draft with what was refused."""
    viewer = current_viewer()
    draft = get_draft(viewer, draft_id)
    present = load_rulebook().at(draft.currency, clock.now())
    yesterday = today() - timedelta(days=1)
    page = render_template(
        "reputation/rules/draft.html",
        draft=draft,
        values=values_of(draft),
        present=Values.of(present) if present else None,
        simulations=list_simulations(viewer, draft_id),
        replayed=(yesterday - timedelta(days=SHOWN_DAYS), yesterday),
        earliest=earliest_beginning(draft.currency),
        currencies=CURRENCY_WORDS,
        causes=CAUSE_WORDS,
        promotable=[(cause, CAUSE_WORDS[cause]) for cause in BONUSES],
        boards=_board_choices(viewer),
        errors=errors,
        typed=request.form,
    )
    return page, status


def _board_choices(viewer: Viewer) -> list[tuple[int | str, str]]:
    language = reader_language()
    named = [(board.id, name_in(board.names, language)) for board in list_boards(viewer)]
    return [("", _("On all boards")), *named]


@takes(*FIELDS)
def save_draft(draft_id: int) -> ResponseReturnValue:
    """Give a draft other values."""
    begins_on = read_day("begins_on")
    if begins_on is None:
        return render_draft(draft_id, {"begins_on": _("Choose a day.")}, 422)
    try:
        change_draft(signed_in_user(), draft_id, _typed_values(), begins_on)
    except Invalid as refusal:
        return render_draft(draft_id, refusal.errors, 422)
    flash(_("Saved. Nothing changes for members before it is published."), "success")
    return _back_to(draft_id)


def _typed_values() -> Values:
    amounts = {cause: _number(f"value_{cause}") for cause in SETTLED}
    days = request.form.get("matures_after_days", "").strip()
    return Values(
        amounts=amounts,
        full_givers=_number("full_givers"),
        later_kudos=_number("later_kudos"),
        daily_cap=_number("daily_cap"),
        matures_after_days=_number("matures_after_days") if days else None,
        promotion=_typed_offer(),
    )


def _typed_offer() -> Offer | None:
    """Return the promotion that was typed; None where no cause was chosen."""
    cause = request.form.get("promotion_cause", "")
    if not cause:
        return None
    on_board = request.form.get("promotion_board", "")
    return Offer(
        cause=cause,
        board_id=_number("promotion_board") if on_board else None,
        percent=_number("promotion_percent"),
        days=_number("promotion_days"),
        budget=_number("promotion_budget"),
    )


def _number(name: str) -> int:
    return request.form.get(name, UNREADABLE, type=int)


def read_day(name: str) -> date | None:
    """Return a day that was typed as 2026-12-24; None for anything else."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


@takes()
def delete_draft(draft_id: int) -> ResponseReturnValue:
    """Put a draft away."""
    drop_draft(signed_in_user(), draft_id)
    flash(_("The draft is dropped."), "success")
    return redirect(url_for("rules.list_rules"), 303)


add_resource(
    rules, "/admin/point-rules/drafts/<int:draft_id>", create=save_draft, delete=delete_draft
)


@rules.post("/admin/point-rules/drafts/<int:draft_id>/publication")
@takes()
@recently_verified
def publish(draft_id: int) -> ResponseReturnValue:
    """Let a draft hold from its day on."""
    publish_draft(signed_in_user(), draft_id)
    flash(_("The new rules are announced. Members are told."), "success")
    return redirect(url_for("rules.list_rules"), 303)


def _back_to(draft_id: int) -> ResponseReturnValue:
    return redirect(url_for("rules.show_draft", draft_id=draft_id), 303)
