"""What moderators write to each other about a case: by keyboard, on each kind of screen."""

from typing import TYPE_CHECKING

import pytest

from community.identity.models import User
from moderation.cases.models import ModerationCase
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import expect, make_member
from tests.browser.test_keyboard import tab_to
from tests.browser.test_pages import AXE, RUN_AXE, UNFOLD, WIDEST
from tests.factories.cases import make_case

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCREENS = [
    pytest.param(scheme, viewport, locale, id=f"{scheme}-{viewport['width']}-{locale[:2]}")
    for scheme in ("light", "dark")
    for viewport in (PHONE, DESKTOP)
    for locale in ("de-DE", "en-GB")
]
SECTION = "section[aria-labelledby='consult-h']"
HEADINGS = {"de-DE": "Unter Kollegen", "en-GB": "Among colleagues"}


def make_claimed(site: Site) -> tuple[User, User, ModerationCase]:
    """Make a case that a moderator has claimed; return them, a colleague and the case."""
    moderator = make_member(site, "Mona", role="moderator")
    colleague = make_member(site, "Olaf", role="moderator")
    subject = make_member(site, "Rob")
    with site.app.app_context():
        return moderator, colleague, make_case([subject], state="claimed", claimed_by=moderator)


def assert_fits(page: "Page") -> None:
    """Find nothing wide and nothing that axe calls serious, with everything unfolded."""
    page.evaluate(UNFOLD)
    if page.viewport_size == PHONE:
        width, wide = page.evaluate(WIDEST)
        assert width <= PHONE["width"], wide
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []


@pytest.mark.parametrize(("scheme", "viewport", "locale"), SCREENS)
def test_colleagues_are_asked_by_keyboard(
    scheme: str, viewport: dict[str, int], locale: str, site: Site, visit: Opener
) -> None:
    moderator, colleague, case = make_claimed(site)
    options = {"color_scheme": scheme, "viewport": viewport, "locale": locale}
    page = visit(moderator, **options, bypass_csp=True, reduced_motion="reduce")
    page.goto(f"/moderation/cases/{case.id}")
    expect(page.get_by_role("heading", name=HEADINGS[locale])).to_be_visible()
    tab_to(page, f"{SECTION} summary")
    page.keyboard.press("Enter")
    tab_to(page, f"{SECTION} [name=to]")
    page.keyboard.type(colleague.display_name)
    tab_to(page, f"{SECTION} [name=message]")
    # A note of blanks is refused, and everything else stays as it was chosen.
    page.keyboard.type("  ")
    tab_to(page, f"{SECTION} form button")
    page.keyboard.press("Enter")
    expect(page.locator("#message-error")).to_be_visible()
    expect(page.locator(f"{SECTION} [name=to]")).to_have_value(str(colleague.id))
    assert_fits(page)
    page.goto(f"/moderation/cases/{case.id}")
    tab_to(page, f"{SECTION} summary")
    page.keyboard.press("Enter")
    tab_to(page, f"{SECTION} [name=message]")
    page.keyboard.type("Have you seen this before?")
    tab_to(page, f"{SECTION} form button")
    page.keyboard.press("Enter")
    expect(page.locator(SECTION)).to_contain_text("Have you seen this before?")
    assert_fits(page)
