"""A promotion is drafted, tried out and announced with the rules it is part of."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.questions.models import Acceptance
from reputation.drafts.models import RuleDraft
from reputation.drafts.queries import today
from reputation.drafts.values import Offer
from reputation.ledger.rules import ACCEPTED, SETTLED
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
)
from tests.reputation.drafts.scene import draft_of, publish, simulate
from tests.reputation.ledger.booking import make_member

OFFER = Offer(cause=ACCEPTED, board_id=None, percent=300, days=40, budget=100)
TYPED = {
    "promotion_cause": "accepted",
    "promotion_board": "",
    "promotion_percent": "250",
    "promotion_days": "10",
    "promotion_budget": "5000",
}
VALUES = {
    **{f"value_{cause}": "0" for cause in SETTLED},
    "value_accepted": "10",
    "full_givers": "5",
    "later_kudos": "2",
    "daily_cap": "200",
    "matures_after_days": "",
}


@pytest.fixture
def admin(app):
    """An administrator whose own account brings nothing."""
    return make_member(role="admin", language="en")


def in_days(days):
    with transaction():
        return (today() + timedelta(days=days)).isoformat()


def save(client, admin, **typed):
    """Send the form of a new draft; returns the draft and the response."""
    draft = draft_of(admin)
    path = f"/admin/point-rules/drafts/{draft.id}"
    sent = {**VALUES, "begins_on": in_days(5), **TYPED, **typed}
    response = client.sign_in(admin).submit(path, sent)
    return reload(draft), response


def test_it_is_typed_kept_and_shown_again(client, admin):
    draft, saved = save(client, admin)
    assert saved.status_code == 303
    assert isinstance(draft, RuleDraft)
    kept = {"cause": "accepted", "board_id": None, "percent": 250, "days": 10, "budget": 5000}
    assert draft.promotion == kept
    page = client.get(f"/admin/point-rules/drafts/{draft.id}").text
    assert 'value="250"' in page
    assert 'value="5000"' in page


def test_without_a_cause_there_is_none(client, admin):
    draft, saved = save(client, admin, promotion_cause="")
    assert (saved.status_code, draft.promotion) == (303, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("promotion_cause", "kudos_answer"),
        ("promotion_percent", "100"),
        ("promotion_percent", "1001"),
        ("promotion_days", "0"),
        ("promotion_days", "93"),
        ("promotion_budget", "0"),
        ("promotion_budget", "many"),
        ("promotion_board", "99999"),
    ],
)
def test_what_cannot_be_is_refused_where_it_was_typed(client, admin, field, value):
    draft, refused = save(client, admin, **{field: value})
    assert (refused.status_code, draft.promotion) == (422, None)
    assert f'id="{field}-error"' in refused.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_announced_everybody_reads_of_it_who_may_see_its_board(client, admin, language):
    closed = make_board(audience="staff")
    for board_id in (None, closed.id):
        offer = Offer(cause=ACCEPTED, board_id=board_id, percent=300, days=7, budget=900)
        begins_on = today_in(5 if board_id is None else 9)
        publish(admin, draft_of(admin, promotion=offer, begins_on=begins_on))
    words = {
        "en": ("an accepted answer brings 300 percent", "900 of 900 points"),
        "de": ("eine akzeptierte Antwort bringt 300 Prozent", "900 von 900 Punkten"),
    }[language]
    page = client.sign_in(make_user(language=language)).get("/reputation").text
    assert all(each in page for each in words)
    assert closed.names["en"] not in page
    team = client.sign_in(make_user(role="admin", language=language)).get("/reputation").text
    assert closed.names["en"] in team


def today_in(days):
    with transaction():
        return today() + timedelta(days=days)


def test_trying_it_out_says_what_it_adds_and_when_its_budget_is_too_small(client, admin):
    asker, helper = make_member(), make_member()
    for _each in range(6):
        make_acceptance(make_answer(make_question(asker), helper), asker)
    run_due_jobs()
    with transaction():
        db.session.execute(update(Acceptance).values(accepted_at=days_ago(5)))
    draft = draft_of(admin, promotion=OFFER)
    simulation = simulate(admin, draft)
    usual = simulation.summary["before"]
    assert simulation.summary["bonus"] == 6 * 30
    assert simulation.summary["after"] == usual + 6 * 30
    page = client.sign_in(admin).get(f"/admin/point-rules/simulations/{simulation.id}").text
    assert "Of that by the promotion" in page
    assert "used up before its end" in page
