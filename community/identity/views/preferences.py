"""What readers choose: language and appearance for everybody, the rest for members."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.forms import takes
from community.core.i18n import LANGUAGES, forget_reader, reader_language, reader_time_zone
from community.core.limits import limited
from community.core.settings import current_settings
from community.core.web import current_viewer, public
from community.identity.addresses import safe_next
from community.identity.forms import THEMES, PreferencesForm, time_zones
from community.identity.models import User
from community.identity.operations.preferences import Preferences, change_preferences
from community.identity.security import errors_of
from community.identity.signing_in import signed_in_user

COOKIE_DAYS = 365

blueprint = Blueprint("preferences", __name__)


@blueprint.route("/preferences", methods=["GET", "POST"])
def edit_preferences() -> ResponseReturnValue:
    """Show the member's preferences, or keep the changed ones."""
    user = signed_in_user()
    form = PreferencesForm(data=None if request.method == "POST" else _stored(user))
    if not form.validate_on_submit():
        page = render_template(
            "identity/preferences.html",
            form=form,
            errors=errors_of(form),
            time_zone_options=[(zone, zone.replace("_", " ")) for zone in time_zones()],
        )
        return page, 422 if form.errors else 200
    change_preferences(user, _chosen(form))
    forget_reader()
    flash(_("Your settings are saved."), "success")
    return _with_cookies(redirect("/preferences", 303), form.language.data, form.theme.data)


def _stored(user: User) -> dict[str, object]:
    return {
        "language": user.language or reader_language(),
        "reads_languages": [code for code in user.reads_languages.split(",") if code],
        "time_zone": user.time_zone or reader_time_zone(),
        "theme": user.theme,
        "shortcuts": user.shortcuts,
        "is_on_leaderboards": user.is_on_leaderboards,
        "bio": user.bio,
    }


def _chosen(form: PreferencesForm) -> Preferences:
    return {
        "language": form.language.data,
        "reads_languages": ",".join(sorted(set(form.reads_languages.data))),
        "time_zone": form.time_zone.data,
        "theme": form.theme.data,
        "shortcuts": form.shortcuts.data,
        "is_on_leaderboards": form.is_on_leaderboards.data,
        "bio": " ".join((form.bio.data or "").replace("\x00", "").split()),
    }


@blueprint.post("/language")
@public
@takes("language", "next")
@limited("writing")
def set_language() -> ResponseReturnValue:
    """Show the site in another language from now on."""
    language = request.form.get("language")
    if language in LANGUAGES:
        viewer = current_viewer()
        if isinstance(viewer, User):
            change_preferences(viewer, {"language": language})
        return _with_cookies(_back(), language, None)
    return _back()


@blueprint.post("/theme")
@public
@takes("theme", "next")
@limited("writing")
def set_theme() -> ResponseReturnValue:
    """Show the site light, dark, or as the device says."""
    theme = request.form.get("theme")
    if theme in THEMES:
        viewer = current_viewer()
        if isinstance(viewer, User):
            change_preferences(viewer, {"theme": theme})
        return _with_cookies(_back(), None, theme)
    return _back()


def _back() -> Response:
    response = redirect(safe_next(request.form.get("next")), 303)
    assert isinstance(response, Response)
    return response


def _with_cookies(response: object, language: str | None, theme: str | None) -> Response:
    assert isinstance(response, Response)
    for name, value in (("language", language), ("theme", theme)):
        if value is not None:
            response.set_cookie(
                name,
                value,
                max_age=COOKIE_DAYS * 86_400,
                samesite="Lax",
                secure=current_settings().uses_https,
                httponly=name == "language",
            )
    return response
