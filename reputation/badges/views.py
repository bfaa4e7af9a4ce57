"""All badges, who holds one, and which ones somebody holds; giving and taking by hand."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import is_signed_in
from community.core.errors import Conflict, Invalid, NotFound
from community.core.forms import takes
from community.core.pagination import Cursor
from community.core.web import add_deletion, current_viewer, is_fragment_request, public
from community.identity.queries import get_user_id_by_name
from community.questions.queries.people import get_profile
from reputation.badges.operations.by_hand import give_badge, take_badge
from reputation.badges.policies import can_give_badge_to, can_give_badges
from reputation.badges.queries.holders import (
    badges_of,
    get_badge,
    list_badges,
    list_held_ids,
    page_of_holders,
)

blueprint = Blueprint("badges", __name__)

NAME_MAX_CHARS = 60


@blueprint.get("/badges")
@public
def show_badges() -> str:
    """Show all badges with how many hold each; members see which ones are theirs."""
    viewer = current_viewer()
    mine = viewer.viewer_id if is_signed_in(viewer) else None
    held = set() if mine is None else list_held_ids(mine)
    shown = [badge for badge in list_badges() if badge.enabled or badge.holders_count]
    return render_template("badges/index.html", badges=shown, held=held)


@blueprint.get("/badges/<int:badge_id>")
@public
def show_badge(badge_id: int) -> ResponseReturnValue:
    """Show a badge and who holds it, the newest first."""
    return _render(badge_id, {})


def _render(badge_id: int, errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    badge, viewer = get_badge(badge_id), current_viewer()
    cursor = Cursor.parse(request.args.get("before"))
    page = page_of_holders(badge_id, cursor)
    shown = render_template(
        "badges/show.html",
        badge=badge,
        page=page,
        is_first_page=cursor is None,
        older=_address(badge_id, page.older) if page.older else "",
        may_give=can_give_badges(viewer) and badge.enabled,
        may_take=lambda holder: can_give_badge_to(viewer, holder.person.id),
        typed=request.form,
        errors=errors,
    )
    return shown, status


def _address(badge_id: int, older: Cursor) -> str:
    return url_for("badges.show_badge", badge_id=badge_id, before=str(older))


@blueprint.get("/users/<int:user_id>/badges")
@public
def show_badges_of(user_id: int) -> str:
    """Show the badges somebody holds; as a fragment on their profile."""
    profile = get_profile(current_viewer(), user_id)
    template = "badges/_held.html" if is_fragment_request() else "badges/held.html"
    return render_template(template, person=profile.person, held=badges_of(user_id))


@blueprint.post("/badges/<int:badge_id>/grants")
@takes("person", "reason")
def grant_badge(badge_id: int) -> ResponseReturnValue:
    """Give somebody, by display name, a badge with a reason."""
    badge = get_badge(badge_id)
    try:
        user_id = get_user_id_by_name(request.form.get("person", "")[:NAME_MAX_CHARS])
        give_badge(current_viewer(), badge, user_id, request.form.get("reason", ""))
    except NotFound:
        return _render(badge_id, {"person": _("Nobody has this name.")}, 422)
    except Invalid as refusal:
        return _render(badge_id, refusal.errors, 422)
    except Conflict as refusal:
        return _render(badge_id, {"person": refusal.message}, 409)
    flash(_("The badge is given, and its new holder is told."), "success")
    return redirect(url_for("badges.show_badge", badge_id=badge_id), 303)


@takes("reason")
def revoke_badge(badge_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a badge back with a reason."""
    get_badge(badge_id)
    try:
        take_badge(current_viewer(), grant_id, request.form.get("reason", ""))
    except Invalid as refusal:
        return _render(badge_id, {f"reason-{grant_id}": refusal.errors["reason"]}, 422)
    flash(_("The badge is taken back."), "success")
    return redirect(url_for("badges.show_badge", badge_id=badge_id), 303)


add_deletion(blueprint, "/badges/<int:badge_id>/grants/<int:grant_id>", revoke_badge)
