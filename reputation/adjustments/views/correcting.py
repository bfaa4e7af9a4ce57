"""Adjusting points by hand: what waits, what was done, one member's points, one adjustment."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.pagination import Cursor
from community.core.submissions import submit_once
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.adjustments.models import BOOKED
from reputation.adjustments.operations.adjustments import (
    confirm_adjustment,
    propose_adjustment,
    refuse_adjustment,
    undo_adjustment,
)
from reputation.adjustments.policies import (
    can_book_adjustment,
    can_propose_adjustment,
    can_refuse_adjustment,
    can_undo_adjustment,
)
from reputation.adjustments.queries.adjustments import (
    find_member,
    get_adjustment_row,
    get_member,
    get_undoing,
    list_adjustments_of,
    list_waiting,
    page_of_adjustments,
)
from reputation.adjustments.views.blueprints import adjustments
from reputation.adjustments.wording import STATE_WORDS, points_words
from reputation.ledger.queries import get_balances

NAME_MAX_CHARS = 255


@adjustments.get("/admin/adjustments")
def list_adjustments() -> ResponseReturnValue:
    """Show what waits for a second person and what was adjusted; or find whose to adjust."""
    viewer, typed = current_viewer(), request.args.get("name", "")[:NAME_MAX_CHARS]
    member_id = find_member(viewer, typed) if typed else None
    if member_id is not None:
        return redirect(url_for("adjustments.show_member", user_id=member_id))
    cursor = Cursor.parse(request.args.get("before"))
    return render_template(
        "reputation/adjustments/index.html",
        waiting=[] if cursor else list_waiting(viewer),
        page=page_of_adjustments(viewer, cursor),
        typed=typed,
        states=STATE_WORDS,
        points_words=points_words,
    )


@adjustments.get("/admin/people/<int:user_id>/points")
@recently_verified
def show_member(user_id: int) -> ResponseReturnValue:
    """Show a member's points and what was adjusted, with a form for more."""
    return _render_member(user_id, {})


def _render_member(
    user_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    page = render_template(
        "reputation/adjustments/member.html",
        member=get_member(viewer, user_id),
        balances=get_balances(user_id),
        rows=list_adjustments_of(viewer, user_id),
        may_propose=can_propose_adjustment(viewer, user_id),
        errors=errors,
        typed=request.form,
        states=STATE_WORDS,
        points_words=points_words,
    )
    return page, status


@adjustments.post("/admin/people/<int:user_id>/points")
@takes("currency", "amount", "reason")
@recently_verified
def create_adjustment(user_id: int) -> ResponseReturnValue:
    """Adjust a member's points, or propose it where that is above the limit."""
    actor = signed_in_user()

    def propose() -> str:
        adjustment = propose_adjustment(
            actor,
            user_id,
            currency=request.form.get("currency", ""),
            amount=request.form.get("amount", 0, type=int),
            reason=request.form.get("reason", ""),
        )
        if adjustment.state == BOOKED:
            flash(_("The points are adjusted, and the member is told."), "success")
        else:
            flash(_("That is above your limit: an administrator has to confirm it."), "info")
        return url_for("adjustments.show_adjustment", adjustment_id=adjustment.id)

    try:
        return submit_once(actor.id, propose)
    except Invalid as refusal:
        return _render_member(user_id, refusal.errors, 422)


@adjustments.get("/admin/adjustments/<int:adjustment_id>")
def show_adjustment(adjustment_id: int) -> ResponseReturnValue:
    """Show one adjustment, and what the viewer may do about it."""
    return _render_adjustment(adjustment_id, {})


def _render_adjustment(
    adjustment_id: int, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer = current_viewer()
    row = get_adjustment_row(viewer, adjustment_id)
    undoing = get_undoing(adjustment_id)
    page = render_template(
        "reputation/adjustments/show.html",
        row=row,
        undoing=undoing,
        may_book=can_book_adjustment(viewer, row.adjustment),
        may_refuse=can_refuse_adjustment(viewer, row.adjustment),
        may_undo=undoing is None and can_undo_adjustment(viewer, row.adjustment),
        errors=errors,
        typed=request.form,
        states=STATE_WORDS,
        points_words=points_words,
    )
    return page, status


@adjustments.post("/admin/adjustments/<int:adjustment_id>/confirmation")
@takes()
@recently_verified
def confirm(adjustment_id: int) -> ResponseReturnValue:
    """Confirm an adjustment as the second person."""
    confirm_adjustment(signed_in_user(), adjustment_id)
    flash(_("The points are adjusted, and the member is told."), "success")
    return _back_to(adjustment_id)


@adjustments.post("/admin/adjustments/<int:adjustment_id>/refusal")
@takes("why")
@recently_verified
def refuse(adjustment_id: int) -> ResponseReturnValue:
    """Refuse an adjustment that waits, or take one's own proposal back."""
    try:
        refuse_adjustment(signed_in_user(), adjustment_id, request.form.get("why", ""))
    except Invalid as refusal:
        return _render_adjustment(adjustment_id, refusal.errors, 422)
    flash(_("The adjustment is refused. Nothing is booked."), "success")
    return _back_to(adjustment_id)


@adjustments.post("/admin/adjustments/<int:adjustment_id>/reversal")
@takes("reason")
@recently_verified
def undo(adjustment_id: int) -> ResponseReturnValue:
    """Take an adjustment back."""
    try:
        made = undo_adjustment(signed_in_user(), adjustment_id, request.form.get("reason", ""))
    except Invalid as refusal:
        return _render_adjustment(adjustment_id, refusal.errors, 422)
    if made.state == BOOKED:
        flash(_("The points are adjusted, and the member is told."), "success")
    else:
        flash(_("That is above your limit: an administrator has to confirm it."), "info")
    return _back_to(made.id)


def _back_to(adjustment_id: int) -> ResponseReturnValue:
    return redirect(url_for("adjustments.show_adjustment", adjustment_id=adjustment_id), 303)
