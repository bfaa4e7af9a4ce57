"""Pages of payback as members and administrators see them, and their files."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import User
from reputation.payback.models import Charity, PayoutDetails, PeriodState
from reputation.payback.operations import charities
from reputation.payback.queries.liability import get_liability
from reputation.payback.tasks import close_months, drive_payback
from tests.client import ForumClient
from tests.factories.community import make_acceptance, make_answer, make_question, make_user
from tests.reputation.adjustments.scene import adjust
from tests.reputation.ledger.booking import deliver_waiting
from tests.reputation.payback.scene import (
    DECEMBER,
    DECEMBER_1,
    DECEMBER_15,
    GERMAN_IBAN,
    JULY_20,
    at,
    choosable,
    earn,
    fresh,
    latest,
    line_of,
    lock,
    save_bank,
    started,
)

pytestmark = pytest.mark.usefixtures("app")

DAY = timedelta(days=1)


def solved_by(helper: User, **values: str) -> None:
    """Let somebody's question be solved by a member."""
    asker = make_user()
    make_acceptance(make_answer(make_question(asker, **values), helper), asker)
    deliver_waiting()


def test_before_it_is_started_payback_says_so(client: ForumClient) -> None:
    page = client.sign_in(make_user()).get("/payback")
    assert "Payback has not begun yet" in page.text


def test_a_member_sees_balance_period_and_entries(client: ForumClient) -> None:
    ann = make_user(language="en")
    with at(JULY_20):
        started()
        solved_by(ann, title="Is there a signal in the tunnel?")
        deliver_waiting()
        page = client.sign_in(ann).get("/payback").text
    assert "Is there a signal in the tunnel?" in page
    assert "firm on 3 Aug 2026" in page
    assert "next 20 on 3 Aug 2026" in page
    assert "1 Jun 2026 to 30 Nov 2026" in page
    assert "€0.00" in page
    with at(JULY_20 + 15 * DAY):
        page = client.sign_in(ann).get("/payback").text
    assert "€0.20" in page


def test_choosing_on_the_page(client: ForumClient) -> None:
    ann = make_user(language="en")
    period = started()
    earn(ann, 1500)
    with transaction():
        charity = charities.propose_charity(ann, "Sea rescue")
        charities.approve_charity(SYSTEM, charity.id, 100)
    choosable(period)
    with at(DECEMBER_1 + DAY):
        client.sign_in(ann)
        page = client.get("/payback").text
        assert "How would you like it?" in page
        assert "until 14 December 2026" in page
        answer = client.submit("/payback/choice", {"choice": "charity", "charity": str(charity.id)})
        assert answer.status_code == 303
        refused = client.submit("/payback/choice", {"choice": "cash"})
        assert refused.status_code == 422
        assert "Enter your bank details first." in refused.text
    assert line_of(period, ann).charity_id == charity.id


@pytest.mark.parametrize("form", [{"choice": "lottery"}, {}, {"choice": "credit", "amount": "9"}])
def test_odd_choices_are_refused(client: ForumClient, form: dict[str, str]) -> None:
    ann = make_user()
    period = started()
    earn(ann, 1500)
    choosable(period)
    with at(DECEMBER_1 + DAY):
        assert client.sign_in(ann).submit("/payback/choice", form).status_code == 422
    assert line_of(period, ann).choice is None


def test_cash_needs_a_second_factor_in_this_session(client: ForumClient) -> None:
    ann = make_user(language="en")
    period = started()
    earn(ann, 1500)
    choosable(period)
    save_bank(ann)
    with at(DECEMBER_1 + DAY):
        refused = client.sign_in(ann, second_factor=False).submit(
            "/payback/choice", {"choice": "cash"}
        )
        assert refused.status_code == 403
        assert "second factor" in refused.text
        done = client.sign_in(ann).submit("/payback/choice", {"choice": "cash"})
        assert done.status_code == 303
    assert line_of(period, ann).choice == "cash"


def test_bank_details_are_saved_shown_by_their_end_and_removed(client: ForumClient) -> None:
    ann = make_user(language="en")
    client.sign_in(ann)
    wrong = client.submit("/payback/details", {"holder": "Ann", "iban": "DE00"})
    assert wrong.status_code == 422
    assert "This is no IBAN" in wrong.text
    client.submit("/payback/details", {"holder": "Ann Smith", "iban": GERMAN_IBAN})
    page = client.get("/payback/details").text
    assert "ends in 3000" in page
    assert "0532" not in page
    assert "Ann Smith" not in page
    client.remove("/payback/details")
    with transaction():
        assert db.session.get(PayoutDetails, ann.id) is None


def test_statements_of_months_and_periods_and_their_files(client: ForumClient) -> None:
    ann = make_user(language="en")
    period = started()
    earn(ann, 300)
    earn(ann, -20, JULY_20 + DAY)
    locked = lock(choosable(period))
    client.sign_in(ann)
    page = client.get(f"/payback/statements/{locked.id}").text
    assert "July 2026" in page
    assert "280 (€2.80)" in page
    month = client.get(f"/payback/statements/{locked.id}/2026-07").text
    assert "Corrected by hand" in month
    assert "+280" in month
    for address in ("lines.csv", "2026-07/lines.csv"):
        answer = client.get(f"/payback/statements/{locked.id}/{address}")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "private, no-store"
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [row[5] for row in rows] == ["Points", "300", "-20"]
    assert "2026-07-20T14:00:00+02:00" in answer.text


def test_a_statement_says_why_points_were_adjusted(client: ForumClient) -> None:
    ann = make_user(language="en")
    with at(JULY_20):
        period = started()
        adjust(make_user(role="admin"), ann, 30, currency="payback", reason="For the <b>guide</b>")
    lock(choosable(period))
    client.sign_in(ann)
    for address in ("/payback", f"/payback/statements/{period.id}/2026-07"):
        assert "For the &lt;b&gt;guide&lt;/b&gt;" in client.get(address).text
    lines = client.get(f"/payback/statements/{period.id}/lines.csv").text.removeprefix("\ufeff")
    heads, row = csv.reader(io.StringIO(lines))
    assert (heads[-1], row[-1]) == ("Reason", "For the <b>guide</b>")


def test_a_statement_shows_what_is_ones_own_alone(client: ForumClient) -> None:
    ann, bo = make_user(), make_user()
    period = started()
    earn(ann, 300)
    lock(choosable(period))
    client.sign_in(bo)
    assert "300" not in client.get(f"/payback/statements/{period.id}/2026-07").text
    text = client.get(f"/payback/statements/{period.id}/lines.csv").text
    assert len(text.splitlines()) == 1


def test_titles_are_no_formulas_in_a_file(client: ForumClient) -> None:
    ann = make_user(language="en")
    with at(JULY_20):
        period = started()
        solved_by(ann, title="=HYPERLINK(1) has no signal here")
        deliver_waiting()
        rows = client.sign_in(ann).get(f"/payback/statements/{period.id}/lines.csv").text
    assert ",'=HYPERLINK(1)" in rows


@pytest.mark.parametrize(
    "address", ["9", "9/lines.csv", "1/2026-07", "1/2026-13/lines.csv", "1/x", "1/2026-06?before=x"]
)
def test_statements_that_do_not_exist_are_not_found(client: ForumClient, address: str) -> None:
    period = started()
    with at(JULY_20):
        close_months(period.id)
        answer = client.sign_in(make_user()).get(f"/payback/statements/{address}")
    assert answer.status_code == 404


def test_long_months_have_pages(client: ForumClient) -> None:
    ann = make_user(language="en")
    period = started()
    for _time in range(51):
        earn(ann, 1)
    with at(JULY_20 + 20 * DAY):
        close_months(period.id)
        client.sign_in(ann)
        first = client.get(f"/payback/statements/{period.id}/2026-07").text
        assert "Older" in first
        older = first.partition("before=")[2].partition('"')[0]
        second = client.get(f"/payback/statements/{period.id}/2026-07?before={older}").text
    assert first.count('class="n points') == 50
    assert second.count('class="n points') == 1


def test_charities_on_their_page(client: ForumClient) -> None:
    ann, admin = make_user(language="en"), make_user(role="admin", language="en")
    client.sign_in(ann)
    assert client.submit("/payback/charities", {"name": "x"}).status_code == 422
    client.submit("/payback/charities", {"name": "Sea rescue"})
    with transaction():
        number = db.session.scalars(select(Charity.id)).one()
    listing = f"/payback/charities/{number}/listing"
    assert client.submit(listing, {"match_percent": "0"}).status_code == 403
    assert "Put on the list" not in client.get("/payback/charities").text
    client.sign_in(admin)
    client.submit(f"/payback/charities/{number}/vote")
    assert client.submit(listing, {"match_percent": "much"}).status_code == 422
    client.submit(listing, {"match_percent": "100"})
    page = client.get("/payback/charities").text
    assert "we add 100 %" in page
    assert "Take vote back" in page
    client.remove(listing)
    assert "Sea rescue" not in client.get("/payback/charities").text
    assert client.submit("/payback/charities/99/vote").status_code == 404


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_the_desk_is_for_administrators(client: ForumClient, role: str) -> None:
    assert client.sign_in(make_user(role=role)).get("/admin/payback").status_code == 403


def test_the_desk_leads_from_the_end_of_a_period_to_its_locked_list(client: ForumClient) -> None:
    ann, admin = make_user(), make_user(role="admin", language="en")
    assert "nothing is owed" in client.sign_in(admin).get("/admin/payback").text
    period = started()
    earn(ann, 1200)
    steps = f"/admin/payback/periods/{period.id}/steps"

    def step(name: str, **form: str) -> int:
        done = client.submit(steps, {"step": name, **form}).status_code
        run_due_jobs()
        return done

    with at(DECEMBER_1 - 9 * DAY):
        page = client.sign_in(admin).get("/admin/payback").text
        assert "€12.00" in page
        assert step("calculate") == 409
        assert step("run away") == 422
    with at(DECEMBER_1):
        close_months(period.id)
        client.sign_in(admin)
        assert step("calculate") == 303
        assert step("reopen", reason="no") == 422
        assert step("reopen", reason="a rule was wrong") == 303
        assert step("calculate") == 303
        assert step("issue") == 303
        assert step("open-choice") == 303
        assert step("lock") == 409
    with at(DECEMBER_15):
        client.sign_in(admin, second_factor=False)
        assert step("lock") in (302, 303, 403)
        assert fresh(period).state == PeriodState.CHOICE_WINDOW
        client.sign_in(admin)
        assert step("lock") == 303
        page = client.get("/admin/payback").text
    locked = fresh(period)
    assert (locked.state, locked.prepared_by_id) == (PeriodState.LOCKED, admin.id)
    assert locked.list_digest in page


def test_the_liability_counts_what_lapses_and_what_an_answer_costs(client: ForumClient) -> None:
    ann, admin = make_user(), make_user(role="admin", language="en")
    period = started()
    earn(ann, 700)
    with at(JULY_20):
        solved_by(make_user())
        solved_by(make_user())
    lock(choosable(period))
    with at(DECEMBER):
        drive_payback()
    with at(DECEMBER_15):
        page = client.sign_in(admin).get("/admin/payback").text
    assert page.count("€7.40") >= 3
    with at(JULY_20 + DAY), transaction():
        assert get_liability(fresh(period)).cost_per_solution == 370


def test_commands_lead_through_a_period(app: Flask, runner) -> None:
    ann = make_user()
    admin = make_user(role="admin", email="boss@example.org")

    def run(*words: str, **options: object) -> str:
        done = runner.invoke(args=["payback", *words], **options)
        assert done.exit_code == 0, done.output
        return done.output

    by = ("--by", "boss@example.org")
    assert "was not started" in run("status")
    with at(JULY_20):
        assert runner.invoke(args=["payback", "calculate", *by]).exit_code == 1
        assert runner.invoke(args=["payback", "start", "2026-08-01", "--by", "x"]).exit_code == 1
        assert "period 1" in run("start", "2026-06-01", *by, input="y\n")
        assert "open, 0 of 6 months closed" in run("status")
    earn(ann, 1200, JULY_20 + DAY)
    with at(DECEMBER_1):
        assert run("close-month").count("gained") == 6
        assert "next: issue-statements" in run("calculate", *by)
        assert "next: calculate" in run("reopen", *by, "--reason", "again")
        run("calculate", *by)
        assert "next: open-choice" in run("issue-statements", *by)
        assert "not locked before 2026-12-15" in run("open-choice", *by, "--period", "1")
        early = runner.invoke(args=["payback", "lock", *by])
        assert early.exit_code == 1
        assert "can still choose" in early.output
    with at(DECEMBER_15):
        assert "next: approve" in run("lock", *by)
        assert "rolled, none: 1200" in run("status")
        verified = runner.invoke(args=["reputation", "verify"])
        assert "holds: a locked list is still the one that was locked" in verified.output
        assert verified.exit_code == 0
    assert latest().prepared_by_id == admin.id
