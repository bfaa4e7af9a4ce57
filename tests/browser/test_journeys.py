"""Whole journeys through a real browser: what people come here to do."""

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from flask_security import hash_password

from community.boards.models import Board
from community.identity.models import User
from community.questions.models import Question
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.factories.community import make_answer, make_board, make_question, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PASSWORD = "ferry boat lantern"
BODY = "It says *no network* since this morning.\n\n- restarted it\n- put the card in again"

_numbers = itertools.count(1)


def expect(target):
    """Import late, so that the suite can be collected without Playwright."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(target)


@pytest.fixture
def board(site: Site) -> Board:
    with site.app.app_context():
        return make_board(names={"en": "SIM and eSIM", "de": "SIM und eSIM"})


def make_member(site: Site, name: str, **values: object) -> User:
    """Make a member with a password; the display name gets a number."""
    with site.app.app_context():
        password = hash_password(PASSWORD)
        return make_user(f"{name} {next(_numbers)}", password=password, **values)


def ask(page: "Page", board: Board, title: str, body: str = BODY, tags: str = "") -> None:
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("Board").select_option(board.slug)
    page.get_by_label("What happened").fill(body)
    if tags:
        page.get_by_label("Tags").fill(tags)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def sign_in(page: "Page", user: User) -> None:
    page.get_by_label("E-mail address").fill(user.email or "")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def register(page: "Page", name: str) -> None:
    page.get_by_label("E-mail address").fill(f"newcomer{next(_numbers)}@example.org")
    page.get_by_label("Display name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()


def question_path(question: Question) -> str:
    return f"/questions/{question.id}/{question.slug}"


def test_register_ask_answer_accept_kudos(site: Site, board: Board, visit: Opener) -> None:
    with site.app.app_context():
        known = make_question(board=board, title="Tablet shows no network after the update")
        make_answer(known)
    site.settle()
    helper = make_member(site, "Helga")

    asker_page = visit()
    asker_page.goto("/")
    asker_page.get_by_role("link", name="Register").first.click()
    register(asker_page, "Anna Asker")
    asker_page.get_by_role("link", name=re.compile("Ask")).first.click()
    title = asker_page.get_by_label("What is going wrong")
    title.press_sequentially("My tablet shows no network since the update", delay=5)
    similar = asker_page.get_by_role("region", name="Similar questions")
    expect(similar.get_by_text(known.title)).to_be_visible()
    asker_page.get_by_label("Board").select_option(board.slug)
    asker_page.get_by_label("What happened").fill(BODY)
    asker_page.get_by_role("button", name="Preview").first.click()
    preview = asker_page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("listitem").first).to_have_text("restarted it")
    asker_page.get_by_label("Tags").fill("tablet, network")
    asker_page.get_by_role("button", name="Post question").click()
    expect(asker_page.get_by_role("heading", level=1)).to_contain_text("My tablet")
    expect(asker_page.get_by_role("link", name="network", exact=True)).to_be_visible()

    helper_page = visit()
    helper_page.goto(asker_page.url)
    helper_page.get_by_role("link", name="Sign in to answer").click()
    sign_in(helper_page, helper)
    expect(helper_page).to_have_url(asker_page.url)
    helper_page.get_by_label("Your answer").fill("Switch flight mode on and off once, please.")
    helper_page.get_by_role("button", name="Post answer").click()
    expect(helper_page.get_by_text("Thank you, your answer is out.")).to_be_visible()
    site.settle()

    asker_page.reload()
    asker_page.get_by_role("link", name="1 new notification").click()
    asker_page.get_by_role("link", name=re.compile("answer")).first.click()
    asker_page.get_by_role("button", name="Yes, that was the solution").click()
    expect(asker_page.locator(".post--accepted")).to_contain_text("flight mode")
    heart = asker_page.locator(".post--accepted .kudos")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_contain_text("1")
    asker_page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    site.settle()

    helper_page.reload()
    expect(helper_page.locator(".post--accepted")).to_contain_text("accepted by Anna Asker")
    expect(helper_page.locator(".post--accepted .kudos")).to_contain_text("1")
    expect(helper_page.locator("[data-bell]")).to_contain_text(re.compile("[12]"))
