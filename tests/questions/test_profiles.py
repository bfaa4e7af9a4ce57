"""A person's page."""

import pytest

from community.core.authz import GUEST
from community.core.pagination import Cursor
from community.questions.queries.people import page_of_answered, page_of_solved
from tests.factories.community import (
    days_ago,
    make_acceptance,
    make_answer,
    make_board,
    make_question,
    make_user,
    set_post_visibility,
)
from tests.queries import counted_queries


def test_a_profile_shows_what_its_person_did(client):
    person, asker = make_user("Aylin Kaya", bio="Patient.", role="superuser"), make_user()
    answer = make_answer(make_question(asker, title="My eSIM hangs since this morning"), person)
    make_acceptance(answer, asker)
    make_answer(make_question(title="How do I keep my number when I switch"), person)
    make_question(person, title="Which tablet plan would you take today")
    page = client.get(f"/users/{person.id}").text
    assert "Aylin Kaya" in page
    assert "Patient." in page
    assert "Superuser" in page
    assert "My eSIM hangs since this morning" in page
    assert "How do I keep my number when I switch" not in page
    page = client.get(f"/users/{person.id}?show=answers").text
    assert page.index("How do I keep my number") < page.index("My eSIM hangs since this morning")
    page = client.get(f"/users/{person.id}/aylin-kaya?show=questions").text
    assert "Which tablet plan would you take today" in page
    assert "My eSIM hangs" not in page


@pytest.mark.parametrize("show", ["solved", "answers", "questions"])
@pytest.mark.parametrize("hidden", ["board", "root", "own"])
def test_what_the_viewer_may_not_see_is_not_there(client, show, hidden):
    person, asker, moderator = make_user(), make_user(), make_user(role="moderator")
    board = make_board(audience="staff" if hidden == "board" else "public")
    staff = make_user(role="agent")
    title = "A title that nobody else may read today"
    if show == "questions":
        question = make_question(staff if hidden == "board" else person, board, title=title)
        person = staff if hidden == "board" else person
        post = question
    else:
        question = make_question(staff if hidden == "board" else asker, board, title=title)
        person = make_user(role="agent") if hidden == "board" else person
        post = make_answer(question, person)
        make_acceptance(post, staff if hidden == "board" else asker)
    if hidden == "root":
        set_post_visibility(question, "hidden", moderator)
    if hidden == "own":
        set_post_visibility(post, "hidden", moderator)
    page = client.get(f"/users/{person.id}?show={show}").text
    assert title not in page
    assert "Nothing here yet" in page


def test_staff_see_their_board_s_questions_on_a_profile(client):
    agent = make_user(role="agent")
    make_question(agent, make_board(audience="staff"), title="Internal notes on the new routers")
    client.sign_in(make_user(role="moderator"))
    assert "Internal notes" in client.get(f"/users/{agent.id}?show=questions").text


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("page_of", [page_of_answered, page_of_solved])
def test_pages_follow_one_another_without_gap_or_repetition(page_of):
    person, asker = make_user(), make_user()
    board = make_board()
    for _number in range(23):
        make_acceptance(make_answer(make_question(asker, board), person), asker)
    first = page_of(GUEST, "en", person.id, None)
    rest = page_of(GUEST, "en", person.id, Cursor.parse(str(first.older)))
    ids = [row.id for row in [*first.rows, *rest.rows]]
    assert (len(first.rows), len(rest.rows), rest.older) == (20, 3, None)
    assert ids == sorted(set(ids), reverse=True)


def test_a_question_answered_twice_stands_once(client):
    person = make_user()
    question = make_question(title="Answered twice by the very same person")
    make_answer(question, person)
    make_answer(question, person, "And one more thing that I forgot to say before.")
    page = client.get(f"/users/{person.id}?show=answers").text
    assert page.count("Answered twice by the very same person") == 1


@pytest.mark.parametrize("show", ["solved", "answers", "questions"])
def test_the_number_of_queries_does_not_grow(client, show):
    person, asker, board = make_user(), make_user(), make_board()
    reader = make_user()
    client.sign_in(reader)
    counts = []
    for many in (1, 24):
        for _number in range(many):
            make_acceptance(make_answer(make_question(asker, board), person), asker)
            make_question(person, board)
        with counted_queries() as statements:
            assert client.get(f"/users/{person.id}?show={show}").status_code == 200
        counts.append(len(statements))
        assert not any("OFFSET" in s.upper().split("LIMIT")[-1][20:] for s in statements)
    assert counts[0] == counts[1] <= 6


def test_an_imported_person_without_address_has_a_page(client):
    person = make_user("Old Import", email=None)
    assert "Old Import" in client.get(f"/users/{person.id}").text


def test_a_disabled_person_has_a_page_for_staff_alone(client):
    person = make_user(active=False)
    assert client.get(f"/users/{person.id}").status_code == 404
    client.sign_in(make_user(role="admin"))
    assert client.get(f"/users/{person.id}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/users/0",
        "/users/-1",
        "/users/99999999999999999999",
        "/users/9223372036854775807",
        "/users/2147483648",
        "/users/2147483647",
        "/users/x",
    ],
)
def test_ids_of_nobody_are_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("query", ["show=x", "show=", "show=%00"])
def test_lists_that_do_not_exist_are_not_found(client, query):
    assert client.get(f"/users/{make_user().id}?{query}").status_code == 404


@pytest.mark.parametrize(
    "before",
    [
        "x",
        "%00",
        "W10",
        "W10=",
        "x" * 5_000,
        str(Cursor(days_ago(1), 2**63 - 1)),
        str(Cursor(days_ago(1), 2**31)),
    ],
    # Named, because processes that share the suite must agree on the names of its tests.
    ids=["letter", "percent", "cut", "padded", "long", "huge id", "large id"],
)
def test_a_broken_cursor_means_the_first_page(client, before):
    person = make_user()
    make_question(person, title="The question on the very first page")
    page = client.get(f"/users/{person.id}?show=questions&before={before}").text
    assert "The question on the very first page" in page


def test_members_may_follow_others_but_not_themselves(client):
    person, reader = make_user(), make_user()
    assert "aria-pressed" not in client.get(f"/users/{person.id}").text.partition("<main")[2]
    client.sign_in(reader)
    assert "aria-pressed" in client.get(f"/users/{person.id}").text.partition("<main")[2]
    assert "aria-pressed" not in client.get(f"/users/{reader.id}").text.partition("<main")[2]
