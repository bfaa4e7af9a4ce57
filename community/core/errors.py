"""Refusals an operation or query may raise; one handler renders them all.

The message of each is shown to people, so it is a lazy translated string and says what to do next.
"""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core.wording import wait_words


class Refusal(Exception):
    """A request that is refused for a reason a person can understand."""

    status = 400
    message: str | LazyString = _l("This could not be done.")

    def __init__(self, message: str | LazyString | None = None) -> None:
        super().__init__()
        if message is not None:
            self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    """The actor may see the record but not do this to it."""

    status = 403
    message = _l("You are not allowed to do this.")


class NotFound(Refusal):
    """The record does not exist, or the viewer must not learn that it does."""

    status = 404
    message = _l("This page does not exist, or not any more.")


class Conflict(Refusal):
    """The record has changed in a way that makes the action pointless."""

    status = 409
    message = _l("Somebody was faster. Please look again.")


class Invalid(Refusal):
    """The input does not fit; ``errors`` maps a field's name to its message."""

    status = 422
    message = _l("Please check what you entered.")

    def __init__(
        self,
        message: str | LazyString | None = None,
        *,
        errors: dict[str, str | LazyString] | None = None,
    ) -> None:
        super().__init__(message)
        self.errors = errors or {}


class RateLimited(Refusal):
    """Too many in too short a time; ``retry_after_seconds`` says when to come back.

    ``%(wait)s`` in the message stands for that time in words ("in 20 seconds").
    """

    status = 429
    message = _l("That was a bit fast. Please try again %(wait)s.")

    def __init__(
        self, message: str | LazyString | None = None, *, retry_after_seconds: int = 60
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.message = LazyString(_fill_in_wait, self.message, retry_after_seconds)


def _fill_in_wait(message: str | LazyString, seconds: int) -> str:
    return str(message) % {"wait": wait_words(seconds)}
