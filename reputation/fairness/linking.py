"""Accounts that belong to one person, as an administrator says: they earn nothing by each other."""

from datetime import datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Invalid
from community.core.reasons import read_reason
from community.identity.models import User
from community.identity.names import name_key_of
from reputation.fairness.policies import can_link_account, can_unlink_account
from reputation.ledger.models import LedgerExclusion
from reputation.ledger.operations import exclude_pairs, lift_exclusions, lock_accounts

LINKED = "linked"
REASON_MIN_CHARS = 5
# No account has a longer number, and databases refuse far longer ones.
NUMBER_MAX_DIGITS = 9
TAKES_PART = (LedgerExclusion.user_id, LedgerExclusion.other_id)


class LinkUnfit(Invalid):
    """No other account that could be meant, or no reason given."""

    nobody_message = _l("Nobody has this name or number.")
    same_message = _l("That is this account itself.")
    refused_message = _l("This account is erased, or it is your own.")
    reason_message = _l("Say why, in a few words.")


class Link(NamedTuple):
    """Another account of the same person; ``by`` is None where who said so is gone."""

    user_id: int
    name: str
    since: datetime
    by: str | None


def list_links(user_id: int) -> list[Link]:
    """Return the accounts that are said to belong to the same person, the latest first."""
    other, actor = aliased(User), aliased(User)
    is_other = or_(*(other.id == column for column in TAKES_PART)) & (other.id != user_id)
    rows = db.session.execute(
        select(other.id, other.display_name, LedgerExclusion.created_at, actor.display_name)
        .select_from(LedgerExclusion)
        .join(other, is_other)
        .outerjoin(actor, actor.id == LedgerExclusion.created_by_id)
        .where(
            or_(*(column == user_id for column in TAKES_PART)),
            LedgerExclusion.reason == LINKED,
            LedgerExclusion.lifted_at.is_(None),
        )
        .order_by(LedgerExclusion.created_at.desc(), LedgerExclusion.id.desc())
    )
    return [Link(*row) for row in rows]


def link_accounts(actor: Viewer, user: User, typed: str, reason: str) -> bool:
    """Say that an account belongs to the same person as another, given by name or number.

    What the two earned by each other is reversed as far as the books are open. False where it was
    said before: nothing changes then. Raises ``NotAllowed``, ``LinkUnfit`` (by field).
    """
    require(can_link_account(actor, user))
    reason, problem = read_reason(
        reason, shortest=REASON_MIN_CHARS, missing=LinkUnfit.reason_message
    )
    other = _find(typed)
    errors = _problems(actor, user, other)
    if problem is not None:
        errors["why"] = problem
    if errors or other is None:
        raise LinkUnfit(errors=errors)
    pair = _lock_pair(user.id, other.id)
    reference = _reference_of(pair)
    if _is_standing(reference):
        return False
    entries = exclude_pairs(actor, [pair], reason=LINKED, reference=reference)
    after = {"other": other.id, "entries": entries}
    record(actor, Action.ACCOUNTS_LINKED, subject=("user", user.id), after=after, reason=reason)
    return True


def unlink_accounts(actor: Viewer, user_id: int, other_id: int) -> bool:
    """Say that two accounts belong to two people after all, and book again what was reversed.

    False where they were not linked: nothing changes then. Raises ``NotAllowed``.
    """
    for each in (user_id, other_id):
        require(can_unlink_account(actor, each))
    reference = _reference_of((min(user_id, other_id), max(user_id, other_id)))
    # Numbers come from a form: an account is opened, to be locked, only for who has a link.
    if not _is_standing(reference):
        return False
    _lock_pair(user_id, other_id)
    if not _is_standing(reference):
        return False
    entries = lift_exclusions(actor, reference)
    after = {"other": other_id, "entries": entries}
    record(actor, Action.ACCOUNTS_UNLINKED, subject=("user", user_id), after=after)
    return True


def _find(typed: str) -> User | None:
    """Return whom a display name or a number means; digits alone are a number."""
    typed = typed.replace("\0", "").strip()
    if typed.isascii() and typed.isdigit():
        return db.session.get(User, int(typed)) if len(typed) <= NUMBER_MAX_DIGITS else None
    return db.session.scalar(select(User).where(User.name_key == name_key_of(typed)))


def _problems(actor: Viewer, user: User, other: User | None) -> dict[str, str | LazyString]:
    errors: dict[str, str | LazyString] = {}
    if other is None or other.is_pending:
        errors["other"] = LinkUnfit.nobody_message
    elif other.id == user.id:
        errors["other"] = LinkUnfit.same_message
    elif not can_link_account(actor, other):
        errors["other"] = LinkUnfit.refused_message
    return errors


def _lock_pair(one: int, other: int) -> tuple[int, int]:
    """Lock both accounts, so that two who say the same at once are recorded once."""
    pair = min(one, other), max(one, other)
    lock_accounts(pair)
    return pair


def _reference_of(pair: tuple[int, int]) -> str:
    return f"{LINKED}:{pair[0]}:{pair[1]}"


def _is_standing(reference: str) -> bool:
    query = exists().where(
        LedgerExclusion.reference == reference, LedgerExclusion.lifted_at.is_(None)
    )
    return bool(db.session.scalar(select(query)))
