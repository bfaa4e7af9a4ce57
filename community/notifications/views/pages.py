"""The list of notifications, the bell's number, and the preferences."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.i18n import reader_language, reader_time_zone
from community.core.limits import limited
from community.core.pagination import Cursor
from community.identity.security import errors_of
from community.identity.signing_in import signed_in_user
from community.notifications.forms import MailTimesForm, clock_times
from community.notifications.models import KINDS
from community.notifications.operations.preferences import Choice, save_choices, save_mail_times
from community.notifications.operations.reading import mark_all_read, mark_read
from community.notifications.queries.choices import list_choices
from community.notifications.queries.entries import Entry, page_of_entries
from community.notifications.queries.watches import list_watched
from community.notifications.views.blueprint import blueprint
from community.notifications.wording import KIND_LABELS, line_of

# What an integer column of PostgreSQL holds.
LARGEST_ROW_ID = 2**31 - 1


@blueprint.get("/notifications")
def list_notifications() -> ResponseReturnValue:
    """Show the viewer's notifications, newest first."""
    cursor = Cursor.parse(request.args.get("before"))
    page = page_of_entries(signed_in_user(), cursor)
    return render_template(
        "notifications/index.html",
        items=[_item(entry) for entry in page.rows],
        older=page.older,
        is_first_page=cursor is None,
        newest_id=max((entry.id for entry in page.rows), default=0),
    )


def _item(entry: Entry) -> dict[str, object]:
    """Return an entry as the list's component wants it."""
    return {
        "text": line_of(entry),
        "url": entry.path,
        "reading_url": url_for("notifications.read_one", notification_id=entry.id),
        "created_at": entry.created_at,
        "is_unread": entry.is_unread,
        "excerpt": "",
        "actor": entry.actor,
    }


@blueprint.get("/notifications/count")
@limited("suggestions")
def show_count() -> ResponseReturnValue:
    """Answer with the number beside the bell, or 304 while it is the same."""
    count = signed_in_user().unread_count
    response = make_response(render_template("components/bell.html"))
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{count}-{reader_language()}")
    return response.make_conditional(request)


@blueprint.post("/notifications/reading")
def read_all() -> ResponseReturnValue:
    """Mark everything up to the newest notification shown as read."""
    newest_id = request.form.get("newest", type=int, default=0)
    mark_all_read(signed_in_user(), newest_id=max(0, min(newest_id, LARGEST_ROW_ID)))
    return redirect(url_for("notifications.list_notifications"), 303)


@blueprint.post("/notifications/<int:notification_id>/reading")
def read_one(notification_id: int) -> ResponseReturnValue:
    """Mark one notification as read; a script sends this when its link is followed."""
    mark_read(signed_in_user(), notification_id)
    return redirect(url_for("notifications.list_notifications"), 303)


@blueprint.get("/preferences/notifications")
def show_preferences() -> ResponseReturnValue:
    """Show what the viewer hears of and how, and what they watch."""
    return _preferences_page(MailTimesForm(signed_in_user()))


@blueprint.post("/preferences/notifications")
def save_preferences() -> ResponseReturnValue:
    """Store what the viewer wants to hear of, how and when."""
    form = MailTimesForm(signed_in_user())
    if not form.validate_on_submit():
        return _preferences_page(form), 422
    bells, mails = form.bell.data, form.mail.data
    choices = {kind: Choice(bell=kind in bells, mail=kind in mails) for kind in KINDS}
    save_choices(signed_in_user(), choices)
    save_mail_times(signed_in_user(), form.chosen)
    flash(_("Saved."), "success")
    return redirect(url_for("notifications.show_preferences"), 303)


def _preferences_page(form: MailTimesForm) -> str:
    viewer = signed_in_user()
    return render_template(
        "notifications/preferences.html",
        choices=list_choices(viewer),
        labels=KIND_LABELS,
        watched=list_watched(viewer, reader_language()),
        form=form,
        errors=errors_of(form),
        clock_times=clock_times(),
        zone=reader_time_zone().replace("_", " "),
    )
