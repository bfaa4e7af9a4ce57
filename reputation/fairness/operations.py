"""Looking for rings every night, and carrying out what moderators decide about them.

Everything may be repeated: a finding that waits is only brought up to date, a decision is carried
out once (compare-and-set on the finding's state), holds and exclusions are placed once.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.core.settings import current_settings
from community.events import RingSettled, RingSuspected
from reputation.fairness import queries
from reputation.fairness.evidence import Limits, Ring
from reputation.fairness.graph import Graph, Tally, graph_of
from reputation.fairness.groups import CROWD, marks_of
from reputation.fairness.models import (
    CLEARED,
    CONFIRMED,
    SUSPECTED,
    UNDONE,
    RingFinding,
    RingMember,
)
from reputation.fairness.rings import find_rings
from reputation.ledger.operations import exclude_pairs, lift_exclusions, lock_accounts
from reputation.payback.operations.holds import lift_hold, place_hold

RING = "ring"
# Fast rings show in few weeks, slow ones in months.
WINDOWS_DAYS = (21, 60, 180)
NEW_DAYS = 30
# Only who thanked or was thanked lately can have become one of a ring; nights may have been missed.
ACTIVE_DAYS = 30
PAIRS_KEPT = 150


Found = list[tuple[int, Ring]]


def search_rings() -> Found:
    """Return the rings in the thanks of the last weeks and months, each with the days looked at.

    Reads only, and takes a while on a large site: call it outside a writing transaction.
    """
    now, limits = clock.now(), limits_set()
    links = marks_of(queries.list_marks(now - trace_age(), CROWD))
    new_accounts = queries.list_new_accounts(now - timedelta(days=NEW_DAYS))
    active = queries.list_active(now - timedelta(days=ACTIVE_DAYS))
    return [
        (days, ring)
        for days in WINDOWS_DAYS
        for ring in find_rings(
            _graph_since(now - timedelta(days=days)),
            links,
            new_accounts,
            limits,
            around=active,
            audience=queries.Readership(now - timedelta(days=days), now),
        )
    ]


def note_rings(found: Found) -> int:
    """Keep what was found, hold back payback, and tell; returns how many findings are new.

    A finding that waits already is brought up to date. Call it in a transaction of its own.
    """
    now = clock.now()
    # Two searches that end at once note one after the other.
    lock_accounts(sorted({user_id for _, ring in found for user_id in ring.members}))
    return sum(_note(ring, days, now) for days, ring in found)


def limits_set() -> Limits:
    """Return what it takes to be called a ring, as the operator has set it."""
    return Limits(closed=current_settings().ring_closed_percent / 100)


def trace_age() -> timedelta:
    """Return how long marks of devices and addresses are kept."""
    return timedelta(days=current_settings().trace_days)


def _graph_since(since: datetime) -> Graph:
    excluded = queries.list_excluded()
    tallies = (t for t in queries.list_tallies(since) if _pair_of(t) not in excluded)
    graph = graph_of(tallies, queries.list_posts(since))
    _forget_cleared(graph, since, excluded)
    return graph


def _pair_of(tally: Tally) -> tuple[int, int]:
    return min(tally[:2]), max(tally[:2])


def _forget_cleared(graph: Graph, since: datetime, excluded: Collection[tuple[int, int]]) -> None:
    """Leave out what was looked at before and found to be in order."""
    known: dict[tuple[int, int, int, bool], int] = {}
    for decided_at, members in queries.list_groups_cleared(since):
        for tally in queries.list_tallies(since, decided_at, members):
            if _pair_of(tally) not in excluded:
                # Of two groups with the same pair the later decision covers more.
                known[tally[:4]] = max(known.get(tally[:4], 0), tally.thanks)
    for key, count in known.items():
        graph.add(Tally(*key, -count))


def _note(ring: Ring, days: int, now: datetime) -> bool:
    """Keep a finding, or bring one that waits up to date; says whether it is new."""
    for finding, members in queries.list_suspected():
        if 2 * len(members & set(ring.members)) >= min(len(members), len(ring.members)):
            if set(ring.members) - members:
                _tell(finding, members | set(ring.members), ring, days, now)
            return False
    finding = RingFinding(state=SUSPECTED, evidence={}, found_at=now)
    db.session.add(finding)
    db.session.flush()
    _tell(finding, ring.members, ring, days, now)
    return True


def _tell(
    finding: RingFinding, members: Iterable[int], ring: Ring, days: int, now: datetime
) -> None:
    people = sorted(members)
    finding.evidence = _evidence(people, ring, days, now)
    for user_id in people:
        values = {"finding_id": finding.id, "user_id": user_id}
        db.session.execute(insert_ignoring_conflicts(RingMember).values(**values))
        place_hold(user_id, reason=RING, reference=finding.source, by=SYSTEM)
    emit(RingSuspected(finding.source, people, finding.evidence))


def _evidence(members: list[int], ring: Ring, days: int, now: datetime) -> dict[str, Any]:
    """Return ids and numbers for those who decide."""
    pairs = queries.list_evidence(members, now - timedelta(days=days))
    return {
        "days": days,
        "signals": list(ring.signals),
        "thanks": ring.thanks,
        "closed_percent": round(100 * ring.closed),
        "mutual_percent": round(100 * ring.mutual),
        "linked_percent": round(100 * ring.linked),
        "audience_percent": round(100 * ring.audience),
        "pairs": [
            [one.giver_id, one.receiver_id, one.thanks, one.accepted] for one in pairs[:PAIRS_KEPT]
        ],
    }


def carry_out(source: str, decision: str, case_id: int) -> None:
    """Do what a moderator decided: exclude and reverse, or clear. Once; again changes nothing."""
    finding = queries.get_finding_of(source)
    if finding is None:
        return
    state = CONFIRMED if decision == "violation" else CLEARED
    if _change(finding, SUSPECTED, {"state": state, "case_id": case_id}):
        if state == CONFIRMED:
            _exclude(finding)
            _free_whose_gains_are_gone(finding)
        else:
            lift_hold(finding.source, by=SYSTEM)
        emit(RingSettled(source))


def _free_whose_gains_are_gone(finding: RingFinding) -> None:
    """Let honest points be paid, unless books were closed over points that are not honest."""
    members = queries.list_members(finding.id)
    for user_id in sorted(members - queries.list_out_of_reach(members)):
        lift_hold(finding.source, by=SYSTEM, user_id=user_id)


def _exclude(finding: RingFinding) -> None:
    members = sorted(queries.list_members(finding.id))
    reference = f"case:{finding.case_id}"
    entries = exclude_pairs(SYSTEM, combinations(members, 2), reason=RING, reference=reference)
    after = {"case": finding.case_id, "members": members, "entries": entries}
    record(SYSTEM, Action.PAIRS_EXCLUDED, subject=("ring", finding.id), after=after)


def take_back(source: str) -> None:
    """Undo what was carried out: members may earn by each other again, and get back what they had.

    Once; again changes nothing.
    """
    finding = queries.get_finding_of(source)
    if finding is None:
        return
    if _change(finding, CONFIRMED, {"state": UNDONE}):
        entries = lift_exclusions(SYSTEM, f"case:{finding.case_id}")
        lift_hold(finding.source, by=SYSTEM)
        after = {"case": finding.case_id, "entries": entries}
        record(SYSTEM, Action.PAIRS_INCLUDED, subject=("ring", finding.id), after=after)


def _change(finding: RingFinding, state: str, new: dict[str, Any]) -> bool:
    changed = count_changed(
        update(RingFinding)
        .where(RingFinding.id == finding.id, RingFinding.state == state)
        .values(**new, decided_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(finding)
    return bool(changed)
