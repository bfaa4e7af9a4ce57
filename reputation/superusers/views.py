"""Pages of the superuser scheme for everybody, for who takes part, and for staff."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core import clock
from community.core.authz import is_signed_in, require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.settings import current_settings
from community.core.web import add_deletion, current_viewer, public
from community.identity.signing_in import recently_verified, signed_in_user
from community.identity.superusers import superuser_tier
from reputation.superusers import policies
from reputation.superusers.agreements import IN_FORCE, agreement_in
from reputation.superusers.models import (
    ACTIVE,
    APPLIED,
    INVITED,
    MOTIVE_MAX_CHARS,
    NOTE_MAX_CHARS,
    TOPICS_MAX_CHARS,
)
from reputation.superusers.operations import joining, staying
from reputation.superusers.queries import (
    Row,
    find_member,
    get_concentration,
    get_last_membership,
    get_row,
    list_boards_of_group,
    list_former,
    list_history,
    list_rows,
    list_silent_helpers,
    list_superusers,
    obstacle_for,
)
from reputation.superusers.wording import (
    deed_words,
    obstacle_words,
    origin_words,
    state_words,
    tools_of,
)

blueprint = Blueprint("superusers", __name__)


@blueprint.get("/superusers")
@public
def show_scheme() -> str:
    """Say what superusers are, who they are, and how to become one."""
    obstacle = obstacle_for(signed_in_user()) if is_signed_in(current_viewer()) else "guest"
    return render_template(
        "superusers/show.html",
        people=list_superusers(),
        obstacle=obstacle,
        words=obstacle_words(obstacle),
        points_needed=current_settings().superuser_points,
        tools=tools_of(1),
    )


@blueprint.get("/superusers/application")
def new_application() -> ResponseReturnValue:
    """Show the form to apply with; who cannot is told why."""
    if obstacle_for(signed_in_user()) is not None:
        return redirect(url_for("superusers.show_scheme"), 303)
    return _render_application({})


def _render_application(errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "superusers/new.html",
        errors=errors,
        typed=request.form,
        motive_chars=MOTIVE_MAX_CHARS,
        topics_chars=TOPICS_MAX_CHARS,
        agreement=agreement_in(reader_language()),
    )
    return page, status


@blueprint.post("/superusers/application")
@takes("motive", "topics")
def create_application() -> ResponseReturnValue:
    """Apply; what was typed stays in the form where something is missing."""
    form = request.form
    try:
        joining.apply(signed_in_user(), form.get("motive", ""), form.get("topics", ""))
    except Invalid as refusal:
        return _render_application(refusal.errors, 422)
    flash(_("Thank you for your application. The team reads it and writes to you."), "success")
    return _to_own_page()


@blueprint.get("/account/superuser")
def show_own() -> str:
    """Show how things stand between the member and the scheme."""
    user = signed_in_user()
    membership = get_last_membership(user.id)
    return render_template(
        "superusers/own.html",
        membership=membership,
        owed=membership is not None and policies.owes_agreement(membership, IN_FORCE),
        is_late=membership is not None and joining.is_too_late(membership, clock.now()),
        agreement=agreement_in(reader_language()),
        version=IN_FORCE,
        tools=tools_of(superuser_tier(user)),
        boards=list_boards_of_group() if membership and membership.is_active else (),
    )


@blueprint.post("/account/superuser/agreement")
@takes("version")
def accept_agreement() -> ResponseReturnValue:
    """Accept the agreement that was shown."""
    joining.accept_agreement(signed_in_user(), request.form.get("version", ""), reader_language())
    flash(_("Thank you. The agreement holds from now on."), "success")
    return _to_own_page()


@takes()
def leave() -> ResponseReturnValue:
    """Stop being a superuser, decline an invitation, or take an application back."""
    staying.leave(signed_in_user())
    flash(_("Done. You are welcome to come back at any time."), "success")
    return _to_own_page()


add_deletion(blueprint, "/account/superuser", leave)


def _to_own_page() -> ResponseReturnValue:
    return redirect(url_for("superusers.show_own"), 303)


@blueprint.get("/admin/superusers")
def list_memberships() -> ResponseReturnValue:
    """Show staff all applications, invitations, superusers and reviews."""
    return _render_list({})


def _render_list(errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    viewer, now = current_viewer(), clock.now()
    active = list_rows(viewer, ACTIVE)
    page = render_template(
        "superusers/index.html",
        applied=list_rows(viewer, APPLIED),
        invited=list_rows(viewer, INVITED),
        due=[row for row in active if row.membership.is_review_due(now)],
        active=active,
        former=list_former(viewer),
        silent=list_silent_helpers(viewer),
        concentration=get_concentration(viewer),
        version=IN_FORCE,
        errors=errors,
        typed=request.form,
        note_chars=NOTE_MAX_CHARS,
        state_words=state_words,
    )
    return page, status


@blueprint.post("/admin/superusers")
@takes("person", "note")
@recently_verified
def create_invitation() -> ResponseReturnValue:
    """Invite a member, named by display name."""
    viewer, form = current_viewer(), request.form
    require(policies.can_invite(viewer))
    user = find_member(viewer, form.get("person", "")[:255])
    if user is None:
        return _render_list({"person": _("Nobody has this name.")}, 422)
    try:
        membership = joining.invite(viewer, user, form.get("note", ""))
    except Invalid as refusal:
        return _render_list(refusal.errors, 422)
    flash(_("%(name)s is invited.", name=user.display_name), "success")
    return _to_membership(membership.id)


@blueprint.get("/admin/superusers/<int:membership_id>")
def show_membership(membership_id: int) -> ResponseReturnValue:
    """Show staff one membership with its history."""
    return _render_membership(get_row(current_viewer(), membership_id), {})


def _render_membership(
    row: Row, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    viewer, membership, now = current_viewer(), row.membership, clock.now()
    page = render_template(
        "superusers/membership.html",
        membership=membership,
        person=row.person,
        history=list_history(viewer, membership.user_id),
        may_decide=membership.state == APPLIED and policies.can_decide(viewer, membership),
        may_set_tier=membership.is_active and policies.can_set_tier(viewer, membership),
        may_review=membership.is_review_open(now) and policies.can_review(viewer, membership),
        may_end=membership.state in (INVITED, ACTIVE) and policies.can_end(viewer, membership),
        errors=errors,
        typed=request.form,
        note_chars=NOTE_MAX_CHARS,
        state_words=state_words,
        origin_words=origin_words,
        deed_words=deed_words,
        tools_of=tools_of,
    )
    return page, status


@blueprint.post("/admin/superusers/<int:membership_id>/decision")
@takes("answer", "reason")
@recently_verified
def decide(membership_id: int) -> ResponseReturnValue:
    """Approve an application, or turn it down with a reason."""
    viewer, row = current_viewer(), get_row(current_viewer(), membership_id)
    if request.form.get("answer") == "approve":
        joining.approve(viewer, row.membership)
        flash(_("The application is approved; the agreement is on its way."), "success")
        return _to_membership(membership_id)
    try:
        joining.reject(viewer, row.membership, request.form.get("reason", ""))
    except Invalid as refusal:
        return _render_membership(row, refusal.errors, 422)
    flash(_("The application is turned down."), "success")
    return _to_membership(membership_id)


@blueprint.post("/admin/superusers/<int:membership_id>/tier")
@takes("tier")
@recently_verified
def change_tier(membership_id: int) -> ResponseReturnValue:
    """Give a superuser the tools of a tier."""
    row = get_row(current_viewer(), membership_id)
    tier = request.form.get("tier", type=int) or 0
    try:
        staying.set_tier(current_viewer(), row.membership, tier)
    except Invalid as refusal:
        return _render_membership(row, refusal.errors, 422)
    flash(_("The tier is changed."), "success")
    return _to_membership(membership_id)


@blueprint.post("/admin/superusers/<int:membership_id>/review")
@takes()
@recently_verified
def extend_membership(membership_id: int) -> ResponseReturnValue:
    """Go on for another half year."""
    staying.extend(current_viewer(), get_row(current_viewer(), membership_id).membership)
    flash(_("The review is done."), "success")
    return _to_membership(membership_id)


@takes("reason")
@recently_verified
def end_membership(membership_id: int) -> ResponseReturnValue:
    """End a membership, or take an invitation back."""
    row = get_row(current_viewer(), membership_id)
    try:
        staying.end(current_viewer(), row.membership, request.form.get("reason", ""))
    except Invalid as refusal:
        return _render_membership(row, refusal.errors, 422)
    flash(_("It is ended, and the member is told why."), "success")
    return _to_membership(membership_id)


add_deletion(blueprint, "/admin/superusers/<int:membership_id>", end_membership)


def _to_membership(membership_id: int) -> ResponseReturnValue:
    return redirect(url_for("superusers.show_membership", membership_id=membership_id), 303)
