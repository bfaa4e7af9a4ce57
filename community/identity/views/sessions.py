"""Where one is signed in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.forms import takes
from community.core.web import add_deletion
from community.identity.operations.sessions import end_session, end_sessions
from community.identity.queries import list_sessions
from community.identity.signing_in import (
    current_session,
    end_current_session,
    recently_verified,
    signed_in_user,
)
from community.identity.views.blueprints import account


@account.get("/account/sessions")
def show_sessions() -> str:
    """List the browsers that are signed in."""
    return render_template(
        "identity/sessions.html",
        sessions=list_sessions(signed_in_user().id),
        present=current_session(),
    )


@takes()
def sign_out_session(session_id: int) -> ResponseReturnValue:
    """Sign one browser out, which may be this one."""
    present = current_session()
    if present is not None and present.id == session_id:
        end_current_session()
        return redirect("/", 303)
    return sign_out_other_session(session_id)


@recently_verified
def sign_out_other_session(session_id: int) -> ResponseReturnValue:
    """Sign another browser out; a thief must not do that to the owner."""
    if end_session(signed_in_user().id, session_id):
        flash(_("That device is signed out."), "success")
    return redirect(url_for("account.show_sessions"), 303)


@takes()
@recently_verified
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    present = current_session()
    assert present is not None
    end_sessions(signed_in_user().id, but=present.id)
    flash(_("All other devices are signed out."), "success")
    return redirect(url_for("account.show_sessions"), 303)


add_deletion(account, "/account/sessions/<int:session_id>", sign_out_session)
add_deletion(account, "/account/sessions", sign_out_everywhere)
