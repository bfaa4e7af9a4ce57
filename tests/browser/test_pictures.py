"""Adding pictures to what one writes: by button, by paste, by drop, and without scripts."""

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import PHONE
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import BODY, expect, make_member, make_place
from tests.browser.test_pages import AXE, RUN_AXE
from tests.factories.images import png

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PICTURE = {"name": "screen.png", "mimeType": "image/png", "buffer": png(40, 30)}
IN_TEXT = re.compile(r"!\[No bars at all\]\(/attachments/[0-9a-f]{32}-40x30\)")
HAND_OVER = """([name, kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "screen.png", { type: "image/png" }));
  const field = kind === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  const target = document.getElementById(name);
  target.dispatchEvent(new Kind(kind, { bubbles: true, cancelable: true, ...field }));
}"""


@pytest.fixture
def writing(site: Site, visit: Opener) -> "Page":
    """The ask form of a member, filled in."""
    return open_form(site, visit())


def open_form(site: Site, page: "Page") -> "Page":
    """Open the ask form as a member who is known here, and fill it in."""
    member, board = make_member(site, "Paula", solved_count=1), make_place(site)
    page.context.add_cookies([site.session_cookie(member)])
    page.goto("/questions/new")
    page.get_by_label("What is going wrong").fill("This is what my screen looks like")
    page.get_by_label("Board", exact=True).select_option(board.slug)
    page.get_by_label("What happened").fill(BODY)
    return page


def choose(page: "Page", file: dict[str, Any]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Insert image").click()
    chooser.value.set_files(file)


def post(page: "Page", words: str) -> None:
    page.get_by_role("button", name="Post question").click()
    picture = page.get_by_role("img", name=words)
    expect(picture).to_have_js_property("loading", "lazy")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 40)
    assert "/large" in (page.locator("a.picture").get_attribute("href") or "")


def test_a_picture_is_chosen_described_and_posted(writing: "Page") -> None:
    choose(writing, PICTURE)
    writing.get_by_role("textbox", name="What does the picture show?").fill("No [bars] at all")
    text = writing.get_by_label("What happened")
    expect(text).to_have_value(IN_TEXT)
    post(writing, "No bars at all")


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped(writing: "Page", kind: str) -> None:
    writing.evaluate(HAND_OVER, ["body", kind, b64encode(PICTURE["buffer"]).decode()])
    writing.get_by_role("textbox", name="What does the picture show?").fill("An empty icon")
    post(writing, "An empty icon")


def test_while_it_is_sent_progress_shows_and_the_form_waits(writing: "Page") -> None:
    waiting: list[Any] = []
    writing.route("**/attachments", lambda route: waiting.append(route))
    choose(writing, PICTURE)
    expect(writing.get_by_role("progressbar", name="Adding screen.png …")).to_be_visible()
    writing.get_by_role("button", name="Post question").click()
    expect(writing.get_by_text("A picture is still on its way.")).to_be_visible()
    assert writing.url.endswith("/questions/new")
    waiting[0].continue_()
    writing.get_by_role("textbox", name="What does the picture show?").fill("An empty icon")
    expect(writing.get_by_role("progressbar")).to_have_count(0)
    post(writing, "An empty icon")


def test_what_is_no_picture_is_refused_and_the_text_stays(writing: "Page") -> None:
    choose(writing, {"name": "a.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"})
    expect(writing.get_by_role("alert")).to_contain_text("Only pictures can be added")
    expect(writing.get_by_label("What happened")).to_have_value(BODY)
    writing.get_by_role("list", name="Pictures").get_by_role("button", name="Close").click()
    expect(writing.get_by_role("alert")).to_have_count(0)


def test_a_picture_is_taken_out_again(writing: "Page") -> None:
    choose(writing, PICTURE)
    address = writing.locator(".upload__thumb").get_attribute("src")
    with writing.expect_response(lambda answer: answer.request.method == "DELETE") as removal:
        writing.get_by_role("button", name="Take the picture out").click()
    assert removal.value.status == 204
    text = writing.get_by_label("What happened")
    assert "attachments" not in text.input_value()
    assert writing.request.get(str(address)).status == 404


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_the_list_of_pictures_is_accessible(
    site: Site, visit: Opener, viewport: dict[str, int] | None
) -> None:
    page = open_form(site, visit(**({"viewport": viewport} if viewport else {}), bypass_csp=True))
    choose(page, PICTURE)
    expect(page.locator(".upload__thumb")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN_AXE) == []


def test_a_picture_comes_with_the_form_without_scripts(site: Site, visit: Opener) -> None:
    page = open_form(site, visit(java_script_enabled=False, viewport=PHONE))
    page.get_by_label("Picture", exact=True).set_input_files(PICTURE)
    page.get_by_label("What does the picture show?").fill("An empty icon")
    page.get_by_role("button", name="Post question").click()
    expect(page.get_by_role("img", name="An empty icon")).to_be_visible()
