"""Accounts elsewhere that sign in here: made into members, connected, disconnected."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.audit import Action, record
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit
from community.events import AccountConfirmed
from community.identity.models import ExternalIdentity, User
from community.identity.names import name_columns
from community.identity.operations.consents import agree_to_terms
from community.identity.operations.names import NameTaken, check_name
from community.identity.operations.provided_roles import follow_provider
from community.identity.operations.registration import forget_registration
from community.identity.policies import can_disconnect
from community.identity.queries import (
    get_identity_owner,
    is_address_taken,
    list_identities,
)


class AddressTaken(Conflict):
    """The address the provider vouches for belongs to an account here."""

    message = _l("This e-mail address has an account here already.")


class IdentityTaken(Conflict):
    """The account there signs somebody else in here."""

    message = _l("That account is connected with another account here already.")


class ProviderTaken(Conflict):
    """Another account of the same provider is connected."""

    message = _l("You are connected with another account there. Disconnect it first.")


class LastWayIn(Conflict):
    """Without it nobody could sign in to the account any more."""

    message = _l(
        "This is the only way into your account. Choose a password or add an e-mail address first."
    )


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """Somebody who comes from a provider for the first time; ``email`` is verified there."""

    provider: str
    subject: str
    display_name: str
    email: str
    language: str


def suggest_name(start: str) -> str:
    """Return a free display name that begins like this; empty where none is fit."""
    for ending in ("", *(f" {number}" for number in range(2, 10))):
        try:
            return check_name(start + ending)
        except NameTaken:
            continue
        except Invalid:
            break
    return ""


def make_member(newcomer: NewMember) -> User:
    """Make an account that signs in through a provider.

    Raises ``IdentityTaken`` or ``AddressTaken``, as two accounts are connected only from inside
    one, and what ``check_name`` does.
    """
    if get_identity_owner(newcomer.provider, newcomer.subject) is not None:
        raise IdentityTaken()
    if newcomer.email and is_address_taken(newcomer.email):
        raise AddressTaken()
    if newcomer.email:
        forget_registration(newcomer.email)
    now = clock.now()
    user = User(
        email=newcomer.email or None,
        confirmed_at=now if newcomer.email else None,
        **name_columns(check_name(newcomer.display_name)),
        fs_uniquifier=secrets.token_hex(32),
        language=newcomer.language,
        role_grants=[],
        memberships=[],
    )
    db.session.add(user)
    _flush_or_raise(Conflict)
    _add_identity(user, newcomer.provider, newcomer.subject, now)
    agree_to_terms(user)
    if user.confirmed_at is not None:
        emit(AccountConfirmed(user.id))
    return user


def connect_identity(user: User, provider: str, subject: str) -> bool:
    """Let an account elsewhere sign this user in; returns whether it did not before."""
    owner = get_identity_owner(provider, subject)
    if owner is not None and owner.id != user.id:
        raise IdentityTaken()
    if owner is not None:
        return False
    if any(identity.provider == provider for identity in list_identities(user.id)):
        raise ProviderTaken()
    _add_identity(user, provider, subject, None)
    record(user, Action.PROVIDER_CONNECTED, subject=("user", user.id), after={"provider": provider})
    return True


def disconnect_identity(user: User, provider: str, usable: Collection[str]) -> bool:
    """Stop an account elsewhere from signing this user in; returns whether it did before.

    What it granted ends with it, as it could not be taken back any more. ``usable`` are the
    providers that can be used to sign in at present. Raises ``LastWayIn``.
    """
    # One at a time, or two that go at once would each leave the other.
    db.session.execute(lock_row(select(User.id).where(User.id == user.id)))
    identities = list_identities(user.id)
    if all(identity.provider != provider for identity in identities):
        return False
    others = {identity.provider for identity in identities} & set(usable) - {provider}
    if not can_disconnect(user, others):
        raise LastWayIn()
    db.session.execute(
        delete(ExternalIdentity).where(
            ExternalIdentity.user_id == user.id, ExternalIdentity.provider == provider
        )
    )
    record(
        user, Action.PROVIDER_DISCONNECTED, subject=("user", user.id), before={"provider": provider}
    )
    follow_provider(user, provider, frozenset())
    return True


def note_identity_use(provider: str, subject: str) -> None:
    """Note that somebody has just signed in through a provider."""
    used = update(ExternalIdentity).where(
        ExternalIdentity.provider == provider, ExternalIdentity.subject == subject
    )
    db.session.execute(used.values(last_used_at=clock.now()))


def _add_identity(user: User, provider: str, subject: str, used_at: datetime | None) -> None:
    db.session.add(
        ExternalIdentity(
            user_id=user.id,
            provider=provider,
            subject=subject,
            linked_at=clock.now(),
            last_used_at=used_at,
        )
    )
    _flush_or_raise(IdentityTaken)


def _flush_or_raise(refusal: type[Conflict]) -> None:
    """Write; raise where somebody else took the name, address or identity at the same moment."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise refusal() from error
