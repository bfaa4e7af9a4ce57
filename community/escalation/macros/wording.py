"""What macros propose, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.escalation.sla.wording import PRIORITY_WORDS

STATE_WORDS: dict[str, LazyString] = {
    "": _l("Nothing"),
    "open": _l("Stay open"),
    "pending": _l("Wait for the customer"),
    "solved": _l("Solve"),
}
PRIORITY_CHOICES: dict[str, LazyString] = {"": _l("Nothing"), **PRIORITY_WORDS}
OWNER_WORDS: dict[str, LazyString] = {"": _l("Nothing"), "me": _l("Whoever uses it")}
VARIABLE_WORDS: dict[str, LazyString] = {
    "customer": _l("the customer’s name"),
    "agent": _l("your own name"),
    "question": _l("the question’s title"),
    "case": _l("the case’s number"),
    "site": _l("the name of this site"),
}
