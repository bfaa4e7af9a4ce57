"""Small things that make or break a visit: language, appearance, double clicks, lost lines."""

import re

import pytest
from sqlalchemy import func, select

from community.core.db import db
from community.questions.models import Question
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import BODY, expect, make_member, make_place, question_path, take_time
from tests.factories.community import make_answer, make_question

pytestmark = pytest.mark.browser


def test_the_browser_chooses_the_language_until_the_reader_does(visit: Opener) -> None:
    page = visit(locale="de-AT")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator('[popovertarget="me"]').click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/questions/new")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask a question")
    page.locator('[popovertarget="me"]').click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/questions/new$"))
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_members_language_goes_with_them(site: Site, visit: Opener) -> None:
    user = make_member(site, "Anna", language="de")
    page = visit(user, locale="en-GB")
    page.goto("/preferences")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator("#language").select_option("en")
    page.locator("main button.btn--primary").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    elsewhere = visit(user, locale="de-DE")
    elsewhere.goto("/")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")


def test_dark_stays_dark_from_the_first_byte(visit: Opener) -> None:
    page = visit(color_scheme="light")
    page.goto("/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Menu").click()
    with page.expect_response("**/theme"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    # Printed by the server, so nothing is painted light before a script could change it.
    assert '<html lang="en" data-theme="dark">' in page.request.get("/").text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_double_click_posts_once(site: Site, visit: Opener, script: bool) -> None:
    board = make_place(site)
    page = visit(make_member(site, "Anna"), java_script_enabled=script)
    title = f"Clicked twice because nothing happened, script {script}"
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(BODY)
    take_time(page)
    page.get_by_role("button", name="Post question").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    with site.app.app_context():
        found = db.session.scalar(select(func.count(Question.id)).where(Question.title == title))
    assert found == 1


def test_an_expired_form_keeps_the_text(site: Site, visit: Opener) -> None:
    board, user = make_place(site), make_member(site, "Anna")
    page = visit(user)
    title = "The form was open overnight, what happens now"
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(BODY)
    page.context.add_cookies([site.session_cookie(user)])
    take_time(page)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please send it once more")
    expect(page.locator("textarea[name=body]")).to_have_value(BODY)
    take_time(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_lost_connection_says_so_and_loses_nothing(site: Site, visit: Opener) -> None:
    with site.app.app_context():
        question = make_question()
        make_answer(question)
    page = visit(make_member(site, "Anna"))
    page.goto(question_path(question))
    page.locator(f"#comments-{question.id} summary").click()
    comment = page.locator(f"#comment-on-{question.id}")
    comment.fill("Have you tried another charger?")
    take_time(page)
    page.route("**/comments", lambda route: route.abort("internetdisconnected"))
    page.get_by_role("button", name="Post comment").first.click()
    expect(page.locator(".toast")).to_contain_text("No connection")
    expect(comment).to_have_value("Have you tried another charger?")
    page.unroute("**/comments")
    page.get_by_role("button", name="Post comment").first.click()
    expect(page.locator(".comment")).to_contain_text("another charger")


def test_new_answers_wait_until_asked_for(site: Site, visit: Opener) -> None:
    with site.app.app_context():
        question = make_question()
        make_answer(question)
    page = visit()
    page.clock.install()
    with page.expect_response("**/related"):
        page.goto(question_path(question))
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/news?*") as unchanged:
        page.clock.fast_forward(25_000)
    assert unchanged.value.status == 304
    with site.app.app_context():
        newest = make_answer(question, body="Another idea: clean the contacts of the card.")
    with page.expect_response("**/news?*"):
        page.clock.fast_forward(60_000)
    page.get_by_role("link", name="1 new answer").click()
    expect(page.locator(f"#answer-{newest.id}")).to_be_visible()


def test_titles_are_suggested_while_typing(site: Site, visit: Opener) -> None:
    with site.app.app_context():
        question = make_question(title="Hotspot drops after ten minutes of streaming")
    site.settle()
    page = visit()
    page.goto("/")
    search = page.get_by_role("searchbox", name="Describe your problem")
    search.press_sequentially("hotspot drops", delay=5)
    offered = page.locator(".suggestions").get_by_role("link", name=question.title)
    expect(offered).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(offered).to_be_focused()
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    expect(search).to_be_focused()
    search.press_sequentially(" a", delay=5)
    expect(offered).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(offered).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(question.title)
