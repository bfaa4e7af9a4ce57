"""Steps that several journeys take."""

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

from flask_security import hash_password

from community.boards.models import Board
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from moderation.held.newcomers import FASTEST_SECONDS
from tests.browser.chromium import TIMEOUT_MS
from tests.browser.site import PATIENCE_SECONDS, Site
from tests.factories.community import days_ago, make_board, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "ferry boat lantern"
BODY = "It says *no network* since this morning.\n\n- restarted it\n- put the card in again"

_numbers = itertools.count(1)


def expect(target: Any) -> Any:
    """Wait for what is asserted next. Imported late: the suite is collected without Playwright."""
    from playwright.sync_api import expect as playwright_expect

    playwright_expect.set_options(timeout=TIMEOUT_MS)
    return playwright_expect(target)


def make_member(site: Site, name: str, **values: Any) -> User:
    """Make a member with a password; the display name gets a number."""
    with site.app.app_context():
        return make_user(f"{name} {next(_numbers)}", password=hash_password(PASSWORD), **values)


def make_place(site: Site, **values: Any) -> Board:
    """Make a board with a name of its own."""
    name = f"Signal {next(_numbers)}"
    with site.app.app_context():
        return make_board(names={"en": name, "de": name}, **values)


def make_older(site: Site, post: Post, days: float) -> None:
    """Pretend that a post was written some time ago."""
    with site.app.app_context(), transaction():
        db.session.get_one(Post, post.id).created_at = days_ago(days)


def question_path(question: Question) -> str:
    """Return the address of a question."""
    return f"/questions/{question.id}/{question.slug}"


def take_time(page: "Page") -> None:
    """Be no faster than people are: a newcomer's text that took no time waits for a moderator."""
    page.wait_for_timeout(1000 * FASTEST_SECONDS + 100)


def ask(page: "Page", board: Board, title: str, *, body: str = BODY, tags: str = "") -> None:
    """Fill in the ask form and post it."""
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(body)
    if tags:
        page.get_by_label("Tags").fill(tags)
    take_time(page)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def answer(page: "Page", text: str) -> None:
    """Answer the question that is open."""
    page.get_by_role("textbox", name="Your answer").fill(text)
    take_time(page)
    page.get_by_role("button", name="Post answer").click()
    expect(page.get_by_text("Thank you, your answer is out.")).to_be_visible()


def sign_in(page: "Page", user: User) -> None:
    """Send the sign-in form that is open."""
    page.get_by_label("E-mail address").fill(user.email or "")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def register(page: "Page", site: Site, name: str) -> str:
    """Send the registration form that is open, use the link in the mail; return the address."""
    email = f"newcomer{next(_numbers)}@example.org"
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Display name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto(mailed_link(site, email))
    page.get_by_role("button", name="Confirm and sign in").click()
    expect(page.get_by_text("Your account is ready.")).to_be_visible()
    return email


def mailed_link(site: Site, email: str) -> str:
    """Wait for a mail to somebody and return the address in the newest one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        mails = getattr(site.app.extensions["mailman"], "outbox", [])
        bodies = [mail.body for mail in mails if mail.to == [email]]
        if bodies:
            return re.search(r"http://\S+", bodies[-1])[0]
        time.sleep(0.05)
    raise AssertionError(f"no mail came to {email}")
