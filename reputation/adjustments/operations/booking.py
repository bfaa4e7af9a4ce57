"""Carrying an adjustment out: the entry, the record, the news, and the appeal it answers."""

from typing import Any

from community.core import clock
from community.core.audit import Action, record
from community.core.db import db
from community.core.jobs import emit
from community.events import PointsAdjusted, PointsAppealAnswered
from community.identity.models import User
from reputation.adjustments.letters import send_adjusted_letter, send_upheld_letter
from reputation.adjustments.models import BOOKED, UPHELD, Adjustment, PointsAppeal
from reputation.adjustments.queries.appeals import find_appeal_for
from reputation.ledger.operations import Posting, book
from reputation.ledger.rules import ADJUSTMENT


def carry_out(actor: User, adjustment: Adjustment) -> None:
    """Book a proposed adjustment, whose account is locked, and tell the member."""
    posting = Posting(
        user_id=adjustment.user_id,
        currency=adjustment.currency,
        cause=ADJUSTMENT,
        amount=adjustment.amount,
        key=f"adjustment:{adjustment.id}",
    )
    adjustment.entry_id = book(posting)
    adjustment.state = BOOKED
    adjustment.decided_by_id, adjustment.decided_at = actor.id, clock.now()
    db.session.flush()
    subject = ("user", adjustment.user_id)
    record(actor, Action.ADJUSTMENT_BOOKED, subject=subject, after=facts_of(adjustment))
    appeal = find_appeal_for(adjustment.id)
    if appeal is None:
        emit(PointsAdjusted(adjustment.user_id, adjustment.id))
        send_adjusted_letter(db.session.get_one(User, adjustment.user_id), adjustment)
    else:
        _uphold(actor, appeal, adjustment)


def _uphold(actor: User, appeal: PointsAppeal, adjustment: Adjustment) -> None:
    appeal.state, appeal.decided_at = UPHELD, clock.now()
    # Who judged the line proposed this; who confirmed it only had the higher limit.
    appeal.decided_by_id = adjustment.proposed_by_id
    db.session.flush()
    after = {"appeal": appeal.id, "entry": appeal.entry_id, "adjustment": adjustment.id}
    record(actor, Action.APPEAL_UPHELD, subject=("user", appeal.user_id), after=after)
    emit(PointsAppealAnswered(appeal.user_id, appeal.entry_id, is_upheld=True))
    send_upheld_letter(db.session.get_one(User, appeal.user_id), appeal, adjustment)


def put_appeal_back(adjustment: Adjustment) -> None:
    """Let the appeal that a refused adjustment was to answer be judged anew."""
    appeal = find_appeal_for(adjustment.id)
    if appeal is not None:
        appeal.adjustment_id, appeal.answer = None, ""


def facts_of(adjustment: Adjustment) -> dict[str, Any]:
    """Return what the record of acts keeps: numbers; reasons may name somebody."""
    facts = {
        "adjustment": adjustment.id,
        "currency": adjustment.currency,
        "amount": adjustment.amount,
    }
    return facts | ({"undoes": adjustment.undoes_id} if adjustment.undoes_id else {})
