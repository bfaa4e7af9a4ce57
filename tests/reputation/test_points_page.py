"""The page of points: filters, pages, months, what was cut or taken back, rules to come."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import transaction
from community.core.pagination import PAGE_SIZE
from community.identity.models import User
from reputation.ledger.operations import add_rules
from reputation.ledger.rules import Rules
from tests.client import ForumClient
from tests.factories.community import (
    make_answer,
    make_board,
    make_question,
    make_user,
)
from tests.queries import counted_queries
from tests.reputation.gains import book_gain, take_gain_back

pytestmark = pytest.mark.usefixtures("app")

NOW = datetime.fromisoformat("2026-11-22T12:00+01:00")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def helper(client: ForumClient) -> User:
    """A member who is signed in."""
    member = make_user("Ben Best", time_zone="Europe/Berlin")
    client.sign_in(member)
    return member


def rows_of(page: str) -> list[str]:
    """Return the text of the ledger's lines."""
    table = page.split('id="ledger"')[1].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], flags=re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def test_a_line_says_when_it_was_earned_not_when_it_was_booked(
    client: ForumClient, helper: User
) -> None:
    answer = make_answer(make_question(), helper)
    earned = NOW - timedelta(days=40)
    book_gain(helper, 10, answer, at=earned, created_at=clock.now())
    page = client.get("/reputation").text
    assert f'<time datetime="{earned.astimezone(None).isoformat()[:10]}' in page
    assert "just now" not in rows_of(page)[0]


def test_lines_stand_in_the_order_in_which_they_happened(client: ForumClient, helper: User) -> None:
    answer = make_answer(make_question(), helper)
    for amount, days in ((3, 5), (7, 1), (9, 9)):
        book_gain(helper, amount, answer, at=NOW - timedelta(days=days))
    signs = [row.rpartition(" ")[2] for row in rows_of(client.get("/reputation").text)]
    assert signs == ["+7", "+3", "+9"]


def test_what_was_taken_back_says_so_on_both_lines(client: ForumClient, helper: User) -> None:
    answer = make_answer(make_question(), helper)
    entry = book_gain(helper, 15, answer, cause="accepted", at=NOW - timedelta(days=9))
    take_gain_back(entry, at=NOW - timedelta(hours=2))
    newest, oldest = rows_of(client.get("/reputation").text)
    assert "2 h ago" in newest
    assert "Takes back an entry of 13 Nov 2026" in newest
    assert newest.endswith("−15")
    assert "Taken back on 22 Nov 2026" in oldest
    assert oldest.endswith("+15")


def test_a_line_that_the_cap_cut_says_so(client: ForumClient, helper: User) -> None:
    answer = make_answer(make_question(), helper)
    for n, amount in enumerate([10] * 19 + [4, 6]):
        book_gain(helper, amount, answer, at=NOW - timedelta(minutes=40 - n))
    rows = rows_of(client.get("/reputation").text)
    assert "Cut: kudos bring at most 200 points a day" in rows[0]
    assert "Cut: kudos bring at most 200 points a day" in rows[1]
    assert not any("day was full" in row for row in rows[2:])


def test_numbers_have_separators_in_the_readers_language(client: ForumClient, helper: User) -> None:
    book_gain(helper, 12_345, cause="opening")
    page = client.get("/reputation").text
    assert "You have 12,345 points." in page
    assert "+12,345" in page
    german = client.sign_in(make_user(language="de"))
    book_gain(User(id=helper.id + 1), 23_456, cause="opening")
    page = german.get("/reputation").text
    assert "Du hast 23.456 Punkte." in page
    assert "+23.456" in page


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("", ["+1", "+2", "−4", "+8", "+4"]),
        ("?cause=kudos", ["+1"]),
        ("?cause=accepted", ["+2", "−4", "+4"]),
        ("?cause=other", ["+8"]),
        ("?cause=taken-back", ["−4", "+4"]),
        ("?month=2026-11", ["+1", "+2"]),
        ("?month=2026-10", ["−4", "+8", "+4"]),
        ("?month=2026-10&cause=other", ["+8"]),
        ("?currency=payback", ["+16"]),
        ("?month=2020-01", []),
    ],
)
def test_lines_can_be_filtered(
    client: ForumClient, helper: User, query: str, amounts: list[str]
) -> None:
    answer = make_answer(make_question(), helper)
    book_gain(helper, 1, answer, at=NOW - timedelta(days=1))
    book_gain(helper, 2, answer, cause="acceptance_given", at=NOW - timedelta(days=2))
    # Just before November begins in the site's zone.
    october = datetime.fromisoformat("2026-10-31T23:59+01:00")
    book_gain(helper, 8, cause="opening", at=october)
    gone = book_gain(helper, 4, answer, cause="accepted", at=october - timedelta(days=3))
    take_gain_back(gone, at=NOW - timedelta(days=3))
    book_gain(helper, 16, answer, cause="accepted", currency="payback", at=NOW)
    rows = rows_of(client.get(f"/reputation{query}").text)
    assert [row.rpartition(" ")[2] for row in rows] == amounts


@pytest.mark.parametrize(
    "query",
    ["currency=euro", "cause=love", "month=2026", "month=2026-13", "month=0001-01", "month=x%00"],
)
def test_filters_nobody_could_choose_are_not_found(
    client: ForumClient, helper: User, query: str
) -> None:
    assert client.get(f"/reputation?{query}").status_code == 404


def test_long_ledgers_have_pages_that_keep_the_filter(client: ForumClient, helper: User) -> None:
    answer = make_answer(make_question(), helper)
    for n in range(PAGE_SIZE + 3):
        book_gain(helper, 1, answer, at=NOW - timedelta(days=n // 2))
        book_gain(helper, 2, cause="opening", at=NOW - timedelta(days=n // 2))
    page = client.get("/reputation?cause=kudos").text
    older = unescape(re.search(r'href="([^"]+)" rel="next"', page)[1])
    rest = client.get(older).text
    assert (len(rows_of(page)), len(rows_of(rest))) == (PAGE_SIZE, 3)
    assert all(row.endswith("+1") for row in rows_of(rest))
    assert 'rel="next"' not in rest


def test_nobody_elses_lines_are_shown(client: ForumClient, helper: User) -> None:
    book_gain(make_user(), 77, cause="opening")
    assert rows_of(client.get("/reputation").text) == []


def test_titles_of_boards_one_may_not_see_any_more_are_left_out(
    client: ForumClient, helper: User
) -> None:
    team = make_user(role="agent")
    question = make_question(team, make_board(audience="staff"), title="Zqsecret of the team room")
    book_gain(helper, 10, make_answer(question, team))
    page = client.get("/reputation").text
    assert len(rows_of(page)) == 1
    assert "Zqsecret" not in page


def test_months_are_drawn_and_written_in_the_zone_of_the_site(
    client: ForumClient, helper: User
) -> None:
    answer = make_answer(make_question(), helper)
    book_gain(helper, 1500, answer, at=datetime.fromisoformat("2026-10-31T23:30+00:00"))
    book_gain(helper, 30, answer, at=datetime.fromisoformat("2026-10-31T22:30+00:00"))
    page = client.get("/reputation").text
    assert 'role="img"' in page
    assert "October 2026 30, November 2026 1,500</desc>" in page
    assert '">November 2026</a></th><td class="n">1,500</td>' in page
    assert '<th scope="row">In twelve months</th><td class="n">1,530</td>' in page


def test_payback_months_tell_what_is_not_certain_yet(client: ForumClient, helper: User) -> None:
    answer = make_answer(make_question(), helper)
    values = {"cause": "accepted", "currency": "payback"}
    book_gain(helper, 20, answer, at=NOW, matures_at=NOW + timedelta(days=14), **values)
    book_gain(
        helper,
        40,
        answer,
        at=NOW - timedelta(days=18),
        matures_at=NOW - timedelta(days=4),
        **values,
    )
    page = client.get("/reputation?currency=payback").text
    assert "November 2026: 40 Confirmed, 20 Pending</desc>" in page
    assert "certain on 6 Dec 2026" in rows_of(page)[0]
    assert "Pending" not in rows_of(page)[1]


def test_guests_see_rules_and_no_ledger(client: ForumClient) -> None:
    page = client.get("/reputation?month=2026-11").text
    assert "Rules, version 1, from the beginning" in page
    assert 'id="ledger"' not in page
    assert "Balance" not in page


def test_rules_that_were_announced_are_shown_with_their_day(client: ForumClient) -> None:
    announce("reputation", {"accepted": 33, "kudos_answer": 10}, NOW + timedelta(days=30))
    page = client.get("/reputation").text
    assert "Rules, version 1, from the beginning" in page
    assert "From 22 December 2026 on" in page
    assert "Announced: rules, version 2" in page
    assert "+33" in page


def test_rules_in_force_say_since_when(client: ForumClient) -> None:
    announce("reputation", {"accepted": 33}, NOW + timedelta(days=3))
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        page = client.get("/reputation").text
    assert "Rules, version 2, since 25 November 2026" in page
    assert "+15" not in page


def test_payback_has_rules_on_the_page_once_it_has_begun(client: ForumClient) -> None:
    assert "What brings payback points" not in client.get("/reputation").text
    announce("payback", {"accepted": 20}, NOW, matures_after_days=14, later_kudos=0)
    page = client.get("/reputation").text
    assert "What brings payback points" in page
    assert "They are certain after 14 days" in page


def announce(
    currency: str,
    values: dict[str, int],
    begins_at: datetime,
    *,
    later_kudos: int = 2,
    matures_after_days: int | None = None,
) -> None:
    """Add a version of the rules."""
    rules = Rules(
        version=0,
        begins_at=begins_at,
        values=values,
        full_givers=5,
        later_kudos=later_kudos,
        daily_cap=200,
        matures_after_days=matures_after_days,
    )
    with transaction():
        add_rules(SYSTEM, currency, rules)


def test_the_page_takes_few_queries_however_long_the_ledger(
    client: ForumClient, helper: User
) -> None:
    client.get("/reputation")

    def count() -> int:
        with counted_queries() as statements:
            assert client.get("/reputation").status_code == 200
        return len([s for s in statements if s.startswith("SELECT")])

    answer = make_answer(make_question(), helper)
    book_gain(helper, 10, answer)
    few = count()
    for n in range(9):
        book_gain(helper, 10, answer, at=NOW - timedelta(days=n))
    assert count() == few <= 10
