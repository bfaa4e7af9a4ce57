"""What may be found in a text before it is published, in words for its author and for its judge."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.posts.screening import BROKEN

REASONS: dict[str, LazyString] = {
    "first_post": _l("It is among the first texts of a new member."),
    "typed_fast": _l("It was sent within seconds, as programs do."),
    "links": _l("It links to more places than new members may name."),
    "media": _l("It shows more pictures than new members may show."),
    "mentions": _l("It names more people than new members may name."),
    "board": _l("On this board a moderator sees everything first."),
    "board_newcomers": _l("On this board a moderator sees what new members write first."),
    "word": _l("It holds a word that a moderator looks at."),
    "spam": _l("It looks like advertising to our filter."),
    BROKEN: _l("One of our checks did not work, so a person looks at it."),
}


def reason_of(code: str) -> LazyString | str:
    """Return what was found, in the reader's language; its code where nobody said."""
    return REASONS.get(code, code)
