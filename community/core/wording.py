"""Words, numbers and instants for one reader, quick enough for a page that prints hundreds.

Flask-Babel finds language and catalogue anew for every word; here they are found once a request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from community.core import clock

MINUTE, HOUR, DAY = 60, 3600, 86_400
# A community in Europe: the day before the month.
DATE_LOCALES = {"en": "en_GB"}


class Wording:
    """One language and time zone. Instances are shared; see ``wording_for``."""

    def __init__(self, language: str, time_zone: str, catalogue: NullTranslations) -> None:
        self.language = language
        self.zone = ZoneInfo(time_zone)
        self.gettext = catalogue.ugettext
        self.ngettext = catalogue.ungettext

    def instant(self, moment: datetime) -> str:
        """Return date and time to the minute."""
        local = moment.astimezone(self.zone)
        return f"{date_words(self.language, local.date(), 'medium')}, {local:%H:%M}"

    def day(self, moment: datetime, form: str = "medium") -> str:
        """Return the date; ``form`` is a CLDR name or pattern such as ``MMMM y``."""
        return date_words(self.language, moment.astimezone(self.zone).date(), form)

    def ago(self, moment: datetime) -> str:
        """Return relative words, or the date when the instant is over a week old."""
        seconds = (clock.now() - moment).total_seconds()
        if seconds < MINUTE:
            return self.gettext("just now")
        if seconds < HOUR:
            return self._count("%(num)s min ago", "%(num)s min ago", seconds // MINUTE)
        if seconds < DAY:
            return self._count("%(num)s h ago", "%(num)s h ago", seconds // HOUR)
        if seconds < 2 * DAY:
            return self.gettext("yesterday")
        if seconds < 8 * DAY:
            return self._count("%(num)s day ago", "%(num)s days ago", seconds // DAY)
        return self.day(moment)

    def wait(self, seconds: int) -> str:
        """Return "in 20 seconds", "in 5 minutes" or "in 3 hours"; never less than it takes."""
        if seconds < 100:
            return self._count("in %(num)s second", "in %(num)s seconds", max(1, seconds))
        if seconds < 100 * MINUTE:
            return self._count("in %(num)s minute", "in %(num)s minutes", ceil(seconds / MINUTE))
        return self._count("in %(num)s hour", "in %(num)s hours", ceil(seconds / HOUR))

    def _count(self, one: str, many: str, number: float) -> str:
        whole = int(number)
        return self.ngettext(one, many, whole) % {"num": whole}

    def number(self, value: int) -> str:
        """Return a whole number with the language's thousands separator."""
        return f"{value:,}".replace(",", "." if self.language == "de" else ",")


@lru_cache(maxsize=4096)
def date_words(language: str, day: date, form: str) -> str:
    """Return a date in words; remembered, because Babel takes its time over each."""
    return format_date(day, form, locale=DATE_LOCALES.get(language, language))


@lru_cache(maxsize=512)
def wording_for(language: str, time_zone: str, folder: str) -> Wording:
    """Return the wording of a language and time zone, the catalogue read once."""
    return Wording(language, time_zone, _catalogue(language, folder))


@lru_cache
def _catalogue(language: str, folder: str) -> NullTranslations:
    return Translations.load(folder, [language])


_current: ContextVar[Wording | None] = ContextVar("wording", default=None)


def set_wording(wording: Wording | None) -> None:
    """Choose the wording of the present context; None means: find out when first needed."""
    _current.set(wording)


def present_wording() -> Wording:
    """Return the present reader's wording."""
    wording = _current.get()
    if wording is None:
        from community.core.i18n import find_wording

        wording = find_wording()
        _current.set(wording)
    return wording


@contextmanager
def spoken(wording: Wording) -> Iterator[None]:
    """Use this wording for a while (see ``i18n.speaking``)."""
    token = _current.set(wording)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str, **values: Any) -> str:
    """Translate; for templates, where it replaces Flask-Babel's."""
    text = present_wording().gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """Translate what is counted; ``num`` may be used in the text, as the reader writes numbers."""
    wording = present_wording()
    return wording.ngettext(one, many, num) % {"num": wording.number(num), **values}


def ago(moment: datetime) -> str:
    """Return an instant in relative words."""
    return present_wording().ago(moment)


def wait_words(seconds: int) -> str:
    """Return how long to wait, as "in 20 seconds"."""
    return present_wording().wait(seconds)


def instant(moment: datetime) -> str:
    """Return an instant in full."""
    return present_wording().instant(moment)


def day(moment: datetime, form: str = "medium") -> str:
    """Return the date of an instant."""
    return present_wording().day(moment, form)


def number(value: int) -> str:
    """Return a whole number as the reader writes it."""
    return present_wording().number(value)


def iso(moment: datetime) -> str:
    """Return an instant for ``<time datetime>`` and feeds, to the second."""
    return moment.isoformat(timespec="seconds")
