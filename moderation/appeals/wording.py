"""What became of an appeal, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

APPEAL_WORDS: dict[str, LazyString] = {
    "opened": _l("Your appeal is being looked at"),
    "upheld": _l("Appeal answered: the decision stands"),
    "overturned": _l("Appeal answered: the decision was taken back"),
}
OUTCOME_WORDS: dict[str, LazyString] = {
    "opened": _l("Not decided yet"),
    "upheld": _l("The decision stood"),
    "overturned": _l("The decision was taken back"),
}
