"""The pages of rules: a draft from its making to its end, as an administrator sees it."""

import re
from datetime import timedelta

import pytest

from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from reputation.drafts.models import RuleDraft
from reputation.drafts.queries import today
from reputation.ledger.rules import SETTLED
from tests.factories.community import make_acceptance, make_answer, make_question, make_user
from tests.reputation.ledger.booking import make_member

VALUES = {
    **{f"value_{cause}": "0" for cause in SETTLED},
    "value_accepted": "50",
    "value_acceptance_given": "2",
    "value_kudos_answer": "10",
    "value_kudos_question": "0",
    "value_confirmed": "1",
    "matures_after_days": "",
    "full_givers": "5",
    "later_kudos": "2",
    "daily_cap": "200",
}


@pytest.fixture
def desk(app, client):
    """An administrator's browser."""
    return client.sign_in(make_user("Ada Admin", role="admin", language="en"))


@pytest.fixture
def draft_path(desk):
    """The address of a draft that was made on the page."""
    made = desk.submit("/admin/point-rules/drafts", {"currency": "reputation", "submission": "1"})
    assert made.status_code == 303
    return made.location


def in_days(days):
    with transaction():
        return (today() + timedelta(days=days)).isoformat()


def test_a_draft_is_saved_tried_out_and_published(desk, draft_path):
    asker, helper = make_member(), make_member(name="Hedi Helps")
    make_acceptance(make_answer(make_question(asker), helper), asker)
    saved = desk.submit(draft_path, {**VALUES, "begins_on": in_days(5)})
    assert saved.status_code == 303
    assert 'value="50"' in desk.get(draft_path).text
    replay = {"begins_on": in_days(-20), "ends_on": in_days(-1), "submission": "2"}
    tried = desk.submit(f"{draft_path}/simulations", replay)
    assert tried.status_code == 303
    assert "Still working" in desk.get(tried.location).text
    run_due_jobs()
    assert "Still working" not in desk.get(tried.location).text
    assert desk.submit(f"{draft_path}/publication").status_code == 303
    page = desk.get("/admin/point-rules").text
    assert "Announced" in page
    assert "This draft is published" in desk.get(draft_path).text
    withdrawal = re.search(r'action="(/admin/point-rules/versions/\d+/withdrawal)"', page)
    assert desk.submit(withdrawal.group(1)).status_code == 303
    assert "Withdrawn" in desk.get("/admin/point-rules").text


def test_the_simulation_names_who_gains(app, desk, draft_path, monkeypatch):
    asker, helper = make_member(), make_member(name="Hedi Helps")
    make_acceptance(make_answer(make_question(asker), helper), asker)
    desk.submit(draft_path, {**VALUES, "begins_on": in_days(5)})
    replay = {"begins_on": in_days(-20), "ends_on": in_days(-1), "submission": "2"}
    monkeypatch.setattr("reputation.drafts.operations.simulations.today", _tomorrow)
    tried = desk.submit(f"{draft_path}/simulations", {**replay, "ends_on": in_days(0)})
    run_due_jobs()
    page = desk.get(tried.location).text
    assert "Hedi Helps" in page
    assert "+35" in page


def _tomorrow():
    return today() + timedelta(days=1)


def test_a_form_sent_twice_makes_one_draft(desk):
    for _time in range(2):
        desk.submit("/admin/point-rules/drafts", {"currency": "payback", "submission": "same"})
    with transaction():
        assert db.session.query(RuleDraft).count() == 1
    assert "No rules yet" in desk.get("/admin/point-rules").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value_accepted": "many"}, "value_accepted"),
        ({"daily_cap": "-1"}, "daily_cap"),
        ({"begins_on": "tomorrow"}, "begins_on"),
        ({"matures_after_days": "3"}, "matures_after_days"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk, draft_path, wrong, field):
    refused = desk.submit(draft_path, {**VALUES, "begins_on": in_days(5), **wrong})
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text


def test_a_time_that_is_not_over_is_refused_on_the_page(desk, draft_path):
    for times in ({"begins_on": in_days(-1), "ends_on": in_days(1)}, {"begins_on": "x"}):
        times = {"ends_on": in_days(-1), **times}
        refused = desk.submit(f"{draft_path}/simulations", times)
        assert refused.status_code == 422
        assert 'href="#replay_from"' in refused.text


def test_a_draft_can_be_dropped(desk, draft_path):
    assert desk.remove(draft_path).status_code == 303
    assert desk.get(draft_path).status_code == 404


def test_rules_that_begin_too_early_are_refused(desk, draft_path):
    desk.submit(draft_path, {**VALUES, "begins_on": in_days(0)})
    assert desk.submit(f"{draft_path}/publication").status_code == 409


def test_others_find_no_rules_to_change(app, client):
    moderator = make_user(role="moderator")
    assert client.sign_in(moderator).get("/admin/point-rules").status_code == 403
    assert app.test_client().get("/admin/point-rules").status_code == 302
