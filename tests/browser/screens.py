"""``python -m tests.browser.screens OUTDIR``: pictures of the demo for the documentation.

Writes home, question and ask at 1280 and 360 pixels, and a dark home.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from community.core.db import db
from community.identity.models import User
from community.importers.demo.loader import load_demo
from community.questions.models import Question
from community.search.building import build_index
from tests.browser.chromium import DESKTOP, PHONE, Visitors, running_chromium
from tests.browser.site import running_site
from tests.browser.steps import question_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

LARGEST_BYTES = 300_000
ASKED = "My eSIM will not activate on the new phone"
TOLD = """I scanned the code **twice**. Since then the phone says:

> Activation is not possible at the moment.

- switched it off and on
- removed the old profile"""


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_site() as site, running_chromium() as browser:
        with site.app.app_context():
            load_demo()
            build_index(site.app.config["SETTINGS"].index_path)
            path, asker = find_question(), find_asker()
        visitors = Visitors(browser, site)
        for name, viewport in (("1280", DESKTOP), ("360", PHONE)):
            take(folder / f"home-{name}.png", visitors.open(viewport=viewport), "/")
            take(folder / f"question-{name}.png", visitors.open(viewport=viewport), path)
            page = visitors.open(asker, viewport=viewport)
            write_question(page)
            save(page, folder / f"ask-{name}.png")
        dark = visitors.open(viewport=DESKTOP, color_scheme="dark")
        take(folder / "home-dark-1280.png", dark, "/")
        visitors.close()


def find_question() -> str:
    """Return the address of the solved English question most people thanked for."""
    best = select(Question).where(Question.status == "solved", Question.language == "en")
    ordered = best.order_by(Question.me_too_count.desc(), Question.answers_count.desc())
    return question_path(db.session.scalars(ordered.limit(1)).one())


def find_asker() -> User:
    """Return the demo's customer."""
    return db.session.scalars(select(User).where(User.email == "kim@nordfunk.example")).one()


def write_question(page: "Page") -> None:
    """Leave the ask form half filled in, with similar questions found."""
    page.goto("/questions/new")
    page.locator("#title").press_sequentially(ASKED, delay=5)
    page.locator(".similar details").first.wait_for()
    page.locator("#body").fill(TOLD)
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")


def take(target: Path, page: "Page", path: str) -> None:
    """Open a page and save what is in its window."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    save(page, target)


def save(page: "Page", target: Path) -> None:
    """Write a picture; stops if it is too large for the repository."""
    page.screenshot(path=target, animations="disabled")
    size = target.stat().st_size
    sys.stdout.write(f"{target} {size // 1000} kB\n")
    if size > LARGEST_BYTES:
        raise SystemExit(f"{target} is larger than {LARGEST_BYTES} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
