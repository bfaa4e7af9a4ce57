"""A break of the books halts payouts until a person has looked."""

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db
from community.core.reasons import fit_reason
from reputation.ledger.verify import Broken
from reputation.payouts.books import check_everything, find_break
from reputation.payouts.errors import BooksBroken, PayoutsHalted
from reputation.payouts.models import SAYS_MAX_CHARS, PayoutHalt
from reputation.payouts.policies import can_run_payouts
from reputation.payouts.queries import get_halt

log = structlog.get_logger()

REASON_MIN_CHARS = 5


def require_sound_books() -> None:
    """Raise ``PayoutsHalted`` while payouts are halted, or an invariant is broken at this moment.

    Asked in the transaction that moves money, so nothing can come between.
    """
    if get_halt() is not None or find_break() is not None:
        raise PayoutsHalted()


def halt_payouts(broken: Broken) -> bool:
    """Let nothing leave any more; False where payouts are halted already."""
    if get_halt() is not None:
        return False
    halt = PayoutHalt(
        says=broken.says[:SAYS_MAX_CHARS], found_at_place=broken.where[:SAYS_MAX_CHARS]
    )
    db.session.add(halt)
    db.session.flush()
    record(
        SYSTEM,
        Action.PAYOUT_HALTED,
        subject=("payout_halt", halt.id),
        after={"says": halt.says, "where": halt.found_at_place},
    )
    # An error in the log is what wakes somebody up.
    log.error("payouts_halted", says=halt.says, where=halt.found_at_place)
    return True


def lift_halt(actor: Viewer, reason: str) -> bool:
    """Let payouts go on after every invariant was found to hold; False where nothing is halted.

    ``reason`` says what was the matter. Raises ``NotAllowed``, ``ReasonUnfit``, ``BooksBroken``.
    """
    require(can_run_payouts(actor))
    reason = fit_reason(
        " ".join(reason.split()), shortest=REASON_MIN_CHARS, missing=_l("Say why, in a few words.")
    )
    if get_halt() is None:
        return False
    if any(broken for _, broken in check_everything()):
        raise BooksBroken()
    standing = PayoutHalt.lifted_at.is_(None)
    values = {"lifted_at": clock.now(), "lifted_by_id": actor.viewer_id}
    db.session.execute(update(PayoutHalt).where(standing).values(**values))
    record(actor, Action.PAYOUT_RESUMED, subject=("payout_halt", None), reason=reason)
    return True
