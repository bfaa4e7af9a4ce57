"""Whom one asks: everybody, or the support team alone; what was typed stays."""

import pytest
from sqlalchemy import select, update

from community.core.db import db, transaction
from community.escalation.cases.models import SupportCase
from community.escalation.sla.models import SlaPolicy
from community.questions.models import Question
from tests.client import ForumClient
from tests.factories.community import make_board, make_user

pytestmark = pytest.mark.usefixtures("app")

TYPED = {
    "title": "My contract was prolonged without my word",
    "body": "I never agreed to another year, please look at my contract.",
    "tags": "contract",
    "language": "en",
}
SWITCH = "Write privately to the support team instead"
BACK = "Ask everybody instead"


def nothing_was_sent() -> bool:
    db.session.rollback()
    return not [*db.session.scalars(select(Question)), *db.session.scalars(select(SupportCase))]


def keeps_all(page: str, board: str) -> bool:
    words = (TYPED["title"], TYPED["body"], TYPED["tags"], f'value="{board}" selected')
    return all(word in page for word in words)


def test_one_changes_ones_mind_and_keeps_what_was_typed(client: ForumClient) -> None:
    form = {**TYPED, "board": make_board("bills").slug}
    client.sign_in(make_user())
    assert SWITCH in client.get("/questions/new").text
    private = client.submit("/questions", {**form, "private": "1"})
    assert private.status_code == 200
    assert "Only the support team reads this" in private.text
    assert keeps_all(private.text, "bills")
    assert 'action="/cases"' in private.text
    public = client.submit("/questions", {**form, "public": "1"})
    assert SWITCH in public.text
    assert keeps_all(public.text, "bills")
    assert nothing_was_sent()


def test_the_private_form_opens_a_case_and_says_by_when_it_is_answered(
    client: ForumClient,
) -> None:
    client.sign_in(make_user())
    page = client.get("/questions/new?private=1").text
    assert "They answer by" in page
    sent = client.submit("/cases", TYPED)
    assert sent.status_code == 303
    db.session.rollback()
    case = db.session.scalars(select(SupportCase)).one()
    assert (case.subject, case.channel) == (TYPED["title"], "form")


def test_nothing_is_promised_where_no_policy_says_so(client: ForumClient) -> None:
    with transaction():
        db.session.execute(update(SlaPolicy).values(targets={"normal": {"resolution": 480}}))
    page = client.sign_in(make_user()).get("/questions/new?private=1").text
    assert "They answer by" not in page
    assert "You find their answer among your cases." in page


def test_a_refused_text_comes_back_on_the_private_form(client: ForumClient) -> None:
    client.sign_in(make_user())
    refused = client.submit("/cases", {**TYPED, "body": ""})
    assert refused.status_code == 422
    assert BACK in refused.text
    assert TYPED["title"] in refused.text


def test_what_was_meant_for_the_team_never_becomes_public(client: ForumClient) -> None:
    client.sign_in(make_user())
    form = {**TYPED, "board": make_board().slug, "private": "send"}
    assert BACK in client.submit("/questions", form).text
    assert nothing_was_sent()


def test_guests_sign_in_first_and_come_back_to_the_private_form(client: ForumClient) -> None:
    board = make_board()
    page = client.get("/questions/new?private=1").text
    assert 'name="private" value="send"' in page
    sent = client.submit("/questions", {**TYPED, "board": board.slug, "private": "send"})
    assert sent.status_code == 303
    assert "private%3D1" in sent.location
    assert nothing_was_sent()
    client.sign_in(make_user())
    back = client.get("/questions/new?private=1").text
    assert TYPED["body"] in back
    assert BACK in back
