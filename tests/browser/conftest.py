"""One server and one browser for all browser tests of a run, new windows for each test."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from community.identity.models import User
from tests.browser.chromium import Visitors, running_chromium
from tests.browser.site import Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Opener = Callable[..., "Page"]


# Of the package, not the session: Playwright's event loop must not run beside later tests.
@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """The browser."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="package")
def site(browser: "Browser") -> Iterator[Site]:
    """The forum the browser visits; shared, so tests make people and questions of their own."""
    with running_site() as running:
        yield running


@pytest.fixture
def visitors(browser: "Browser", site: Site) -> Iterator[Visitors]:
    """Windows of this test; a page that broke the policy or threw an error fails it."""
    people = Visitors(browser, site)
    yield people
    people.close()
    assert people.complaints == []


@pytest.fixture
def visit(visitors: Visitors) -> Opener:
    """Open a window: ``visit(user=None, **options)``, see ``Visitors.open``."""

    def open_window(user: User | None = None, **options: Any) -> "Page":
        return visitors.open(user, **options)

    return open_window
