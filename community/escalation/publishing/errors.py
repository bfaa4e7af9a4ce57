"""Why something cannot be published, or not any more."""

from flask_babel import lazy_gettext as _l

from community.core.errors import Conflict


class NotToBePublished(Conflict):
    """The case has a question, or is not in hand."""

    message = _l("Only a case in hand that has no public question can become one.")


class PublicationOver(Conflict):
    """Answered, withdrawn, too old, or not the text that was shown."""

    message = _l("Nobody waits for this answer any more. Nothing was published.")
