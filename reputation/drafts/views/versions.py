"""All versions of the rules, and withdrawing one that has not begun."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.forms import takes
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from reputation.drafts.operations.drafts import withdraw_version
from reputation.drafts.queries import list_drafts, list_versions
from reputation.drafts.views.blueprint import rules
from reputation.drafts.wording import CAUSE_WORDS, CURRENCY_WORDS, VERSION_WORDS
from reputation.ledger.rules import CURRENCIES


@rules.get("/admin/point-rules")
def list_rules() -> str:
    """Show the versions and drafts of both currencies."""
    viewer = current_viewer()
    return render_template(
        "reputation/rules/index.html",
        versions={currency: list_versions(viewer, currency) for currency in CURRENCIES},
        drafts={currency: list_drafts(viewer, currency) for currency in CURRENCIES},
        currencies=CURRENCY_WORDS,
        causes=CAUSE_WORDS,
        states=VERSION_WORDS,
    )


@rules.post("/admin/point-rules/versions/<int:version_id>/withdrawal")
@takes()
@recently_verified
def withdraw(version_id: int) -> ResponseReturnValue:
    """Take back rules that have not begun."""
    withdraw_version(signed_in_user(), version_id)
    flash(_("These rules will not come. Members are told."), "success")
    return redirect(url_for("rules.list_rules"), 303)
