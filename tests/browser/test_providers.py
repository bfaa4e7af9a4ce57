"""Signing in through a provider in a real browser, and its pages in every way to see them."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from community.core.db import transaction
from community.identity.operations.identities import connect_identity
from tests.browser.chromium import DESKTOP, PHONE, Visitors
from tests.browser.site import Site
from tests.browser.test_pages import AXE, RUN_AXE, UNFOLD, WIDEST
from tests.factories.community import make_user
from tests.identity.openid import FakeProvider, running_provider
from tests.identity.provider_flows import CALLBACK, START, offering, provider_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LABEL = {
    "de": "Kundenkonto der Nordfunk-Telefonwelt AG",
    "en": "Nordfunk Telephone World customer log-in",
}


@pytest.fixture(scope="module")
def fake(site: Site) -> Iterator[FakeProvider]:
    with (
        running_provider() as fake,
        offering(
            site.app,
            provider_at(fake.origin, label=LABEL),
            provider_at(fake.origin, name="second", label={"de": "Keycloak", "en": "Keycloak"}),
        ),
    ):
        with site.app.app_context():
            make_user(email="known@example.org")
        yield fake


def show_buttons(page: "Page", fake: FakeProvider) -> None:
    page.goto("/sign-in?next=/tags")


def show_newcomer(page: "Page", fake: FakeProvider) -> None:
    fake.claims |= {"nickname": "neu", "email": "neu@example.org", "email_verified": True}
    page.goto(START)
    page.locator("#display_name").wait_for()


def show_refused_newcomer(page: "Page", fake: FakeProvider) -> None:
    show_newcomer(page, fake)
    page.locator("#display_name").fill("Support Team")
    page.locator("main .btn--primary").click()
    page.locator("[data-error-summary]").wait_for()


def show_taken_address(page: "Page", fake: FakeProvider) -> None:
    fake.claims |= {"email": "known@example.org", "email_verified": True}
    page.goto(START)
    page.locator("main ol").wait_for()


def show_trouble(page: "Page", fake: FakeProvider) -> None:
    page.goto(f"{CALLBACK}?state=unknown")


def show_list(page: "Page", fake: FakeProvider) -> None:
    page.goto("/account/providers")


def show_departure(page: "Page", fake: FakeProvider) -> None:
    # The browser stays where it is when there is nothing to show.
    page.route(f"{fake.origin}/**", lambda route: route.fulfill(status=204))
    page.goto("/account/providers")
    page.locator("main form .btn:not(.btn--quiet)").first.click()
    page.locator("main .btn--primary").wait_for()


def show_overview(page: "Page", fake: FakeProvider) -> None:
    page.goto("/account")


def show_verification(page: "Page", fake: FakeProvider) -> None:
    page.goto("/verify?next=/tags")


Show = Callable[["Page", FakeProvider], None]
PAGES: dict[str, tuple[str, Show]] = {
    "buttons": ("guest", show_buttons),
    "newcomer": ("guest", show_newcomer),
    "refused newcomer": ("guest", show_refused_newcomer),
    "taken address": ("guest", show_taken_address),
    "trouble": ("guest", show_trouble),
    "list": ("member", show_list),
    "departure": ("member", show_departure),
    "overview": ("member", show_overview),
    "verification": ("member", show_verification),
}


@pytest.fixture
def show(site: Site, visitors: Visitors, fake: FakeProvider) -> Callable[..., "Page"]:
    def open_page(name: str, **options: Any) -> "Page":
        who, act = PAGES[name]
        fake.reset()
        fake.claims["sub"] = f"subject-{name}-{id(options)}"
        member = None
        with site.app.app_context():
            if who == "member":
                member = make_user()
                with transaction():
                    connect_identity(member, "second", f"of-{member.id}")
        page = visitors.open(member, **options)
        act(page, fake)
        return page

    return open_page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_axe_finds_nothing(
    name: str, scheme: str, show: Callable[..., "Page"]
) -> None:
    german = scheme == "light"
    page = show(
        name,
        viewport=PHONE if german else DESKTOP,
        locale="de-DE" if german else "en-GB",
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page.evaluate(UNFOLD)
    if german:
        width, wide = page.evaluate(WIDEST)
        assert width <= PHONE["width"], wide
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []


def test_a_newcomer_joins_and_a_member_connects(
    site: Site, visitors: Visitors, fake: FakeProvider
) -> None:
    fake.reset()
    fake.claims |= {"sub": "a whole journey", "nickname": "Journeyer"}
    page = visitors.open()
    page.goto("/sign-in?next=/tags")
    page.get_by_role("link", name=f"Sign in with {LABEL['en']}").click()
    assert page.locator("#display_name").input_value() == "Journeyer"
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/tags")
    page.goto("/account/providers")
    fake.claims["sub"] = "another one"
    page.get_by_role("button", name="Connect: Keycloak").click()
    page.get_by_role("button", name="Disconnect: Keycloak").wait_for()
    assert page.url == f"{site.url}/account/providers"
    page.get_by_role("button", name="Disconnect: Keycloak").click()
    page.get_by_role("button", name="Connect: Keycloak").wait_for()
