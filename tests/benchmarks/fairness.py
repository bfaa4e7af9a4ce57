"""How many members of hidden rings are found in time, and how many others are suspected.

Each run makes up a community of 10,000 members with 60 rings (``tests/reputation/fairness``) from a
seed, and searches every night of seventy. Seeds are chosen at run time and printed, so that a run
can be repeated.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from tests.reputation.fairness.dishonest import MOST_STRANGERS
from tests.reputation.fairness.nights import Score, simulate

RECALL, PRECISION = 0.90, 0.98


def main(
    *,
    seeds: Sequence[int] = (),
    runs: int = 1,
    strangers: float = MOST_STRANGERS,
    as_json: bool = False,
) -> int:
    """Print a line a seed, the least and the sums; returns 1 where a bound does not hold over all.

    ``strangers`` is how often others thank for what rings write, at most (``plant_rings``).
    """
    scores = []
    for seed in seeds or [secrets.randbits(32) for _run in range(runs)]:
        scores.append(simulate(seed, strangers=strangers))
        print(json.dumps(asdict(scores[-1])) if as_json else _line(scores[-1]), flush=True)
    recall = sum(s.found_in_time for s in scores) / sum(s.guilty for s in scores)
    precision = sum(s.flagged_rightly for s in scores) / max(1, sum(s.flagged for s in scores))
    for words, found, least, bound in (
        ("recall within a day", recall, min(s.recall for s in scores), RECALL),
        ("precision", precision, min(s.precision for s in scores), PRECISION),
    ):
        held = "held  " if found >= bound else "BROKEN"
        print(f"{held}  {words} >= {bound:.0%}: {found:.1%} (least of a seed {least:.1%})")
    return int(recall < RECALL or precision < PRECISION)


def _line(score: Score) -> str:
    kinds = ", ".join(f"{kind} {found}/{of}" for kind, (found, of) in score.by_kind.items())
    return (
        f"seed {score.seed}: {score.thanks} thanks; found in a day {score.recall:.1%} ({kinds}), "
        f"ever {score.found_ever / max(1, score.guilty):.1%}; of {score.flagged} suspected "
        f"{score.precision:.1%} rightly; of {score.reversible} thanks in rings that were found "
        f"{score.paid_too_soon} paid before, {score.delayed_members} others with "
        f"{score.delayed_share:.2%} of all points wait; slowest night {score.slowest_seconds:.1f} s"
    )
