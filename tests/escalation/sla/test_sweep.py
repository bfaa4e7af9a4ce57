"""The sweep: never early, never twice, in the order of deadlines, by the index alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text, update

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.jobs import EventRecord
from community.core.worker import run_due_jobs
from community.escalation.calendars.operations import change_calendar
from community.escalation.calendars.queries import default_calendar_id, get_calendar
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import SlaClock, SlaEvent
from community.escalation.sla.operations import (
    fire_due_clocks,
    note_staff_reply,
    pause_clocks,
    resume_clocks,
)
from community.escalation.sla.tasks import sweep_clocks
from community.escalation.teams.models import Team
from community.escalation.teams.operations import lock_agents
from tests.client import ForumClient
from tests.escalation.sla.scenes import (
    HOUR,
    MINUTE,
    MONDAY,
    clock_of,
    history_of,
    make_ticking_case,
    office,
    set_policy,
    work_office_hours,
)
from tests.factories.support import make_agent

pytestmark = pytest.mark.usefixtures("app")
SECOND = timedelta(seconds=1)
MANY = 100_000


@pytest.fixture(autouse=True)
def _office_hours(app: object) -> None:
    work_office_hours()


def sweep(now: datetime) -> int:
    with transaction():
        return fire_due_clocks(now)


def events(name: str) -> list[dict[str, Any]]:
    rows = select(EventRecord).where(EventRecord.name == name).order_by(EventRecord.id)
    found = [row.payload for row in db.session.scalars(rows)]
    db.session.rollback()
    return found


def give(case_id: int, owner_id: int) -> None:
    with transaction():
        owned = update(SupportCase).where(SupportCase.id == case_id)
        db.session.execute(owned.values(owner_id=owner_id))


def lead_with(user_id: int) -> None:
    with transaction():
        db.session.execute(update(Team).values(lead_id=user_id))


def test_nothing_happens_a_second_early() -> None:
    case = make_ticking_case(priority="urgent")
    assert sweep(MONDAY + 48 * MINUTE - SECOND) == 0
    assert sweep(MONDAY + 48 * MINUTE) == 1
    assert sweep(MONDAY + HOUR - SECOND) == 0
    assert sweep(MONDAY + HOUR) == 1
    assert history_of(case.case_id, "first") == ["started", "warned", "breached"]
    assert clock_of(case.case_id, "first").breached_at == MONDAY + HOUR


def test_sweeping_again_does_nothing_again() -> None:
    make_ticking_case(priority="urgent")
    now = MONDAY + 50 * MINUTE
    assert [sweep(now), sweep(now), sweep(now)] == [1, 0, 0]


def test_a_clock_that_was_put_back_fires_nothing_twice_and_nothing_early() -> None:
    case = make_ticking_case(priority="urgent")
    sweep(MONDAY + HOUR)
    for minutes in (0, 30, 59):
        assert sweep(MONDAY + minutes * MINUTE) == 0
    assert history_of(case.case_id, "first") == ["started", "breached"]


def test_whose_case_it_is_hears_first_then_the_lead_then_the_world() -> None:
    case = make_ticking_case(priority="urgent")
    owner, lead = make_agent(), make_agent()
    give(case.case_id, owner.id)
    lead_with(lead.id)
    set_policy(alarm_email="alarm@example.org")
    for minutes in (48, 60, 89, 90, 149, 150, 400):
        sweep(MONDAY + minutes * MINUTE)
    assert [event["user_id"] for event in events("ClockWarned")][:1] == [owner.id]
    first = clock_of(case.case_id, "first").id
    climbed = [event for event in events("ClockBreached") if event["clock_id"] == first]
    assert [(event["step"], event["user_id"]) for event in climbed] == [
        (1, owner.id),
        (2, lead.id),
        (3, None),
    ]


def test_without_an_owner_the_lead_hears_once() -> None:
    case = make_ticking_case(priority="urgent")
    lead = make_agent()
    lead_with(lead.id)
    for minutes in (48, 60, 90, 300):
        sweep(MONDAY + minutes * MINUTE)
    first = clock_of(case.case_id, "first").id
    told = [event["user_id"] for event in events("ClockBreached") if event["clock_id"] == first]
    assert told == [lead.id, None]


@pytest.mark.parametrize("who", ["owner", "lead", "both"])
def test_who_is_away_is_passed_over(who: str) -> None:
    case = make_ticking_case(priority="urgent")
    owner, lead, colleague = make_agent(), make_agent(), make_agent()
    give(case.case_id, owner.id)
    lead_with(lead.id)
    away = {"owner": [owner], "lead": [lead], "both": [owner, lead]}[who]
    with transaction():
        for each in lock_agents([one.id for one in away]):
            each.away_until = MONDAY + timedelta(days=3_650)
    for minutes in (48, 60, 90):
        sweep(MONDAY + minutes * MINUTE)
    first = clock_of(case.case_id, "first").id
    told = [event["user_id"] for event in events("ClockBreached") if event["clock_id"] == first]
    assert told == {"owner": [lead.id, None], "lead": [owner.id, None], "both": [None, None]}[who]
    run_due_jobs()
    team = {event["user_id"] for event in events("TeamDeadline")}
    # A lead who is away and an owner who was told twice in vain: the team gets to know.
    assert (colleague.id in team) == (who != "owner")


def test_an_answer_stops_the_ladder() -> None:
    case = make_ticking_case(priority="urgent")
    sweep(MONDAY + HOUR)
    with transaction():
        note_staff_reply(case.case_id, MONDAY + 70 * MINUTE)
    sweep(MONDAY + 120 * MINUTE)
    assert history_of(case.case_id, "first") == ["started", "breached", "late"]


def test_the_ladder_stands_still_while_the_customer_has_to_answer() -> None:
    case = make_ticking_case(priority="urgent")
    sweep(MONDAY + HOUR)
    with transaction():
        pause_clocks(case.case_id, "customer", MONDAY + 70 * MINUTE)
    sweep(MONDAY + 4 * HOUR)
    with transaction():
        resume_clocks(case.case_id, MONDAY + 5 * HOUR)
    sweep(MONDAY + 5 * HOUR + 29 * MINUTE)
    assert clock_of(case.case_id, "first").step == 1
    sweep(MONDAY + 5 * HOUR + 30 * MINUTE)
    assert clock_of(case.case_id, "first").step == 2


def test_after_three_days_off_each_is_noted_once_in_the_order_of_deadlines() -> None:
    priorities = ("low", "urgent", "high", "normal")
    ids = {name: make_ticking_case(priority=name).case_id for name in priorities}
    back = MONDAY + 72 * HOUR
    while sweep(back):
        pass
    rows = db.session.execute(
        select(SlaEvent.case_id, SlaClock.breached_at)
        .join(SlaClock, SlaClock.id == SlaEvent.clock_id)
        .where(SlaEvent.what == "breached", SlaClock.kind == "first")
        .order_by(SlaEvent.id)
    ).all()
    assert [row[0] for row in rows] == [ids[name] for name in ("urgent", "high", "normal", "low")]
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    # What had run out was not warned of first: that would be news of the past.
    assert history_of(ids["urgent"], "first") == ["started", "breached"]


def test_two_workers_at_once_note_everything_once(at_once: Callable[..., list[Any]]) -> None:
    cases = [make_ticking_case(priority="urgent").case_id for _ in range(12)]

    def work() -> int:
        done = 0
        while True:
            with transaction():
                fired = fire_due_clocks(MONDAY + HOUR, limit=3)
            done += fired
            if not fired:
                return done

    results = at_once([work] * 4)
    assert [result for result in results if isinstance(result, Exception)] == []
    # A worker that saw all the rest in other hands has nothing to do; another round ends it.
    sweep(MONDAY + HOUR)
    for case_id in cases:
        assert history_of(case_id, "first") == ["started", "breached"]
    assert len(events("ClockBreached")) == len(cases)


def test_the_task_goes_on_until_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.escalation.sla.tasks.AT_ONCE", 2)
    monkeypatch.setattr(
        "community.escalation.sla.tasks.fire_due_clocks", lambda now: fire_due_clocks(now, 2)
    )
    cases = [make_ticking_case(priority="urgent").case_id for _ in range(5)]
    with time_machine.travel(MONDAY + HOUR, tick=False):
        with transaction():
            sweep_clocks()
        run_due_jobs()
    assert all(history_of(case_id, "first")[-1] == "breached" for case_id in cases)


def test_new_office_hours_reckon_open_clocks_anew() -> None:
    case = make_ticking_case()
    with time_machine.travel(MONDAY + HOUR, tick=False):
        with transaction():
            default = get_calendar(SYSTEM, default_calendar_id()).calendar
            change_calendar(SYSTEM, default, office(days=("9-12",) * 5 + ("", "")))
        run_due_jobs()
    clock = clock_of(case.case_id, "first")
    # One hour was spent; two are left today, three on each of the next days.
    assert clock.due_at == MONDAY + timedelta(days=2) + 2 * HOUR
    assert history_of(case.case_id, "first") == ["started", "recomputed"]


def test_the_search_for_what_is_due_uses_the_index() -> None:
    plan = _plan("SELECT id FROM sla_clocks WHERE next_at <= '2026-11-23' ORDER BY next_at, id")
    assert "ix_sla_clocks_next_at" in plan


def _plan(query: str) -> str:
    if db.engine.dialect.name == "sqlite":
        rows = db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
    else:
        db.session.execute(text("SET enable_seqscan = off"))
        rows = db.session.execute(text(f"EXPLAIN {query}")).all()
    db.session.rollback()
    return " ".join(str(row) for row in rows)


def test_who_is_told_finds_the_case_by_the_bell(client: ForumClient) -> None:
    case = make_ticking_case(priority="urgent")
    owner = make_agent()
    give(case.case_id, owner.id)
    for minutes in (48, 60):
        sweep(MONDAY + minutes * MINUTE)
        run_due_jobs()
    page = client.sign_in(owner).get("/notifications").text
    number = f"C-{case.case_id}"
    assert f"Support case {number} is due soon" in page
    assert f"Support case {number}: a deadline was missed" in page
