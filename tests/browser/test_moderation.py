"""Moderation through a real browser: a report, its case, an appeal; a spammer, cleaned up after."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Answer, Question
from moderation.flags.models import FlagHiding
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import expect, make_member, make_place, question_path
from tests.factories.community import make_answer, make_question
from tests.factories.flags import make_flag

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

RUDE = "Whoever has not understood this by now is too stupid for a telephone."
MENDED = "The number is printed on the back of the card, below the chip."
WHY = "The answer called other customers stupid, which our rules do not allow."
AGAINST = "I have changed it since, and nothing rude is left in it."
ADVERT = "Cheap cards of every network, best price guaranteed, write to me at once!"
MISTAKE = "You are right: the answer was mended before we decided."


def make_thread(site: Site, author: User, text: str) -> tuple[Question, Answer]:
    """Make a question with an answer."""
    board = make_place(site)
    with site.app.app_context():
        question = make_question(board=board, title="Where do I find the number of my card?")
        return question, make_answer(question, author, text)


def let_minutes_pass(site: Site, post: Post, minutes: int) -> None:
    """Pretend that a post was hidden earlier."""
    hidden_at = clock.now() - timedelta(minutes=minutes)
    with site.app.app_context(), transaction():
        hidings = update(FlagHiding).where(FlagHiding.post_id == post.id)
        db.session.execute(hidings.values(hidden_at=hidden_at))


def report(page: "Page", question: Question) -> None:
    """Report the answer on a question's page, in the dialog."""
    page.goto(question_path(question))
    page.get_by_role("link", name="Report this answer").click()
    page.get_by_label("Insults or harassment").check()
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_text("Thank you. Moderators will look at it")).to_be_visible()


def mend(page: "Page", post: Post) -> None:
    """Change a hidden post, so that everybody sees it again."""
    page.goto(f"/posts/{post.id}/mending")
    expect(page.get_by_text("Only you and moderators see this post now")).to_be_visible()
    page.get_by_label("Text").fill(MENDED)
    page.get_by_role("button", name="Save and show it again").click()


def open_case_by_keyboard(page: "Page", title: str) -> None:
    """Open the queue and go down to the case about a question."""
    page.goto("/moderation/cases")
    page.locator("[data-case-link]", has_text=title).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/moderation/cases/\d+"))
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Decide", exact=True)).to_be_visible()


def decide_by_keyboard(page: "Page", number: str, why: str) -> None:
    """Choose a decision by its key, go on to the reason with Tab, and send it with Enter."""
    page.keyboard.press(number)
    for _stop in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "note":
            break
    page.keyboard.type(why)
    for _stop in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.btn--primary')"):
            break
    page.keyboard.press("Enter")


def test_report_hide_mend_decide_appeal_overturn(site: Site, visit: Opener) -> None:
    author = make_member(site, "Rudolf")
    question, answer = make_thread(site, author, RUDE)
    with site.app.app_context():
        make_flag(answer, make_member(site, "Finn", trust_level=4), reason="abuse")
    report(visit(make_member(site, "Freda", trust_level=4)), question)
    reader, writer = visit(), visit(author)
    reader.goto(question_path(question))
    expect(reader.get_by_text(RUDE)).to_have_count(0)

    site.settle()
    let_minutes_pass(site, answer, 11)
    mend(writer, answer)
    reader.reload()
    expect(reader.get_by_text(MENDED)).to_be_visible()

    first = visit(make_member(site, "Mona", role="moderator"))
    open_case_by_keyboard(first, question.title)
    decide_by_keyboard(first, "4", WHY)
    expect(first.get_by_text(WHY).first).to_be_visible()
    reader.reload()
    expect(reader.get_by_text(MENDED)).to_have_count(0)

    site.settle()
    appeal(writer)
    site.settle()
    first.goto("/moderation/cases?kind=appeal")
    first.locator("[data-case-link]").first.click()
    expect(first.get_by_text("Now it is somebody else's turn.")).to_be_visible()
    expect(first.get_by_role("button", name="Claim this case")).to_have_count(0)
    other = visit(make_member(site, "Olaf", role="moderator"))
    overturn(other)
    site.settle()
    reader.reload()
    expect(reader.get_by_text(MENDED)).to_be_visible()
    writer.reload()
    expect(writer.get_by_text(MISTAKE).first).to_be_visible()


def appeal(page: "Page") -> None:
    """Read why a post was removed, and object."""
    page.goto("/account/decisions")
    decisions = page.get_by_role("main")
    decisions.get_by_role("link", name=re.compile("removed|deleted", re.IGNORECASE)).first.click()
    expect(page.get_by_text(WHY).first).to_be_visible()
    page.get_by_label("What is wrong with this decision?").fill(AGAINST)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text(AGAINST)).to_be_visible()


def overturn(page: "Page") -> None:
    """Decide the one appeal that waits, in favour of the member."""
    page.goto("/moderation/cases?kind=appeal")
    page.locator("[data-case-link]").first.click()
    page.get_by_role("button", name="Claim this case").click()
    expect(page.get_by_text(AGAINST)).to_be_visible()
    page.get_by_label("The decision was wrong").check()
    page.get_by_role("textbox", name="Reason").fill(MISTAKE)
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text(MISTAKE).first).to_be_visible()


def test_a_spammer_is_cleaned_up_after_and_let_back(site: Site, visit: Opener) -> None:
    spammer = make_member(site, "Spencer")
    question, _answer = make_thread(site, spammer, ADVERT)
    reader, theirs = visit(), visit(spammer)
    moderator = visit(make_member(site, "Mona", role="moderator"))
    theirs.goto("/notifications")
    moderator.goto(f"/users/{spammer.id}")
    moderator.get_by_role("link", name="Measures").click()
    moderator.get_by_role("link", name="Clean up after a spammer").click()
    moderator.get_by_role("button", name="Clean up", exact=True).click()
    expect(moderator.get_by_role("heading", name="The last clean-up")).to_be_visible()
    site.settle()
    reader.goto(question_path(question))
    expect(reader.get_by_role("heading", level=1)).to_have_text(question.title)
    expect(reader.get_by_text(ADVERT)).to_have_count(0)
    theirs.goto("/notifications")
    expect(theirs).to_have_url(re.compile("/sign-in"))

    moderator.reload()
    moderator.get_by_role("button", name="Take it back").click()
    expect(moderator.get_by_role("button", name="Take it back")).to_have_count(0)
    site.settle()
    reader.reload()
    expect(reader.get_by_text(ADVERT)).to_be_visible()
