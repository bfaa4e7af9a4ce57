"""Looking for rings every night, and carrying out what moderators decide about them.

While a payment is near, groups for which less speaks are in doubt (``evidence.DOUBTFUL``): their
members' payback waits, too, until more is found, the doubt is gone, or somebody has decided.

Everything may be repeated: a finding that waits is only brought up to date, a decision is carried
out once (compare-and-set on the finding's state), holds and exclusions are placed once.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import delete, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM
from community.core.db import count_changed, db, insert_ignoring_conflicts
from community.core.jobs import emit
from community.core.settings import current_settings
from community.events.rings import RingDropped, RingSettled, RingSuspected
from reputation.fairness import queries
from reputation.fairness.evidence import DOUBTFUL, Limits, Ring
from reputation.fairness.graph import Graph, Tally, graph_of
from reputation.fairness.groups import CROWD, marks_of
from reputation.fairness.models import (
    CLEARED,
    CONFIRMED,
    DOUBTED,
    DROPPED,
    SUSPECTED,
    UNDECIDED,
    UNDONE,
    RingFinding,
    RingMember,
)
from reputation.fairness.rings import find_rings
from reputation.ledger.operations import exclude_pairs, lift_exclusions, lock_accounts
from reputation.payback.operations.holds import lift_hold, place_hold
from reputation.payback.queries.periods import is_payment_near

RING, DOUBT = "ring", "doubt"
# What began some days ago shows in a week, in which its members did little else; slow rings show
# in months.
WINDOWS_DAYS = (7, 21, 60, 180)
NEW_DAYS = 30
# Only who thanked or was thanked lately can have become one of a ring; nights may have been missed.
ACTIVE_DAYS = 30
PAIRS_KEPT = 150


class Seen(NamedTuple):
    """A group that was found, in the thanks of how many days, and whether it is only in doubt."""

    days: int
    ring: Ring
    is_doubt: bool = False


Found = list[Seen]


def search_rings() -> Found:
    """Return the rings in the thanks of the last weeks and months; while a payment is near, doubts.

    Reads only, and takes a while on a large site: call it outside a writing transaction.
    """
    now, limits = clock.now(), limits_set()
    links = marks_of(queries.list_marks(now - trace_age(), CROWD))
    new_accounts = queries.list_new_accounts(now - timedelta(days=NEW_DAYS))
    # What was in doubt is looked at again, whoever is active.
    around = queries.list_active(now - timedelta(days=ACTIVE_DAYS)) | queries.list_doubted()
    doubtful = _doubtful(limits) if is_payment_near(now) else None
    found: Found = []
    for days in WINDOWS_DAYS:
        since = now - timedelta(days=days)
        audience = queries.Readership(since, now)
        rings, doubts = find_rings(
            _graph_since(since), links, new_accounts, limits, around, audience, doubtful
        )
        found += [Seen(days, ring) for ring in rings]
        found += [Seen(days, ring, is_doubt=True) for ring in doubts]
    return found


def note_rings(found: Found) -> int:
    """Keep what was found, hold back payback, and tell; returns how many findings are new.

    A finding that waits already is brought up to date; a doubt that is gone is dropped, and holds
    nobody any more. Call it in a transaction of its own.
    """
    now = clock.now()
    people = {user_id for seen in found for user_id in seen.ring.members}
    # Two searches that end at once note one after the other.
    lock_accounts(sorted(people | queries.list_doubted()))
    new = sum(_note(seen.ring, seen.days, now) for seen in found if not seen.is_doubt)
    return new + _note_doubts([seen for seen in found if seen.is_doubt], now)


def limits_set() -> Limits:
    """Return what it takes to be called a ring, as the operator has set it."""
    return Limits(closed=current_settings().ring_closed_percent / 100)


def _doubtful(limits: Limits) -> Limits:
    """Return what it takes to be in doubt: never more than to be suspected."""
    return replace(DOUBTFUL, closed=min(DOUBTFUL.closed, limits.closed))


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
        if _is_same(members, ring):
            if set(ring.members) - members:
                _tell(finding, members | set(ring.members), ring, days, now)
            return False
    for finding, members in queries.list_suspected(DOUBTED):
        if _is_same(members, ring):
            if not _change(finding, (DOUBTED,), {"state": SUSPECTED, "found_at": now}):
                return False
            _tell(finding, members | set(ring.members), ring, days, now)
            return True
    _tell(_keep(SUSPECTED, now), ring.members, ring, days, now)
    return True


def _note_doubts(doubts: Found, now: datetime) -> int:
    """Bring what is in doubt up to date: those who are suspected are held for that already."""
    suspected = [members for _, members in queries.list_suspected()]
    before = queries.list_suspected(DOUBTED)
    new = 0
    for members, seen in _merged(doubts):
        if any(held.issuperset(members) for held in suspected):
            continue
        same = next((each for each in before if _is_same(each[1], seen.ring)), None)
        if same is None:
            _tell(_keep(DOUBTED, now), members, seen.ring, seen.days, now)
            new += 1
        else:
            before.remove(same)
            _bring_up_to_date(*same, members, seen, now)
    for finding, _members in before:
        _drop(finding)
    return new


def _merged(doubts: Found) -> list[tuple[set[int], Seen]]:
    """Return the groups in doubt, each once with all whom any stretch of time shows in it."""
    merged: list[tuple[set[int], Seen]] = []
    for seen in doubts:
        same = next((each for each in merged if _is_same(each[0], seen.ring)), None)
        if same is None:
            merged.append((set(seen.ring.members), seen))
        else:
            same[0].update(seen.ring.members)
    return merged


def _is_same(members: Collection[int], ring: Ring) -> bool:
    shared = len(set(members).intersection(ring.members))
    return 2 * shared >= min(len(members), len(ring.members))


def _keep(state: str, now: datetime) -> RingFinding:
    finding = RingFinding(state=state, evidence={}, found_at=now)
    db.session.add(finding)
    db.session.flush()
    return finding


def _bring_up_to_date(
    finding: RingFinding, before: set[int], members: set[int], seen: Seen, now: datetime
) -> None:
    """Let a doubt be about those for whom it holds now; the others are free."""
    if before == members:
        return
    for user_id in sorted(before - members):
        is_theirs = (RingMember.finding_id == finding.id) & (RingMember.user_id == user_id)
        db.session.execute(delete(RingMember).where(is_theirs))
        lift_hold(finding.source, by=SYSTEM, user_id=user_id)
    _tell(finding, members, seen.ring, seen.days, now)


def _drop(finding: RingFinding) -> None:
    """Hold nobody for a doubt any more: it is gone, or no payment is near."""
    if _decide(finding, (DOUBTED,), {"state": DROPPED}):
        lift_hold(finding.source, by=SYSTEM)
        emit(RingDropped(finding.source))


def _tell(
    finding: RingFinding, members: Iterable[int], ring: Ring, days: int, now: datetime
) -> None:
    people, is_doubt = sorted(members), finding.state == DOUBTED
    finding.evidence = _evidence(people, ring, days, now) | ({DOUBT: True} if is_doubt else {})
    for user_id in people:
        values = {"finding_id": finding.id, "user_id": user_id}
        db.session.execute(insert_ignoring_conflicts(RingMember).values(**values))
        reason = DOUBT if is_doubt else RING
        place_hold(user_id, reason=reason, reference=finding.source, by=SYSTEM)
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
    # A doubt may have gone while somebody decided: what a person has said holds.
    if _decide(finding, (*UNDECIDED, DROPPED), {"state": state, "case_id": case_id}):
        if state == CONFIRMED:
            _exclude(finding)
            _free_whose_gains_are_gone(finding)
        else:
            lift_hold(finding.source, by=SYSTEM)
        emit(RingSettled(source))


def _free_whose_gains_are_gone(finding: RingFinding) -> None:
    """Let honest points be paid, unless books were closed over points that are not honest.

    Those wait, again where the doubt they waited for was dropped before the decision.
    """
    members = queries.list_members(finding.id)
    out_of_reach = queries.list_out_of_reach(members)
    for user_id in sorted(members):
        if user_id in out_of_reach:
            place_hold(user_id, reason=RING, reference=finding.source, by=SYSTEM)
        else:
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
    if _decide(finding, (CONFIRMED,), {"state": UNDONE}):
        entries = lift_exclusions(SYSTEM, f"case:{finding.case_id}")
        lift_hold(finding.source, by=SYSTEM)
        after = {"case": finding.case_id, "entries": entries}
        record(SYSTEM, Action.PAIRS_INCLUDED, subject=("ring", finding.id), after=after)


def _decide(finding: RingFinding, states: Collection[str], new: dict[str, Any]) -> bool:
    return _change(finding, states, {**new, "decided_at": clock.now()})


def _change(finding: RingFinding, states: Collection[str], new: dict[str, Any]) -> bool:
    changed = count_changed(
        update(RingFinding)
        .where(RingFinding.id == finding.id, RingFinding.state.in_(states))
        .values(**new)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(finding)
    return bool(changed)
