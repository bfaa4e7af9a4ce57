"""How long a case has waited, in words and as a tone: never by colour alone. Pure.

Source: product rules 2.4 (moderators are told at 24 h).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

SOON = timedelta(hours=8)
OVERDUE = timedelta(hours=24)
MINUTES_A_HOUR = 60


class Age(NamedTuple):
    """An age: how long in words, the tone of its colour, and what that colour means."""

    words: str
    tone: str
    meaning: str


def age_of(opened_at: datetime, now: datetime) -> Age:
    """Return the age of a case that waits, in the reader's language."""
    waited = now - opened_at
    if waited >= OVERDUE:
        return Age(_words(waited), "danger", _("overdue"))
    if waited >= SOON:
        return Age(_words(waited), "warn", _("soon due"))
    return Age(_words(waited), "", "")


def _words(waited: timedelta) -> str:
    minutes = max(0, int(waited.total_seconds() // 60))
    if minutes < MINUTES_A_HOUR:
        return _("%(num)s min", num=minutes)
    if waited < 2 * OVERDUE:
        return _("%(num)s h", num=minutes // MINUTES_A_HOUR)
    return str(ngettext("%(num)s day", "%(num)s days", waited.days))
