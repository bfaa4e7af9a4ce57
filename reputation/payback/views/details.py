"""Where one's cash goes. Whoever changes it has just proved who they are."""

from collections.abc import Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.forms import takes
from community.core.web import add_resource
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.payback.operations import choices
from reputation.payback.queries.shares import list_details
from reputation.payback.views.blueprint import blueprint, page


@blueprint.get("/payback/details")
def show_details() -> ResponseReturnValue:
    """Show the end of one's IBAN, never the whole, with a form for another."""
    return _show({})


def _show(errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    user = signed_in_user()
    details = list_details([user.id]).get(user.id)
    return page("details.html", details=details, errors=errors, typed=request.form), status


@takes("holder", "iban")
@recently_verified
def save_details() -> ResponseReturnValue:
    """Store where one's cash goes."""
    try:
        choices.save_details(
            signed_in_user(),
            holder=request.form.get("holder", ""),
            iban=request.form.get("iban", ""),
        )
    except Invalid as refusal:
        return _show(refusal.errors, 422)
    flash(_("Your bank details are stored."), "success")
    return redirect(url_for("payback.show_details"), 303)


@takes()
@recently_verified
def remove_details() -> ResponseReturnValue:
    """Forget where one's cash went."""
    choices.remove_details(signed_in_user())
    flash(_("Your bank details are removed."), "success")
    return redirect(url_for("payback.show_details"), 303)


add_resource(blueprint, "/payback/details", create=save_details, delete=remove_details)
