"""What all second factors share: locking, the trace they leave, and that staff keep one."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from community.core.audit import Action, record
from community.core.db import db, lock_row
from community.core.errors import Conflict
from community.core.settings import current_settings
from community.identity.mails import address_of, send_account_mail
from community.identity.models import RecoveryCode, User
from community.identity.policies import can_be_without_second_factor
from community.identity.queries import has_second_factor


class LastFactor(Conflict):
    """Staff must keep a second factor."""

    message = _l(
        "With your role you need a second factor. Add another one before you remove this one."
    )


def lock_factors(user_id: int) -> None:
    """Let nobody else check, add or remove a second factor of this user meanwhile."""
    db.session.execute(lock_row(select(User.id).where(User.id == user_id)))


def note_addition(actor: User, kind: str) -> None:
    """Record that a second factor was added, and tell its owner by mail."""
    record(actor, Action.FACTOR_ADDED, subject=("user", actor.id), after={"kind": kind})
    send_account_mail(actor, f"{kind}_added", link=overview_address())


def note_removal(actor: User, kind: str) -> None:
    """Record that a second factor was removed, and tell its owner by mail.

    Expects the factors to be locked and this one gone; raises ``LastFactor``. Where no factor is
    left there is nothing to recover, so the recovery codes go too.
    """
    if not has_second_factor(actor.id):
        required = current_settings().require_second_factor
        if not can_be_without_second_factor(actor, required=required):
            raise LastFactor()
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.id))
    record(actor, Action.FACTOR_REMOVED, subject=("user", actor.id), before={"kind": kind})
    send_account_mail(actor, f"{kind}_removed", link=overview_address())


def overview_address() -> str:
    """Return where a mail leads that tells of second factors."""
    return address_of("account.show_factors")
