"""The pages on which members report something, see what became of it, and mend."""

import pytest
import time_machine

from community.core import clock
from community.core.db import db
from moderation.flags.models import Flag
from tests.factories.community import (
    days_ago,
    load_user,
    make_answer,
    make_question,
    make_user,
    reload,
)
from tests.factories.flags import case_of, decide, hide_by_flags, make_flag


@pytest.fixture
def answer(app):
    return make_answer(make_question())


@pytest.fixture
def flagger(app):
    return make_user("Fiona Flagger")


@pytest.fixture
def browser(app, flagger):
    return app.test_client().sign_in(flagger)


def flags():
    db.session.rollback()
    return db.session.scalars(db.select(Flag)).all()


def test_a_member_reports_a_post_without_javascript(browser, answer, flagger):
    page = browser.get(f"/questions/{answer.root_id}", follow_redirects=True).text
    assert f'href="/posts/{answer.id}/flags/new"' in page
    form = browser.get(f"/posts/{answer.id}/flags/new").text
    assert "Risky advice" in form
    assert "Hide it at once" not in form
    sent = browser.submit(f"/posts/{answer.id}/flags", {"reason": "risky_advice", "note": "Ouch"})
    assert sent.status_code == 303
    (flag,) = flags()
    assert (flag.flagger_id, flag.reason, flag.note) == (flagger.id, "risky_advice", "Ouch")
    assert "Risky advice" in browser.get("/account/flags").text


def test_a_dialog_gets_the_form_alone(browser, answer):
    fragment = browser.get(f"/posts/{answer.id}/flags/new", headers={"HX-Request": "true"}).text
    assert "<form" in fragment
    assert "<html" not in fragment


def test_what_is_refused_comes_back_with_what_was_typed(browser, answer):
    typed = {"reason": "other", "note": " "}
    refused = browser.submit(f"/posts/{answer.id}/flags", typed)
    assert refused.status_code == 422
    assert "Please say in a few words what is wrong." in refused.text
    assert 'value="other" checked' in refused.text
    assert flags() == []
    assert browser.submit(f"/posts/{answer.id}/flags", {"reason": "spam"}).status_code == 303
    again = browser.submit(f"/posts/{answer.id}/flags", {"reason": "spam"})
    assert again.status_code == 409


def test_the_last_flag_leads_away_from_a_post_that_is_hidden_now(app, answer):
    make_flag(answer, make_user(trust_level=4))
    client = app.test_client().sign_in(make_user(trust_level=4))
    sent = client.submit(f"/posts/{answer.id}/flags", {"reason": "spam"})
    assert sent.location == "/account/flags"
    assert reload(answer).visibility == "hidden"


def test_what_is_hidden_or_not_there_is_not_found_alike(browser, answer):
    hide_by_flags(answer)
    answers = [browser.get(f"/posts/{post_id}/flags/new") for post_id in (answer.id, 999_999)] + [
        browser.submit(f"/posts/{answer.id}/flags", {"reason": "spam"})
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]


def test_nobody_is_offered_to_report_themselves(app, answer):
    client = app.test_client().sign_in(load_user(answer.author_id))
    page = client.get(f"/questions/{answer.root_id}", follow_redirects=True).text
    assert f"/posts/{answer.id}/flags/new" not in page
    assert f"/posts/{answer.root_id}/flags/new" in page
    assert client.get(f"/posts/{answer.id}/flags/new").status_code == 403
    assert client.get(f"/users/{answer.author_id}/flags/new").status_code == 403
    silent = app.test_client().sign_in(make_user(silenced_until=days_ago(-1)))
    assert silent.submit(f"/posts/{answer.id}/flags", {"reason": "spam"}).status_code == 403


def test_guests_are_sent_to_sign_in(client, answer):
    for path in (f"/posts/{answer.id}/flags/new", "/account/flags", f"/posts/{answer.id}/mending"):
        assert client.get(path).location.startswith("/sign-in")


def test_a_moderator_hides_at_once(app, answer):
    keeper = make_user(on={answer.board_id: "moderator"})
    client = app.test_client().sign_in(keeper)
    assert "Hide it at once" in client.get(f"/posts/{answer.id}/flags/new").text
    client.submit(f"/posts/{answer.id}/flags", {"reason": "abuse", "at_once": "1"})
    assert reload(answer).visibility == "hidden"


def test_a_member_reports_a_member(browser, app):
    rude = make_user("Rudi Rude")
    assert (
        f"/users/{rude.id}/flags/new"
        in browser.get(f"/users/{rude.id}", follow_redirects=True).text
    )
    assert "Rudi Rude" in browser.get(f"/users/{rude.id}/flags/new").text
    refused = browser.submit(f"/users/{rude.id}/flags", {"reason": "abuse", "note": ""})
    assert refused.status_code == 422
    sent = browser.submit(f"/users/{rude.id}/flags", {"reason": "abuse", "note": "Rude letters"})
    assert sent.location == "/account/flags"
    assert browser.get("/users/999999/flags/new").status_code == 404


def test_the_list_says_what_became_of_each_report(browser, flagger):
    right, wrong = make_flag(make_question(), flagger), make_flag(make_question(), flagger)
    make_flag(make_question(), flagger)
    decide(case_of(right), "remove")
    decide(case_of(wrong), "keep")
    page = browser.get("/account/flags").text
    for words in ("You were right", "found no rule broken", "have not decided yet"):
        assert words in page


def test_an_author_mends_a_hidden_post(app, answer):
    author = load_user(answer.author_id)
    client = app.test_client().sign_in(author)
    assert client.get(f"/posts/{answer.id}/mending").status_code == 404
    hide_by_flags(answer)
    early = client.get(f"/posts/{answer.id}/mending").text
    assert "Take a moment first" in early
    assert answer.body in early
    text = "Please switch it off and on, nothing else."
    refused = client.submit(f"/posts/{answer.id}/mending", {"body": text})
    assert (refused.status_code, text in refused.text) == (429, True)
    with time_machine.travel(clock.now().timestamp() + 660):
        short = client.submit(f"/posts/{answer.id}/mending", {"body": "No."})
        assert (short.status_code, reload(answer).visibility) == (422, "hidden")
        sent = client.submit(f"/posts/{answer.id}/mending", {"body": text})
        assert sent.status_code == 303
    assert (reload(answer).visibility, reload(answer).body) == ("published", text)


def test_a_hidden_post_is_mended_by_nobody_else(app, browser, answer):
    hide_by_flags(answer)
    assert browser.get(f"/posts/{answer.id}/mending").status_code == 404
    moderator = app.test_client().sign_in(make_user(role="moderator"))
    assert moderator.submit(f"/posts/{answer.id}/mending", {"body": "x"}).status_code == 404
