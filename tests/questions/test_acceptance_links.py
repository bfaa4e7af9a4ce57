"""Accepting an answer by the link of a mail: once, by who asked, and never by looking."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.signed_links import sign_link
from community.questions.acceptance_links import OPEN_FOR, PURPOSE, sign_offer
from community.questions.models import Acceptance
from community.questions.operations.acceptances import unaccept_answer
from community.questions.operations.questions import lock_question
from tests.client import ForumClient
from tests.factories.community import (
    load_user,
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.mailbox import sent_mails

GONE = "This link cannot be used any more"
WAY = "You can still accept an answer on the page of your question"


def accepted() -> list[tuple[int, int]]:
    """Return which answers are accepted, and by whom."""
    rows = db.session.execute(select(Acceptance.answer_id, Acceptance.accepted_by_id)).all()
    db.session.rollback()
    return [(row[0], row[1]) for row in rows]


def link_in(mail: object) -> str:
    """Return the address below the site at which the mail's answer is accepted."""
    found = re.search(r"/acceptances/\S+", mail.body)  # type: ignore[attr-defined]
    assert found, mail
    return found[0]


def test_the_mail_about_an_answer_offers_who_asked_to_accept_it(
    app: Flask, client: ForumClient
) -> None:
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    (mail,) = sent_mails(app)
    address = link_in(mail)
    assert address in mail.alternatives[0][0]
    for _ in range(3):
        # What a scanner does.
        page = client.get(address)
        assert page.status_code == 200
        assert client.head(address).status_code == 200
    assert "Accept this answer" in page.text
    assert question.title in page.text
    assert accepted() == []
    action = re.search(r'action="(/acceptances/[^"]+)"', page.text)
    assert action
    assert action[1] == address
    done = client.submit(address, {})
    assert done.status_code == 200
    assert "This answer is accepted" in done.text
    assert accepted() == [(answer.id, asker.id)]
    assert "This answer is accepted" in client.submit(address, {}).text
    assert len(accepted()) == 1


def test_others_who_follow_the_question_get_no_such_link(app: Flask) -> None:
    asker, helper = make_user(), make_user()
    question = make_question(asker)
    make_answer(question, helper)
    sent_mails(app)
    make_answer(question, make_user())
    mails = {mail.to[0]: mail for mail in sent_mails(app)}
    assert "/acceptances/" in mails[asker.email].body
    assert "/acceptances/" not in mails[helper.email].body


def test_a_used_link_accepts_nothing_again(client: ForumClient) -> None:
    asker = make_user()
    question = make_question(asker)
    answer = make_answer(question)
    address = f"/acceptances/{sign_offer(asker.id, answer.id)}"
    client.submit(address, {})
    with transaction():
        unaccept_answer(load_user(asker.id), lock_question(question.id), reload(answer))
    page = client.submit(address, {})
    assert page.status_code == 410
    assert GONE in page.text
    assert WAY in page.text
    assert f"/questions/{question.id}/" in page.text
    assert accepted() == []


def test_a_link_ends_after_a_month(client: ForumClient) -> None:
    asker = make_user()
    answer = make_answer(make_question(asker))
    ended = int((clock.now() - timedelta(seconds=1)).timestamp())
    address = f"/acceptances/{sign_link(PURPOSE, [asker.id, answer.id, ended])}"
    assert client.get(address).status_code == 410
    assert client.submit(address, {}).status_code == 410
    assert accepted() == []
    assert timedelta(days=7) <= OPEN_FOR <= timedelta(days=60)


@pytest.mark.parametrize("content", [None, 1, [1, 2], [1, 2, "x"], [0, 1, 2], [1, 2, 3, 4]])
def test_what_we_signed_for_something_else_is_no_link(client: ForumClient, content: object) -> None:
    for purpose in (PURPOSE, "csat.response"):
        page = client.get(f"/acceptances/{sign_link(purpose, content)}")
        assert page.status_code == 404
        assert GONE in page.text


def test_a_forged_link_shows_the_way_by_sign_in(client: ForumClient) -> None:
    asker = make_user()
    answer = make_answer(make_question(asker))
    other = sign_link("another.purpose", [asker.id, answer.id, 9_999_999_999])
    for token in ("forged", other, sign_offer(asker.id, answer.id)[:-1]):
        for page in (
            client.get(f"/acceptances/{token}"),
            client.submit(f"/acceptances/{token}", {}),
        ):
            assert page.status_code == 404
            assert GONE in page.text
            assert "/sign-in" in page.text
    assert accepted() == []


@pytest.mark.parametrize("visibility", ["hidden", "deleted"])
def test_the_link_of_a_removed_answer_shows_nothing_of_it(
    client: ForumClient, visibility: str
) -> None:
    asker = make_user()
    answer = make_answer(make_question(asker), body="zqremoved words that nobody should read.")
    set_post_visibility(answer, visibility, make_user(role="moderator"))
    address = f"/acceptances/{sign_offer(asker.id, answer.id)}"
    for page in (client.get(address), client.submit(address, {})):
        assert page.status_code == 410
        assert "zqremoved" not in page.text
    assert accepted() == []


def test_a_link_signed_for_somebody_else_gives_no_right(client: ForumClient) -> None:
    question = make_question(make_user())
    answer = make_answer(question)
    stranger = make_user()
    address = f"/acceptances/{sign_offer(stranger.id, answer.id)}"
    assert client.get(address).status_code == 410
    assert client.submit(address, {}).status_code == 410
    assert accepted() == []
