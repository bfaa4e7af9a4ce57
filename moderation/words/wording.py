"""What becomes of texts with watched words, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from moderation.words.models import BLOCK, FLAG, HOLD, REPLACE, TAG

ACTION_WORDS: dict[str, LazyString] = {
    BLOCK: _l("Refuse the text"),
    HOLD: _l("Hold it for a moderator"),
    REPLACE: _l("Replace the word"),
    TAG: _l("Tag the question"),
    FLAG: _l("Report it to the moderators"),
}
ACTION_HINTS: dict[str, LazyString] = {
    BLOCK: _l("Its author reads which word it was. It holds for everybody."),
    HOLD: _l("Nobody sees it until a moderator has decided."),
    REPLACE: _l("The text goes out with other words."),
    TAG: _l("The question goes out with one tag more."),
    FLAG: _l("The text goes out, and a moderator looks at it."),
}
