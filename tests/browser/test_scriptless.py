"""The whole life of an account on a phone whose browser runs no scripts."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from community.core import clock
from community.identity.totp import code_at
from tests.browser.chromium import PHONE
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import expect, register
from tests.identity.accounts import NEW_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

STEP = timedelta(seconds=30)


def test_an_account_lives_without_scripts(site: Site, visit: Opener) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto("/register")
    email = register(page, site, "Scriptless Sam")
    change_password(page)
    secret = set_up_app(page)
    sign_out(page)

    page.goto("/sign-in?next=/account/data")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    # The code that set the app up is used already; the one of the next half minute counts, too.
    page.get_by_label("Code").fill(code_at(secret, clock.now() + STEP))
    page.get_by_role("button", name="Go on").click()

    page.get_by_role("button", name="Ask for an archive").click()
    expect(page.get_by_text("Your archive is being put together")).to_be_visible()
    page.goto("/account/sessions")
    expect(page.get_by_text("This device")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def change_password(page: "Page") -> None:
    page.goto("/account")
    page.get_by_role("link", name="Password").click()
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set the new password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def set_up_app(page: "Page") -> str:
    page.goto("/account/factors")
    page.get_by_role("button", name="Set up an app").click()
    secret = page.locator("code.spelled").inner_text().replace(" ", "")
    # Both codes of this test must lie in different half minutes from here on.
    while clock.now().second % 30 > 20:
        time.sleep(0.5)
    page.get_by_label("Code", exact=True).fill(code_at(secret, clock.now()))
    page.get_by_role("button", name="Put the app into use").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Set up an authenticator app")
    return secret


def sign_out(page: "Page") -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_attached()
