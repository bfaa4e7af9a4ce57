"""A real browser with a virtual authenticator registers a passkey and signs in with it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.site import Site
from tests.browser.steps import PASSWORD, expect, make_member

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Opener = Callable[..., "Page"]
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def add_authenticator(page: "Page", **changes: Any) -> Callable[[], None]:
    """Give the window an authenticator; the returned function makes it fail to know its user."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {"options": {**PHONE, **changes}}
    added = protocol.send("WebAuthn.addVirtualAuthenticator", options)

    def mistake_user() -> None:
        state = {"authenticatorId": added["authenticatorId"], "isUserVerified": False}
        protocol.send("WebAuthn.setUserVerified", state)

    return mistake_user


def register(page: "Page") -> None:
    page.goto("/account/factors")
    page.locator("#name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("ol.codes li")).to_have_count(10)


def sign_out(page: "Page") -> None:
    page.locator("[popovertarget=me]").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_passkey_is_registered_and_signs_in_alone(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Passkey"))
    add_authenticator(page)
    register(page)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a text file").click()
    saved = saving.value.path().read_text(encoding="utf-8")
    assert page.locator("ol.codes code").all_inner_texts() == saved.splitlines()[-10:]
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()
    sign_out(page)
    page.goto("/sign-in?next=/tags")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/tags")
    expect(page.locator("[popovertarget=me] .avatar")).to_be_visible()


def test_a_passkey_is_the_second_factor_after_a_password(site: Site, visit: Opener) -> None:
    member = make_member(site, "Passkey")
    page = visit(member)
    add_authenticator(page)
    register(page)
    sign_out(page)
    page.goto("/sign-in?next=/tags")
    page.locator("#email").fill(member.email or "")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/tags")


def test_a_device_that_does_not_know_its_user_signs_nobody_in(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Passkey"))
    mistake_user = add_authenticator(page)
    register(page)
    sign_out(page)
    mistake_user()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-passkey-error]")).to_contain_text("did not work with a passkey")


def test_the_same_device_is_not_registered_twice(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Passkey"))
    add_authenticator(page)
    register(page)
    page.goto("/account/factors")
    page.locator("#name").fill("The same phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[data-passkey-error]")).to_contain_text("has a passkey")


def test_without_javascript_the_app_s_way_is_left(site: Site, visit: Opener) -> None:
    page = visit(make_member(site, "Scriptless"), java_script_enabled=False)
    page.goto("/account/factors")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    expect(page.get_by_text("Passkeys need JavaScript.")).to_be_visible()
    page.get_by_role("button", name="Set up an app").click()
    expect(page.locator("svg.qr")).to_be_visible()
