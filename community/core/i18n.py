"""Languages: which one a reader gets, and how instants are written in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, get_timezone
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_translations, refresh

from community.core import clock

LANGUAGES = ("de", "en")
TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"

REMEMBERED_INSTANTS = 20_000

babel = Babel()


def init_app(app: Flask, default_language: str, default_time_zone: str) -> None:
    """Set up translations and the template filters for instants."""
    app.config["BABEL_DEFAULT_LOCALE"] = default_language
    app.config["BABEL_DEFAULT_TIMEZONE"] = default_time_zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    babel.init_app(app, locale_selector=reader_language, timezone_selector=reader_time_zone)
    app.jinja_env.filters.update(ago=ago, instant=instant, iso=iso, day=day, number=number)


def reader_language() -> str:
    """Return the reader's language: preference, then the cookie, then the browser."""
    if not has_request_context():
        return str(g.get("language") or _default_language())
    if "language" not in g:
        g.language = _preferred_language()
    return str(g.language)


def _preferred_language() -> str:
    viewer = g.get("viewer")
    chosen = getattr(viewer, "language", None) or request.cookies.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or _default_language()


def _default_language() -> str:
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write in this language for a while: a mail to somebody else than who makes the request."""
    before = g.get("language")
    g.language = language
    refresh()
    try:
        yield
    finally:
        g.pop("language")
        if before is not None:
            g.language = before
        refresh()


def reader_time_zone() -> str:
    """Return the IANA name of the reader's time zone."""
    viewer = g.get("viewer") if has_request_context() else None
    return getattr(viewer, "time_zone", None) or str(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def iso(moment: datetime) -> str:
    """Return an instant for ``<time datetime>`` and feeds, to the second."""
    return moment.isoformat(timespec="seconds")


def instant(moment: datetime) -> str:
    """Return an instant in full, in the reader's language and time zone."""
    return _format_instant(moment, reader_time_zone(), reader_language())


# A page shows a hundred instants, and the same ones to every reader.
@lru_cache(maxsize=REMEMBERED_INSTANTS)
def _format_instant(moment: datetime, time_zone: str, language: str) -> str:
    return str(format_datetime(moment, "medium", tzinfo=get_timezone(time_zone), locale=language))


def day(moment: datetime, form: str = "medium") -> str:
    """Return the date of an instant; ``form`` is a CLDR name or pattern such as ``MMMM y``."""
    local = moment.astimezone(get_timezone(reader_time_zone()))
    return format_date(local, form, locale=reader_language())


def number(value: int) -> str:
    """Return a whole number with the reader's thousands separator."""
    return f"{value:,}".replace(",", "." if reader_language() == "de" else ",")


def ago(moment: datetime) -> str:
    """Return an instant in relative words, or its date when it is over a week old."""
    age = clock.now() - moment
    seconds = age.total_seconds()
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        minutes = int(seconds // 60)
        return ngettext("%(num)s min ago", "%(num)s min ago", minutes)
    if seconds < 86_400:
        hours = int(seconds // 3600)
        return ngettext("%(num)s h ago", "%(num)s h ago", hours)
    if age < timedelta(days=2):
        return gettext("yesterday")
    if age < timedelta(days=8):
        return ngettext("%(num)s day ago", "%(num)s days ago", age.days)
    return day(moment)


def gettext(message: str, **variables: Any) -> str:
    """Return a message in the reader's language; templates know it as ``_``.

    Flask-Babel's own asks for locale and domain anew each time, which a page with two hundred
    words feels.
    """
    text = str(message_catalogue().gettext(message))
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """Return the form of a message that fits a number; templates know it as ``ngettext``."""
    text = str(message_catalogue().ngettext(singular, plural, num))
    return text % {"num": num, **variables}


def message_catalogue() -> Any:
    """Return the reader's gettext catalogue, kept as long as the language stays."""
    language = reader_language()
    if g.get("catalogue_language") != language:
        g.catalogue_language, g.catalogue = language, get_translations()
    return g.catalogue
