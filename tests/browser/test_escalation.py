"""The support team through a real browser: a whole case, two agents at once, handing back."""

import hmac
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from community.core import clock
from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.csat.operations.asking import ask_customers
from community.escalation.triggers.operations.watching import plan_handover, sweep_due
from community.identity.models import User
from community.questions.models import Question
from tests.browser.chromium import PHONE
from tests.browser.conftest import Opener
from tests.browser.site import PATIENCE_SECONDS, Site
from tests.browser.steps import answer, ask, expect, make_member, make_place, take_time
from tests.browser.test_pages import AXE, RUN_AXE, UNFOLD, WIDEST
from tests.escalation.sla.scenes import ALWAYS, work_office_hours
from tests.factories.community import make_question
from tests.factories.support import make_agent, make_support_case

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOOK_KEY = "a key that we share with a provider of mail"
DOMAIN = "forum.example.test"
WHICH = "Which number stands on the back of your card?"
NUMBER = "It is zqnumber 8949-0217."
SOLUTION = "The card was blocked by mistake. It works again, please restart your phone."


@pytest.fixture(autouse=True)
def office(site: Site) -> Iterator[None]:
    """Take mail, and work around the clock."""
    before = site.app.config["SETTINGS"]
    site.app.config["SETTINGS"] = replace(
        before,
        mail_from=f"community@{DOMAIN}",
        mail_help_address=f"help@{DOMAIN}",
        mail_reply_address=f"reply@{DOMAIN}",
        mail_hook_key=HOOK_KEY,
    )
    with site.app.app_context():
        work_office_hours(days=ALWAYS)
    yield
    site.app.config["SETTINGS"] = before


def make_colleague(site: Site, name: str) -> User:
    """Make an agent of the team that takes everything."""
    with site.app.app_context():
        return make_agent(f"{name} {time.monotonic_ns() % 100_000}")


def check(page: "Page") -> None:
    """Find nothing that axe calls serious on the page that is open, and that a phone shows it."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    width, wide = page.evaluate(WIDEST)
    assert width <= PHONE["width"], wide
    page.set_viewport_size(size or PHONE)
    page.evaluate(UNFOLD)
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []


def mail_to(site: Site, user: User, part: str) -> Any:
    """Wait for a mail to somebody in which something stands; return it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        mails = list(getattr(site.app.extensions["mailman"], "outbox", []))
        found = [mail for mail in mails if mail.to == [user.email] and part in mail.body]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(f"no mail with {part!r} came to {user.email}")


def link_in(mail: Any, start: str) -> str:
    """Return the address in a mail whose path begins so."""
    found = re.search(rf"https?://[^/\s]+({start}\S*)", mail.body)
    assert found, mail.body
    return found[1]


def let_a_day_pass(site: Site, question: Question) -> int:
    """Pretend that a question was asked a day ago, and sweep; return its case's id."""
    with site.app.app_context():
        with transaction():
            asked = update(Question).where(Question.id == question.id)
            db.session.execute(asked.values(asked_at=clock.now() - timedelta(hours=25)))
            plan_handover(question.id)
        with transaction():
            sweep_due()
    site.settle()
    with site.app.app_context():
        found = select(SupportCase.id).where(SupportCase.question_id == question.id)
        return db.session.scalars(found).one()


def reply_by_mail(page: "Page", letter: Any, user: User, text: str) -> None:
    """Answer a letter as a mail program does, by way of a provider."""
    mail = EmailMessage()
    mail["From"], mail["To"] = user.email, letter.extra_headers["Reply-To"]
    mail["Subject"] = f"Re: {letter.subject}"
    mail["Message-ID"] = f"<{time.monotonic_ns()}@example.test>"
    mail["In-Reply-To"] = letter.extra_headers["Message-ID"]
    mail.set_content(f"{text}\n\n> {letter.body.splitlines()[0]}\n")
    raw, timestamp = mail.as_bytes(), str(int(time.time()))
    to = letter.extra_headers["Reply-To"]
    signed = hmac.new(HOOK_KEY.encode(), f"{timestamp}\n{to}\n".encode() + raw, sha256)
    headers = {"X-Timestamp": timestamp, "X-Recipients": to, "X-Signature": signed.hexdigest()}
    headers["Content-Type"] = "message/rfc822"
    taken = page.request.post("/hooks/mail", data=raw, headers=headers)
    assert (taken.status, taken.json()["fate"]) == (200, "written"), taken.text()


def write(page: "Page", target: str, text: str) -> None:
    """Write in the composer with the keyboard alone, and send it."""
    chosen = page.get_by_role("radio", name=target)
    chosen.focus()
    page.keyboard.press("Space")
    expect(chosen).to_be_checked()
    page.locator("#msg").focus()
    page.keyboard.type(text)
    take_time(page)
    page.keyboard.press("Control+Enter")


def take_by_keyboard(page: "Page", case_id: int) -> None:
    """Open the desk, go to a case by its link, and take it by its key."""
    page.goto("/desk?show=team")
    page.locator(f"a[href^='/desk/cases/{case_id}']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/desk/cases/{case_id}"))
    page.keyboard.press("c")
    expect(page.get_by_text("Assigned to you")).to_be_visible()


def test_from_an_unanswered_question_to_how_satisfied_its_asker_was(
    site: Site, visit: Opener
) -> None:
    board, asker = make_place(site), make_member(site, "Anna")
    theirs = visit(asker, bypass_csp=True)
    title = f"No network since the card was changed {time.monotonic_ns() % 1000}"
    ask(theirs, board, title)
    with site.app.app_context():
        question = db.session.scalars(select(Question).where(Question.title == title)).one()
    case_id = let_a_day_pass(site, question)
    link_in(mail_to(site, asker, "Your question is with the support team now"), "/cases/")

    desk = visit(make_colleague(site, "Agnes"), bypass_csp=True)
    take_by_keyboard(desk, case_id)
    check(desk)
    write(desk, "Customer only", WHICH)
    expect(desk.locator(".msg--private", has_text=WHICH)).to_be_visible()
    letter = mail_to(site, asker, WHICH)
    reply_by_mail(theirs, letter, asker, NUMBER)
    theirs.goto(f"/cases/{case_id}")
    expect(theirs.get_by_text(NUMBER)).to_be_visible()
    check(theirs)

    desk.reload()
    expect(desk.get_by_text(NUMBER)).to_be_visible()
    write(desk, "Public question", SOLUTION)
    expect(desk.get_by_role("heading", name="Everyone will read this. Post it?")).to_be_visible()
    check(desk)
    desk.get_by_role("button", name="Yes, send it").press("Enter")
    expect(desk.locator(".talk .msg", has_text=SOLUTION)).to_be_visible()
    guest = visit(bypass_csp=True)
    guest.goto(f"/questions/{question.id}")
    expect(guest.get_by_text(SOLUTION)).to_be_visible()
    expect(guest.get_by_text("zqnumber")).to_have_count(0)

    # The link of the mail needs no sign-in.
    guest.goto(link_in(mail_to(site, asker, "/acceptances/"), "/acceptances/"))
    check(guest)
    guest.get_by_role("button", name="Accept this answer").click()
    expect(guest.get_by_role("heading", name="This answer is accepted")).to_be_visible()
    guest.goto(f"/questions/{question.id}")
    expect(guest.locator(".post--accepted")).to_contain_text(SOLUTION)
    solve(desk)
    rate(guest, site, asker, case_id)


def solve(page: "Page") -> None:
    """Solve the case that is open, with its outcome and reason."""
    page.reload()
    panel = page.get_by_role("region", name="What is next")
    panel.get_by_label("What came of it").select_option("fixed")
    panel.get_by_label("What it was about").select_option("fault")
    panel.get_by_role("button", name="Solve").press("Enter")
    expect(page.locator(".case__head .status")).to_contain_text("Solved")


def rate(page: "Page", site: Site, asker: User, case_id: int) -> None:
    """Let a day pass, and answer the question how satisfied one was by the link of its mail."""
    with site.app.app_context():
        with transaction():
            solved = update(SupportCase).where(SupportCase.id == case_id)
            db.session.execute(solved.values(solved_at=clock.now() - timedelta(hours=25)))
        with transaction():
            ask_customers()
    site.settle()
    page.goto(link_in(mail_to(site, asker, "/satisfaction/"), "/satisfaction/"))
    check(page)
    page.locator("input[name=mark][value='5']").check()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Thank you for your answer")).to_be_visible()


def test_the_second_of_two_agents_sees_what_is_new_and_loses_nothing(
    site: Site, visit: Opener
) -> None:
    asker = make_member(site, "Anna")
    with site.app.app_context():
        case = make_support_case(requester=asker)
    first = visit(make_colleague(site, "Agnes"), bypass_csp=True)
    second = visit(make_colleague(site, "Boris"), bypass_csp=True)
    for page in (first, second):
        page.goto(f"/desk/cases/{case.id}")
    write(first, "Customer only", "We look into it and write to you by noon.")
    expect(first.locator(".msg--private", has_text="by noon")).to_be_visible()

    typed = "Please switch it off and on again, and tell us whether that helps."
    write(second, "Customer only", typed)
    expect(second.get_by_role("heading", name="What is new")).to_be_visible()
    expect(second.locator(".reply", has_text="by noon")).to_be_visible()
    expect(second.locator("#msg")).to_have_value(typed)
    check(second)
    first.reload()
    expect(first.get_by_text(typed)).to_have_count(0)
    second.locator("#msg").focus()
    second.keyboard.press("Control+Enter")
    expect(second.locator(".msg--private", has_text=typed)).to_be_visible()


def test_what_is_handed_back_is_the_communitys_until_somebody_solves_it(
    site: Site, visit: Opener
) -> None:
    board, asker = make_place(site), make_member(site, "Anna")
    with site.app.app_context():
        question = make_question(asker, board, title="Which adapter fits my old card reader?")
        case = make_support_case(question)
    site.settle()
    desk = visit(make_colleague(site, "Agnes"), bypass_csp=True)
    take_by_keyboard(desk, case.id)
    desk.get_by_role("button", name="Hand back to the community").press("Enter")
    expect(desk.locator(".case__head .status")).to_contain_text("Handed back")
    check(desk)

    helper, theirs = visit(make_member(site, "Helga")), visit(asker, bypass_csp=True)
    helper.goto(f"/questions/{question.id}")
    answer(helper, "The one with the blue label does, I have had it for years.")
    site.settle()
    theirs.goto(f"/questions/{question.id}")
    check(theirs)
    theirs.get_by_role("button", name="Yes, that was the solution").click()
    expect(theirs.locator(".post--accepted")).to_contain_text("blue label")
    site.settle()
    desk.reload()
    expect(desk.get_by_text("This case is closed, and stays so.")).to_be_visible()
