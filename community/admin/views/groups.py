"""Groups and who belongs to them."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.admin.queries import find_user, get_group, list_groups, list_members
from community.admin.views.blueprint import administration
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.web import add_deletion, add_resource, current_viewer
from community.identity.models import Group
from community.identity.operations import groups
from community.identity.signing_in import recently_verified

NAME_FIELDS = tuple(f"name_{code}" for code in LANGUAGES)


@administration.get("/admin/groups")
def show_groups() -> ResponseReturnValue:
    """List all groups, with a form for a new one."""
    return _render_groups({})


def _render_groups(errors: Mapping[str, object], status: int = 200) -> ResponseReturnValue:
    rows = list_groups(current_viewer())
    return render_template(
        "admin/groups.html", rows=rows, errors=errors, typed=request.form
    ), status


@administration.post("/admin/groups")
@takes("slug", *NAME_FIELDS)
@recently_verified
def make_group() -> ResponseReturnValue:
    """Make a group."""
    try:
        group = groups.make_group(current_viewer(), request.form.get("slug", ""), _names())
    except Invalid as refusal:
        return _render_groups(refusal.errors, 422)
    flash(_("The group is made. Now say who belongs to it."), "success")
    return _back_to(group.id)


@administration.get("/admin/groups/<int:group_id>")
def show_group(group_id: int) -> ResponseReturnValue:
    """Show a group with its members."""
    return _render_group(get_group(current_viewer(), group_id), {})


def _render_group(
    group: Group, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "admin/group.html",
        group=group,
        members=list_members(current_viewer(), group),
        errors=errors,
        typed=request.form,
    )
    return page, status


@takes(*NAME_FIELDS)
@recently_verified
def rename_group(group_id: int) -> ResponseReturnValue:
    """Give a group other names."""
    group = get_group(current_viewer(), group_id)
    try:
        groups.rename_group(current_viewer(), group, _names())
    except Invalid as refusal:
        return _render_group(group, refusal.errors, 422)
    flash(_("The group is renamed."), "success")
    return _back_to(group_id)


@takes()
@recently_verified
def delete_group(group_id: int) -> ResponseReturnValue:
    """Delete a group."""
    groups.delete_group(current_viewer(), get_group(current_viewer(), group_id))
    flash(_("The group is deleted."), "success")
    return redirect(url_for("administration.show_groups"), 303)


add_resource(
    administration, "/admin/groups/<int:group_id>", create=rename_group, delete=delete_group
)


@administration.post("/admin/groups/<int:group_id>/members")
@takes("person")
@recently_verified
def add_member(group_id: int) -> ResponseReturnValue:
    """Let somebody, named by display name or e-mail address, belong to a group."""
    group = get_group(current_viewer(), group_id)
    user = find_user(current_viewer(), request.form.get("person", "")[:255])
    if user is None:
        nobody = {"person": _("Nobody has this name or e-mail address.")}
        return _render_group(group, nobody, 422)
    groups.add_member(current_viewer(), group, user)
    flash(_("%(name)s belongs to the group.", name=user.display_name), "success")
    return _back_to(group_id)


@takes()
@recently_verified
def remove_member(group_id: int, user_id: int) -> ResponseReturnValue:
    """Let somebody belong to a group no longer."""
    groups.remove_member(current_viewer(), get_group(current_viewer(), group_id), user_id)
    flash(_("That person belongs to the group no longer."), "success")
    return _back_to(group_id)


add_deletion(administration, "/admin/groups/<int:group_id>/members/<int:user_id>", remove_member)


def _names() -> dict[str, str]:
    return {code: request.form.get(f"name_{code}", "") for code in LANGUAGES}


def _back_to(group_id: int) -> ResponseReturnValue:
    return redirect(url_for("administration.show_group", group_id=group_id), 303)
