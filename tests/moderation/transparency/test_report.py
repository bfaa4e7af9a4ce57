"""The public report: every figure counted, nobody named."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from community.core import clock
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from moderation.appeals.operations import decide_appeal
from moderation.flags.models import Flag
from moderation.transparency.queries import COUNTED, get_report, list_years, percent
from tests.factories.community import make_question, make_user
from tests.factories.sanctions import make_appeal, make_sanction, make_statement

MIDYEAR = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def at(moment):
    return time_machine.travel(moment, tick=False)


def report(post, reason, *, hours=None, outcome=None):
    """Let somebody report a post, and somebody decide about that some hours later."""
    now = clock.now()
    done = None if hours is None else now + timedelta(hours=hours)
    with transaction():
        db.session.add(
            Flag(
                flagger_id=make_user().id,
                post_id=post.id,
                round=1,
                reason=reason,
                weight=1,
                created_at=now,
                outcome=outcome,
                decided_at=done,
            )
        )


@pytest.fixture
def figures(app):
    """A year with four measures, of which one was appealed against after six hours."""
    keeper, other = (make_user(role="moderator") for _number in range(2))
    member = make_user("Mira Unverkennbar")
    with at(MIDYEAR):
        make_statement(member, by=SYSTEM, measure="post_hidden", rule="spam")
        make_statement(member, by=keeper, automated=True, measure="post_deleted", rule="spam")
        wrong = make_statement(member, by=keeper, measure="warning", rule="abuse")
        make_sanction(member, "ban", by=keeper, rule="abuse")
        make_statement(member, by=keeper, measure="post_restored")
        appeals = [make_appeal(wrong)]
        report(make_question(member), "spam", hours=4, outcome="agreed")
        report(make_question(member), "spam", hours=2, outcome="rejected")
        report(make_question(member), "abuse")
    with at(MIDYEAR + timedelta(hours=6)), transaction():
        decide_appeal(other, appeals[0].id, "overturned", "We were wrong")
    return member


def test_each_figure_is_what_happened_in_the_year(figures):
    with at(MIDYEAR + timedelta(days=30)):
        report = get_report(2026)
    happened = ("post_hidden", "post_deleted", "warning", "ban")
    assert report.measures == {
        **dict.fromkeys(COUNTED, 0),
        **dict.fromkeys(happened, 1),
    }
    assert "post_restored" not in report.measures
    assert report.measures_count == 4
    assert report.flags["spam"] == 2
    assert (report.flags_count, report.flags_decided, report.flags_agreed) == (3, 2, 1)
    assert report.flag_hours == 3
    assert report.rules == {"spam": 2, "abuse": 2}
    assert (report.found_automatically, report.decided_automatically) == (2, 1)
    assert report.automatic_percent == 50
    assert report.undone == 1
    assert report.appeals == {"opened": 0, "upheld": 0, "overturned": 1}
    assert report.overturned_percent == 100
    assert report.appeal_hours == 6
    assert report.cases_opened == 1


def test_a_year_without_anything_is_all_noughts(figures):
    report = get_report(2025)
    assert report.measures_count == report.appeals_count == report.automatic_percent == 0
    assert report.appeal_hours is report.decision_hours is None


def test_years_begin_at_midnight_of_the_sites_zone(app):
    # An hour before midnight in London it is the next year in Berlin.
    with at(datetime(2025, 12, 31, 23, 30, tzinfo=UTC)):
        make_statement(make_user(), measure="warning")
        assert list_years() == [2026]
    assert get_report(2026).measures_count == 1
    assert get_report(2025).measures_count == 0


def test_the_page_is_public_and_names_nobody(client, figures):
    with at(MIDYEAR + timedelta(days=400)):
        assert list_years() == [2027, 2026]
        page = client.get("/transparency")
        year = client.get("/transparency/2026")
    assert page.status_code == year.status_code == 200
    assert "/transparency/2026" in page.text
    assert "These are the figures so far" not in year.text
    assert "The year is not over" in page.text
    assert "Mira Unverkennbar" not in page.text + year.text
    assert "50 %" in year.text
    assert "6 hours" in year.text


@pytest.mark.parametrize("year", [1999, 9999, 999_999_999])
def test_there_is_no_report_of_other_years(client, year):
    assert client.get(f"/transparency/{year}").status_code == 404


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, 0), (1, 3, 33), (2, 3, 67), (1, 2, 50), (1, 200, 1), (5, 5, 100)],
)
def test_shares_are_whole_percents_halves_up(part, whole, shown):
    assert percent(part, whole) == shown


def test_a_site_without_any_decision_has_a_report_too(client):
    page = client.get("/transparency")
    assert page.status_code == 200
    assert str(clock.now().year) in page.text
