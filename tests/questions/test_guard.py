"""Personal data about to be published: the form comes back, and its writer decides."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.db import db, transaction
from community.posts.guard import PersonalDataFound, check_personal_data
from community.posts.models import Comment, Post
from community.questions.models import Answer, Question
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
)

PHONE = "Call me on 0171 1234567 when you know what to do about it."
IBAN = "They charged DE89 3704 0044 0532 0130 00 twice this month."
TITLE = "My bill was charged twice this month"


@pytest.fixture
def asker(client: ForumClient) -> ForumClient:
    return client.sign_in(make_user())


def ask(client: ForumClient, body: str, **fields: str) -> tuple[int, str]:
    slug = fields.pop("board", "") or make_board().slug
    form = {"title": TITLE, "body": body, "board": slug, "tags": "bill", "language": "de", **fields}
    response = client.submit("/questions", form)
    return response.status_code, unescape(response.text)


def the_one(kind: type[Any]) -> Any:
    with transaction():
        return db.session.scalars(select(kind)).one()


def offered(page: str) -> str:
    found = re.search(r'name="vouching" value="([0-9a-f ]+)"', page)
    return found[1] if found else ""


def test_the_form_comes_back_with_everything_in_it(asker: ForumClient) -> None:
    board = make_board("billing")
    status, page = ask(asker, PHONE, board=board.slug)
    assert status == 422
    for kept in (TITLE, PHONE, 'value="bill"', 'value="billing" selected', 'value="de" selected'):
        assert kept in page
    assert "Telephone number" in page
    assert "017•••••••" in page
    assert db.session.scalars(select(Post)).all() == []


def test_masking_is_the_first_button(asker: ForumClient) -> None:
    _, page = ask(asker, PHONE)
    form = page[page.index('action="/questions"') :]
    assert re.findall(r'<button[^>]*name="(\w+)" value="(\w+)"', form)[0] == ("personal", "mask")


def test_masked_it_is_published(asker: ForumClient) -> None:
    status, _ = ask(asker, f"{PHONE} {IBAN}", personal="mask", title=f"{TITLE} otto@web.de")
    assert status == 303
    question = the_one(Question)
    assert "1234567" not in question.body
    assert "0532" not in question.body
    assert "otto" not in question.title
    assert "017•••••••" in question.body


def test_what_its_writer_vouches_for_is_published(asker: ForumClient) -> None:
    _, page = ask(asker, PHONE)
    status, _ = ask(asker, PHONE, personal="publish", vouching=offered(page))
    assert status == 303
    assert the_one(Question).body == PHONE


def test_vouching_counts_for_what_was_shown_alone(asker: ForumClient) -> None:
    _, page = ask(asker, PHONE)
    more = f"{PHONE} Or 0171 7654321."
    status, page = ask(asker, more, personal="publish", vouching=offered(page))
    assert status == 422
    assert "0171 7654321" in page[page.index("vouching") - 900 : page.index("vouching")]
    status, _ = ask(
        asker, more, personal="publish", vouching=offered(page), vouched=vouched_in(page)
    )
    assert status == 303


def vouched_in(page: str) -> str:
    found = re.search(r'name="vouched" value="([0-9a-f ]+)"', page)
    return found[1] if found else ""


def test_marks_without_the_button_say_nothing(asker: ForumClient) -> None:
    _, page = ask(asker, PHONE)
    assert ask(asker, PHONE, vouching=offered(page))[0] == 422


@pytest.mark.parametrize("body", [IBAN, "My card is 4111 1111 1111 1111, it was charged twice."])
def test_nobody_vouches_for_cards_and_accounts(asker: ForumClient, body: str) -> None:
    status, page = ask(asker, body)
    assert status == 422
    assert 'value="publish"' not in page
    assert "never published" in page
    with pytest.raises(PersonalDataFound) as refusal:
        check_personal_data({"body": body})
    marks = [one.mark for one in refusal.value.found["body"]]
    with pytest.raises(PersonalDataFound):
        check_personal_data({"body": body}, vouched=marks)
    ask(asker, body, personal="publish", vouching=" ".join(marks))
    assert "•" in the_one(Question).body


def test_an_answer_comes_back_and_goes_out_masked(client: ForumClient) -> None:
    question = make_question()
    client.sign_in(make_user())
    address = f"/questions/{question.id}/answers"
    response = client.submit(address, {"body": PHONE})
    assert response.status_code == 422
    assert PHONE in response.text
    assert "017•••••••" in response.text
    assert client.submit(address, {"body": PHONE, "personal": "mask"}).status_code == 303
    assert "017•••••••" in the_one(Answer).body


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_comment_comes_back_and_goes_out_masked(
    client: ForumClient, headers: dict[str, str]
) -> None:
    question = make_question()
    client.sign_in(load_user(question.author_id))
    address = f"/posts/{question.id}/comments"
    response = client.submit(address, {"body": PHONE}, headers=headers)
    assert response.status_code == 422
    assert PHONE in response.text
    assert 'value="mask"' in response.text
    masked = client.submit(address, {"body": PHONE, "personal": "mask"}, headers=headers)
    assert masked.status_code in (200, 303)
    assert "017•••••••" in the_one(Comment).body


def test_an_edit_is_asked_about_what_it_brings_alone(client: ForumClient) -> None:
    board = make_board()
    client.sign_in(make_user())
    _, page = ask(client, PHONE, board=board.slug)
    ask(client, PHONE, board=board.slug, personal="publish", vouching=offered(page))
    question = the_one(Question)
    address, form = f"/posts/{question.id}/revisions", {"title": TITLE, "tags": ""}
    assert client.submit(address, {**form, "body": f"{PHONE} Solved."}).status_code == 303
    response = client.submit(address, {**form, "body": f"{PHONE} Or to otto@web.de."})
    assert response.status_code == 422
    assert "o•••@•••" in response.text
    assert "017•••••••" not in response.text
    assert "otto" not in reload(question).body


def test_moderators_are_asked_as_well(client: ForumClient) -> None:
    answer = make_answer(make_question())
    client.sign_in(make_user(role="moderator"))
    response = client.submit(f"/posts/{answer.id}/revisions", {"body": PHONE})
    assert response.status_code == 422
    assert "017•••••••" in response.text


def test_customer_numbers_are_the_operators(app: Flask, asker: ForumClient) -> None:
    before = app.config["SETTINGS"]
    body = "My customer number is K-12345678, and nothing works."
    try:
        app.config["SETTINGS"] = replace(before, customer_number_pattern=r"\bK-?[0-9]{8}\b")
        status, page = ask(asker, body)
    finally:
        app.config["SETTINGS"] = before
    assert status == 422
    assert "Customer number" in page
    assert ask(asker, body)[0] == 303
