"""What agents read of a case's deadlines."""

import pytest
from flask import Flask, render_template_string

from community.core.db import transaction
from community.escalation.sla.operations import note_staff_reply, pause_clocks, reconsider
from community.escalation.sla.queries import list_clocks, list_sla_events
from tests.client import ForumClient
from tests.escalation.sla.scenes import HOUR, MONDAY, make_ticking_case, work_office_hours
from tests.factories.support import make_agent, make_support_case

PAGE = '{% from "escalation/_clocks.html" import clocks with context %}{{ clocks(rows, events) }}'


def shown(app: Flask, case_id: int) -> str:
    with app.test_request_context("/"):
        return render_template_string(
            PAGE, rows=list_clocks(case_id), events=list_sla_events(case_id)
        )


@pytest.mark.usefixtures("app")
def test_every_recomputation_can_be_read_with_its_reason(app: Flask) -> None:
    work_office_hours()
    case = make_ticking_case()
    with transaction():
        reconsider(case._replace(priority="high"), MONDAY + HOUR)
        pause_clocks(case.case_id, "customer", MONDAY + 2 * HOUR)
        note_staff_reply(case.case_id, MONDAY + 2 * HOUR)
    page = shown(app, case.case_id)
    assert "reckoned anew: another priority" in page
    assert "paused: waiting for the customer" in page
    assert "came in time: the team replied" in page
    assert "due 23 Nov 2026, 13:00, before 23 Nov 2026, 17:00" in page
    assert "had been due 23 Nov 2026, 13:00" in page
    assert "(Standard, version 1; Office hours, version 2)" in page


@pytest.mark.usefixtures("app")
def test_a_case_without_deadlines_says_so(app: Flask) -> None:
    assert "No deadline is promised." in shown(app, 0)


def test_agents_read_the_history_of_deadlines_on_the_page_of_the_case(
    app: Flask, client: ForumClient
) -> None:
    case = make_support_case()
    page = client.sign_in(make_agent()).get(f"/desk/cases/{case.id}").text
    assert "First answer: started; due" in page
    assert "Solution: started; due" in page
    assert page.count('class="clocks"') == 1
