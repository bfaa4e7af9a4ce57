"""Where 60 and 75 stand: what past lessons, each judged by others, say of those that are to come.

A few hundred lessons have a handful at the top, of which one alone decides whether 98 % are spam.
So a curve is laid through all of them, and what it expects above a place must not be contradicted
by what was seen there. (Source: J. Platt, "Probabilistic Outputs for Support Vector Machines",
1999, whose targets keep few lessons from being sure of anything.)
"""

from collections.abc import Sequence
from itertools import groupby
from math import exp, log1p, sqrt

from moderation.spam.bayes import Scale

# However clean a past, nothing is held that hardly speaks for spam (thousandths of evidence).
LEAST_HELD, LEAST_REVIEWED = 1_500, 1_000
MOST_STEPS, CLOSE = 50, 1e-6

# The evidence of a text, and whether it was spam.
Judged = Sequence[tuple[float, bool]]


def scale_for(judged: Judged, *, held_precision: float, reviewed_precision: float) -> Scale:
    """Return the scale on which as many texts as past decisions allow are held and reviewed.

    Where too few are sure, the scale is the one of a new model, but nothing is held that looks
    less like spam than something did that was none.
    """
    default = Scale()
    curve = _curve_through(judged)
    held = _lowest(judged, curve, held_precision)
    reviewed = _lowest(judged, curve, reviewed_precision)
    if held is None:
        innocent = max((evidence for evidence, is_spam in judged if not is_spam), default=0.0)
        held = max(default.held, int(1_000 * innocent) + 1)
    held = max(held, LEAST_HELD)
    reviewed = default.reviewed if reviewed is None else max(reviewed, LEAST_REVIEWED)
    return Scale(min(reviewed, held), held)


def _lowest(judged: Judged, curve: tuple[float, float], precision: float) -> int | None:
    """Return the lowest evidence, in thousandths, above which so large a share is spam."""
    found, number, wrong, expected = None, 0, 0, 0.0
    by_evidence = groupby(sorted(judged, reverse=True), key=lambda each: int(1_000 * each[0]))
    for thousandths, alike in by_evidence:
        for evidence, is_spam in alike:
            number, wrong = number + 1, wrong + (not is_spam)
            expected += _chance(curve, evidence)
        usual = (1 - precision) * number
        if expected >= precision * number and wrong <= usual + 2 * sqrt(usual):
            found = thousandths
    return found


def _chance(curve: tuple[float, float], evidence: float) -> float:
    """Return how likely a text of some evidence is spam."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, curve[0] * evidence + curve[1]))))


def _curve_through(judged: Judged) -> tuple[float, float]:
    """Return slope and height of the logistic curve that fits best, by Newton's method."""
    spam = sum(is_spam for _evidence, is_spam in judged)
    aims = {True: (spam + 1) / (spam + 2), False: 1 / (len(judged) - spam + 2)}
    points = [(evidence, aims[is_spam]) for evidence, is_spam in judged]
    curve, loss = (0.0, 0.0), _loss(points, (0.0, 0.0))
    for _step in range(MOST_STEPS):
        slope, height = _newton_step(points, curve)
        part = 1.0
        while part > CLOSE:
            tried = (curve[0] + part * slope, curve[1] + part * height)
            if (new := _loss(points, tried)) < loss:
                break
            part /= 2
        else:
            break
        gained, curve, loss = loss - new, tried, new
        if gained < CLOSE:
            break
    return curve


def _newton_step(
    points: Sequence[tuple[float, float]], curve: tuple[float, float]
) -> tuple[float, float]:
    by_slope = by_height = both = 0.0
    bend_slope = bend_height = 1e-9
    for evidence, aim in points:
        chance = _chance(curve, evidence)
        missing, bend = aim - chance, chance * (1 - chance)
        by_slope += missing * evidence
        by_height += missing
        bend_slope += bend * evidence * evidence
        bend_height += bend
        both += bend * evidence
    scale = bend_slope * bend_height - both * both or 1e-12
    return (
        (bend_height * by_slope - both * by_height) / scale,
        (bend_slope * by_height - both * by_slope) / scale,
    )


def _loss(points: Sequence[tuple[float, float]], curve: tuple[float, float]) -> float:
    total = 0.0
    for evidence, aim in points:
        line = curve[0] * evidence + curve[1]
        total += max(line, 0.0) + log1p(exp(-abs(line))) - aim * line
    return total
