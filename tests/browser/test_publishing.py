"""A private case becomes a public question in a real browser: drafted, agreed to, answered."""

import pytest

from community.escalation.cases.models import SupportCase
from community.identity.models import User
from tests.browser.chromium import PHONE
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import answer, expect, make_member, make_place
from tests.browser.test_escalation import check, link_in, mail_to, make_colleague
from tests.factories.support import make_support_case

pytestmark = pytest.mark.browser

NUMBER = "+49 151 23456789"
WORDS = f"Call me on {NUMBER}: roaming stops every evening, whatever network I choose by hand."
TITLE = "Roaming stops every evening"
ASK = "Ask the customer for consent"


def make_private_case(site: Site) -> tuple[User, SupportCase]:
    """Make a case that a customer opened by the private form."""
    customer = make_member(site, "Nadia")
    with site.app.app_context():
        return customer, make_support_case(requester=customer, subject=TITLE, body=WORDS)


def test_a_private_case_becomes_a_question_with_its_customers_consent(
    site: Site, visit: Opener
) -> None:
    customer, case = make_private_case(site)
    board, helper = make_place(site), make_member(site, "Hanna")
    desk = visit(make_colleague(site, "Agnes"), bypass_csp=True)
    desk.goto(f"/desk/cases/{case.id}")
    desk.get_by_role("link", name="Make it a public question").click()
    text = desk.get_by_label("Text", exact=True)
    expect(text).not_to_have_value(WORDS)
    assert NUMBER not in text.input_value()
    desk.get_by_label("Board", exact=True).select_option(board.slug)
    check(desk)
    desk.get_by_role("button", name="Read over how it would look").click()
    expect(desk.get_by_role("heading", name="Exactly this would be published")).to_be_visible()
    check(desk)
    desk.get_by_role("button", name=ASK).click()
    expect(desk.get_by_text("Waits for the customer", exact=True)).to_be_visible()

    link = link_in(mail_to(site, customer, TITLE), "/publications/")
    phone = visit(viewport=PHONE, bypass_csp=True)
    phone.goto(link)
    expect(phone.get_by_text("Call me on")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="I agree: publish it").click()
    expect(phone.get_by_role("heading", name="Your public question")).to_be_attached()
    check(phone)
    phone.get_by_role("link", name="To the question").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(phone.get_by_text(customer.display_name)).to_have_count(0)
    expect(phone.get_by_text(NUMBER)).to_have_count(0)

    page = visit(helper)
    page.goto(phone.url)
    answer(page, "Choose the network by hand once, then switch roaming off and on again.")
    site.settle()
    mail_to(site, customer, "Choose the network by hand once")


def test_a_customer_declines_by_keyboard_and_nothing_is_published(
    site: Site, visit: Opener
) -> None:
    customer, case = make_private_case(site)
    board = make_place(site)
    desk = visit(make_colleague(site, "Bert"))
    desk.goto(f"/desk/cases/{case.id}/publication")
    desk.get_by_label("Board", exact=True).select_option(board.slug)
    desk.get_by_role("button", name="Read over how it would look").press("Enter")
    desk.get_by_role("button", name=ASK).press("Enter")
    expect(desk.get_by_text("Waits for the customer", exact=True)).to_be_visible()

    page = visit(customer)
    page.goto(f"/cases/{case.id}/publication")
    page.get_by_label("If you would rather not").press_sequentially("Too private.", delay=1)
    page.get_by_role("button", name="I decline: keep it private").press("Enter")
    expect(page.get_by_role("heading", name="It stays private")).to_be_attached()
    desk.reload()
    expect(desk.get_by_text("Too private.")).to_be_visible()
    guest = visit()
    guest.goto(f"/boards/{board.slug}")
    expect(guest.get_by_text(TITLE)).to_have_count(0)
