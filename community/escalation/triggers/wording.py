"""What askers are told, in words."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.wording import present_wording
from community.escalation.sla.wording import span_words
from community.escalation.triggers.models import ANY_HOUR, AnswerWait


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


# What a case's state means to everybody who waits; "next" is said beside it.
STATE_WORDS: dict[str, LazyString] = {
    "new": _l("The support team has it and will look at it next."),
    "open": _l("The support team is working on it."),
    "pending": _l("The support team has asked the asker something and waits for the reply."),
    "on_hold": _l("The support team waits for somebody outside."),
    "returned": _l("The support team has asked everybody here to help, and keeps an eye on it."),
}


def clock_words(moment: datetime) -> str:
    """Return the time of day in the reader's zone; with its date, unless that is today."""
    wording = present_wording()
    local = moment.astimezone(wording.zone)
    if local.date() == clock.now().astimezone(wording.zone).date():
        return f"{local:%H:%M}"
    return wording.instant(moment)


# What raises an alarm.
ALARM_WORDS: dict[str, LazyString] = {
    "danger": _l("Danger"),
    "data_leak": _l("Data leak"),
    "leaving": _l("Leaving"),
}


def missed_words(due_at: datetime | None) -> str:
    """Return what happens where nobody answers until then; nothing where nothing does."""
    if due_at is None:
        return ""
    when = clock_words(due_at)
    return _("If nobody has answered by %(when)s, the support team takes over.", when=when)
