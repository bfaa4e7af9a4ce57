"""What became of a text that a customer was asked about."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ANSWER_WORDS: dict[str, LazyString] = {
    "": _l("Waits for the customer"),
    "agreed": _l("The customer agreed"),
    "declined": _l("The customer declined"),
    "withdrawn": _l("Withdrawn"),
}
WAY_WORDS: dict[str, LazyString] = {
    "": _l("not answered"),
    "link": _l("by the link of the mail"),
    "page": _l("signed in, on the page of the case"),
}
