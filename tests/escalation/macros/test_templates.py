"""Templates: what superusers of the second tier, and staff, may begin a public answer with."""

import html
from typing import Any

import pytest
from flask import Flask

from community.core.db import db, transaction
from community.escalation.macros.models import Macro
from community.escalation.macros.operations import retire_macro
from community.escalation.macros.queries import list_templates
from community.escalation.publishing.operations.answering import agree
from community.posts.drafts import save_draft
from community.questions.models import Question
from community.questions.operations.questions import lock_question, lock_writing
from tests.client import ForumClient
from tests.factories.community import make_board, make_question, make_user
from tests.factories.macros import make_macro
from tests.factories.publishing import ask_customer
from tests.factories.support import make_support_case, make_team

BODY = "Hello {customer}, about “{question}”: please restart it. {agent}, {site}"


@pytest.fixture
def question(app: Flask) -> Question:
    return make_question(make_user("Ada"), title="Why does the telephone find no network?")


@pytest.fixture
def template(app: Flask) -> Macro:
    return make_macro(make_user(role="admin"), team_id=None, name="Restarting", body=BODY)


def _page_of(question: Question, chosen: Any = "") -> str:
    return f"/questions/{question.id}/templates{chosen and f'?template={chosen}'}"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 403),
        ({"points": 10_000}, 403),
        ({"role": "superuser", "superuser_tier": 1}, 403),
        ({"role": "superuser", "superuser_tier": 2}, 200),
        ({"role": "moderator"}, 200),
        ({"role": "agent"}, 200),
        ({"role": "admin"}, 200),
    ],
)
def test_the_second_tier_and_staff_begin_with_templates(
    client: ForumClient, question: Question, template: Macro, values: dict[str, Any], status: int
) -> None:
    client.sign_in(make_user(**values))
    shown = client.get(f"/questions/{question.id}/{question.slug}").text
    assert (_page_of(question) in shown) is (status == 200)
    for address in (_page_of(question), _page_of(question, template.id)):
        answer = client.get(address)
        assert answer.status_code == status
        assert ("Restarting" in answer.text) is (status == 200)


def test_guests_are_asked_to_sign_in(client: ForumClient, question: Question) -> None:
    assert client.get(_page_of(question)).status_code == 302


def test_a_template_fills_the_answer_form_below_what_was_begun(
    client: ForumClient, question: Question, template: Macro
) -> None:
    helper = make_user("Grace", role="superuser", superuser_tier=2)
    with transaction():
        save_draft(helper.id, f"answer:{question.id}", body="So far I know this.")
    client.sign_in(helper)
    page = html.unescape(client.get(_page_of(question, template.id)).text)
    filled = f"Hello Ada, about “{question.title}”: please restart it. Grace, "
    assert f"So far I know this.\n\n{filled}" in page
    assert f'action="/questions/{question.id}/answers"' in page


def test_where_nothing_can_be_answered_nothing_is_begun(
    client: ForumClient, question: Question, template: Macro
) -> None:
    helper = make_user(role="superuser", superuser_tier=2)
    hidden = make_question(make_user(role="moderator"), make_board("inner", audience="staff"))
    with transaction():
        lock_writing(make_user(role="moderator"), lock_question(question.id), "Too heated")
    client.sign_in(helper)
    assert client.get(_page_of(question)).status_code == 403
    assert client.get(_page_of(hidden)).status_code == 404


def test_what_is_a_teams_own_is_no_template(
    client: ForumClient, question: Question, template: Macro
) -> None:
    admin = make_user(role="admin")
    own = [
        make_macro(admin, team_id=make_team().id, name="Of one team"),
        make_macro(admin, team_id=None, name="Solves", state="solved"),
        make_macro(admin, team_id=None, name="Urgent", priority="urgent"),
        make_macro(admin, team_id=None, name="Mine", owner="me"),
        make_macro(admin, team_id=None, name="Numbered", body="Your case is {case}."),
    ]
    retired = make_macro(admin, team_id=None, name="Retired")
    with transaction():
        retire_macro(admin, db.session.get_one(Macro, retired.id))
    with transaction():
        assert [one.name for one in list_templates("en")] == ["Restarting"]
    client.sign_in(make_user(role="superuser", superuser_tier=2))
    for one in (*own, retired):
        assert client.get(_page_of(question, one.id)).status_code == 404
    for wrong in ("0", "x", "9" * 40):
        assert client.get(_page_of(question, wrong)).status_code == 404


def test_who_stays_unnamed_is_greeted_in_words(client: ForumClient) -> None:
    publication = ask_customer(make_support_case(requester=make_user()))
    with transaction():
        text = publication.text_hash
        question = agree(publication.id, text_hash=text, is_named=False, way="page")
    greeting = make_macro(
        make_user(role="admin"), team_id=None, language="de", body="Hallo {customer}, gut gefragt."
    )
    page = client.sign_in(make_user(role="moderator")).get(_page_of(question, greeting.id)).text
    assert "Hallo Jemand (über das Support-Team), gut gefragt." in page
