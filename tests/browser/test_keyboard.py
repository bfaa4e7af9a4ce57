"""Everything by keyboard alone, with the focus always in sight."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import BODY, expect, make_member, make_place, question_path, take_time
from tests.factories.community import make_question

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

STOPS_AT_MOST = 60
# A focused element is in the window and has an outline, as has the whole row of a link that is one;
# or it stands in the composer, which has it.
IS_FOCUS_SEEN = """() => {
  const element = document.activeElement;
  const box = element.getBoundingClientRect();
  const composer = element.closest(".composer");
  const drawn = [getComputedStyle(element), getComputedStyle(element, "::after")];
  if (composer) drawn.push(getComputedStyle(composer));
  const ring = drawn.some(
    (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
  return ring && inside ? "" : `${element.outerHTML.slice(0, 120)} ring=${ring} inside=${inside}`;
}"""


def tab_to(page: "Page", selector: str) -> list[str]:
    """Press Tab until the element has the focus; returns the stops on the way."""
    stops = []
    for _ in range(STOPS_AT_MOST):
        page.keyboard.press("Tab")
        assert_focus_is_seen(page)
        stops.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return stops
    raise AssertionError(f"{selector} is not reached: {stops}")


def assert_focus_is_seen(page: "Page") -> None:
    # A busy machine scrolls some moments after the key.
    for _ in range(100):
        unseen = page.evaluate(IS_FOCUS_SEEN)
        if not unseen:
            return
        page.wait_for_timeout(50)
    raise AssertionError(unseen)


def test_the_skip_link_comes_first_and_works(visit: Opener) -> None:
    page = visit()
    page.goto("/questions")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_asking_by_keyboard(site: Site, visit: Opener) -> None:
    board = make_place(site)
    page = visit(make_member(site, "Anna"))
    page.goto("/questions/new")
    tab_to(page, "#title")
    page.keyboard.type("Keyboard only, and the card is not found")
    tab_to(page, "#board")
    page.keyboard.type(board.names["en"])
    expect(page.locator("#board")).to_have_value(board.slug)
    tab_to(page, "textarea")
    page.keyboard.type("Bold: ")
    page.keyboard.press("Control+b")
    page.keyboard.type("words")
    expect(page.locator("#body")).to_have_value("Bold: **words**")
    page.keyboard.press("End")
    page.keyboard.type(" and enough of them to be a question")
    stops = tab_to(page, "form .btn--primary")
    assert any('id="tags"' in stop for stop in stops)
    take_time(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Keyboard only")


def test_similar_questions_that_come_late_push_nothing_out_of_sight(
    site: Site, visit: Opener
) -> None:
    with site.app.app_context():
        for number in range(3):
            make_question(title=f"The lighthouse has no network, case {number}")
    site.settle()
    page = visit(make_member(site, "Anna"))
    page.goto("/questions/new")
    held: list[Route] = []
    page.route("**/search/similar*", lambda route: held.append(route))
    page.locator("#title").fill("Our lighthouse has no network")
    page.locator("#board").focus()
    while not held:
        page.wait_for_timeout(50)
    assert page.evaluate("scrollY") == 0
    for route in held:
        route.continue_()
    expect(page.locator(".similar details").nth(2)).to_be_visible()
    expect(page.locator("#board")).to_be_focused()
    expect(page.locator("#board")).to_be_in_viewport()


def test_the_first_wrong_field_gets_the_focus(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Anna"))
    page.goto("/questions/new")
    page.get_by_label("What happened").fill(BODY)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say in one sentence")
    expect(page.get_by_label("What is going wrong")).to_be_focused()
    described = page.get_by_label("What is going wrong").get_attribute("aria-describedby")
    assert described is not None
    assert "title-error" in described
    page.get_by_role("alert").get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_be_focused()


def test_shortcuts(site: Site, visit: Opener) -> None:
    board = make_place(site)
    with site.app.app_context():
        older = make_question(board=board, title="The older one of two questions here")
        newer = make_question(board=board, title="The newer one of two questions here")
    page = visit(make_member(site, "Anna"))
    page.goto(f"/boards/{board.slug}")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=newer.title)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=older.title)).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=newer.title)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("j?")
    page.get_by_role("link", name=newer.title).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(newer.title)
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Your answer")).to_be_focused()


def test_shortcuts_can_be_switched_off(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Anna", shortcuts=False))
    page.goto("/questions")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")


def test_every_stop_of_a_question_page_is_seen(site: Site, visit: Opener) -> None:
    with site.app.app_context():
        question = make_question(body="Words with [a link](https://example.org/) in them.")
    page = visit(make_member(site, "Anna"))
    page.goto(question_path(question))
    stops = tab_to(page, "#reply .btn--primary")
    assert any("example.org" in stop for stop in stops)
