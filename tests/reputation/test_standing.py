"""What a profile shows of somebody's standing: rank, months and topics, within what one may see."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine

from tests.client import ForumClient
from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
)
from tests.queries import counted_queries
from tests.reputation.ledger.booking import thank

pytestmark = pytest.mark.usefixtures("app")

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(datetime.fromisoformat("2026-11-22T12:00+01:00"), tick=False):
        yield


def help_somebody(helper: Any, board: Any, tags: str, *, asker: Any = None) -> Any:
    """Let somebody's answer be accepted and thanked for; returns it."""
    asker = asker or make_user()
    answer = make_answer(make_question(asker, board, tags=tags), helper)
    make_acceptance(answer, asker)
    thank(make_user(), answer)
    return answer


def test_months_and_topics_of_a_helper_are_shown(client: ForumClient) -> None:
    helper, board = make_user("Ben Best"), make_board()
    for _ in range(2):
        help_somebody(helper, board, "esim")
    page = client.get(f"/users/{helper.id}/points").text
    assert page.count('role="img"') == 2
    assert page.count("October 2026 0, November 2026 2</desc>") == 2
    assert 'href="/tags/esim"' in page
    assert "2 solved" in page


def test_what_happened_on_closed_boards_is_counted_for_those_who_may_read_there(
    client: ForumClient,
) -> None:
    team, helper = make_user(role="agent"), make_user("Ben Best", role="agent")
    help_somebody(helper, make_board(audience="staff"), "zqsecret", asker=team)
    address = f"/users/{helper.id}/points"
    assert "zqsecret" not in client.get(address).text
    assert 'role="img"' not in client.get(address).text
    assert "zqsecret" not in client.sign_in(make_user()).get(address).text
    client.sign_out()
    seen = client.sign_in(make_user(role="agent")).get(address).text
    assert "zqsecret" in seen
    assert seen.count("November 2026 1</desc>") == 2


def test_a_profile_fetches_it_and_links_to_it(client: ForumClient) -> None:
    helper = make_user("Ben Best")
    help_somebody(helper, make_board(), "esim")
    address = f"/users/{helper.id}/points"
    profile = client.get(f"/users/{helper.id}").text
    assert f'hx-get="{address}"' in profile
    assert f'<a href="{address}"' in profile
    fragment = client.get(address, headers=FRAGMENT).text
    assert "<html" not in fragment
    assert fragment.count('role="img"') == 2


def test_members_have_a_rank_and_a_next_step_and_staff_have_none(client: ForumClient) -> None:
    assert "Next:" in client.get(f"/users/{make_user().id}/points").text
    assert "Next:" not in client.get(f"/users/{make_user(role='agent').id}/points").text


@pytest.mark.parametrize("user_id", [999_999, None])
def test_nobody_and_the_disabled_have_no_page(client: ForumClient, user_id: int | None) -> None:
    user_id = user_id or make_user(active=False).id
    assert client.get(f"/users/{user_id}/points").status_code == 404


def test_it_speaks_german(client: ForumClient) -> None:
    helper = make_user("Ben Best")
    help_somebody(helper, make_board(), "esim")
    page = client.get(f"/users/{helper.id}/points", headers={"Accept-Language": "de"}).text
    assert "Kudos nach Monat" in page
    assert "November 2026 1</desc>" in page
    assert ">Nov.<" in page or ">Nov<" in page


def test_it_takes_few_queries_however_much_there_is(client: ForumClient) -> None:
    helper, board = make_user("Ben Best"), make_board()

    def count() -> int:
        with counted_queries() as statements:
            assert client.get(f"/users/{helper.id}/points").status_code == 200
        return len([s for s in statements if s.startswith("SELECT")])

    help_somebody(helper, board, "esim")
    client.get(f"/users/{helper.id}/points")
    few = count()
    for tags in ("sim", "esim", "roaming"):
        help_somebody(helper, board, tags)
    assert count() == few <= 10
