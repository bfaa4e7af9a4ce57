"""Chromium driven by Playwright, and what a page complains of while it is open."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from community.identity.models import User
from tests.browser.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    # Nothing but this machine: any other name is not found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# The first one found. The headless shell is the same engine without the windows, menus and pages of
# its own that the whole program starts with each page: three times as fast.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
TIMEOUT_MS = 30_000
# Refusals and lost connections are what a test asks for; Chromium prints each one.
EXPECTED = re.compile(
    r"Failed to load resource: the server responded with a status of 4\d\d"
    r"|Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
    r"|htmx: htmx:error: Failed to fetch"
)
WATCH_POLICY = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@contextmanager
def running_chromium() -> Iterator["Browser"]:
    """Start Debian's Chromium; skips, or fails where a browser is required, if there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _go_without("playwright is not installed")
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        _go_without("none on the path; on Debian: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _go_without(reason: str) -> None:
    if os.environ.get("FORUM_REQUIRE_BROWSER") == "1":
        pytest.fail(f"FORUM_REQUIRE_BROWSER is set, but {reason}", pytrace=False)
    pytest.skip(f"browser tests need a browser: {reason}")


class Visitors:
    """Opens windows of separate people, and gathers what their pages complain of."""

    def __init__(self, browser: "Browser", site: Site) -> None:
        self.browser = browser
        self.site = site
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, user: User | None = None, **options: Any) -> "Page":
        """Return a window of a guest or a member: English, 1280 wide, unless options differ."""
        values = {"locale": "en-GB", "viewport": DESKTOP, "base_url": self.site.url, **options}
        context = self.browser.new_context(**values)
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        if values.get("java_script_enabled", True):
            context.add_init_script(WATCH_POLICY)
        if user is not None:
            context.add_cookies([self.site.session_cookie(user)])
        context.on("console", self._note)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        return context.new_page()

    def _note(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.match(message.text):
            self.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
