"""What askers are told, in words."""

from math import ceil

from flask_babel import gettext as _
from flask_babel import ngettext

from community.escalation.triggers.models import ANY_HOUR, AnswerWait

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60


def span_words(minutes: int) -> str:
    """Return a span in words, rounded up: promised is never less than was measured."""
    if minutes < 2 * HOUR_MINUTES:
        rounded = max(5, ceil(minutes / 5) * 5)
        return ngettext("%(num)s minute", "%(num)s minutes", rounded)
    if minutes < 2 * DAY_MINUTES:
        return ngettext("%(num)s hour", "%(num)s hours", ceil(minutes / HOUR_MINUTES))
    return ngettext("%(num)s day", "%(num)s days", ceil(minutes / DAY_MINUTES))


def wait_words(wait: AnswerWait | None) -> str:
    """Return how long an asker can expect to wait for a first answer."""
    if wait is None:
        return _("Too few questions were asked here lately to say how fast answers come.")
    if wait.median_minutes is None:
        return _("Fewer than half of the questions here were answered by other members lately.")
    half = span_words(wait.median_minutes)
    if wait.most_minutes is None:
        if wait.hour == ANY_HOUR:
            return _(
                "Half of the questions here have a first answer within %(half)s; some wait long.",
                half=half,
            )
        return _(
            "Half of the questions asked here at this hour have a first answer within %(half)s;"
            " some wait long.",
            half=half,
        )
    most = span_words(wait.most_minutes)
    if wait.hour == ANY_HOUR:
        return _(
            "Half of the questions here have a first answer within %(half)s, nine of ten within"
            " %(most)s.",
            half=half,
            most=most,
        )
    return _(
        "Half of the questions asked here at this hour have a first answer within %(half)s, nine of"
        " ten within %(most)s.",
        half=half,
        most=most,
    )
