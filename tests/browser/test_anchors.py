"""Old addresses that name an answer lead to it: after merging, and on a later page."""

import re

import pytest

from community.core.db import transaction
from community.questions.models import Answer, Question
from community.questions.operations.regrouping import lock_questions, merge_question
from community.questions.queries.pages import ANSWERS_PER_PAGE
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.steps import expect, make_member, make_place, question_path
from tests.factories.community import make_answer, make_question, set_post_visibility

pytestmark = pytest.mark.browser


def make_long_thread(site: Site, title: str) -> tuple[Question, Answer]:
    """Make a question with one answer more than a page shows; return the last one with it."""
    board = make_place(site)
    with site.app.app_context():
        question = make_question(board=board, title=title)
        answers = [make_answer(question) for _ in range(ANSWERS_PER_PAGE + 1)]
        return question, answers[-1]


def test_an_answer_on_a_later_page_is_found(site: Site, visit: Opener) -> None:
    question, last = make_long_thread(site, "Which of many answers is meant here?")
    page = visit()
    page.goto(f"{question_path(question)}#answer-{last.id}")
    expect(page.locator(f"#answer-{last.id}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(rf"\?after=.*#answer-{last.id}$"))


def test_an_answer_is_found_where_its_question_was_merged_into(site: Site, visit: Opener) -> None:
    source, answer = make_long_thread(site, "Where is my network since the update?")
    target, _last = make_long_thread(site, "There is no network since the update")
    moderator = make_member(site, "Mona", role="moderator")
    with site.app.app_context(), transaction():
        found = lock_questions(source.id, target.id)
        merge_question(moderator, found[source.id], found[target.id], "The same outage")
    page = visit()
    page.goto(f"{question_path(source)}#answer-{answer.id}")
    expect(page.locator(f"#answer-{answer.id}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"/questions/{target.id}/"))


def test_an_answer_that_is_gone_leaves_the_reader_with_the_question(
    site: Site, visit: Opener
) -> None:
    board, moderator = make_place(site), make_member(site, "Mona", role="moderator")
    with site.app.app_context():
        question = make_question(board=board, title="Why was this answer taken away?")
        gone = make_answer(question)
        set_post_visibility(gone, "hidden", moderator)
    page = visit()
    with page.expect_response(f"**/posts/{gone.id}"):
        page.goto(f"{question_path(question)}#answer-{gone.id}")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text(question.title)
    expect(page).to_have_url(re.compile(f"{question_path(question)}#answer-{gone.id}$"))
