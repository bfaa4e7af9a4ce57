"""Languages: which one a reader gets. How it is written then stands in ``core.wording``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, refresh

from community.core import wording
from community.core.wording import Wording, ago, day, instant, iso, number

__all__ = ["LANGUAGES", "ago", "day", "instant", "iso", "number", "reader_language", "speaking"]

LANGUAGES = ("de", "en")
TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"

babel = Babel()


def init_app(app: Flask, default_language: str, default_time_zone: str) -> None:
    """Set up translations and what templates use of them."""
    app.config["BABEL_DEFAULT_LOCALE"] = default_language
    app.config["BABEL_DEFAULT_TIMEZONE"] = default_time_zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    babel.init_app(app, locale_selector=reader_language, timezone_selector=reader_time_zone)
    app.before_request(forget_reader)
    app.jinja_env.filters.update(ago=ago, instant=instant, iso=iso, day=day, number=number)
    app.jinja_env.globals.update(
        _=wording.gettext, gettext=wording.gettext, ngettext=wording.ngettext
    )


def forget_reader() -> None:
    """Find the reader's language anew: a request begins, or the choice has changed."""
    g.pop("language", None)
    wording.set_wording(None)
    refresh()


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
    return _language_of_browser() or _default_language()


def _language_of_browser() -> str | None:
    # Werkzeug's best match prefers a later "en" to an earlier "de-CH".
    for wanted, quality in request.accept_languages:
        language = wanted.partition("-")[0].lower()
        if quality and language in LANGUAGES:
            return language
    return None


def _default_language() -> str:
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])


def reader_time_zone() -> str:
    """Return the IANA name of the reader's time zone."""
    viewer = g.get("viewer") if has_request_context() else None
    return getattr(viewer, "time_zone", None) or str(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def find_wording() -> Wording:
    """Return the wording of whoever reads the present page."""
    return wording.wording_for(reader_language(), reader_time_zone(), str(TRANSLATIONS))


@contextmanager
def speaking(language: str, time_zone: str | None = None) -> Iterator[None]:
    """Write for somebody else for a while: mails are in their reader's language and zone."""
    zone = time_zone or str(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    before = g.get("language")
    g.language = language
    try:
        with (
            force_locale(language),
            wording.spoken(wording.wording_for(language, zone, str(TRANSLATIONS))),
        ):
            yield
    finally:
        g.pop("language")
        if before is not None:
            g.language = before
