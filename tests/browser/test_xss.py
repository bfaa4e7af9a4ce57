"""Stored attacks in a real browser: no script runs, and the policy has nothing to stop."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from community.boards.models import Board
from community.core.errors import Refusal
from community.core.markup import UnacceptableText
from community.identity.models import User
from community.questions.models import Question
from tests.browser.chromium import Visitors
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import make_member, make_place, question_path
from tests.factories.community import make_answer, make_comment, make_question, make_user
from tests.shared_data import shared_data

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

_numbers = itertools.count(1)

SEED = 20261121
VECTORS = 300
PAGES = 10
PREVIEWS = 20
# What an attack would call, it reports; a reported call fails the test like any console error.
HOOKS = """
for (const name of ['alert', 'prompt', 'confirm', 'print'])
  window[name] = (...words) => console.error(`called: ${name}(${words})`);
"""
# Handlers fire on what a reader's mouse and keyboard do.
POKE = """() => {
  const events = ['mouseover', 'mouseenter', 'pointerenter', 'focus', 'focusin', 'animationstart',
    'toggle', 'error', 'load', 'wheel', 'scroll'];
  document.querySelectorAll('main *').forEach((element) =>
    events.forEach((name) => element.dispatchEvent(new Event(name, { bubbles: true }))));
  return [...document.querySelectorAll('[href], [src], [action]')]
    .map((element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '')
    .filter((address) => /^\\s*(javascript|vbscript|data)\\s*:/i.test(address));
}"""


def vectors() -> list[str]:
    rows = shared_data("security/xss.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(row)["input"] for row in rows]
    return random.Random(SEED).sample(texts, VECTORS)


@pytest.fixture(scope="module")
def attacked(site: Site) -> list[Question]:
    """Questions whose titles, texts, comments and people are attacks."""
    board = make_place(site)
    texts = vectors()
    size = VECTORS // PAGES
    with site.made_in_silence():
        return [
            make_attack(board, iter(texts[start : start + size]), size)
            for start in range(0, VECTORS, size)
        ]


def make_attack(board: Board, texts: Iterator[str], size: int) -> Question:
    """Spread vectors over a question: title, text, a third each of answers, comments, names."""
    question = make_first_post(board, next(texts), next(texts))
    for _ in range((size - 2) // 3):
        author = make_attacker(next(texts))
        try:
            reply = make_answer(question, author, f"{next(texts)}\n\nand some more words after it")
            make_comment(question, reply, author, f"{next(texts)[:500]} so there")
        except (Refusal, UnacceptableText):
            # Refused at the door, which is as good; the other vectors are still to be seen.
            continue
    return question


def make_first_post(board: Board, title: str, body: str) -> Question:
    plain = "An attack in the title of this question"
    try:
        return make_question(
            board=board, title=f"{title[:120]} and the rest of it", body=f"{body}\n\n{plain}"
        )
    except (Refusal, UnacceptableText):
        return make_question(board=board, title=plain)


def make_attacker(text: str) -> User:
    return make_user(f"{text.replace(chr(0), '')[:34]} {next(_numbers)}")


def test_the_hooks_notice(visitors: Visitors) -> None:
    page = visitors.open()
    page.context.add_init_script(HOOKS)
    page.goto("/")
    page.evaluate("alert(1)")
    with page.expect_console_message(lambda message: message.text.startswith("policy: ")):
        page.locator("h1").evaluate("(h1) => h1.setAttribute('onclick', 'print()')")
    assert "called: alert(1)" in visitors.complaints[0]
    visitors.complaints.clear()


def test_no_stored_attack_runs(attacked: list[Question], visit: Opener, site: Site) -> None:
    page = visit(make_member(site, "Vera"))
    page.context.add_init_script(HOOKS)
    bad, texts = [], 0
    for question in attacked:
        for path in (
            question_path(question),
            f"/posts/{question.id}/history",
            f"/users/{question.author_id}",
        ):
            bad += poke(page, path)
            texts += page.locator(".post, .comment").count()
    for path in ("/", "/questions", f"/boards/{board_of(page, attacked[0])}", "/notifications"):
        bad += poke(page, path)
    assert bad == []
    assert texts > VECTORS / 2


def poke(page: "Page", path: str) -> list[str]:
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    return list(page.evaluate(POKE))


def board_of(page: "Page", question: Question) -> str:
    page.goto(question_path(question))
    address = page.locator(".crumbs a").last.get_attribute("href") or ""
    return address.rpartition("/")[2]


def test_no_attack_runs_in_the_preview_or_a_search(visit: Opener, site: Site) -> None:
    page = visit(make_member(site, "Vera"))
    page.context.add_init_script(HOOKS)
    page.goto("/questions/new")
    texts = [text for text in vectors() if text.strip()][:PREVIEWS]
    panel = page.locator("[data-preview-body]").first
    for number, text in enumerate(texts):
        page.locator("#body").fill(f"{text}\n\nPreview number {number}")
        with page.expect_response("**/preview"):
            page.get_by_role("button", name="Preview").first.click()
        panel.get_by_text(f"Preview number {number}").wait_for()
        assert page.evaluate(POKE) == []
    for text in texts[:5]:
        page.goto("/search")
        page.locator("main input[name=q]").fill(text[:200])
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.evaluate(POKE) == []
