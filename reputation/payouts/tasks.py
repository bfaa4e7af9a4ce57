"""Looking whether the books add up, so that a break halts payouts within a minute."""

from community.core import clock
from community.core.db import transaction
from community.core.jobs import external
from reputation.payouts.books import check_everything, find_break
from reputation.payouts.operations import halt_payouts
from reputation.payouts.queries import get_halt, is_run_under_way

# When few people are about; everything is read once.
NIGHT_HOUR_UTC = 3


# External, although nothing leaves the house: reading everything must keep no writer waiting.
@external
def watch_books() -> None:
    """Ask what can be asked quickly, and halt payouts where something is broken."""
    if get_halt() is None and (broken := find_break()):
        with transaction():
            halt_payouts(broken)


@external
def verify_books() -> None:
    """Ask everything, at night and while money may leave, and halt payouts on a break."""
    if get_halt() is not None:
        return
    if not is_run_under_way() and clock.now().hour != NIGHT_HOUR_UTC:
        return
    broken = next((broken for _, broken in check_everything() if broken), None)
    if broken:
        with transaction():
            halt_payouts(broken)
