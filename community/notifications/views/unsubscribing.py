"""Leaving a mailing by the link in a mail, signed out as well. Source: RFC 8058."""

from flask import render_template
from flask.typing import ResponseReturnValue

from community.core.limits import limited
from community.core.web import csrf, public
from community.notifications.operations.preferences import stop_mails
from community.notifications.tokens import Unsubscription, read_unsubscription
from community.notifications.views.blueprint import blueprint
from community.notifications.wording import MAIL_LABELS


@blueprint.get("/unsubscribe/<token>")
@public
def show_unsubscribe(token: str) -> ResponseReturnValue:
    """Ask whether the mails shall end. Mail scanners follow links, so this changes nothing."""
    what = read_unsubscription(token)
    return _page(what, token, done=False)


@blueprint.post("/unsubscribe/<token>")
@public
@limited("writing")
def unsubscribe(token: str) -> ResponseReturnValue:
    """End the mails, by the button or by a mail program's one click."""
    what = read_unsubscription(token)
    stop_mails(what)
    return _page(what, token, done=True)


# Mail providers send the one-click request without cookies, so it cannot carry a CSRF token; the
# signed token in the address is the secret.
csrf.exempt(unsubscribe)


def _page(what: Unsubscription, token: str, *, done: bool) -> ResponseReturnValue:
    return render_template(
        "notifications/unsubscribe.html", what=what, link=token, done=done, labels=MAIL_LABELS
    )
