"""Changing how measures are told: administrators alone, and what must be said stays said."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import count_changed, db
from community.core.errors import Invalid, NotFound
from community.core.i18n import LANGUAGES
from community.identity.models import User
from moderation.sanctions.models import MEASURES, WORDING_MAX_CHARS, SanctionWording
from moderation.sanctions.policies import can_change_wordings
from moderation.sanctions.wording import unknown_variables


class WordingInvalid(Invalid):
    """A wording is some text, and what stands in braces is known."""


def check_wording(measure: str, language: str, text: str) -> str:
    """Return a tidy wording; raises ``NotFound`` and ``WordingInvalid``."""
    if measure not in MEASURES or language not in LANGUAGES:
        raise NotFound()
    tidy = markup.clean_text(text).strip()
    if not 0 < len(tidy) <= WORDING_MAX_CHARS:
        raise WordingInvalid(errors={"text": _l("Write something, in up to 2,000 characters.")})
    if unknown_variables(tidy):
        message = _l("In braces only the variables below can stand.")
        raise WordingInvalid(errors={"text": message})
    return tidy


def save_wording(actor: User, measure: str, language: str, text: str) -> None:
    """Word a measure anew; the same again changes nothing. Statements that were told stay."""
    require(can_change_wordings(actor))
    tidy = check_wording(measure, language, text)
    row = db.session.get(SanctionWording, (measure, language))
    if row is not None and row.text == tidy:
        return
    if row is None:
        row = SanctionWording(measure=measure, language=language)
        db.session.add(row)
    row.text, row.changed_by_id, row.changed_at = tidy, actor.id, clock.now()
    db.session.flush()
    _record(actor, measure, language)


def reset_wording(actor: User, measure: str, language: str) -> None:
    """Go back to our own words."""
    require(can_change_wordings(actor))
    own = delete(SanctionWording).where(
        SanctionWording.measure == measure, SanctionWording.language == language
    )
    if count_changed(own):
        _record(actor, measure, language)


def _record(actor: User, measure: str, language: str) -> None:
    after = {"measure": measure, "language": language}
    record(actor, Action.WORDING_CHANGED, subject=("wording", None), after=after)
