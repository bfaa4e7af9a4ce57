"""Changing one's display name."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.settings import current_settings
from community.identity.forms import NameForm
from community.identity.operations.names import change_name, name_changes_again_at
from community.identity.security import errors_of
from community.identity.signing_in import signed_in_user
from community.identity.views.blueprints import account


@account.route("/account/name", methods=["GET", "POST"])
def edit_name() -> ResponseReturnValue:
    """Show the display name, or give the member another one."""
    user = signed_in_user()
    form = NameForm(user)
    if form.validate_on_submit():
        change_name(user, form.display_name.data)
        flash(_("Your name is saved."), "success")
        return redirect(url_for("account.edit_name"), 303)
    settings = current_settings()
    page = render_template(
        "identity/name.html",
        form=form,
        errors=errors_of(form),
        present=user,
        free_at=name_changes_again_at(user.id),
        change_days=settings.name_change_days,
        reserved_days=settings.name_reserved_days,
    )
    return page, 422 if form.errors else 200
