"""The page of points: what holds for everybody, and one's own entries for their owner alone."""

import pytest
from sqlalchemy import text

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.operations.closing import disable_user
from community.privacy.operations.erasures import order_erasure
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.reputation.ledger.booking import broken, deliver_waiting, entries_of, rebuild, thank

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def helper():
    """A helper whose answer was accepted and thanked for."""
    asker, helper = make_user(), make_user()
    answer = make_answer(make_question(asker, title="Why is there no signal here?"), helper)
    make_acceptance(answer, asker)
    thank(make_user("Grateful Gina"), answer)
    deliver_waiting()
    return helper


def test_guests_read_the_values_in_force(client):
    page = client.get("/reputation").text
    assert "+15" in page
    assert "at most 200 points a day" in page
    assert "Your latest entries" not in page


def test_members_read_their_own_entries_and_no_names(client, helper):
    page = client.sign_in(helper).get("/reputation").text
    assert "You have 26 points." in page
    assert "Your answer was accepted" in page
    assert "Why is there no signal here?" in page
    assert "Grateful Gina" not in page


def test_members_do_not_read_those_of_others(client, helper):
    page = client.sign_in(make_user()).get("/reputation").text
    assert "You have 0 points." in page
    assert "signal" not in page


def test_titles_that_may_not_be_read_any_more_are_left_out(client):
    asker, helper = make_user(), make_user()
    moderator = make_user(role="moderator")
    board = make_board(audience="members")
    question = make_question(asker, board, title="Why is there no signal here?")
    answer = make_answer(question, helper)
    make_acceptance(answer, asker)
    deliver_waiting()
    set_post_visibility(question, "hidden", moderator)
    deliver_waiting()
    page = client.sign_in(helper).get("/reputation").text
    assert "Accepted answer, taken back" in page
    assert "signal" not in page


def test_the_page_speaks_german(client):
    page = client.sign_in(make_user(language="de")).get("/reputation").text
    assert "Du hast 0 Punkte." in page
    assert "Kudos bringen höchstens 200 Punkte am Tag" in page


def test_a_profile_shows_the_points(client, helper):
    page = client.get(f"/users/{helper.id}").text
    assert '<a href="/reputation">26</a>' in page


@pytest.mark.parametrize("state", ["disabled", "erased"])
def test_of_who_has_gone_the_ledger_keeps_numbers_alone(client, helper, state):
    giver = make_user("Grateful Greta")
    thank(giver, make_answer(make_question(), helper))
    reader = client.sign_in(giver)
    for gone in (giver, helper):
        with transaction():
            close = disable_user if state == "disabled" else order_erasure
            close(SYSTEM, load_user(gone.id))
        run_due_jobs()
    assert "Your latest entries" not in reader.get("/reputation").text
    with transaction():
        kept = [
            str(value)
            for table in ("ledger_accounts", "ledger_entries")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))
            for value in row
        ]
    assert not [value for value in kept if "Gre" in value or "@" in value]
    rebuild()
    assert sorted(amount for _, amount in entries_of(helper)) == [1, 10, 10, 15]
    assert broken() == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How points work"), ("de", "So funktionieren Punkte")]
)
def test_every_page_leads_there(client, language, words):
    page = client.get("/questions", headers={"Accept-Language": language}).text
    assert f'<a href="/reputation">{words}</a>' in page
