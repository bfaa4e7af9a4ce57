"""The lists of the desk by time left: right at every page, and what comes next."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, forget_changes, transaction
from community.core.pagination import PAGE_SIZE
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations import states
from community.escalation.cases.queries import desk
from community.escalation.cases.queries.ordering import NEVER, Place, read_place
from community.escalation.sla.models import PRIORITIES, SlaClock
from community.escalation.sla.operations.sweep import fire_due_clocks
from community.identity.models import User
from tests.client import ForumClient
from tests.factories.community import load_user, make_user
from tests.factories.support import make_agent, make_support_case

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


def _due(case: SupportCase, *due_at: datetime | None) -> None:
    """Let the clocks of a case run out at these instants, the first answer's first."""
    with transaction():
        for kind, at in zip(("first", "resolution"), due_at, strict=False):
            clocks = update(SlaClock).where(SlaClock.case_id == case.id, SlaClock.kind == kind)
            db.session.execute(clocks.values(due_at=at))


def _pages(viewer: User, **asked: str) -> list[int]:
    found, after = [], ""
    while True:
        forget_changes()
        page = desk.page_of_cases(viewer, after=after, **asked)
        found += [row.case.id for row in page.rows]
        if not page.more:
            return found
        assert len(page.rows) == PAGE_SIZE
        after = page.more


def test_pages_hold_every_case_once_by_time_left_then_priority_then_age() -> None:
    agent, asker, random = make_agent(), make_user(), Random(7)
    now = clock.now()
    known: list[tuple[datetime, int, int]] = []
    for _ in range(2 * PAGE_SIZE + 3):
        priority = random.choice(PRIORITIES)
        case = make_support_case(requester=asker, priority=priority)
        # Few instants, so that many cases are due in the same one; some have no deadline at all.
        choices = [None, now - DAY, now, now + DAY, now + 2 * DAY]
        given = [random.choice(choices), random.choice(choices)]
        _due(case, *given)
        nearest = min((at for at in given if at is not None), default=NEVER)
        known.append((nearest, PRIORITIES.index(priority), case.id))
    assert _pages(agent) == [case_id for *_, case_id in sorted(known)]
    by_priority = sorted((rank, case_id) for _at, rank, case_id in known)
    assert _pages(agent, order="priority") == [case_id for _rank, case_id in by_priority]
    newest = sorted((case_id for *_, case_id in known), reverse=True)
    assert _pages(agent, show="all") == newest


def test_next_is_what_is_due_first_though_something_else_is_more_urgent() -> None:
    agent, now = make_agent(), clock.now()
    urgent, late = make_support_case(priority="urgent"), make_support_case(priority="low")
    _due(urgent, now + DAY, now + DAY)
    _due(late, now + 2 * DAY, now + timedelta(hours=1))
    assert desk.next_case_id(agent) == late.id
    assert desk.next_case_id(agent, late.id) == urgent.id


def test_of_what_is_due_at_once_the_more_pressing_comes_next() -> None:
    agent, at = make_agent(), clock.now() + DAY
    low, high = make_support_case(priority="low"), make_support_case(priority="high")
    for case in (low, high):
        _due(case, at, at)
    assert desk.next_case_id(agent) == high.id


def test_a_missed_deadline_stands_in_a_list_of_its_own_until_somebody_answers() -> None:
    agent, case, _other = make_agent(), make_support_case(), make_support_case()
    due_at = db.session.scalars(
        select(SlaClock.due_at).where(SlaClock.case_id == case.id, SlaClock.kind == "first")
    ).one()
    assert due_at is not None
    _due(_other, due_at + DAY, due_at + DAY)
    with transaction():
        fire_due_clocks(due_at)
    assert _pages(agent, show="breached") == [case.id]
    assert desk.count_cases(agent)["breached"] == 1
    with transaction():
        states.close_as_spam(load_user(agent.id), case.id)
    assert _pages(agent, show="breached") == []
    assert desk.count_cases(agent)["breached"] == 0


@pytest.mark.parametrize("raw", ["", "x", "1-2", "1-2-3-4", "-1-2-3", "9" * 19 + "-1-1", "1-22-3"])
def test_a_place_that_is_none_begins_anew(raw: str) -> None:
    assert read_place(raw) is None


@pytest.mark.parametrize("due_at", [NEVER, datetime(2026, 3, 1, 8, 0, 0, 123456, NEVER.tzinfo)])
def test_a_place_is_read_as_it_was_written(due_at: datetime) -> None:
    place = Place(due_at, 2, 34)
    assert read_place(place.written()) == place
    assert read_place("9" * 18 + "-1-1") == Place(NEVER, 1, 1)


def test_the_desk_offers_both_orders(client: ForumClient) -> None:
    client.sign_in(make_agent())
    low, urgent = make_support_case(priority="low"), make_support_case(priority="urgent")
    now = clock.now()
    _due(low, now + timedelta(hours=1), now + DAY)
    _due(urgent, now + DAY, now + DAY)

    def places(address: str) -> list[int]:
        page = client.get(address).text
        return [page.index(f'id="case-link-{case.id}"') for case in (low, urgent)]

    by_time, by_priority = places("/desk"), places("/desk?order=priority")
    assert by_time == sorted(by_time)
    assert by_priority != sorted(by_priority)
    assert 'href="/desk?show=team&amp;order=priority"' in client.get("/desk").text
