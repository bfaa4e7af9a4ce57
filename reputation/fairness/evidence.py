"""What speaks for somebody's being one of a ring, and how much of it is enough: pure figures.

Each figure adds to the log-odds that a member of a group is there by arrangement. The weights are
those of a logistic regression on made-up communities; ``python3 -m tests.benchmarks.fitting`` fits
them again, and docs/fairness.md says on which, and what they find in others.

Source: weights of evidence, I. J. Good, "Weight of evidence: a brief survey", 1985.
"""

from dataclasses import dataclass
from math import log
from typing import NamedTuple

HALF = 0.5
RARELY = 0.25
# That of some posts all are thanked for is not believed.
MOST_USUAL = 0.95
# However many posts there are, they are of one group.
MOST_UNLIKED = 10.0


class Figures(NamedTuple):
    """What speaks for or against one member of a group; shares are as log-odds.

    Of the group: ``closed`` is the share of its members' thanks that stays inside beyond what is
    expected, ``audience`` the share of thanks for the posts they thanked each other for that came
    from inside (friends like what others like, too), ``unliked`` how much speaks for those posts'
    being of a ring that hardly anybody else thanks for them, where posts like them are thanked for.
    Of the member: ``share`` of what they give, or of what they get, the larger one, that is inside;
    ``part`` the logarithm of what they pass there against the group's median, or against the least
    that members of a ring pass: among many who thanked once, once is not much; ``partners`` the
    share of what others pass there that those pass with whom they have any ties, so that feeding
    one member counts as well as thanking all; ``linked`` 1 where they share a mark with another
    one, ``new`` 1 where the account is new.
    """

    closed: float
    audience: float
    unliked: float
    share: float
    part: float
    partners: float
    linked: float
    new: float


BIAS = -12.7
WEIGHTS = Figures(
    closed=1.94,
    audience=0.76,
    unliked=0.82,
    share=0.53,
    part=2.07,
    partners=8.69,
    linked=1.11,
    new=2.12,
)


def weigh(figures: Figures) -> float:
    """Return the log-odds, in nats, that a member is part of a ring."""
    return BIAS + sum(weight * figure for weight, figure in zip(WEIGHTS, figures, strict=True))


def weigh_post(usual: float, *, is_liked: bool) -> float:
    """Return what a post that somebody thanked a friend for says: log-odds, in nats, of a ring.

    ``usual`` is the share of posts like it that anybody thanks for; others thank for posts of rings
    ``RARELY`` as often.
    """
    if is_liked:
        return log(RARELY)
    return log((1 - RARELY * usual) / (1 - min(MOST_USUAL, usual)))


def log_odds(share: float) -> float:
    """Return the log-odds of a share; beyond 2 and 98 percent more is not believed."""
    kept = min(0.98, max(0.02, share))
    return log(kept / (1 - kept))


@dataclass(frozen=True)
class Limits:
    """What it takes to be called a ring, whatever else there is.

    ``evidence`` is the least of ``weigh`` for each member, ``closed`` the least share of all that
    members give and get that stays inside beyond the expected. Thanks are counted beyond the
    expected: ``excess_each`` a head, ``excess_pair`` a head of two members alone. ``mutual`` is the
    share that is returned. Where thanks are not returned, ``bystanders`` of them must not come from
    who had asked: askers thank those who answer them.
    """

    closed: float = 0.2
    evidence: float = 0.7
    excess_each: float = 2.5
    excess_pair: float = 5.0
    mutual: float = 0.25
    bystanders: float = 0.3


DEFAULT = Limits()
# Too little to suspect anybody, enough to wait with their money. Nothing is known yet of a slow
# ring that has begun: it takes few thanks to be in doubt.
DOUBTFUL = Limits(closed=0.15, evidence=-3.0, excess_each=1.5, excess_pair=3.0)


@dataclass(frozen=True)
class Ring:
    """A group that is suspected, and the figures that say why.

    ``excess`` is how many of its thanks are beyond the expected, ``closed`` which share of all that
    its members give and get those are, ``mutual`` the share of them that is returned, ``audience``
    the share of thanks for their posts that came from inside, ``as_bystander`` of thanks from who
    had not asked, ``linked`` the share of members who share a mark with another one, ``new`` that
    of new accounts. ``evidence`` is the least of its members' log-odds.
    """

    members: tuple[int, ...]
    thanks: int
    excess: float
    closed: float
    mutual: float
    audience: float
    as_bystander: float
    linked: float
    new: float
    evidence: float

    @property
    def signals(self) -> tuple[str, ...]:
        """Return what speaks for it, by name."""
        found = ["pair" if len(self.members) == 2 else "ring"]
        if len(self.members) > 2 and self.mutual < DEFAULT.mutual:
            found = ["feeding"]
        if self.as_bystander < HALF:
            found.append("acceptances")
        if self.linked >= HALF:
            found.append("linked")
        if self.new >= HALF:
            found.append("new_accounts")
        return tuple(found)
