"""Badges: made, and changed in what they are called and take."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.admin.views.blueprint import administration
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.web import current_viewer
from community.identity.signing_in import recently_verified
from reputation.badges.badge_rules import MEASURES
from reputation.badges.models import Badge
from reputation.badges.operations.editing import ICONS, BadgeFacts, change_badge, make_badge
from reputation.badges.queries.holders import get_badge, list_badges
from reputation.badges.wording import MEASURE_LABELS

TEXT_FIELDS = tuple(f"{part}_{code}" for part in ("name", "description") for code in LANGUAGES)
NEED_FIELDS = tuple(f"needs_{name}" for name in MEASURES)
FIELDS = (*TEXT_FIELDS, *NEED_FIELDS, "icon", "repeatable", "enabled")


@administration.get("/admin/badges")
def show_admin_badges() -> str:
    """List all badges."""
    return render_template("admin/badges.html", badges=list_badges())


@administration.get("/admin/badges/new")
def new_badge() -> ResponseReturnValue:
    """Show the form for a badge."""
    return _render(None, {})


@administration.get("/admin/badges/<int:badge_id>")
def edit_badge(badge_id: int) -> ResponseReturnValue:
    """Show a badge, to be changed."""
    return _render(get_badge(badge_id), {})


def _render(
    badge: Badge | None, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "admin/badge.html",
        badge=badge,
        icons=ICONS,
        measures=MEASURE_LABELS,
        typed=request.form if errors else _facts_of(badge),
        errors=errors,
    )
    return page, status


def _facts_of(badge: Badge | None) -> dict[str, object]:
    if badge is None:
        return {"enabled": "1"}
    return {
        **{f"name_{code}": badge.names.get(code, "") for code in LANGUAGES},
        **{f"description_{code}": badge.descriptions.get(code, "") for code in LANGUAGES},
        **{f"needs_{name}": least for name, least in badge.needs.items()},
        "icon": badge.icon,
        "repeatable": badge.repeatable,
        "enabled": badge.enabled,
    }


@administration.post("/admin/badges")
@takes("key", *FIELDS)
@recently_verified
def create_badge() -> ResponseReturnValue:
    """Make a badge."""
    try:
        make_badge(current_viewer(), request.form.get("key", "").strip(), _typed())
    except Invalid as refusal:
        return _render(None, refusal.errors, 422)
    flash(_("The badge is made."), "success")
    return redirect(url_for("administration.show_admin_badges"), 303)


@administration.post("/admin/badges/<int:badge_id>")
@takes(*FIELDS)
@recently_verified
def save_badge(badge_id: int) -> ResponseReturnValue:
    """Change a badge; who holds it follows in the background."""
    badge = get_badge(badge_id)
    try:
        change_badge(current_viewer(), badge, _typed())
    except Invalid as refusal:
        return _render(badge, refusal.errors, 422)
    flash(_("Saved. Who holds it follows within minutes."), "success")
    return redirect(url_for("administration.show_admin_badges"), 303)


def _typed() -> BadgeFacts:
    form = request.form
    return BadgeFacts(
        names={code: form.get(f"name_{code}", "") for code in LANGUAGES},
        descriptions={code: form.get(f"description_{code}", "") for code in LANGUAGES},
        icon=form.get("icon", ""),
        needs={name: form.get(f"needs_{name}", "") for name in MEASURES},
        repeatable="repeatable" in form,
        enabled="enabled" in form,
    )
