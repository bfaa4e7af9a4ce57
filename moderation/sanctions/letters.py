"""Mails about decisions: the statement word for word, and how a measure ended."""

from flask_babel import gettext as _

from community.core.wording import instant
from community.identity.letters import Letter
from community.identity.mails import address_of, send_notice
from community.identity.models import User
from moderation.sanctions.links import sign_statement
from moderation.sanctions.models import SHUTTING_OUT, Sanction, Statement
from moderation.sanctions.wording import measure_words


def send_statement_letter(user: User, statement: Statement) -> None:
    """Send a statement; to somebody who is shut out, with a way in that takes an appeal."""
    send_notice(user, lambda: _letter(statement), link=link_of(statement))


def _letter(statement: Statement) -> Letter:
    return Letter(
        _("Decision of our team: %(measure)s", measure=measure_words(statement.measure)),
        tuple(statement.text.split("\n\n")),
        _("See the decision")
        if statement.appeal_until is None
        else _("See the decision or appeal"),
    )


def link_of(statement: Statement) -> str:
    """Return where a member reads a decision and appeals against it."""
    if statement.measure in SHUTTING_OUT:
        return address_of("decisions.open_suspension", token=sign_statement(statement))
    return address_of("decisions.show_decision", statement_id=statement.id)


def send_ended_letter(user: User, sanction: Sanction) -> None:
    """Say that a measure is over, and why where somebody lifted it."""
    reason = sanction.lift_reason

    def ended() -> Letter:
        kind = measure_words(sanction.kind)
        words = [_("this measure holds no longer: %(measure)s.", measure=kind)]
        if reason:
            words.append(_("The reason: %(reason)s", reason=reason))
        words.append(_("You can use your account as before."))
        return Letter(_("It is over: %(measure)s", measure=kind), tuple(words), _("Sign in"))

    send_notice(user, ended, link=address_of("identity.sign_in"))


def until_words(sanction: Sanction) -> str:
    """Return until when a measure holds, in the reader's language."""
    return _("for good") if sanction.ends_at is None else instant(sanction.ends_at)
