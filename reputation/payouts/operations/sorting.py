"""Who is left out of a file at the last moment, and what becomes of their line."""

from collections.abc import Sequence

from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.sealing import SealBroken
from reputation.payback.accounts import digest_of_details, open_account
from reputation.payback.models import Choice, LineState, PayoutDetails, PayoutLine
from reputation.payback.queries.shares import list_details, list_gone, list_held
from reputation.payback.sepa_text import NoSepaText, sepa_name
from reputation.payouts.operations.lines import move_lines
from reputation.payouts.queries import EXPORTABLE, list_balances


def sort_out(actor: Viewer, lines: Sequence[PayoutLine], form: Choice) -> Sequence[PayoutLine]:
    """Return the lines that can be paid now; the others are moved on, and recorded.

    Somebody under investigation is held; what an erased member was owed is left to lapse. Two
    kinds fail, for a person to look at: cash whose bank details were changed since the lock (an
    account that was taken over, perhaps) or cannot be used, and more than the account holds by now.
    """
    user_ids = [line.user_id for line in lines]
    held, gone = list_held(user_ids), list_gone(user_ids)
    details = list_details(user_ids) if form is Choice.CASH else {}
    balances = list_balances(user_ids)
    out: dict[LineState, list[int]] = {}
    payable = []
    for line in lines:
        to = _way_out(line, held, gone)
        if to is None and balances.get(line.user_id, 0) < line.payable:
            to = LineState.FAILED
        if to is None and form is Choice.CASH and not _can_receive(line, details):
            to = LineState.FAILED
        if to is None:
            payable.append(line)
        else:
            out.setdefault(to, []).append(line.id)
    for to, line_ids in out.items():
        _leave_out(actor, line_ids, to)
    return payable


def _way_out(line: PayoutLine, held: set[int], gone: set[int]) -> LineState | None:
    if line.user_id in held:
        return LineState.HELD
    return LineState.ROLLED if line.user_id in gone else None


def _can_receive(line: PayoutLine, details: dict[int, PayoutDetails]) -> bool:
    found = details.get(line.user_id)
    if found is None:
        return False
    # Who tries again has looked at it: by then other details are what is wanted.
    same = digest_of_details(found) == line.account_digest
    if line.state == LineState.APPROVED and not same:
        return False
    try:
        sepa_name(open_account(found).holder)
    except (NoSepaText, SealBroken):
        return False
    return True


def _leave_out(actor: Viewer, line_ids: list[int], to: LineState) -> None:
    move_lines(line_ids, EXPORTABLE, to)
    for line_id in line_ids:
        record(
            actor,
            Action.PAYOUT_LEFT_OUT,
            subject=("payout_line", line_id),
            after={"state": to.value},
        )
