"""What trust levels are called."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

WORDS: tuple[LazyString, ...] = (
    _l("new here"),
    _l("known"),
    _l("trusted"),
    _l("trusted for long"),
    _l("superuser"),
)


def level_words(level: int) -> LazyString:
    """Return what a trust level is called, in the reader's language."""
    return WORDS[level]
