"""The form of when mails come: digest and quiet hours."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField, ValidationError

from community.core.forms import StrictForm
from community.identity.models import User
from community.identity.operations.preferences import Preferences
from community.notifications.hours import DIGESTS, MINUTES_A_DAY
from community.notifications.models import KINDS

STEP_MINUTES = 30
NEVER = ""


def clock_times() -> list[tuple[str, str]]:
    """Return the times of day that can be chosen: minutes since midnight, and how they are read."""
    minutes = range(0, MINUTES_A_DAY, STEP_MINUTES)
    return [(str(each), f"{each // 60:02}:{each % 60:02}") for each in minutes]


class MailTimesForm(StrictForm):
    """How often a digest comes, between which times no mail does, and what one hears of."""

    bell = SelectMultipleField(choices=list(KINDS))
    mail = SelectMultipleField(choices=list(KINDS))
    digest = SelectField(choices=list(DIGESTS))
    quiet_from = SelectField(choices=[NEVER, *(value for value, _ in clock_times())])
    quiet_until = SelectField(choices=[NEVER, *(value for value, _ in clock_times())])

    def __init__(self, user: User) -> None:
        super().__init__(
            data={
                "digest": user.digest,
                "quiet_from": _as_choice(user.quiet_from_minutes),
                "quiet_until": _as_choice(user.quiet_until_minutes),
            }
        )

    def validate_quiet_until(self, field: Field) -> None:
        """Refuse hours with a beginning alone, an end alone, or no length."""
        begin, end = self.quiet_from.data, field.data
        if (begin == NEVER) != (end == NEVER):
            raise ValidationError(_l("Choose both times, or neither of them."))
        if begin == end != NEVER:
            raise ValidationError(_l("Quiet hours end at another time than they begin."))

    @property
    def chosen(self) -> Preferences:
        """What is to be kept of it."""
        return {
            "digest": self.digest.data,
            "quiet_from_minutes": _as_minutes(self.quiet_from.data),
            "quiet_until_minutes": _as_minutes(self.quiet_until.data),
        }


def _as_choice(minutes: int | None) -> str:
    return NEVER if minutes is None else str(minutes)


def _as_minutes(choice: str) -> int | None:
    return None if choice == NEVER else int(choice)
