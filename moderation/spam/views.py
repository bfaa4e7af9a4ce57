"""The page on which a moderator cleans up after a spammer, and takes that back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import NotFound
from community.core.forms import takes
from community.core.web import add_resource, current_viewer, read_id
from community.identity.signing_in import recently_verified, signed_in_user
from moderation.sanctions.policies import can_see_sanctions
from moderation.sanctions.queries.sanctions import get_subject, get_target
from moderation.spam.operations.cleaning import SUSPENDED_DAYS, start_cleanup, undo_cleanup
from moderation.spam.policies import can_clean_up, can_undo_cleanup
from moderation.spam.queries import count_cleaned_posts, newest_cleanup

blueprint = Blueprint("spam", __name__)


@blueprint.before_request
def let_moderators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_see_sanctions(current_viewer()))


@blueprint.get("/moderation/people/<int:user_id>/cleanup")
def show_cleanup(user_id: int) -> str:
    """Show what a clean-up does, or what the last one did and how to take it back."""
    viewer = current_viewer()
    person, target = get_subject(viewer, user_id), get_target(user_id)
    cleanup = newest_cleanup(user_id)
    return render_template(
        "spam/cleanup.html",
        person=person,
        cleanup=cleanup,
        posts_count=count_cleaned_posts(cleanup.id) if cleanup else 0,
        may_clean=can_clean_up(viewer, target),
        may_undo=can_undo_cleanup(viewer, target),
        days=SUSPENDED_DAYS,
        case_id=read_id(request.args.get("case")),
    )


@takes("case")
@recently_verified
def create_cleanup(user_id: int) -> ResponseReturnValue:
    """Clean up after a spammer."""
    actor = signed_in_user()
    get_subject(actor, user_id)
    start_cleanup(actor, user_id, case_id=read_id(request.form.get("case")))
    flash(_("The account is shut. What it wrote is hidden in a moment."), "success")
    return _back_to(user_id)


@takes()
@recently_verified
def take_cleanup_back(user_id: int) -> ResponseReturnValue:
    """Take the last clean-up back."""
    actor = signed_in_user()
    get_subject(actor, user_id)
    cleanup = newest_cleanup(user_id)
    if cleanup is None:
        raise NotFound()
    undo_cleanup(actor, cleanup.id)
    flash(_("The account is open again. The posts come back in a moment."), "success")
    return _back_to(user_id)


add_resource(
    blueprint,
    "/moderation/people/<int:user_id>/cleanup",
    create=create_cleanup,
    delete=take_cleanup_back,
)


def _back_to(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("spam.show_cleanup", user_id=user_id), 303)
