"""Whose texts wait on a board, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from moderation.held.models import EVERYBODY, NEWCOMERS, NOBODY

HELD_WORDS: dict[str, LazyString] = {
    NOBODY: _l("Only first posts"),
    NEWCOMERS: _l("What new members write"),
    EVERYBODY: _l("Everything"),
}
HELD_CHOICES = (
    (NOBODY, HELD_WORDS[NOBODY], _l("And what the checks of texts find")),
    (
        NEWCOMERS,
        HELD_WORDS[NEWCOMERS],
        _l("Until they have published three posts, or an answer of theirs was accepted"),
    ),
    (EVERYBODY, HELD_WORDS[EVERYBODY], _l("Only the team publishes at once")),
)
