"""Agreeing to the terms once more when they have changed."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import NotFound
from community.core.forms import takes
from community.core.settings import current_settings
from community.identity.addresses import safe_next
from community.identity.operations.consents import agree_to_terms
from community.identity.policies import owes_consent
from community.identity.queries import list_consents
from community.identity.signing_in import signed_in_user
from community.identity.views.blueprints import account


@account.get("/account/terms")
def show_terms() -> str:
    """Show which terms hold, and which the member agreed to and when."""
    if not current_settings().terms_version:
        raise NotFound()
    user = signed_in_user()
    return render_template(
        "identity/terms.html",
        consents=list_consents(user.id),
        owed=owes_consent(user, current_settings().terms_version),
        next=safe_next(request.args.get("next")),
    )


@account.post("/account/terms")
@takes("next")
def agree() -> ResponseReturnValue:
    """Agree to the version that holds now."""
    agree_to_terms(signed_in_user())
    flash(_("Thank you. You have agreed to the terms."), "success")
    return redirect(safe_next(request.form.get("next")), 303)
