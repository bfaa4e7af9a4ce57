"""Proposing, confirming, refusing and taking back adjustments."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotFound
from community.core.reasons import fit_reason, read_reason
from community.core.settings import current_settings
from community.identity.models import User
from reputation.adjustments.models import (
    BOOKED,
    PROPOSED,
    REASON_MAX_CHARS,
    REFUSED,
    Adjustment,
)
from reputation.adjustments.operations.booking import carry_out, facts_of, put_appeal_back
from reputation.adjustments.policies import (
    can_answer_appeal,
    can_book_adjustment,
    can_propose_adjustment,
    can_refuse_adjustment,
    can_undo_adjustment,
    limit_of,
)
from reputation.adjustments.queries.adjustments import (
    get_adjustment,
    get_undoing,
    lock_adjustment,
    sum_booked_alone,
)
from reputation.adjustments.queries.appeals import find_appeal_for, list_makers_of
from reputation.ledger.models import LedgerEntry
from reputation.ledger.operations import lock_accounts
from reputation.ledger.rulebook import load_rulebook
from reputation.ledger.rules import CURRENCIES

AMOUNT_MAX = 1_000_000
ALONE_FOR = timedelta(days=30)


class AdjustmentInvalid(Invalid):
    """Amount, kind of points or reason cannot be taken."""


class MemberGone(Conflict):
    """The account was erased; what stands in it stays as it is."""

    message = _l("This account was erased. Its points stay as they are.")


class AdjustmentDecided(Conflict):
    """Somebody else was quicker."""

    message = _l("Somebody has decided about this adjustment already.")


class AlreadyTakenBack(Conflict):
    """An adjustment is taken back once."""

    message = _l("This adjustment is being taken back already, or was.")


def propose_adjustment(
    actor: User, user_id: int, *, currency: str, amount: int, reason: str
) -> Adjustment:
    """Adjust a member's points: at once within the actor's limit, else a second person confirms.

    Raises ``AdjustmentInvalid``, ``NotFound`` and ``MemberGone``.
    """
    adjustment = draft_adjustment(actor, user_id, currency=currency, amount=amount, reason=reason)
    book_or_wait(actor, adjustment)
    return adjustment


def draft_adjustment(
    actor: User, user_id: int, *, currency: str, amount: int, reason: str
) -> Adjustment:
    """Store an adjustment under the lock of the account; nothing is booked yet."""
    require(can_propose_adjustment(actor, user_id))
    words, problem = read_reason(
        " ".join(reason.split()),
        longest=REASON_MAX_CHARS,
        missing=_l("Give a reason of up to 500 characters. The member reads it."),
    )
    _check(currency, amount, problem)
    _lock_member(user_id)
    adjustment = Adjustment(
        user_id=user_id, currency=currency, amount=amount, reason=words, proposed_by_id=actor.id
    )
    db.session.add(adjustment)
    db.session.flush()
    return adjustment


def _check(currency: str, amount: int, problem: str | LazyString | None) -> None:
    errors: dict[str, str | LazyString] = {}
    if currency not in CURRENCIES or not load_rulebook().at(currency, clock.now()):
        errors["currency"] = _l("There are no such points here.")
    if amount == 0 or abs(amount) > AMOUNT_MAX:
        errors["amount"] = _l("Enter a whole number other than 0, up to a million.")
    if problem is not None:
        errors["reason"] = problem
    if errors:
        raise AdjustmentInvalid(errors=errors)


def _lock_member(user_id: int) -> None:
    member = db.session.get(User, user_id)
    if member is None:
        raise NotFound()
    lock_accounts([user_id])
    db.session.refresh(member, ["erased_at"])
    if member.erased_at is not None:
        raise MemberGone()


def book_or_wait(actor: User, adjustment: Adjustment) -> None:
    """Book an adjustment that lies within the actor's limit; another one waits."""
    if _is_within_limit(actor, adjustment):
        carry_out(actor, adjustment)
    else:
        subject = ("user", adjustment.user_id)
        record(actor, Action.ADJUSTMENT_PROPOSED, subject=subject, after=facts_of(adjustment))


def _is_within_limit(actor: User, adjustment: Adjustment) -> bool:
    """Many small ones count together, else the limit would be none."""
    since = clock.now() - ALONE_FOR
    done = sum_booked_alone(actor.id, adjustment.user_id, adjustment.currency, since)
    limit = limit_of(actor, adjustment.currency, current_settings())
    return done + abs(adjustment.amount) <= limit


def confirm_adjustment(actor: User, adjustment_id: int) -> Adjustment:
    """Book an adjustment as the second person; a second time changes nothing.

    Raises ``AdjustmentDecided`` where it was refused, and ``MemberGone``.
    """
    adjustment = get_adjustment(actor, adjustment_id)
    require(can_book_adjustment(actor, adjustment))
    _lock_member(adjustment.user_id)
    adjustment = lock_adjustment(adjustment_id)
    require(_may_answer(actor, adjustment))
    if adjustment.state == REFUSED:
        raise AdjustmentDecided()
    if adjustment.state == PROPOSED:
        carry_out(actor, adjustment)
    return adjustment


def _may_answer(actor: User, adjustment: Adjustment) -> bool:
    """Who may not judge a line may not confirm what an appeal against it brought either."""
    appeal = find_appeal_for(adjustment.id)
    if appeal is None:
        return True
    entry = db.session.get_one(LedgerEntry, appeal.entry_id)
    return can_answer_appeal(actor, appeal, list_makers_of(entry))


def refuse_adjustment(actor: User, adjustment_id: int, why: str) -> Adjustment:
    """Refuse an adjustment that waits, or take one's own proposal back; an appeal goes on.

    Raises ``ReasonUnfit`` and ``AdjustmentDecided`` where it was booked.
    """
    adjustment = get_adjustment(actor, adjustment_id)
    require(can_refuse_adjustment(actor, adjustment))
    words = fit_reason(
        " ".join(why.split()),
        field="why",
        longest=REASON_MAX_CHARS,
        missing=_l("Give a reason of up to 500 characters."),
    )
    lock_accounts([adjustment.user_id])
    adjustment = lock_adjustment(adjustment_id)
    if adjustment.state == BOOKED:
        raise AdjustmentDecided()
    if adjustment.state == PROPOSED:
        _turn_down(actor, adjustment, words)
    return adjustment


def _turn_down(actor: User, adjustment: Adjustment, why: str) -> None:
    adjustment.state, adjustment.refusal = REFUSED, why
    adjustment.decided_by_id, adjustment.decided_at = actor.id, clock.now()
    put_appeal_back(adjustment)
    db.session.flush()
    subject = ("user", adjustment.user_id)
    record(actor, Action.ADJUSTMENT_REFUSED, subject=subject, after=facts_of(adjustment))


def undo_adjustment(actor: User, adjustment_id: int, reason: str) -> Adjustment:
    """Take an adjustment back by one of the opposite amount, under the same limits.

    Raises ``AlreadyTakenBack`` where that was done or waits.
    """
    former = get_adjustment(actor, adjustment_id)
    require(can_undo_adjustment(actor, former))
    opposite = draft_adjustment(
        actor, former.user_id, currency=former.currency, amount=-former.amount, reason=reason
    )
    # Asked under the lock of the account: of two at once the second finds the first.
    if get_undoing(former.id) is not None:
        raise AlreadyTakenBack()
    opposite.undoes_id = former.id
    db.session.flush()
    book_or_wait(actor, opposite)
    return opposite
