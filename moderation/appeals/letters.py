"""Mails about appeals: that it has come, and how it was decided, with the reasons."""

from flask_babel import gettext as _

from community.identity.letters import Letter
from community.identity.mails import send_notice
from community.identity.models import User
from moderation.appeals.models import OVERTURNED, DecisionAppeal
from moderation.sanctions.letters import link_of
from moderation.sanctions.models import Statement
from moderation.sanctions.wording import measure_words


def send_received_letter(user: User, statement: Statement) -> None:
    """Say that an appeal has come, and who looks at it."""

    def received() -> Letter:
        return Letter(
            _("We have your appeal"),
            (
                _(
                    "your appeal has reached us: %(measure)s.",
                    measure=measure_words(statement.measure),
                ),
                _("Somebody looks at it who had no part in the decision. You hear of it by mail."),
            ),
            _("See your appeal"),
        )

    send_notice(user, received, link=link_of(statement))


def send_decided_letter(user: User, statement: Statement, appeal: DecisionAppeal) -> None:
    """Say how an appeal was decided, and why."""
    answer, was_right = appeal.answer, appeal.state == OVERTURNED

    def decided() -> Letter:
        kind = measure_words(statement.measure)
        if was_right:
            subject = _("You were right: we have taken our decision back")
            words = _("we have looked at it again and taken back: %(measure)s.", measure=kind)
            ending = _("We are sorry.")
        else:
            subject = _("The answer to your appeal")
            words = _("we have looked at it again. It stays as it is: %(measure)s.", measure=kind)
            ending = _("This answer is final here. You can still go to court.")
        reason = _("The reason: %(reason)s", reason=answer)
        return Letter(subject, (words, reason), _("See the decision"), ending)

    send_notice(user, decided, link=link_of(statement))
