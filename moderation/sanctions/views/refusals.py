"""What a member hears who may read but not write, whatever they were about to write.

The refused page keeps what was typed (``core.pages``). Nothing is asked of the database here.
"""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.errors import NotAllowed
from community.core.pages import render_error
from community.core.web import SAFE_METHODS, current_viewer
from community.core.wording import instant
from community.posts.policies import is_silenced
from moderation.sanctions.views.blueprint import sanctions

# Their pages with forms are refused to who may not write, and to nobody else who sees the post.
FORMS_OF = frozenset({"questions", "replies"})


@sanctions.app_errorhandler(NotAllowed)
def refuse(error: NotAllowed) -> ResponseReturnValue:
    """Name the measure, until when it holds and how to appeal, where it is what refuses."""
    viewer = current_viewer()
    until = getattr(viewer, "silenced_until", None)
    is_writing = request.method not in SAFE_METHODS
    if until is None or not is_silenced(viewer) or not (is_writing or _is_form()):
        return render_error(error)
    words = _(
        "You can read but not write until %(until)s: that is a measure of our team. "
        "Why, and how to appeal, stands under %(address)s.",
        until=instant(until),
        address=url_for("decisions.list_decisions", _external=True),
    )
    if is_writing:
        words += " " + _("What you typed stands below.")
    return render_error(NotAllowed(words))


def _is_form() -> bool:
    return request.blueprint in FORMS_OF
