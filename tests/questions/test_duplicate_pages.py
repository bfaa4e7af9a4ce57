"""What pages show of duplicates: the question to the asker, the buttons, and links both ways."""

import pytest

from community.core.db import transaction
from community.questions.operations.closures import close_question
from community.questions.operations.duplicates import propose_duplicate
from community.questions.operations.questions import lock_question
from tests.factories.community import (
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)


@pytest.fixture
def asker(app):
    return make_user("Asker", language="en")


@pytest.fixture
def question(asker):
    return make_question(asker, title="My tablet has no signal any more")


@pytest.fixture
def original(app):
    return make_question(title="No signal since the last update")


@pytest.fixture
def knowing(app):
    return make_user("Knowing", points=1_000, language="en")


def page_of(client, question):
    return client.get(f"/questions/{question.id}", follow_redirects=True).text


def propose(actor, question, original):
    with transaction():
        propose_duplicate(actor, lock_question(question.id), original)


def close(question, original, actor=None):
    actor = actor or make_user(role="agent")
    with transaction():
        close_question(actor, lock_question(question.id), reason="duplicate", original=original)


def test_a_member_proposes_and_the_asker_says_that_it_helps(
    client, asker, knowing, question, original
):
    client.sign_in(knowing)
    assert "Was this asked before?" in page_of(client, question)
    address = f"/questions/{question.id}/duplicate-proposal"
    sent = client.submit(address, {"duplicate_of": f"http://localhost/questions/{original.id}"})
    assert sent.status_code == 303
    assert "Does this help?" not in page_of(client, question)
    client.sign_in(asker)
    page = page_of(client, question)
    assert "Does this help?" in page
    assert f'href="/questions/{original.id}/' in page
    assert client.submit(f"{address}/verdict", {"helps": "yes"}).status_code == 303
    assert reload(question).status == "closed"
    client.sign_out()
    assert original.title in page_of(client, question)
    assert question.title in page_of(client, original)


def test_a_no_takes_a_sentence_and_what_was_typed_comes_back(
    client, asker, knowing, question, original
):
    propose(knowing, question, original)
    client.sign_in(asker)
    address = f"/questions/{question.id}/duplicate-proposal/verdict"
    refused = client.submit(address, {"helps": "no", "note": "Nah"})
    assert refused.status_code == 422
    assert ">Nah</textarea>" in refused.text
    assert "A few more words" in refused.text
    assert client.submit(address, {"helps": "no", "note": "It is a tablet"}).status_code == 303
    assert "You said that yours is different" in page_of(client, question)
    client.sign_in(make_user(points=1_000, language="en"))
    page = page_of(client, question)
    assert "The asker says that theirs is different" in page
    assert "I agree" not in page
    assert "It is a tablet" not in page


def test_a_wrong_number_comes_back_with_what_was_typed(client, knowing, question):
    client.sign_in(knowing)
    address = f"/questions/{question.id}/duplicate-proposal"
    for typed in ("999999", str(question.id), "nonsense"):
        refused = client.submit(address, {"duplicate_of": typed})
        assert refused.status_code == 422
        assert f'value="{typed}"' in refused.text
        assert "number or the address of the original" in refused.text


def test_a_second_member_closes_and_the_first_one_withdraws(client, knowing, question, original):
    propose(knowing, question, original)
    client.sign_in(knowing)
    page = page_of(client, question)
    assert "Withdraw the proposal" in page
    assert "I agree" not in page
    address = f"/questions/{question.id}/duplicate-proposal"
    assert client.remove(address).status_code == 303
    assert "Perhaps asked before" not in page_of(client, question)
    propose(knowing, question, original)
    client.sign_in(make_user(points=1_000, language="en"))
    assert "I agree" in page_of(client, question)
    assert client.submit(f"{address}/voices").status_code == 303
    assert reload(question).status == "closed"


def test_members_without_the_standing_see_the_link_and_no_button(
    client, knowing, question, original
):
    propose(knowing, question, original)
    client.sign_in(make_user(points=199, language="en"))
    page = page_of(client, question)
    assert original.title in page
    assert "duplicate-proposal" not in page
    address = f"/questions/{question.id}/duplicate-proposal"
    assert client.submit(address, {"duplicate_of": str(original.id)}).status_code == 403
    assert client.submit(f"{address}/voices").status_code == 403
    assert client.submit(f"{address}/verdict", {"helps": "yes"}).status_code == 403
    assert client.remove(address).status_code == 403


def test_links_lead_along_the_chain_as_far_as_the_reader_sees(client):
    first, second = make_question(), make_question(title="The one in the middle of it")
    last = make_question(title="The last one there is of these")
    close(first, second)
    close(second, last)
    assert "The last one there is" in page_of(client, first)
    page = page_of(client, last)
    assert first.title in page
    assert "The one in the middle" in page
    set_post_visibility(last, "hidden", make_user(role="moderator"))
    page = page_of(client, first)
    assert "The one in the middle" in page
    assert "The last one there is" not in page


def test_a_link_names_no_question_its_reader_may_not_see(client, original):
    members = make_board(audience="members")
    secret = make_question(board=members, title="Only members may know of this")
    close(secret, original)
    assert "Only members may know" not in page_of(client, original)
    client.sign_in(make_user())
    assert "Only members may know" in page_of(client, original)
