"""Administrators word how measures are told; what must be said stays said."""

import pytest

from community.core.db import transaction
from community.core.errors import NotAllowed, NotFound
from moderation.sanctions.models import MEASURES
from moderation.sanctions.operations.wordings import WordingInvalid, reset_wording, save_wording
from moderation.sanctions.queries.texts import preview_statement, wording_of
from moderation.sanctions.wording import fill, unknown_variables
from tests.factories.community import make_user
from tests.factories.sanctions import FACTS, make_sanction

FORM = {"text": "Dear {name}, this is a warning of {site}."}
PAGE = "/moderation/wordings/warning/en"


@pytest.fixture
def admin(app):
    return make_user(role="admin")


@pytest.fixture
def desk(client, admin):
    return client.sign_in(admin)


def preview(user, measure="warning"):
    return preview_statement(user.id, "en", measure=measure, rule="spam", facts=FACTS)


def test_own_words_take_the_place_of_ours_and_the_rest_stays(admin):
    user = make_user("Mira Member")
    with transaction():
        save_wording(admin, "warning", "en", FORM["text"])
    text = preview(user)
    assert text.startswith("Dear Mira Member, this is a warning of")
    assert FACTS in text
    assert "The rule:" in text
    assert "appeal" in text
    assert "This is a warning. You can read" not in text


def test_our_words_come_back(admin):
    user = make_user()
    before = preview(user)
    with transaction():
        save_wording(admin, "warning", "en", FORM["text"])
    with transaction():
        reset_wording(admin, "warning", "en")
    assert preview(user) == before


def test_what_was_told_stays_as_it_was(admin):
    user = make_user(language="en")
    sanction = make_sanction(user, "warning")
    with transaction():
        save_wording(admin, "warning", "en", FORM["text"])
    from moderation.sanctions.queries.statements import get_statement_row

    assert "This is a warning." in get_statement_row(sanction.statement_id).statement.text


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001, "Dear {nobody}", "Dear {}", "{name}{ }"])
def test_what_would_not_be_read_is_refused(admin, text):
    with pytest.raises(WordingInvalid), transaction():
        save_wording(admin, "warning", "en", text)
    assert "This is a warning" in wording_of("warning", "en")


@pytest.mark.parametrize(("measure", "language"), [("flogging", "en"), ("warning", "fr")])
def test_there_is_no_other_measure_and_no_other_language(admin, desk, measure, language):
    with pytest.raises(NotFound), transaction():
        save_wording(admin, measure, language, "Something")
    assert desk.get(f"/moderation/wordings/{measure}/{language}").status_code == 404
    assert desk.submit(f"/moderation/wordings/{measure}/{language}", FORM).status_code == 404


def test_moderators_word_nothing(app, client):
    keeper = make_user(role="moderator")
    with pytest.raises(NotAllowed), transaction():
        save_wording(keeper, "warning", "en", "Something")
    client.sign_in(keeper)
    assert client.get("/moderation/wordings").status_code == 403
    assert client.get(PAGE).status_code == 403
    assert client.submit(PAGE, FORM).status_code == 403


def test_a_value_is_filled_in_once():
    assert fill("{name}: {post}", {"name": "{post}", "post": "x"}) == "{post}: x"
    assert unknown_variables("{name} {nmae} {}") == ["", "nmae"]


def test_the_pages_show_preview_save_and_reset(desk):
    listed = desk.get("/moderation/wordings").text
    assert listed.count("original words") == 2 * len(MEASURES)
    shown = desk.submit(PAGE, {**FORM, "preview": "1"})
    assert shown.status_code == 200
    assert "Dear Robin Example, this is a warning of" in shown.text
    assert "original words" in desk.get("/moderation/wordings").text
    assert desk.submit(PAGE, FORM).status_code == 303
    assert desk.get("/moderation/wordings").text.count("original words") == 2 * len(MEASURES) - 1
    assert "Dear {name}" in desk.get(PAGE).text
    assert desk.remove(PAGE).status_code == 303
    assert "Dear {name}" not in desk.get(PAGE).text


def test_a_refused_wording_keeps_what_was_typed(desk):
    page = desk.submit(PAGE, {"text": "Dear {nobody}, hello"})
    assert page.status_code == 422
    assert "Dear {nobody}, hello" in page.text
    assert "In braces only the variables below can stand." in page.text
