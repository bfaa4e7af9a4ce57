"""The report on deadlines: its figures, the lists behind them, who reads it, and the files."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from community.core.db import db, transaction
from community.core.settings import site_zone
from community.escalation.reports.queries import GROUPS
from community.escalation.sla.models import SlaClock
from community.escalation.teams.models import Team
from community.identity.models import User
from tests.client import ForumClient
from tests.escalation.reports.clocks import make_clocks, make_named_team, make_policy
from tests.factories.community import make_user
from tests.factories.support import make_agent, make_support_case
from tests.queries import counted_queries

RESULTS = ("met", "missed", "open", "cancelled")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def teams(app: Flask) -> list[Team]:
    """Two teams with clocks of every kind."""
    found = [make_named_team("north", make_agent().id), make_named_team("south")]
    make_policy('=cmd|" /C calc"!A0')
    make_clocks(found, 240, NOW)
    return found


def _slowly_counted(by: str, team_ids: set[int], now: datetime) -> Counter[tuple[str, str, str]]:
    """Count again, one clock at a time, by what the documentation says."""
    zone = site_zone()
    today = now.astimezone(zone)
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in db.session.scalars(select(SlaClock)):
        local = one.started_at.astimezone(zone)
        months_ago = (today.year - local.year) * 12 + today.month - local.month
        if one.team_id not in team_ids or months_ago >= 12:
            continue
        key = {
            "month": f"{local.year}-{local.month:02}",
            "team": str(one.team_id),
            "policy": str(one.policy_id),
            "priority": one.priority,
            "board": str(one.board_id) if one.board_id else "none",
            "channel": one.channel,
        }[by]
        counted[key, one.kind, _came_to(one, now)] += 1
    db.session.rollback()
    return counted


def _came_to(one: SlaClock, now: datetime) -> str:
    if one.breached_at is not None:
        return "missed"
    if one.ended_at is not None:
        return "met" if one.state == "met" else "cancelled"
    return "missed" if one.due_at is not None and one.due_at <= now else "open"


def _numbers(page: str) -> list[tuple[str, str]]:
    """Return the numbers of the table with their addresses."""
    table = page.partition('<table class="table table--cards">')[2]
    found = re.findall(r'<td class="n"[^>]*><a href="([^"]+)"[^>]*>([^<]+)</a>', table)
    return [(unescape(address), number) for address, number in found]


def _length(client: ForumClient, address: str) -> int:
    """Count a list, page by page."""
    total, seen = 0, set()
    while address:
        assert address not in seen
        seen.add(address)
        text = client.get(address).text
        total += text.count('class="clock-line"')
        older = re.search(r'href="([^"]+)" rel="next"', text)
        address = unescape(older[1]) if older else ""
    return total


@pytest.mark.parametrize("by", GROUPS)
def test_figures_are_those_of_an_independent_count(
    client: ForumClient, teams: list[Team], by: str
) -> None:
    client.sign_in(make_user(role="admin"))
    expected = _slowly_counted(by, {team.id for team in teams}, NOW)
    shown: Counter[tuple[str, str, str]] = Counter()
    for address, number in _numbers(client.get(f"/desk/deadlines?by={by}").text):
        query = dict(part.split("=") for part in address.partition("?")[2].split("&"))
        if by in query and query["result"] != "decided":
            shown[query[by], query["kind"], query["result"]] += int(number)
    assert +shown == expected
    assert len(expected) > 12


def test_every_number_is_as_long_as_its_list(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    checked = 0
    for by in ("priority", "board"):
        for address, number in _numbers(client.get(f"/desk/deadlines?by={by}").text):
            if "decided" not in address:
                assert _length(client, address) == int(number), address
                checked += 1
    assert checked >= 40


def test_a_share_opens_what_it_is_the_share_of(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    numbers = _numbers(client.get("/desk/deadlines?by=team&kind=first").text)
    for at in range(0, len(numbers), 5):
        address, share = numbers[at]
        met, missed = int(numbers[at + 1][1]), int(numbers[at + 2][1])
        assert _length(client, address) == met + missed
        assert share == f"{met * 1000 // (met + missed) / 10:g} %"


def test_figures_narrow_to_what_is_chosen(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    page = client.get(f"/desk/deadlines?by=priority&team={teams[1].id}&kind=next").text
    assert "South ×" in page
    total = sum(
        int(number)
        for address, number in _numbers(page)
        if "decided" not in address and "priority=" in address
    )
    counted = _slowly_counted("team", {teams[1].id}, NOW)
    assert total == sum(n for (_team, kind, _result), n in counted.items() if kind == "next")


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_who_leads_no_team_reads_nothing(client: ForumClient, teams: list[Team], role: str) -> None:
    client.sign_in(make_user(role=role))
    for part in ("", "/clocks", "/table.csv", "/clocks.csv"):
        assert client.get(f"/desk/deadlines{part}").status_code == 403, part


def test_agents_of_a_team_do_not_read_its_figures(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_agent(team=teams[0]))
    assert client.get("/desk/deadlines").status_code == 403


def test_a_lead_reads_of_their_own_team_alone(client: ForumClient, teams: list[Team]) -> None:
    lead = teams[0].lead_id
    client.sign_in(db.session.get_one(User, lead))
    page = client.get("/desk/deadlines?by=team").text
    assert "North" in page
    assert "South" not in page
    shown = sum(int(n) for a, n in _numbers(page) if "decided" not in a)
    assert shown == _slowly_counted("team", {teams[0].id}, NOW).total()
    for part in ("", "/clocks", "/table.csv", "/clocks.csv"):
        assert client.get(f"/desk/deadlines{part}?team={teams[1].id}").status_code == 404, part


def test_a_lead_who_lost_the_role_reads_nothing(client: ForumClient, app: Flask) -> None:
    member = make_user()
    make_named_team("north", member.id)
    client.sign_in(member)
    assert client.get("/desk/deadlines").status_code == 403


def test_what_a_case_says_stands_only_where_it_is_open_to_the_reader(
    client: ForumClient, app: Flask
) -> None:
    lead = make_user(role="agent")
    team = make_named_team("north", lead.id)
    theirs = make_support_case(subject="zqtheirs")
    with transaction():
        # Their clocks are the lead's, whichever team has the case now.
        db.session.execute(update(SlaClock).values(team_id=team.id))
    client.sign_in(lead)
    page = client.get("/desk/deadlines/clocks?result=all").text
    assert f"C-{theirs.id}" in page
    assert "zqtheirs" not in page
    client.sign_in(make_user(role="admin"))
    assert "zqtheirs" in client.get("/desk/deadlines/clocks?result=all").text


def _cells(response: Any) -> list[list[str]]:
    assert response.headers["Content-Type"].startswith("text/csv")
    assert "no-store" in response.headers["Cache-Control"]
    return list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))


def test_files_hold_what_pages_show(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    header, *rows = _cells(client.get("/desk/deadlines/table.csv?by=policy"))
    assert header == ["group", "clock", "met_percent", *RESULTS]
    shown = _numbers(client.get("/desk/deadlines?by=policy").text)
    assert [cell for row in rows for cell in row[3:]] == [n for a, n in shown if "decided" not in a]
    listed = _cells(client.get("/desk/deadlines/clocks.csv?result=missed&kind=first"))
    assert len(listed) - 1 == _length(client, "/desk/deadlines/clocks?result=missed&kind=first")
    assert {row[2] for row in listed[1:]} == {"missed"}


def test_no_cell_of_a_file_is_a_formula(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    for part in ("table.csv?by=policy", "clocks.csv?result=all"):
        cells = {cell for row in _cells(client.get(f"/desk/deadlines/{part}")) for cell in row}
        assert any("calc" in cell for cell in cells)
        assert not [cell for cell in cells if re.match(r'[\s"]*[=+\-@]', cell)]


@pytest.mark.parametrize(
    "query", ["by=x", "month=nonsense", "month=9999-12", "team=x", "board=zz", "before=!", "kind=1"]
)
def test_odd_addresses_get_a_page(client: ForumClient, teams: list[Team], query: str) -> None:
    client.sign_in(make_user(role="admin"))
    for part in ("", "/clocks", "/table.csv", "/clocks.csv"):
        assert client.get(f"/desk/deadlines{part}?{query}").status_code == 200, part


def test_without_clocks_the_page_says_so(client: ForumClient, app: Flask) -> None:
    client.sign_in(make_user(role="admin"))
    assert "No deadline in this time" in client.get("/desk/deadlines").text


def test_pages_cost_the_same_however_many_clocks(client: ForumClient, teams: list[Team]) -> None:
    client.sign_in(make_user(role="admin"))
    client.get("/desk/deadlines")
    for address in ("/desk/deadlines?by=policy", "/desk/deadlines/clocks?result=all"):
        with counted_queries() as few:
            client.get(address)
        assert len(few) <= 16, address


def test_a_month_begins_at_midnight_of_the_site(client: ForumClient, app: Flask) -> None:
    """In Berlin the first of a month begins while UTC still has the last."""
    team = make_named_team("north")
    make_clocks([team], 1, NOW)
    first = datetime(2026, 11, 1, tzinfo=site_zone())
    for moment, month in ((first, first), (first - timedelta(minutes=1), first - timedelta(1))):
        with transaction():
            db.session.execute(update(SlaClock).values(started_at=moment.astimezone(UTC)))
        client.sign_in(make_user(role="admin"))
        assert f"month={month:%Y-%m}&amp;kind" in client.get("/desk/deadlines?by=month").text
