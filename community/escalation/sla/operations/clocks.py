"""The clocks of a case: started, paused, met and reckoned anew as the case goes on.

The case's row is locked before its clocks, by these operations as by the sweep.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from community.core.db import count_changed, db, insert_ignoring_conflicts, lock_row
from community.escalation.calendars.business_time import OpeningHours, add_business_minutes
from community.escalation.calendars.models import Calendar
from community.escalation.sla.models import (
    BREACHED,
    FIRST,
    MET,
    NEXT,
    PAUSED,
    RESOLUTION,
    TO_OUTSIDE,
    CaseFacts,
    SlaClock,
    SlaPolicy,
)
from community.escalation.sla.operations.changes import (
    cancel,
    end_in_time_or_late,
    hours_of_clock,
    is_missed,
    note,
    set_timing,
)
from community.escalation.sla.policies import choose_policy
from community.escalation.sla.queries import (
    calendar_of_team,
    case_table,
    hours_since,
    list_policies,
    present_hours,
)
from community.escalation.sla.timing import Timing, begin, pause, resume, retarget

# Whom a case can wait for.
PAUSE_REASONS = ("customer", "third_party")
# Nobody has to solve these cases any more; whatever else a case comes to is a solution.
CANCELLING = frozenset({"answered_by_peers", "merged", "spam", "closed"})


class _Rules(NamedTuple):
    """What holds for a case: its policy, its calendar, and what that says now."""

    policy: SlaPolicy
    calendar: Calendar
    hours: OpeningHours

    def target(self, facts: CaseFacts, kind: str) -> int | None:
        minutes = self.policy.targets.get(facts.priority, {}).get(kind)
        return None if minutes is None else int(minutes)


def start_clocks(facts: CaseFacts, at: datetime) -> None:
    """Start the clocks of a new case; said twice, it changes nothing."""
    _lock_case(facts.case_id)
    if db.session.scalar(select(SlaClock.id).where(SlaClock.case_id == facts.case_id).limit(1)):
        return
    rules = _rules_for(facts)
    for kind in (FIRST, RESOLUTION):
        _start(kind, facts, rules, at)


def note_customer_message(case_id: int, at: datetime) -> None:
    """Start the clock of the next answer, or start it anew where the policy says so.

    While the first answer is still owed, that one counts.
    """
    clocks = _open_clocks(case_id)
    if FIRST in clocks:
        return
    if NEXT in clocks:
        _restart(clocks[NEXT], at)
        return
    latest = db.session.scalar(
        select(SlaClock)
        .where(SlaClock.case_id == case_id)
        .order_by(SlaClock.ended_at.is_not(None), SlaClock.id.desc())
        .limit(1)
    )
    if latest is not None:
        _start(NEXT, latest.facts, _rules_for(latest.facts), at)


def note_staff_reply(case_id: int, at: datetime) -> None:
    """Note that the team answered the customer: the first or next answer has come."""
    clocks = _open_clocks(case_id)
    for kind in (FIRST, NEXT):
        if kind in clocks:
            end_in_time_or_late(clocks[kind], at, "reply")


def pause_clocks(case_id: int, reason: str, at: datetime) -> None:
    """Let the clocks stand still while the case waits for somebody else.

    ``reason`` is one of ``PAUSE_REASONS``, which is kept; never what somebody wrote. A clock that
    has run out already is not spared: the sweep will find it. Raises ``ValueError``.
    """
    if reason not in PAUSE_REASONS:
        raise ValueError(reason)
    for clock in _open_clocks(case_id).values():
        if clock.state == PAUSED or is_missed(clock, at):
            continue
        before, clock.pause_reason = clock.due_at, reason
        if clock.state == BREACHED:
            clock.next_at = None
        else:
            past = hours_since(clock.calendar_id, clock.calendar_version)
            _move_to_present_calendar(clock)
            set_timing(clock, pause(clock.timing, at, past), hours_of_clock(clock))
        note(clock, "paused", at, reason=clock.pause_reason, due_before=before)


def resume_clocks(case_id: int, at: datetime) -> None:
    """Let the clocks run on; that of a case that had been solved does too."""
    clocks = _open_clocks(case_id)
    if RESOLUTION not in clocks:
        _reopen_resolution(case_id, at)
    for clock in clocks.values():
        if clock.state == PAUSED:
            clock.pause_reason = ""
            set_timing(clock, resume(clock.timing, at), hours_of_clock(clock))
            note(clock, "resumed", at)
        elif clock.state == BREACHED and clock.pause_reason:
            clock.pause_reason = ""
            _climb_on(clock, at)
            note(clock, "resumed", at)


def stop_clocks(case_id: int, at: datetime, outcome: str) -> None:
    """End the clocks of a case: solved, or (see ``CANCELLING``) nobody's task any more.

    An answer that never came before the case was solved is not owed any more.
    """
    for kind, clock in _open_clocks(case_id).items():
        if kind == RESOLUTION and outcome not in CANCELLING:
            end_in_time_or_late(clock, at, outcome)
        else:
            cancel(clock, at, outcome)


def reconsider(facts: CaseFacts, at: datetime) -> None:
    """Reckon the open clocks of a case anew, by the facts and rules that hold now.

    What was spent stays spent, by the hours that held then; only what is left is reckoned anew. A
    deadline that has been missed stays missed.
    """
    _reckon(_open_clocks(facts.case_id), facts, at)


def reconsider_by_rules(case_id: int, at: datetime) -> None:
    """Reckon the open clocks of a case anew, by the rules that hold now and the facts known."""
    clocks = _open_clocks(case_id)
    for clock in clocks.values():
        _reckon({clock.kind: clock}, clock.facts, at)


def _reckon(clocks: Mapping[str, SlaClock], facts: CaseFacts, at: datetime) -> None:
    rules = _rules_for(facts) if clocks else None
    for clock in clocks.values():
        if rules and clock.state != BREACHED and not is_missed(clock, at):
            _recompute(clock, facts, rules, at)


def _recompute(clock: SlaClock, facts: CaseFacts, rules: _Rules, at: datetime) -> None:
    reasons = _reasons(clock, facts, rules)
    _set_facts(clock, facts)
    if not reasons:
        return
    target = rules.target(facts, clock.kind)
    if target is None:
        _set_rules(clock, rules)
        cancel(clock, at, "unpromised")
        return
    before, past = clock.due_at, hours_since(clock.calendar_id, clock.calendar_version)
    timing = retarget(clock.timing, target, at, past)
    _set_rules(clock, rules)
    set_timing(clock, timing, rules.hours)
    note(clock, "recomputed", at, reason=" ".join(reasons), due_before=before)


def _reasons(clock: SlaClock, facts: CaseFacts, rules: _Rules) -> list[str]:
    changed = {
        "priority": clock.priority != facts.priority,
        "team": clock.team_id != facts.team_id,
        "board": clock.board_id != facts.board_id,
        "policy": (clock.policy_id, clock.policy_version)
        != (rules.policy.id, rules.policy.version),
        "calendar": (clock.calendar_id, clock.calendar_version)
        != (rules.calendar.id, rules.calendar.version),
    }
    return [name for name, is_changed in changed.items() if is_changed]


def _set_facts(clock: SlaClock, facts: CaseFacts) -> None:
    clock.team_id, clock.board_id = facts.team_id, facts.board_id
    clock.priority, clock.language, clock.channel = facts.priority, facts.language, facts.channel


def _set_rules(clock: SlaClock, rules: _Rules) -> None:
    clock.policy_id, clock.policy_version = rules.policy.id, rules.policy.version
    clock.calendar_id, clock.calendar_version = rules.calendar.id, rules.calendar.version


def _start(kind: str, facts: CaseFacts, rules: _Rules, at: datetime) -> None:
    target = rules.target(facts, kind)
    if target is None:
        return
    values = {
        **facts._asdict(),
        "kind": kind,
        "policy_id": rules.policy.id,
        "policy_version": rules.policy.version,
        "calendar_id": rules.calendar.id,
        "calendar_version": rules.calendar.version,
        "target_minutes": target,
        "started_at": at,
    }
    if not count_changed(insert_ignoring_conflicts(SlaClock).values(**values)):
        return
    clock = _open_clocks(facts.case_id)[kind]
    set_timing(clock, begin(target, at), rules.hours)
    note(clock, "started", at)


def _restart(clock: SlaClock, at: datetime) -> None:
    policy = db.session.get_one(SlaPolicy, clock.policy_id)
    if clock.state == BREACHED or is_missed(clock, at) or not policy.restarts_next:
        return
    before = clock.due_at
    since = None if clock.state == PAUSED else at
    _move_to_present_calendar(clock)
    set_timing(clock, Timing(clock.target_minutes, timedelta(0), since), hours_of_clock(clock))
    note(clock, "restarted", at, reason="message", due_before=before)


def _reopen_resolution(case_id: int, at: datetime) -> None:
    """Let the clock of a solution run on that turned out to be none; one that was missed stays."""
    latest = db.session.scalar(
        select(SlaClock)
        .where(SlaClock.case_id == case_id, SlaClock.kind == RESOLUTION)
        .order_by(SlaClock.id.desc())
        .limit(1)
    )
    if latest is None or latest.state != MET:
        return
    latest.ended_at = None
    _move_to_present_calendar(latest)
    set_timing(latest, resume(latest.timing, at), hours_of_clock(latest))
    note(latest, "reopened", at)


def _climb_on(clock: SlaClock, at: datetime) -> None:
    policy = db.session.get_one(SlaPolicy, clock.policy_id)
    if clock.step < TO_OUTSIDE:
        clock.next_at = add_business_minutes(hours_of_clock(clock), at, policy.lead_after_minutes)


def _move_to_present_calendar(clock: SlaClock) -> None:
    clock.calendar_version = db.session.get_one(Calendar, clock.calendar_id).version


def _rules_for(facts: CaseFacts) -> _Rules:
    calendar = calendar_of_team(facts.team_id)
    policy = choose_policy(list_policies(), facts)
    return _Rules(policy, calendar, present_hours(calendar.id))


def _lock_case(case_id: int) -> None:
    cases = case_table()
    db.session.execute(lock_row(select(cases.c.id).where(cases.c.id == case_id)))


def _open_clocks(case_id: int) -> Mapping[str, SlaClock]:
    """Return the open clocks of a case by kind, locked."""
    _lock_case(case_id)
    mine = select(SlaClock).where(SlaClock.case_id == case_id, SlaClock.ended_at.is_(None))
    rows = db.session.scalars(
        lock_row(mine.order_by(SlaClock.id)).execution_options(populate_existing=True)
    )
    return {clock.kind: clock for clock in rows}
