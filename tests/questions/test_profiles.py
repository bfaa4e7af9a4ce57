"""A person's page."""

from tests.factories.community import (
    make_acceptance,
    make_answer,
    make_question,
    make_user,
)


def test_a_profile_shows_what_its_person_did(client):
    person, asker = make_user("Aylin Kaya", bio="Patient."), make_user()
    answer = make_answer(make_question(asker, title="My eSIM hangs since this morning"), person)
    make_acceptance(answer, asker)
    page = client.get(f"/users/{person.id}").text
    assert "Aylin Kaya" in page and "Patient." in page
    assert "My eSIM hangs since this morning" in page
