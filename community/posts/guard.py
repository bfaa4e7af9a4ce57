"""The guard before publishing: whoever is about to publish personal data is asked first.

A writer may vouch for what is harmless, such as a shop's telephone number; cards and account
numbers are never published. What stood in the text before an edit was looked at then.
Source: PRODUCT A5.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from community.core import markup
from community.core.patterns import compile_bounded
from community.core.settings import current_settings
from community.posts.errors import UnfitText
from community.posts.personal_data import Found, find_personal_data, mask

KINDS: dict[str, LazyString] = {
    "iban": _l("Account number (IBAN)"),
    "card": _l("Payment card"),
    "sim": _l("Number of a SIM card"),
    "imei": _l("Number of a device (IMEI)"),
    "customer_number": _l("Customer number"),
    "email": _l("E-mail address"),
    "phone": _l("Telephone number"),
}


class PersonalDataFound(UnfitText):
    """A text holds personal data; ``found`` says what, by field, and ``errors`` in words."""

    message = _l("There is something personal in your text. This page is for everybody.")

    def __init__(self, found: Mapping[str, Sequence[Found]]) -> None:
        words = {field: LazyString(_count_words, len(ones)) for field, ones in found.items()}
        super().__init__(errors=dict(words))
        self.found = found


def _count_words(number: int) -> str:
    return str(
        ngettext(
            "Here is something personal: please decide what becomes of it.",
            "Here are %(num)s personal things: please decide what becomes of them.",
            number,
        )
    )


def check_personal_data(
    texts: Mapping[str, str], *, vouched: Collection[str] = (), before: str = ""
) -> None:
    """Raise ``PersonalDataFound`` unless all that is found is harmless and vouched for.

    ``texts`` are the new ones by field, ``vouched`` the marks of what the writer answers for,
    ``before`` what stood in the post until now.
    """
    known = {one.mark for one in find_in(before)} | set(vouched)
    found = {
        field: open_ones
        for field, text in texts.items()
        if (open_ones := [one for one in find_in(text) if one.is_grave or one.mark not in known])
    }
    if found:
        raise PersonalDataFound(found)


def find_in(text: str) -> Sequence[Found]:
    """Return what is personal in a text, customer numbers as this site's operator has them too."""
    pattern = current_settings().customer_number_pattern
    return find_personal_data(text, compile_bounded(pattern) if pattern else None)


def mask_all(raw: str, *, but: Collection[str] = ()) -> str:
    """Return a text as a form sent it with all that is personal masked; unfit texts as they are.

    ``but`` are marks of what is harmless and stays.
    """
    return _masked(raw, lambda one: one.is_grave or one.mark not in but)


def mask_grave(raw: str) -> str:
    """Return a text as a form sent it with what is never published masked."""
    return _masked(raw, lambda one: one.is_grave)


def _masked(raw: str, is_wanted: Callable[[Found], bool]) -> str:
    try:
        text = markup.clean_text(raw)
    except markup.UnacceptableText:
        return raw
    return mask(text, filter(is_wanted, find_in(text)))
