"""What a member's share of a period is and what becomes of it: pure, in whole minor units.

A share is what was earned in the period and what the line before left. Points that were left to
roll once lapse when they are left a second time; points that could not be paid, or that were held,
do not. Source: product rules 2.5 and 4.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from reputation.payback.models import Choice, LineState

# States in which a line leaves nothing to decide any more.
ENDED = frozenset({LineState.SETTLED, LineState.HELD, LineState.ROLLED, LineState.EXPIRED})


class Left(NamedTuple):
    """What a line leaves for the next one; ``lapsing`` of it was left to roll."""

    amount: int
    lapsing: int


NOTHING_LEFT = Left(0, 0)


class Share(NamedTuple):
    """What a member is owed for a period; ``earned`` is below zero after a correction by hand."""

    earned: int
    carried: int = 0
    lapsing: int = 0

    @property
    def amount(self) -> int:
        return self.earned + self.carried


class Why(StrEnum):
    """Why what was chosen is not done."""

    NOT_CHOSEN = "not_chosen"
    LEFT_TO_ROLL = "left_to_roll"
    BELOW_FLOOR = "below_floor"
    NO_ACCOUNT = "no_account"
    NO_CHARITY = "no_charity"
    HELD = "held"
    NOTHING_OWED = "nothing_owed"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a member chose, and whether it can be done now.

    ``floor`` is the least that is paid in cash. ``may_lapse`` says whether its owner was told in
    time that the older part lapses.
    """

    choice: Choice | None
    floor: int
    has_account: bool = False
    has_charity: bool = False
    is_held: bool = False
    may_lapse: bool = True


class Verdict(NamedTuple):
    """How a share stands when the list is locked; ``why`` is None where the wish is followed."""

    state: LineState
    expired: int = 0
    why: Why | None = None


def share_of(earned: int, left: Left) -> Share:
    """Return a share from what was earned and what the line before left."""
    return Share(earned, left.amount, left.lapsing)


def left_of(state: LineState, choice: Choice | None, amount: int, expired: int) -> Left:
    """Return what an ended line leaves for the next period.

    Only what its owner left to roll begins to lapse.
    """
    if state not in ENDED:
        raise ValueError(f"a line that is {state.value} has not ended")
    if state is LineState.SETTLED:
        return NOTHING_LEFT
    rest = amount - expired
    by_wish = state is LineState.ROLLED and choice in (None, Choice.ROLL)
    return Left(rest, max(rest, 0) if by_wish else 0)


def judge(share: Share, wish: Wish) -> Verdict:
    """Say what becomes of a share when the list is locked."""
    if wish.is_held:
        return Verdict(LineState.HELD, why=Why.HELD)
    if share.amount <= 0:
        return Verdict(LineState.ROLLED, why=Why.NOTHING_OWED)
    if wish.choice in (None, Choice.ROLL):
        return _leave(share, wish)
    why = obstacle(share.amount, wish)
    return Verdict(LineState.CHOSEN) if why is None else Verdict(LineState.ROLLED, why=why)


def _leave(share: Share, wish: Wish) -> Verdict:
    why = Why.NOT_CHOSEN if wish.choice is None else Why.LEFT_TO_ROLL
    # What was corrected since comes out of the older part first: that one would lapse.
    expired = min(share.lapsing, share.amount) if wish.may_lapse else 0
    state = LineState.EXPIRED if expired == share.amount else LineState.ROLLED
    return Verdict(state, expired, why)


def obstacle(amount: int, wish: Wish) -> Why | None:
    """Return why a choice of credit, cash or charity cannot be followed; None if it can."""
    if wish.choice is Choice.CASH:
        if amount < wish.floor:
            return Why.BELOW_FLOOR
        return None if wish.has_account else Why.NO_ACCOUNT
    if wish.choice is Choice.CHARITY and not wish.has_charity:
        return Why.NO_CHARITY
    return None


class Listed(NamedTuple):
    """A locked line as the digest of the list covers it."""

    line_id: int
    user_id: int
    earned: int
    carried: int
    expired: int
    matched: int
    choice: str | None
    charity_id: int | None
    account_digest: str | None
    decided: str | None


def digest_of(lines: Iterable[Listed]) -> str:
    """Return the SHA-256 of a locked list in hexadecimal; lines ascend by id.

    It covers what was decided at the lock and nothing that changes afterwards, so that who
    approves, and later who exports, can see that it is still the list that was locked.
    """
    digest = sha256()
    for line in lines:
        digest.update((";".join("" if v is None else str(v) for v in line) + "\n").encode())
    return digest.hexdigest()


def matched(amount: int, match_percent: int) -> int:
    """Return what the operator adds to a gift, rounded down to whole minor units."""
    return max(amount, 0) * match_percent // 100
