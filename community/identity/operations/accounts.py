"""What the operator does to others' accounts: making one, signing out, forgetting lost factors."""

import secrets
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from community.core import audit, clock
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Conflict
from community.identity.mails import send_account_mail
from community.identity.models import Passkey, RecoveryCode, TotpFactor, User
from community.identity.names import name_columns
from community.identity.operations.factors import lock_factors, overview_address
from community.identity.operations.names import NameTaken, check_free_name
from community.identity.operations.registration import forget_registration
from community.identity.operations.sessions import end_all_sessions, end_sessions
from community.identity.policies import can_make_accounts
from community.identity.queries import get_user_by_email, has_second_factor


class AccountExists(Conflict):
    """The address belongs to an account already."""

    message = _l("There is an account with this address already.")


class NewAccount(NamedTuple):
    """What an account begins with; without a password it is chosen by a link."""

    email: str
    display_name: str
    password_hash: str | None = None


def make_account(actor: Viewer, account: NewAccount) -> User:
    """Make a confirmed account whose name may sound like staff: the operator knows who it is.

    Raises ``AccountExists`` or what ``check_free_name`` does. ``email`` is tidy, and an unconfirmed
    registration with it makes way.
    """
    require(can_make_accounts(actor))
    forget_registration(account.email)
    if get_user_by_email(account.email) is not None:
        raise AccountExists()
    now = clock.now()
    user = User(
        email=account.email,
        **name_columns(check_free_name(account.display_name)),
        password=account.password_hash,
        password_changed_at=now if account.password_hash else None,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=now,
        created_at=now,
        role_grants=[],
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise NameTaken() from error
    audit.record(actor, audit.Action.ACCOUNT_MADE, subject=("user", user.id))
    return user


def forget_factors(actor: Viewer, user: User) -> bool:
    """Take all second factors of somebody who lost them; returns whether there were any.

    They are signed out everywhere and told by mail. Who asks must have been recognised by other
    means than a mail: without a factor, the password or a mailed link opens the account.
    """
    require(can_make_accounts(actor))
    lock_factors(user.id)
    if not has_second_factor(user.id):
        return False
    for model in (TotpFactor, Passkey, RecoveryCode):
        db.session.execute(delete(model).where(model.user_id == user.id))
    end_sessions(user.id)
    before = {"kind": "all"}
    audit.record(actor, audit.Action.FACTOR_REMOVED, subject=("user", user.id), before=before)
    send_account_mail(user, "factors_forgotten", link=overview_address())
    return True


def sign_out_everybody(actor: Viewer) -> int:
    """End every session of the site, as after a break-in; returns how many ended."""
    require(can_make_accounts(actor))
    ended = end_all_sessions()
    audit.record(actor, audit.Action.SESSIONS_ENDED, subject=("site", None))
    return ended


def sign_out_user(actor: Viewer, user: User) -> int:
    """Sign somebody else out everywhere; returns how many sessions ended."""
    require(can_make_accounts(actor))
    ended = end_sessions(user.id)
    if ended:
        audit.record(actor, audit.Action.SESSIONS_ENDED, subject=("user", user.id))
    return ended
