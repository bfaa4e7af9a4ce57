"""Charities: proposed, voted for, put on the list."""

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import add_resource, current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.payback.operations import charities
from reputation.payback.policies import can_decide_on_charities
from reputation.payback.queries.charities import list_charities
from reputation.payback.views.blueprint import blueprint, page


@blueprint.get("/payback/charities")
def show_charities() -> ResponseReturnValue:
    """Show the charities one can give to and those that are proposed, with their votes."""
    return _show({})


def _show(errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    viewer = current_viewer()
    return page(
        "charities.html",
        rows=list_charities(viewer),
        may_decide=can_decide_on_charities(viewer),
        errors=errors,
        typed=request.form,
    ), status


@blueprint.post("/payback/charities")
@takes("name")
def propose_charity() -> ResponseReturnValue:
    """Propose a charity."""
    try:
        charities.propose_charity(signed_in_user(), request.form.get("name", ""))
    except Invalid as refusal:
        return _show(refusal.errors, 422)
    flash(_("Thank you. The charity is proposed, with your vote."), "success")
    return _back()


@takes()
def vote_for_charity(charity_id: int) -> ResponseReturnValue:
    """Vote for a charity."""
    charities.vote(signed_in_user(), charity_id)
    return _back()


@takes()
def take_vote_back(charity_id: int) -> ResponseReturnValue:
    """Take one's vote back."""
    charities.take_vote_back(signed_in_user(), charity_id)
    return _back()


add_resource(
    blueprint,
    "/payback/charities/<int:charity_id>/vote",
    create=vote_for_charity,
    delete=take_vote_back,
)


@takes("match_percent")
@recently_verified
def approve_charity(charity_id: int) -> ResponseReturnValue:
    """Put a charity on the list."""
    typed = request.form.get("match_percent", "")
    percent = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else -1
    try:
        charities.approve_charity(current_viewer(), charity_id, percent)
    except Invalid as refusal:
        return _show(refusal.errors, 422)
    flash(_("The charity is on the list."), "success")
    return _back()


@takes()
@recently_verified
def retire_charity(charity_id: int) -> ResponseReturnValue:
    """Take a charity off the list."""
    charities.retire_charity(current_viewer(), charity_id)
    flash(_("The charity is off the list."), "success")
    return _back()


add_resource(
    blueprint,
    "/payback/charities/<int:charity_id>/listing",
    create=approve_charity,
    delete=retire_charity,
)


def _back() -> ResponseReturnValue:
    return redirect(url_for("payback.show_charities"), 303)
