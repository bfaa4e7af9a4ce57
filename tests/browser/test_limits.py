"""Pages that say "not so fast": accessible, narrow enough, and nothing that was typed is lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from community.core.limits import KINDS, Kind, present_limits
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.site import Site
from tests.browser.steps import BODY, ask, expect, make_member, make_place, take_time
from tests.browser.test_pages import AXE, RUN_AXE, WIDEST

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def limited_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site with its limits on, and one member's request too many for writing."""
    before = site.app.config["SETTINGS"]
    site.app.config["SETTINGS"] = replace(before, rate_limits=True)
    with site.app.app_context():
        present_limits().storage.reset()
    yield site
    site.app.config["SETTINGS"] = before


def guess_six_times(page: "Page") -> None:
    page.goto("/sign-in")
    for _ in range(6):
        page.locator("#email").fill("nobody@example.org")
        page.locator("#password").fill("not the password")
        page.locator("main form button.btn--primary").last.click()
        page.locator("[data-error-summary]").wait_for()


def read_too_much(page: "Page") -> None:
    KINDS["reading"] = Kind(address="0/minute", is_for_reading=True)
    page.goto("/tags")


def write_too_much(page: "Page") -> None:
    page.goto("/questions/new")
    KINDS["writing"] = Kind(account="0/minute")
    page.locator("#body").fill(BODY)
    page.locator("form[action='/questions'] .btn--primary").last.click()
    page.locator("[id^=typed-]").first.wait_for()


PAGES = {"guessing": guess_six_times, "reading": read_too_much, "writing": write_too_much}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("viewport", "scheme", "locale"), [(PHONE, "dark", "de-DE"), (DESKTOP, "light", "en-GB")]
)
def test_a_refusal_is_accessible_and_fits(
    name: str,
    viewport: dict[str, int],
    scheme: str,
    locale: str,
    limited_site: Site,
    visit: Callable[..., "Page"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kind in ("reading", "writing"):
        monkeypatch.setitem(KINDS, kind, KINDS[kind])
    page = visit(
        make_member(limited_site, "Flo Fast") if name == "writing" else None,
        viewport=viewport,
        locale=locale,
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    PAGES[name](page)
    assert page.locator("html").get_attribute("lang") == locale[:2]
    width, wide = page.evaluate(WIDEST)
    assert width <= viewport["width"], wide
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []


def test_what_was_refused_is_sent_again_by_one_click(
    limited_site: Site, visit: Callable[..., "Page"], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(make_member(limited_site, "Flo Fast"))
    board = make_place(limited_site)
    title = "My telephone has no signal since the storm"
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill(title)
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(BODY)
    with monkeypatch.context() as patched:
        patched.setitem(KINDS, "writing", Kind(account="0/minute"))
        page.get_by_role("button", name="Post question").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Slow down a little")
    take_time(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_who_asks_twice_in_a_row_keeps_the_text_and_hears_how_long_to_wait(
    limited_site: Site, visit: Callable[..., "Page"]
) -> None:
    page = visit(make_member(limited_site, "Nia New"))
    board = make_place(limited_site)
    ask(page, board, "My telephone has no signal since the storm")
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill("And the second card has none either")
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(f"{BODY} twice")
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_text("You can send this in")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value(f"{BODY} twice")
