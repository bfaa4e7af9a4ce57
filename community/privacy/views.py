"""Pages on one's own data: taking it away, having it erased; and the same for staff."""

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import add_resource, current_viewer
from community.core.wording import day
from community.identity.models import User
from community.identity.operations.closing import disable_user, enable_user
from community.identity.policies import can_close_account, can_close_accounts
from community.identity.signing_in import recently_verified, signed_in_user
from community.privacy.operations.archives import path_of, request_export
from community.privacy.operations.erasures import (
    check_typed_name,
    keep_account,
    order_erasure,
    request_erasure,
)
from community.privacy.queries.exports import get_newest_export, get_ready_export, is_ready
from community.privacy.queries.people import get_account

REASON_CHARS = 300

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/account/data")
def show_data() -> str:
    """Say what one can do with one's own data, and what has been asked for."""
    user = signed_in_user()
    export = get_newest_export(user.id)
    return render_template(
        "privacy/show.html",
        user=user,
        export=export,
        is_ready=export is not None and is_ready(export),
        hours=current_settings().export_hours,
        days=current_settings().erasure_wait_days,
    )


@blueprint.post("/account/data/archives")
@takes()
@limited("exports")
@recently_verified
def create_archive() -> ResponseReturnValue:
    """Ask for an archive of everything we hold of the member."""
    request_export(signed_in_user())
    flash(_("We put your archive together now and mail you when it is ready."), "success")
    return redirect(url_for("privacy.show_data"), 303)


@blueprint.get("/account/data/archives/<int:export_id>")
@limited("exports")
@recently_verified
def download_archive(export_id: int) -> Response:
    """Hand an archive to its owner, who has just proved to be it."""
    export = get_ready_export(signed_in_user(), export_id)
    name = f"{current_settings().site_name.lower().replace(' ', '-')}-data.zip"
    response = send_file(
        path_of(export), mimetype="application/zip", as_attachment=True, download_name=name
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/account/data/erasure")
@recently_verified
def new_erasure() -> ResponseReturnValue:
    """Say what erasing the account means, and ask for the name."""
    return _erasure_page({}, 200)


def _erasure_page(errors: dict[str, object], status: int) -> ResponseReturnValue:
    page = render_template(
        "privacy/erasure.html",
        user=signed_in_user(),
        errors=errors,
        typed=request.form.get("name", "")[:60],
        days=current_settings().erasure_wait_days,
    )
    return page, status


@takes("name")
@recently_verified
def create_erasure() -> ResponseReturnValue:
    """Have the account erased after some days, in which it can be kept."""
    user = signed_in_user()
    try:
        due_at = request_erasure(user, user, typed_name=request.form.get("name", "")[:60])
    except Invalid as error:
        return _erasure_page(dict(error.errors), 422)
    flash(_("Your account will be erased on %(day)s.", day=day(due_at)), "success")
    return redirect(url_for("privacy.show_data"), 303)


@takes()
def delete_erasure() -> ResponseReturnValue:
    """Keep the account after all."""
    keep_account(signed_in_user())
    flash(_("Your account stays. Nothing was erased."), "success")
    return redirect(url_for("privacy.show_data"), 303)


add_resource(blueprint, "/account/data/erasure", create=create_erasure, delete=delete_erasure)


@blueprint.get("/admin/people/<int:user_id>/closing")
def show_closing(user_id: int) -> str:
    """Let an administrator close, open or erase an account."""
    return _closing_page(_account_to_close(user_id), {})


def _closing_page(user: User, errors: dict[str, object]) -> str:
    return render_template(
        "privacy/closing.html",
        user=user,
        errors=errors,
        typed=request.form.get("name", "")[:60],
        reason_chars=REASON_CHARS,
    )


@takes("reason")
@recently_verified
def create_disabling(user_id: int) -> ResponseReturnValue:
    """Close an account: its owner is signed out and found by nobody."""
    disable_user(current_viewer(), _account_to_close(user_id), reason=_reason())
    flash(_("The account is closed."), "success")
    return redirect(url_for("privacy.show_closing", user_id=user_id), 303)


@takes("reason")
@recently_verified
def delete_disabling(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    enable_user(current_viewer(), _account_to_close(user_id), reason=_reason())
    flash(_("The account is open again."), "success")
    return redirect(url_for("privacy.show_closing", user_id=user_id), 303)


@blueprint.post("/admin/people/<int:user_id>/erasure")
@takes("name", "reason")
@recently_verified
def order_account_erasure(user_id: int) -> ResponseReturnValue:
    """Erase an account now, on its owner's demand."""
    user = _account_to_close(user_id)
    try:
        check_typed_name(user, request.form.get("name", "")[:60])
    except Invalid as error:
        return _closing_page(user, dict(error.errors)), 422
    order_erasure(current_viewer(), user, reason=_reason())
    flash(_("The account is closed and is being erased."), "success")
    return redirect("/", 303)


add_resource(
    blueprint,
    "/admin/people/<int:user_id>/disabling",
    create=create_disabling,
    delete=delete_disabling,
)


def _account_to_close(user_id: int) -> User:
    # Asked before it is looked for: nobody else learns which accounts there are.
    require(can_close_accounts(current_viewer()))
    user = get_account(user_id)
    require(can_close_account(current_viewer(), user))
    return user


def _reason() -> str:
    return " ".join(request.form.get("reason", "").replace("\0", "").split())[:REASON_CHARS]
