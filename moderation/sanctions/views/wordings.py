"""How measures are told, for administrators: all of them, and one to be worded and previewed."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.authz import require
from community.core.errors import Invalid, NotFound
from community.core.forms import takes
from community.core.i18n import LANGUAGES
from community.core.web import add_resource, current_viewer
from community.identity.signing_in import recently_verified, signed_in_user
from moderation.sanctions.models import MEASURES
from moderation.sanctions.operations.wordings import check_wording, reset_wording, save_wording
from moderation.sanctions.policies import can_change_wordings
from moderation.sanctions.queries.texts import (
    example_draft,
    list_wordings,
    wording_keys,
    wording_of,
)
from moderation.sanctions.views.blueprint import sanctions
from moderation.sanctions.wording import MEASURE_WORDS, VARIABLES, compose

LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


@sanctions.get("/moderation/wordings")
def list_texts() -> str:
    """List how each measure is told in each language."""
    require(can_change_wordings(current_viewer()))
    return render_template(
        "sanctions/wordings.html",
        keys=wording_keys(),
        own=list_wordings(),
        measures=MEASURE_WORDS,
        languages=LANGUAGE_NAMES,
    )


@sanctions.get("/moderation/wordings/<measure>/<language>")
def show_text(measure: str, language: str) -> ResponseReturnValue:
    """Show how a measure is told, with a form to change it."""
    require(can_change_wordings(current_viewer()))
    _refuse_unknown(measure, language)
    return _render(measure, language, wording_of(measure, language))


def _refuse_unknown(measure: str, language: str) -> None:
    if measure not in MEASURES or language not in LANGUAGES:
        raise NotFound()


def _render(
    measure: str,
    language: str,
    text: str,
    *,
    errors: Mapping[str, object] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    shown = [] if errors else compose(example_draft(measure), text, language).split("\n\n")
    page = render_template(
        "sanctions/wording.html",
        measure=measure,
        measures=MEASURE_WORDS,
        language=language,
        languages=LANGUAGE_NAMES,
        text=text,
        is_own=(measure, language) in list_wordings(),
        variables=VARIABLES,
        paragraphs=shown,
        errors=errors or {},
    )
    return page, status


@takes("text", "preview")
@recently_verified
def save_text(measure: str, language: str) -> ResponseReturnValue:
    """Save a wording, or show first how a member would read it."""
    actor, typed = signed_in_user(), request.form.get("text", "")
    require(can_change_wordings(actor))
    _refuse_unknown(measure, language)
    try:
        if "preview" in request.form:
            return _render(measure, language, check_wording(measure, language, typed))
        save_wording(actor, measure, language, typed)
    except Invalid as refusal:
        return _render(measure, language, typed, errors=refusal.errors, status=422)
    flash(_("Saved. What was told already stays as it was."), "success")
    return redirect(url_for("sanctions.list_texts"), 303)


@takes()
@recently_verified
def reset_text(measure: str, language: str) -> ResponseReturnValue:
    """Go back to the words the product brings."""
    require(can_change_wordings(current_viewer()))
    _refuse_unknown(measure, language)
    reset_wording(signed_in_user(), measure, language)
    flash(_("The wording is the original one again."), "success")
    return redirect(url_for("sanctions.list_texts"), 303)


add_resource(
    sanctions,
    "/moderation/wordings/<measure>/<language>",
    create=save_text,
    delete=reset_text,
)
