"""The pages of adjustments and appeals, as members and staff see them."""

import re

import pytest

from tests.factories.community import make_user, reload
from tests.reputation.adjustments.scene import adjust, appeal, entries_of, make_line, make_taken


@pytest.fixture
def desk(app, moderator):
    """A moderator's browser."""
    return app.test_client().sign_in(moderator)


@pytest.fixture
def office(app, admin):
    """An administrator's browser."""
    return app.test_client().sign_in(admin)


def prize(amount, submission="1"):
    return {
        "currency": "reputation",
        "amount": str(amount),
        "reason": "A prize",
        "submission": submission,
    }


def test_a_member_is_found_by_name_and_adjusted_once(desk, member):
    found = desk.get("/admin/adjustments?name=mia+member")
    assert found.location == f"/admin/people/{member.id}/points"
    assert "Mia Member" in desk.get(found.location).text
    for _time in range(2):
        made = desk.submit(found.location, prize(25))
        assert made.status_code == 303
    assert [amount for _, _, amount, _ in entries_of(member)] == [25]
    assert "+25 points" in desk.get(made.location).text
    assert "A prize" in desk.get("/admin/adjustments").text
    assert "Nobody has this name." in desk.get("/admin/adjustments?name=Nobody").text


def test_above_the_limit_the_page_asks_an_administrator(desk, office, member):
    made = desk.submit(f"/admin/people/{member.id}/points", prize(500))
    page = desk.get(made.location).text
    assert "Waits for a second person" in page
    assert "Confirm and book" not in page
    assert "Confirm and book" in office.get(made.location).text
    assert "Mia Member" in office.get("/admin/adjustments").text
    assert office.submit(f"{made.location}/confirmation").status_code == 303
    assert [amount for _, _, amount, _ in entries_of(member)] == [500]
    assert office.submit(f"{made.location}/reversal", {"reason": "A slip"}).status_code == 303
    assert sum(amount for _, _, amount, _ in entries_of(member)) == 0


def test_a_refusal_is_written_on_the_page(office, moderator, member):
    path = f"/admin/adjustments/{adjust(moderator, member, 500).id}"
    assert office.submit(f"{path}/refusal", {"why": " "}).status_code == 422
    assert office.submit(f"{path}/refusal", {"why": "Too generous"}).status_code == 303
    assert "Too generous" in office.get(path).text
    assert office.submit(f"{path}/confirmation").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"amount": "lots"}, "amount"), ({"reason": ""}, "reason"), ({"currency": "x"}, "currency")],
)
def test_what_cannot_be_booked_is_said_at_its_field(desk, member, wrong, field):
    refused = desk.submit(f"/admin/people/{member.id}/points", {**prize(5), **wrong})
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert desk.submit(f"/admin/people/{member.id}/points", prize(5)).status_code == 303


def test_one_sees_no_form_for_oneself(desk, moderator):
    assert "How many" not in desk.get(f"/admin/people/{moderator.id}/points").text


def test_a_member_appeals_and_reads_the_answer(client, desk, member):
    line = make_line(member)
    path = f"/reputation/entries/{line}/appeal"
    client.sign_in(member)
    assert "What is wrong?" in client.get(path).text
    assert client.submit(path, {"text": ""}).status_code == 422
    for _time in range(2):
        assert client.submit(path, {"text": "I was thanked twice."}).status_code == 303
    page = client.get(path).text
    assert "What is wrong?" not in page
    assert "Waits for an answer" in page
    assert "Waits for an answer" in client.get("/reputation/appeals").text
    case = re.search(r"/admin/appeals/\d+", desk.get("/admin/appeals").text).group()
    assert "I was thanked twice." in desk.get(case).text
    assert desk.submit(f"{case}/rejection", {"answer": "No"}).status_code == 409
    assert desk.submit(f"{case}/review").status_code == 303
    assert desk.submit(f"{case}/correction", {"amount": "0", "answer": "Yes"}).status_code == 422
    assert desk.submit(f"{case}/rejection", {"answer": " "}).status_code == 422
    right = {"amount": "3", "answer": "Three were missing."}
    assert desk.submit(f"{case}/correction", right).status_code == 303
    assert "Three were missing." in client.get(path).text
    assert sum(amount for _, _, amount, _ in entries_of(member)) == 10


def test_a_rejected_appeal_shows_why(client, desk, moderator, member):
    found = make_taken(member, moderator)
    assert desk.submit(f"/admin/appeals/{found.id}/rejection", {"answer": "All there."})
    page = client.sign_in(member).get(f"/reputation/entries/{found.entry_id}/appeal").text
    assert "Stays as it is" in page
    assert "All there." in page
    assert "All there." in desk.get(f"/admin/appeals/{found.id}").text


def test_others_lines_and_queues_are_closed(client, app, member):
    found = appeal(member, make_line(member))
    other = client.sign_in(make_user())
    assert other.get(f"/reputation/entries/{found.entry_id}/appeal").status_code == 404
    for path in ("/admin/adjustments", "/admin/appeals", f"/admin/appeals/{found.id}"):
        assert other.get(path).status_code == 403
        assert app.test_client().get(path).status_code == 302
    assert reload(found).state == "opened"


def test_the_reason_of_an_adjustment_stands_on_its_line(client, moderator, member):
    made = adjust(moderator, member)
    page = client.sign_in(member).get(f"/reputation/entries/{made.entry_id}/appeal").text
    assert "A prize for the best guide" in page
