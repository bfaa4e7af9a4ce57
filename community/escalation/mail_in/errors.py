"""Refusals of mail that comes in."""

from flask_babel import lazy_gettext as _l

from community.core.errors import NotAllowed


class WrongSignature(NotAllowed):
    """A request is not signed with the key that we share, or not lately."""

    message = _l("The signature is wrong, or too old.")
