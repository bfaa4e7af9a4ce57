"""What figures of the report are called."""

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.i18n import reader_language

GROUP_WORDS: dict[str, LazyString] = {
    "month": _l("Month"),
    "team": _l("Team"),
    "policy": _l("SLA policy"),
    "priority": _l("Priority"),
    "board": _l("Board"),
    "channel": _l("Channel"),
}
RESULT_WORDS: dict[str, LazyString] = {
    "met": _l("In time"),
    "missed": _l("Missed"),
    "open": _l("Still open"),
    "cancelled": _l("Not owed any more"),
    "decided": _l("In time or missed"),
    "all": _l("All"),
}
# A tone (never by colour alone: the words say the same), by what a clock came to.
RESULT_TONES = {"met": "good", "missed": "danger", "open": "", "cancelled": ""}


def share_words(tenths_of_percent: int | None) -> str:
    """Return a share as the reader's language writes it; a dash where nothing counts yet."""
    if tenths_of_percent is None:
        return "–"
    number = format_decimal(tenths_of_percent / 10, "0.#", locale=reader_language())
    return _("%(number)s %%", number=number)
