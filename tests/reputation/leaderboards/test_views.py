"""The page of leaderboards: whom it names to whom, and what the reader learns of themselves."""

from typing import Any

import pytest

from community.core.db import transaction
from reputation.leaderboards.operations import refresh_scores
from tests.client import ForumClient
from tests.factories.community import make_answer, make_board, make_question, make_user
from tests.queries import counted_queries
from tests.reputation.gains import book_gain

pytestmark = pytest.mark.usefixtures("app")


def make_helper(name: str, points: int, board: Any = None, **values: Any) -> Any:
    """Return a member with so many points for an answer on a board."""
    helper, team = make_user(name, **values), make_user(role="agent")
    book_gain(helper, points, make_answer(make_question(team, board), team))
    with transaction():
        refresh_scores([helper.id])
    return helper


def test_guests_read_who_helped_most(client: ForumClient) -> None:
    make_helper("Ben Best", 1234)
    page = client.get("/leaderboard")
    assert page.status_code == 200
    assert "Ben Best" in page.text
    assert "1,234" in page.text
    assert "Your place" not in page.text


def test_home_and_menu_lead_there(client: ForumClient) -> None:
    assert client.get("/").text.count('href="/leaderboard"') == 1


@pytest.mark.parametrize("address", ["/leaderboard?period=year", "/leaderboard?board=nowhere"])
def test_other_periods_and_boards_are_not_found(client: ForumClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_board_one_may_not_see_has_no_leaderboard(client: ForumClient) -> None:
    board = make_board("secret-place", audience="staff")
    make_helper("Ben Best", 5, board)
    for reader, status in ((None, 404), (make_user(), 404), (make_user(role="agent"), 200)):
        page = (client.sign_in(reader) if reader else client).get("/leaderboard?board=secret-place")
        assert page.status_code == status
        client.sign_out()
    make_board("open-place")
    assert "secret-place" not in client.get("/leaderboard").text


def test_the_reader_learns_their_own_place(client: ForumClient) -> None:
    make_helper("Ben Best", 20)
    helper = make_helper("Dora Doe", 10)
    page = client.sign_in(helper).get("/leaderboard").text
    assert "You are in place 2 with 10 points." in page
    assert '<li aria-current="true"><b class="num">2.</b>' in page


def test_who_has_opted_out_is_told_so_and_not_named(client: ForumClient) -> None:
    helper = make_helper("Quiet Quinn", 10, is_on_leaderboards=False)
    page = client.sign_in(helper).get("/leaderboard").text
    assert "You are not named here" in page
    assert "Quiet Quinn" not in page
    assert "You are in place" not in page


def test_members_opt_out_in_their_settings(client: ForumClient) -> None:
    helper = make_helper("Ben Best", 10)
    form = {"language": "en", "time_zone": "Europe/Berlin", "theme": "system"}
    client.sign_in(helper)
    assert 'name="is_on_leaderboards" value="1" checked' in client.get("/preferences").text
    client.submit("/preferences", form)
    assert "Ben Best" not in client.get("/leaderboard").text
    client.submit("/preferences", {**form, "is_on_leaderboards": "1"})
    assert "Ben Best" in client.get("/leaderboard").text


def test_the_page_says_where_its_days_begin(client: ForumClient) -> None:
    assert "in the time zone Europe/Berlin" in client.get("/leaderboard").text


def test_the_page_speaks_german(client: ForumClient) -> None:
    helper = make_helper("Ben Best", 1234, language="de")
    page = client.sign_in(helper).get("/leaderboard?period=all").text
    assert "Bestenliste" in page
    assert "Du bist auf Platz 1 mit 1.234 Punkten." in page


def test_the_page_takes_few_queries_however_many_are_named(client: ForumClient) -> None:
    board = make_board("sim")
    reader = make_helper("Ben Best", 1, board)
    client.sign_in(reader)
    client.get("/leaderboard?board=sim")

    def count() -> int:
        with counted_queries() as statements:
            assert client.get("/leaderboard?board=sim").status_code == 200
        return len([s for s in statements if s.startswith("SELECT")])

    few = count()
    for points in range(2, 8):
        make_helper(f"Helper {points}", points, board)
    assert count() == few <= 8
