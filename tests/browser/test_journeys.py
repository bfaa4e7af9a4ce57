"""Whole journeys through a real browser: what people come here to do."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import (
    BODY,
    answer,
    ask,
    expect,
    make_member,
    make_older,
    make_place,
    question_path,
    register,
    sign_in,
    take_time,
)
from tests.factories.community import make_answer, make_question

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_register_ask_answer_accept_kudos(site: Site, visit: Opener) -> None:
    board = make_place(site)
    with site.app.app_context():
        known = make_question(board=board, title="Tablet shows no network after the update")
        make_answer(known)
    site.settle()
    asker, helper = visit(), visit()

    ask_as_a_newcomer(asker, site, board.slug, known.title)
    helper.goto(asker.url)
    helper.get_by_role("link", name="Sign in to answer").click()
    sign_in(helper, make_member(site, "Helga"))
    expect(helper).to_have_url(asker.url)
    answer(helper, "Switch flight mode on and off once, please.")
    site.settle()

    accept_and_thank(asker)
    site.settle()
    helper.reload()
    expect(helper.locator(".post--accepted")).to_contain_text("accepted by Anna Asker")
    expect(helper.locator(".post--accepted .kudos")).to_contain_text("1")
    expect(helper.locator("[data-bell]")).to_contain_text(re.compile("[1-9]"))


def ask_as_a_newcomer(page: "Page", site: Site, board: str, known_title: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Register").first.click()
    register(page, site, "Anna Asker")
    page.get_by_role("link", name="Ask a question").first.click()
    title = page.get_by_label("What is going wrong")
    title.press_sequentially("My tablet shows no network since the update", delay=5)
    similar = page.get_by_role("region", name="Similar questions")
    expect(similar.get_by_text(known_title)).to_be_visible()
    page.get_by_label("Board", exact=True).select_option(board)
    page.get_by_label("What happened").fill(BODY)
    page.get_by_role("button", name="Preview").first.click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("listitem").first).to_have_text("restarted it")
    page.get_by_label("Tags").fill("tablet, network")
    take_time(page)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("My tablet")
    expect(page.get_by_role("main").get_by_role("link", name="tablet", exact=True)).to_be_visible()


def accept_and_thank(page: "Page") -> None:
    page.reload()
    page.get_by_role("link", name="1 new notification").click()
    page.locator(".notice__title").first.click()
    page.get_by_role("button", name="Yes, that was the solution").click()
    expect(page.locator(".post--accepted")).to_contain_text("flight mode")
    heart = page.locator(".post--accepted .kudos")
    expect(heart).to_contain_text("0")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_contain_text("1")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(heart).to_contain_text("0")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")


def test_everything_without_javascript(site: Site, visit: Opener) -> None:
    board = make_place(site)
    asker = visit(make_member(site, "Anna"), java_script_enabled=False)
    helper = visit(make_member(site, "Helga"), java_script_enabled=False)

    ask(asker, board, "Nothing rings since the update, what now", tags="ringing")
    helper.goto(asker.url)
    answer(helper, "Is the **silent** switch on?")
    helper.get_by_text("Add a comment").first.click()
    helper.get_by_label("Your comment").first.fill("Which phone is it?")
    helper.get_by_role("button", name="Post comment").first.click()
    expect(helper.locator(".comment")).to_contain_text("Which phone is it?")

    asker.reload()
    expect(asker.locator(".comment")).to_contain_text("Which phone is it?")
    asker.get_by_role("button", name="Yes, that was the solution").click()
    expect(asker.locator(".post--accepted strong")).to_have_text("silent")
    asker.locator(".post--accepted .kudos").click()
    expect(asker.locator(".post--accepted .kudos")).to_contain_text("1")
    asker.locator(".post--accepted .kudos").click()
    expect(asker.locator(".post--accepted .kudos")).to_contain_text("0")
    asker.get_by_role("button", name="Not the solution after all").click()
    expect(asker.locator(".post--accepted")).to_have_count(0)


def test_preview_and_errors_without_javascript(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Anna"), java_script_enabled=False)
    page.goto("/questions/new")
    page.get_by_label("What happened").fill("Some **bold** words about it")
    page.get_by_role("button", name="Preview").first.click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("bold")
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value("Some **bold** words about it")


def test_edit_history_close_reopen_without_javascript(site: Site, visit: Opener) -> None:
    user = make_member(site, "Anna")
    with site.app.app_context():
        question = make_question(user, body="It rings once and then it stops, every time.")
    make_older(site, question, 0.2)
    page = visit(user, java_script_enabled=False)
    page.goto(question_path(question))
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Text").fill("It rings twice and then it stops, every time.")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("rings twice")).to_be_visible()

    page.get_by_role("link", name=re.compile("edited")).first.click()
    expect(page.locator("ins").first).to_contain_text("twice")
    expect(page.locator("del").first).to_contain_text("once")
    page.go_back()
    page.get_by_text("Resolve without a best answer").click()
    page.get_by_label("Reason").select_option("no_longer_needed")
    page.get_by_role("button", name="Close the question").click()
    expect(page.locator("#question .status")).to_contain_text("No longer needed")
    page.get_by_role("button", name="Open it again").click()
    expect(page.locator("#question .status")).to_contain_text("Needs an answer")


def test_a_guests_text_survives_sign_in_and_reload(site: Site, visit: Opener) -> None:
    board, user, page = make_place(site), make_member(site, "Anna"), visit()
    title = "No voice mail since I changed the plan"
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("What happened").fill(BODY)
    expect(page.get_by_text("Draft saved on this device")).to_be_visible()
    # What was typed a moment before is not lost either.
    page.get_by_label("Tags").fill("voicemail")
    page.reload()
    expect(page.get_by_label("Tags")).to_have_value("voicemail")
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_role("button", name="Post question").click()

    expect(page.get_by_text("Your question is kept.")).to_be_visible()
    sign_in(page, user)
    expect(page.get_by_label("What is going wrong")).to_have_value(title)
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    expect(page.get_by_label("Board", exact=True)).to_have_value(board.slug)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto("/questions/new")
    expect(page.get_by_label("What happened")).to_have_value("")


def test_a_guests_text_survives_registering(site: Site, visit: Opener) -> None:
    board, page = make_place(site), visit()
    title = "Nobody can hear me when I call from the cellar"
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("What happened").fill(BODY)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_text("Your question is kept.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="New here? Make an account").click()
    register(page, site, "Nora Newcomer")
    expect(page.get_by_label("What is going wrong")).to_have_value(title)
    expect(page.get_by_label("What happened")).to_have_value(BODY)
    expect(page.get_by_label("Board", exact=True)).to_have_value(board.slug)
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_member_only_board_is_nothing_to_a_guest(site: Site, visit: Opener) -> None:
    board = make_place(site, audience="members")
    with site.app.app_context():
        question = make_question(board=board, title="Secret handshake of the members here")
    site.settle()
    guest, member = visit(), visit(make_member(site, "Mia"))

    nothing = shown_at(guest, "/questions/999999999")
    assert shown_at(guest, question_path(question)) == nothing
    assert shown_at(guest, f"/boards/{board.slug}") == nothing
    guest.goto("/search?q=secret+handshake")
    expect(guest.get_by_text("Nothing found")).to_be_visible()

    member.goto(question_path(question))
    expect(member.get_by_role("heading", level=1)).to_have_text(question.title)
    member.goto("/search?q=secret+handshake")
    expect(member.get_by_role("link", name=question.title)).to_be_visible()


def shown_at(page: "Page", path: str) -> tuple[int, str]:
    response = page.goto(path)
    assert response is not None
    return response.status, page.locator("body").inner_text()
