"""What is said of how long others waited: counted, and shown where something is promised."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community.core import clock
from community.core.db import db, transaction
from community.core.i18n import speaking
from community.escalation.sla.models import SlaClock
from community.escalation.sla.queries import measure_first_answers
from community.escalation.sla.timing import FEWEST_MEASURED, MeasuredWait, measure_waits
from community.escalation.sla.wording import measured_words
from tests.client import ForumClient
from tests.escalation.reports.clocks import make_clocks
from tests.factories.community import make_board, make_user
from tests.factories.support import make_team

BEGIN = datetime.fromisoformat("2026-03-02T10:00:00+00:00")


def spans(*minutes: float | None) -> list[tuple[datetime, datetime | None]]:
    return [(BEGIN, None if each is None else BEGIN + timedelta(minutes=each)) for each in minutes]


def test_half_and_nine_of_ten_are_those_of_a_slow_count() -> None:
    chance = random.Random(5)
    for _ in range(200):
        number = chance.randrange(FEWEST_MEASURED, 90)
        waits = [chance.choice([None, chance.randrange(1, 5_000)]) for _ in range(number)]
        found = measure_waits(spans(*waits))
        assert found is not None
        for percent, said in ((50, found.median_minutes), (90, found.most_minutes)):
            needed = -(-number * percent // 100)
            answered = [each for each in waits if each is not None]
            least = next(
                (m for m in range(5_000) if sum(each <= m for each in answered) >= needed), None
            )
            assert said == least


def test_too_few_say_nothing() -> None:
    assert measure_waits(spans(*[5] * (FEWEST_MEASURED - 1))) is None
    assert measure_waits(spans(*[5] * FEWEST_MEASURED)) == MeasuredWait(5, 5, FEWEST_MEASURED)


@pytest.fixture
def measured(app: Flask) -> None:
    """Sixty first answers: by form after one hour, by mail after three, the rest not owed."""
    make_clocks([make_team()], 180, clock.now())
    _set("form", state="met", minutes=60)
    _set("mail", state="breached", minutes=180)
    _set("question", state="cancelled", minutes=1)


def _set(channel: str, *, state: str, minutes: int) -> None:
    begin = clock.now() - timedelta(days=10)
    values: dict[str, Any] = {"state": state, "started_at": begin, "breached_at": None}
    wanted = SlaClock.kind == "first", SlaClock.channel == channel
    with transaction():
        db.session.execute(
            update(SlaClock)
            .where(*wanted)
            .values(**values, ended_at=begin + timedelta(minutes=minutes))
        )


@pytest.mark.usefixtures("measured")
def test_each_channel_is_measured_by_itself() -> None:
    now = clock.now()
    assert measure_first_answers("form", now) == MeasuredWait(60, 60, 20)
    assert measure_first_answers("mail", now) == MeasuredWait(180, 180, 20)
    assert measure_first_answers("question", now) is None


@pytest.mark.usefixtures("measured")
def test_what_is_too_old_or_may_still_be_answered_does_not_count() -> None:
    now = clock.now()
    assert measure_first_answers("form", now + timedelta(days=81)) is None
    assert measure_first_answers("form", now - timedelta(days=9)) is None


@pytest.mark.usefixtures("measured")
def test_the_promise_stands_beside_what_was_measured(client: ForumClient) -> None:
    client.sign_in(make_user(role="admin"))
    said = "Half of what came in this way lately was answered within"
    page = client.get("/admin/sla/due?channel=form").text
    assert f"{said} 60 minutes, nine of ten within 60 minutes." in page
    assert f"{said} 3 hours" in client.get("/admin/sla/due?channel=mail").text
    assert said not in client.get("/admin/sla/due?channel=question").text


@pytest.mark.usefixtures("measured")
def test_who_writes_in_private_reads_it_too(client: ForumClient) -> None:
    board = make_board("sim")
    client.sign_in(make_user())
    page = client.get(f"/questions/new?private=1&board={board.slug}")
    assert "at the latest. Half of what came in this way lately was answered within" in page.text


def test_where_fewer_were_answered_only_what_is_known_is_said(app: Flask) -> None:
    with speaking("en"):
        assert measured_words(None) == measured_words(MeasuredWait(None, None, 30)) == ""
        assert "nine of ten" not in measured_words(MeasuredWait(70, None, 30))
