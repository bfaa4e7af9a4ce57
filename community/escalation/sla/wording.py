"""What clocks and what happens to them are called."""

from collections.abc import Sequence
from math import ceil

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.escalation.sla.timing import MeasuredWait

MINUTES_AN_HOUR = 60
HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60

KIND_WORDS: dict[str, LazyString] = {
    "first": _l("First answer"),
    "next": _l("Next answer"),
    "resolution": _l("Solution"),
}
PRIORITY_WORDS: dict[str, LazyString] = {
    "urgent": _l("urgent"),
    "high": _l("high"),
    "normal": _l("normal"),
    "low": _l("low"),
}
CHANNEL_WORDS: dict[str, LazyString] = {
    "question": _l("Question in the community"),
    "mail": _l("Mail"),
    "form": _l("Form"),
}
# A tone (never by colour alone: the words say the same), by state.
TONES = {
    "running": "",
    "paused": "",
    "warned": "warn",
    "met": "good",
    "breached": "danger",
    "cancelled": "",
}
STATE_WORDS: dict[str, LazyString] = {
    "running": _l("running"),
    "paused": _l("paused"),
    "warned": _l("due soon"),
    "met": _l("in time"),
    "breached": _l("missed"),
    "cancelled": _l("not owed any more"),
}
EVENT_WORDS: dict[str, LazyString] = {
    "started": _l("started"),
    "paused": _l("paused"),
    "resumed": _l("runs on"),
    "restarted": _l("started anew"),
    "reopened": _l("runs on, for the case is open again"),
    "recomputed": _l("reckoned anew"),
    "warned": _l("80 % of the time is over"),
    "breached": _l("deadline missed"),
    "climbed": _l("still missed, told on"),
    "met": _l("came in time"),
    "late": _l("came late"),
    "cancelled": _l("not owed any more"),
}
REASON_WORDS: dict[str, LazyString] = {
    "priority": _l("another priority"),
    "team": _l("another team"),
    "board": _l("another board"),
    "policy": _l("another SLA policy"),
    "calendar": _l("other office hours"),
    "message": _l("a new message of the customer"),
    "reply": _l("the team replied"),
    "customer": _l("waiting for the customer"),
    "third_party": _l("waiting for somebody else"),
    "unpromised": _l("no longer promised"),
    "solved": _l("solved"),
    "answered": _l("answered"),
    "fixed": _l("fixed"),
    "workaround": _l("a way round it"),
    "not_possible": _l("not possible"),
    "no_reply": _l("no reply any more"),
    "answered_by_peers": _l("answered by the community"),
    "merged": _l("merged"),
    "spam": _l("spam"),
    "closed": _l("closed"),
}
STEP_WORDS: dict[int, LazyString] = {
    1: _l("whoever has the case was told"),
    2: _l("the team's lead was told"),
    3: _l("the alarm went out"),
}


def reason_words(reason: str) -> str:
    """Return codes of reasons in words, or what somebody typed as it is."""
    codes = reason.split(" ")
    if not all(code in REASON_WORDS for code in codes):
        return reason
    return ", ".join(str(REASON_WORDS[code]) for code in codes)


def minutes_words(minutes: int) -> str:
    """Return business minutes in words: 90 min, 8 h."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    if rest:
        return _("%(num)s min", num=minutes)
    return _("%(num)s h", num=hours)


def span_words(minutes: int) -> str:
    """Return a span in words, rounded up: promised is never less than was measured."""
    if minutes < 2 * HOUR_MINUTES:
        rounded = max(5, ceil(minutes / 5) * 5)
        return ngettext("%(num)s minute", "%(num)s minutes", rounded)
    if minutes < 2 * DAY_MINUTES:
        return ngettext("%(num)s hour", "%(num)s hours", ceil(minutes / HOUR_MINUTES))
    return ngettext("%(num)s day", "%(num)s days", ceil(minutes / DAY_MINUTES))


def measured_words(measured: MeasuredWait | None) -> str:
    """Return how long others lately waited for the team's first answer; "" where nothing says."""
    if measured is None or measured.median_minutes is None:
        return ""
    half = span_words(measured.median_minutes)
    if measured.most_minutes is None:
        return _("Half of what came in this way lately was answered within %(half)s.", half=half)
    most = span_words(measured.most_minutes)
    return _(
        "Half of what came in this way lately was answered within %(half)s, nine of ten within "
        "%(most)s.",
        half=half,
        most=most,
    )


def event_words(what: str, reason: str, step: int) -> str:
    """Return what happened to a clock in one phrase."""
    parts: Sequence[object] = (
        EVENT_WORDS.get(what, what),
        reason_words(reason),
        STEP_WORDS.get(step, "") if what in ("breached", "climbed") else "",
    )
    return ": ".join(str(part) for part in parts if part)


def alarm_subject(number: str) -> str:
    """Return the subject of the mail that tells of a case nobody has looked after."""
    return _("Case %(number)s: a deadline was missed", number=number)
