"""Mails about adjustments and appeals: what happened, why, and what one can do."""

from flask_babel import gettext as _

from community.identity.letters import Letter
from community.identity.mails import address_of, send_notice
from community.identity.models import User
from reputation.adjustments.models import Adjustment, PointsAppeal
from reputation.adjustments.wording import points_words


def send_adjusted_letter(user: User, adjustment: Adjustment) -> None:
    """Say that points were adjusted, and why."""
    amount, currency, reason = adjustment.amount, adjustment.currency, adjustment.reason

    def adjusted() -> Letter:
        return Letter(
            _("Your points were adjusted"),
            (
                _(
                    "our team adjusted your points by hand: %(points)s.",
                    points=points_words(amount, currency),
                ),
                _("The reason: %(reason)s", reason=reason),
                _("If you think this is wrong, you can appeal: on the line of your points."),
            ),
            _("See your points"),
        )

    send_notice(user, adjusted, link=address_of("reputation.show_rules"))


def send_upheld_letter(user: User, appeal: PointsAppeal, adjustment: Adjustment) -> None:
    """Say that an appeal was right, and what was corrected."""
    amount, currency, answer = adjustment.amount, adjustment.currency, appeal.answer

    def upheld() -> Letter:
        return Letter(
            _("Your appeal was right"),
            (
                _(
                    "we have looked at the line of your points and corrected it: %(points)s.",
                    points=points_words(amount, currency),
                ),
                _("Our answer: %(answer)s", answer=answer),
            ),
            _("See your appeals"),
        )

    send_notice(user, upheld, link=address_of("appeals.list_appeals"))


def send_rejected_letter(user: User, appeal: PointsAppeal) -> None:
    """Say that a line stays as it is, and why."""
    answer = appeal.answer

    def rejected() -> Letter:
        return Letter(
            _("The answer to your appeal"),
            (
                _("we have looked at the line of your points again. It stays as it is."),
                _("The reason: %(reason)s", reason=answer),
                _("This answer is final."),
            ),
            _("See your appeals"),
        )

    send_notice(user, rejected, link=address_of("appeals.list_appeals"))
