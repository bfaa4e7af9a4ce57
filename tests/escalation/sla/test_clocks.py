"""Clocks of cases: started, paused, met, missed and reckoned anew."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.escalation.sla.models import SlaClock, SlaEvent
from community.escalation.sla.operations import (
    note_customer_message,
    note_staff_reply,
    pause_clocks,
    reconsider,
    resume_clocks,
    start_clocks,
    stop_clocks,
)
from community.escalation.sla.queries import list_sla_events
from community.escalation.teams.models import Team
from tests.escalation.sla.scenes import (
    ALWAYS,
    HOUR,
    MINUTE,
    MONDAY,
    clock_of,
    history_of,
    make_case,
    make_other_calendar,
    make_ticking_case,
    set_policy,
    work_office_hours,
)

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _office_hours(app: object) -> None:
    work_office_hours()


def do(operation, *arguments) -> None:
    with transaction():
        operation(*arguments)


def told(name: str) -> int:
    found = db.session.scalar(select(func.count(EventRecord.id)).where(EventRecord.name == name))
    db.session.rollback()
    return found or 0


def test_a_new_case_owes_a_first_answer_and_a_solution() -> None:
    case = make_ticking_case(priority="high")
    first, resolution = clock_of(case.case_id, "first"), clock_of(case.case_id, "resolution")
    assert (first.due_at, first.warn_at) == (MONDAY + 4 * HOUR, MONDAY + 192 * MINUTE)
    # Three days of eight hours.
    assert resolution.due_at == MONDAY + 2 * DAY + 8 * HOUR
    assert first.next_at == first.warn_at


def test_starting_twice_starts_once() -> None:
    case = make_ticking_case()
    do(start_clocks, case, MONDAY + HOUR)
    assert history_of(case.case_id) == ["started", "started"]


def test_what_a_policy_does_not_promise_has_no_clock() -> None:
    set_policy(targets={"normal": {"resolution": 60}})
    case = make_ticking_case()
    assert history_of(case.case_id, "first") == []
    assert history_of(case.case_id, "resolution") == ["started"]


def test_a_reply_in_time_meets_the_first_answer() -> None:
    case = make_ticking_case()
    do(note_staff_reply, case.case_id, MONDAY + HOUR)
    clock = clock_of(case.case_id, "first")
    assert (clock.state, clock.ended_at, clock.spent_seconds) == ("met", MONDAY + HOUR, 3600)
    assert clock.next_at is None
    assert told("ClockMet") == 1
    assert clock_of(case.case_id, "resolution").state == "running"


def test_a_reply_after_the_deadline_is_late_though_no_sweep_has_seen_it() -> None:
    case = make_ticking_case(priority="urgent")
    do(note_staff_reply, case.case_id, MONDAY + 2 * HOUR)
    clock = clock_of(case.case_id, "first")
    assert (clock.state, clock.breached_at) == ("breached", MONDAY + HOUR)
    assert clock.ended_at == MONDAY + 2 * HOUR
    assert history_of(case.case_id, "first") == ["started", "breached", "late"]
    assert (told("ClockBreached"), told("ClockMet")) == (1, 0)


def test_a_message_of_the_customer_starts_the_next_answer() -> None:
    case = make_ticking_case()
    do(note_staff_reply, case.case_id, MONDAY + HOUR)
    do(note_customer_message, case.case_id, MONDAY + 2 * HOUR)
    clock = clock_of(case.case_id, "next")
    assert (clock.state, clock.due_at) == ("running", MONDAY + DAY + 2 * HOUR)


def test_while_the_first_answer_is_owed_no_next_one_is() -> None:
    case = make_ticking_case()
    do(note_customer_message, case.case_id, MONDAY + HOUR)
    assert history_of(case.case_id, "next") == []
    assert clock_of(case.case_id, "first").due_at == MONDAY + 8 * HOUR


@pytest.mark.parametrize(("restarts", "due_after"), [(True, 3 * HOUR), (False, 2 * HOUR)])
def test_a_further_message_starts_it_anew_where_the_policy_says_so(
    restarts: bool, due_after: timedelta
) -> None:
    set_policy(restarts_next=restarts)
    case = make_ticking_case(priority="urgent")
    do(note_staff_reply, case.case_id, MONDAY)
    do(note_customer_message, case.case_id, MONDAY)
    do(note_customer_message, case.case_id, MONDAY + HOUR)
    assert clock_of(case.case_id, "next").due_at == MONDAY + due_after


def test_a_further_message_does_not_undo_a_missed_deadline() -> None:
    case = make_ticking_case(priority="urgent")
    do(note_staff_reply, case.case_id, MONDAY)
    do(note_customer_message, case.case_id, MONDAY)
    do(note_customer_message, case.case_id, MONDAY + 3 * HOUR)
    assert clock_of(case.case_id, "next").due_at == MONDAY + 2 * HOUR


def test_clocks_stand_still_while_the_customer_has_to_answer() -> None:
    case = make_ticking_case(priority="urgent")
    do(pause_clocks, case.case_id, "customer", MONDAY + 30 * MINUTE)
    paused = clock_of(case.case_id, "first")
    assert (paused.state, paused.due_at, paused.next_at) == ("paused", None, None)
    assert (paused.pause_reason, paused.spent_seconds) == ("customer", 1800)
    do(resume_clocks, case.case_id, MONDAY + DAY)
    resumed = clock_of(case.case_id, "first")
    assert (resumed.state, resumed.due_at) == ("running", MONDAY + DAY + 30 * MINUTE)
    assert history_of(case.case_id, "first") == ["started", "paused", "resumed"]


def test_pausing_and_resuming_twice_changes_nothing_more() -> None:
    case = make_ticking_case()
    for _ in range(2):
        do(pause_clocks, case.case_id, "third_party", MONDAY + HOUR)
    for _ in range(2):
        do(resume_clocks, case.case_id, MONDAY + 2 * HOUR)
    assert history_of(case.case_id, "first") == ["started", "paused", "resumed"]


def test_pausing_spares_no_clock_that_has_run_out() -> None:
    case = make_ticking_case(priority="urgent")
    do(pause_clocks, case.case_id, "customer", MONDAY + 2 * HOUR)
    assert clock_of(case.case_id, "first").state == "running"
    assert clock_of(case.case_id, "resolution").state == "paused"


def test_a_pause_says_whom_it_waits_for_and_never_what_somebody_wrote() -> None:
    case = make_ticking_case()
    with pytest.raises(ValueError, match="Anna"):
        do(pause_clocks, case.case_id, "Anna has to look for her papers", MONDAY)


def test_solving_in_time_meets_the_solution_and_cancels_what_is_owed_no_more() -> None:
    case = make_ticking_case()
    do(stop_clocks, case.case_id, MONDAY + HOUR, "fixed")
    assert clock_of(case.case_id, "resolution").state == "met"
    assert clock_of(case.case_id, "first").state == "cancelled"


@pytest.mark.parametrize("outcome", ["answered_by_peers", "merged", "spam", "closed"])
def test_what_nobody_of_the_team_has_to_solve_is_cancelled(outcome: str) -> None:
    case = make_ticking_case()
    do(stop_clocks, case.case_id, MONDAY + HOUR, outcome)
    assert clock_of(case.case_id, "resolution").state == "cancelled"


def test_a_solution_that_was_none_runs_on_with_what_was_spent() -> None:
    case = make_ticking_case(priority="urgent")
    do(note_staff_reply, case.case_id, MONDAY + MINUTE)
    do(stop_clocks, case.case_id, MONDAY + 2 * HOUR, "fixed")
    do(resume_clocks, case.case_id, MONDAY + DAY)
    clock = clock_of(case.case_id, "resolution")
    assert (clock.state, clock.due_at) == ("running", MONDAY + DAY + 6 * HOUR)
    assert history_of(case.case_id, "resolution") == ["started", "met", "reopened"]


def test_another_priority_keeps_what_was_spent() -> None:
    case = make_ticking_case()
    do(reconsider, case._replace(priority="high"), MONDAY + 3 * HOUR)
    clock = clock_of(case.case_id, "first")
    assert (clock.due_at, clock.target_minutes) == (MONDAY + 4 * HOUR, 240)
    assert (clock.spent_seconds, clock.priority) == (3 * 3600, "high")
    event = last_event(case.case_id, clock)
    assert (event.what, event.reason) == ("recomputed", "priority")
    assert (event.due_before, event.due_at) == (MONDAY + 8 * HOUR, MONDAY + 4 * HOUR)


def last_event(case_id: int, clock: SlaClock) -> SlaEvent:
    found = [line.event for line in list_sla_events(case_id) if line.event.clock_id == clock.id]
    db.session.rollback()
    return found[-1]


def test_a_priority_with_less_time_than_is_spent_is_due_at_once() -> None:
    case = make_ticking_case()
    later = MONDAY + 3 * HOUR
    do(reconsider, case._replace(priority="urgent"), later)
    assert clock_of(case.case_id, "first").due_at == later


def test_reconsidering_without_a_change_writes_nothing() -> None:
    case = make_ticking_case()
    do(reconsider, case, MONDAY + HOUR)
    assert history_of(case.case_id) == ["started", "started"]


def test_a_paused_clock_stays_paused_and_takes_the_new_target() -> None:
    case = make_ticking_case()
    do(pause_clocks, case.case_id, "customer", MONDAY + HOUR)
    do(reconsider, case._replace(priority="high"), MONDAY + 2 * HOUR)
    do(resume_clocks, case.case_id, MONDAY + 4 * HOUR)
    assert clock_of(case.case_id, "first").due_at == MONDAY + 7 * HOUR


def test_another_team_with_other_hours_reckons_what_is_left_by_them() -> None:
    case = make_ticking_case()
    night_shift = make_other_calendar(days=ALWAYS)
    with transaction():
        other = Team(slug="night", names={"en": "Night"}, calendar_id=night_shift)
        db.session.add(other)
    do(reconsider, case._replace(team_id=other.id), MONDAY + 7 * HOUR)
    # One hour was left of eight; the night shift works on after five o'clock too.
    assert clock_of(case.case_id, "first").due_at == MONDAY + 8 * HOUR
    assert clock_of(case.case_id, "resolution").due_at == MONDAY + 7 * HOUR + 65 * HOUR


def test_a_missed_deadline_stays_missed() -> None:
    case = make_ticking_case(priority="urgent")
    do(reconsider, case._replace(priority="low"), MONDAY + 2 * HOUR)
    clock = clock_of(case.case_id, "first")
    assert (clock.due_at, clock.target_minutes) == (MONDAY + HOUR, 60)


def test_what_is_promised_no_longer_is_cancelled() -> None:
    case = make_ticking_case()
    set_policy(version=2, targets={"normal": {"resolution": 60}})
    do(reconsider, case, MONDAY + MINUTE)
    assert clock_of(case.case_id, "first").state == "cancelled"


def test_two_at_once_start_one_next_clock(at_once) -> None:
    case = make_ticking_case()
    do(note_staff_reply, case.case_id, MONDAY + MINUTE)
    at = MONDAY + HOUR
    results = at_once([lambda: do(note_customer_message, case.case_id, at)] * 4)
    assert [result for result in results if isinstance(result, Exception)] == []
    rows = db.session.scalar(
        select(func.count(SlaClock.id)).where(
            SlaClock.case_id == case.case_id, SlaClock.kind == "next"
        )
    )
    assert rows == 1


def test_a_case_without_clocks_can_be_told_everything() -> None:
    case = make_case()
    do(note_customer_message, case.case_id, MONDAY)
    do(note_staff_reply, case.case_id, MONDAY)
    do(pause_clocks, case.case_id, "customer", MONDAY)
    do(resume_clocks, case.case_id, MONDAY)
    do(stop_clocks, case.case_id, MONDAY, "fixed")
    assert history_of(case.case_id) == []
