"""Fits the weights of what speaks for a ring: ``reputation/fairness/evidence.py``.

    python3 -m tests.benchmarks.fitting collect FOLDER --strangers 0.4 --seed 1 --seed 2
    python3 -m tests.benchmarks.fitting fit FOLDER

The first makes up communities with hidden rings and keeps every group that the search grows in any
night, some minutes a seed. The second fits a logistic regression on the members of those groups by
Newton's method, and prints weights and the least evidence for the precision asked for.

Whoever is found once is found. So of somebody innocent the night counts in which most speaks
against them, and of one of a ring the best of those until a day after the ring was visible. Which
that is depends on the weights: fitting and looking again take turns, on groups that are hard to
tell. The least evidence is then counted off over all groups.
"""

import argparse
import pickle
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

from reputation.fairness.evidence import DEFAULT, Figures
from reputation.fairness.groups import Group, group_of
from reputation.fairness.peeling import Circle, is_arranged
from reputation.fairness.rings import Search
from tests.reputation.fairness.dishonest import MOST_STRANGERS, HiddenRing, plant_rings
from tests.reputation.fairness.honest import make_community
from tests.reputation.fairness.nights import Night, nights_of

MEMBERS, RINGS = 10_000, 60
PRECISION = 0.985
ROUNDS, STEPS = 2, 8
RIDGE = 1.0
FIRST = (-8.3, 1.4, 0.7, 0.5, 0.5, 2.0, 6.2, 0.4, 2.3)
# Looked at again and again are the groups in which most speaks for a ring.
HARD = 2_500
LEAST_EXCESS = 5.0
HOPELESS = -3.0
NEVER = -50.0

Row = tuple[float, ...]


@dataclass(frozen=True)
class Seen:
    """What the search grew in a community: groups, each with its night."""

    seed: int
    strangers: float
    days: int
    rings: list[HiddenRing]
    groups: list[tuple[int, Group]]


@dataclass
class Best:
    """The log-odds of a member in the group and night in which most speaks for a ring."""

    evidence: float
    row: Row


def collect(seed: int, strangers: float, folder: Path) -> None:
    """Keep what the search grows in every night of a community."""
    rng = random.Random(seed)
    community = make_community(rng, MEMBERS)
    rings = plant_rings(rng, community, RINGS, strangers)
    groups = [
        (night.number, group) for night in nights_of(community) for group in _groups_of(night)
    ]
    seen = Seen(seed, strangers, community.days, rings, groups)
    (folder / f"{seed}-{strangers}.pickle").write_bytes(pickle.dumps(seen))
    print(f"seed {seed}: {len(community.thanks)} thanks, {len(groups)} groups", flush=True)


def _groups_of(night: Night) -> Iterator[Group]:
    for window in night.windows:
        audience = night.audience(window)
        for members in Search(window.graph).groups(night.active):
            group = group_of(members, window.graph, night.links, night.new)
            if sum(tie.excess for tie in group.ties.values()) >= LEAST_EXCESS:
                read = group.read_by(audience)
                found = weigh_members(read, FIRST)
                if max(best.evidence for best in found.values()) >= HOPELESS:
                    yield read


def weigh_members(group: Group, weights: Row) -> dict[int, Best]:
    """Return for each member the evidence up to which the search would find them in this group.

    The search leaves out the weakest until all that are left have evidence enough, so everybody is
    as strong as the weakest of the strongest circle they are in.
    """
    circle, found = Circle(group), {}
    best, rows = NEVER, dict[int, Row]()
    while len(circle.left) > 1:
        present: dict[int, Row] = {u: (1.0, *f) for u, f in circle.figures().items()}
        sums = {user_id: _sum(weights, row) for user_id, row in present.items()}
        weakest = min(sums, key=lambda user_id: (sums[user_id], user_id))
        if not rows or (sums[weakest] > best and is_arranged(circle.ring(0.0), DEFAULT)):
            best = sums[weakest] if is_arranged(circle.ring(0.0), DEFAULT) else NEVER
            rows = present
        found[weakest] = Best(best, rows[weakest])
        circle.leave(weakest)
    (last,) = circle.left
    return found | {last: Best(best, rows[last])}


def _sum(weights: Row, row: Row) -> float:
    return sum(weight * figure for weight, figure in zip(weights, row, strict=True))


class Looking:
    """Looks at a community with weights: how strong the evidence against each member gets."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._places = seen, list(range(len(seen.groups)))
        self.visible = {user_id: ring.visible for ring in seen.rings for user_id in ring.members}
        self.guilty = [u for u, at in self.visible.items() if at < seen.days - 1]
        self.in_time: dict[int, Best] = {}
        self.ever: dict[int, Best] = {}

    def look(self, weights: Row) -> None:
        """Weigh all groups that are looked at."""
        self.in_time, self.ever, tops = {}, {}, {}
        for place in self._places:
            night, group = self._seen.groups[place]
            found = weigh_members(group, weights)
            tops[place] = max(best.evidence for best in found.values())
            for user_id, best in found.items():
                _keep(self.ever, user_id, best)
                if night <= self.visible.get(user_id, 0) + 1:
                    _keep(self.in_time, user_id, best)
        self._narrow(tops)

    def _narrow(self, tops: dict[int, float]) -> None:
        """Look only at what is hard to tell from now on, and at rings that become visible."""
        hard = set(sorted(tops, key=lambda place: -tops[place])[:HARD])
        self._places = [p for p in self._places if p in hard or self._is_of_rings(p)]

    def _is_of_rings(self, place: int) -> bool:
        night, group = self._seen.groups[place]
        visible = (self.visible.get(user_id, NEVER) for user_id in group.members)
        return any(at <= night <= at + 1 for at in visible)

    def rows(self) -> Iterator[tuple[Row, bool]]:
        """Yield figures and whether they are of a ring."""
        yield from ((self.in_time[u].row, True) for u in self.guilty if u in self.in_time)
        for user_id, best in self.ever.items():
            if user_id not in self.visible and best.evidence > NEVER:
                yield best.row, False


def _keep(kept: dict[int, Best], user_id: int, best: Best) -> None:
    if user_id not in kept or best.evidence > kept[user_id].evidence:
        kept[user_id] = best


def fit(seen: Sequence[Seen]) -> tuple[Row, float]:
    """Return weights, the constant first, and the least evidence for the precision asked for."""
    looking = [Looking(each) for each in seen]
    weights: Row = FIRST
    for _round in range(ROUNDS):
        for each in looking:
            each.look(weights)
        print(*(f"{weight:.2f}" for weight in weights), *_reached(looking), flush=True)
        weights = _regression([row for each in looking for row in each.rows()], weights)
    # Weights that are new may find what was easy to tell before: all groups are looked at again.
    anew = [Looking(each) for each in seen]
    for each in anew:
        each.look(weights)
    return weights, _reached(anew)[0]


def _reached(looking: Iterable[Looking]) -> tuple[float, float]:
    """Return the least evidence at which the precision holds, and the recall in time there."""
    flags, found, guilty = [], [], 0
    for each in looking:
        flags += [(best.evidence, user in each.visible) for user, best in each.ever.items()]
        found += [each.in_time[user].evidence for user in each.guilty if user in each.in_time]
        guilty += len(each.guilty)
    rightly, least = 0, 0.0
    for number, (evidence, is_right) in enumerate(sorted(flags, reverse=True), 1):
        rightly += is_right
        if rightly >= PRECISION * number:
            least = evidence
    return least, sum(evidence >= least for evidence in found) / guilty


def _regression(rows: Sequence[tuple[Row, bool]], weights: Row) -> Row:
    """Return the weights under which the rows are most likely (Newton's method, with a ridge)."""
    for _step in range(STEPS):
        slope = [0.0, *(-RIDGE * weight for weight in weights[1:])]
        bend = [[RIDGE * (i == j > 0) for j in range(len(weights))] for i in range(len(weights))]
        for row, is_guilty in rows:
            odds = 1 / (1 + exp(-max(-30.0, min(30.0, _sum(weights, row)))))
            for i, figure in enumerate(row):
                slope[i] += (is_guilty - odds) * figure
                for j, other in enumerate(row):
                    bend[i][j] += odds * (1 - odds) * figure * other
        step = _solve(bend, slope)
        short = min(1.0, 2 / max(map(abs, step)))
        weights = tuple(weight + short * by for weight, by in zip(weights, step, strict=True))
    return weights


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of linear equations (Gauss and Jordan)."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k, row in enumerate(rows):
            if k != i:
                by = row[i] / rows[i][i]
                rows[k] = [a - by * b for a, b in zip(row, rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def main() -> None:
    """Collect, or fit what was collected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("collect", "fit"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, action="append", default=[])
    parser.add_argument("--strangers", type=float, default=MOST_STRANGERS)
    arguments = parser.parse_args()
    if arguments.what == "collect":
        for seed in arguments.seed:
            collect(seed, arguments.strangers, arguments.folder)
        return
    files = sorted(arguments.folder.glob("*.pickle"))
    weights, least = fit([pickle.loads(file.read_bytes()) for file in files])
    print("constant", round(weights[0], 2), Figures(*(round(w, 2) for w in weights[1:])))
    print("least evidence", round(least, 2))


if __name__ == "__main__":
    main()
