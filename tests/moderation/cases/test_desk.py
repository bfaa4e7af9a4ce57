"""The desk: one queue for all kinds, a case with all that its judge has to know."""

import re

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.questions.models import Question
from moderation.cases.operations import claim_case
from moderation.cases.queries import count_waiting, get_case, page_of_cases
from moderation.cases.tasks import alert_of_old_cases, file_settled_cases
from moderation.sanctions.models import Statement
from tests.factories.cases import make_case
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
)
from tests.factories.flags import case_of, decide, hide_by_flags, make_flag


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


@pytest.fixture
def desk(app, keeper):
    return app.test_client().sign_in(keeper)


@pytest.fixture
def answer(app):
    return make_answer(make_question(), make_user("Ada Author"), "Just unlock it with this tool.")


def claimed(case, keeper):
    with transaction():
        claim_case(keeper, get_case(keeper, case.id))
    return case


def hours_later(hours):
    return time_machine.travel(clock.now().timestamp() + hours * 3600)


def test_the_most_urgent_case_comes_first_then_the_oldest(app, keeper):
    light, heavy, light_too = (
        make_flag(make_question(), make_user(trust_level=level)) for level in (0, 3, 0)
    )
    ring = make_case([make_user()])
    rows = page_of_cases(keeper).rows
    expected = [case_of(heavy).id, case_of(light).id, case_of(light_too).id, ring.id]
    assert [row.case.id for row in rows] == expected
    assert dict(count_waiting(keeper).by_kind) == {"flag": 3, "ring": 1}


def test_the_queue_is_filtered_by_kind_and_says_how_many(desk):
    flag, ring = case_of(make_flag(make_question())), make_case([make_user()])
    page = desk.get("/moderation/cases?kind=ring").text
    assert f"/moderation/cases/{ring.id}" in page
    assert f"/moderation/cases/{flag.id}" not in page
    assert "Reported post 1" in page
    assert desk.get("/moderation/cases?kind=nonsense").status_code == 200


def test_a_case_shows_the_post_in_its_place_and_what_is_known(desk, answer, keeper):
    question = db.session.get(Question, answer.root_id)
    make_answer(question, make_user("Nora Neighbour"), "Ask your provider for the code first.")
    earlier = case_of(make_flag(make_question(load_user(answer.author_id))))
    decide(earlier, "warn", note="Please no advertising.", rule="spam")
    flag = make_flag(answer, make_user("Fiona Flagger"), reason="spam", note="Bad idea")
    page = desk.get(f"/moderation/cases/{case_of(flag).id}").text
    for words in (
        "Just unlock it with this tool.",
        "Ask your provider for the code first.",
        "It worked yesterday.",
        "Fiona Flagger",
        "Bad idea",
        "Ada Author",
        "2, of these 1 removed",
        "Warning: Spam or advertising",
        f"/moderation/cases/{earlier.id}",
        "1 report weighs 1.0, a post is hidden from 8.3",
        "Remove and warn",
    ):
        assert words in page, words


def test_a_comment_is_shown_below_what_it_replies_to(desk):
    question = make_question()
    answer = make_answer(question, body="Have you tried another phone yet?")
    comments = [make_comment(question, answer, make_user(), f"Remark {n}") for n in range(4)]
    page = desk.get(f"/moderation/cases/{case_of(make_flag(comments[1])).id}").text
    for words in ("Have you tried another phone", "Remark 0", "Remark 1", "Remark 2"):
        assert words in page
    assert "Remark 3" not in page


def test_deciding_tells_the_author_word_for_word_what_the_preview_said(desk, answer, keeper):
    case = claimed(case_of(make_flag(answer)), keeper)
    typed = {"decision": "warn", "rule": "risky_advice", "note": "It switches protection off."}
    fragment = desk.submit(
        f"/moderation/cases/{case.id}/letter", typed, headers={"HX-Request": "true"}
    ).text
    assert "What Ada Author will read" in fragment
    whole = desk.submit(f"/moderation/cases/{case.id}/letter", typed).text
    assert "It switches protection off." in whole
    assert 'value="warn"' in whole
    assert reload(case).state == "claimed"
    assert desk.submit(f"/moderation/cases/{case.id}/decision", typed).status_code == 303
    db.session.rollback()
    told = db.session.scalars(select(Statement).order_by(Statement.id)).all()
    assert [one.measure for one in told] == ["post_deleted", "warning"]
    shown = " ".join(re.sub(r"<[^>]+>", " ", fragment).split())
    for one in told:
        assert " ".join(one.text.split()) in shown


def test_nobody_is_told_where_nothing_was_hidden(desk, answer, keeper):
    case = claimed(case_of(make_flag(answer)), keeper)
    typed = {"decision": "keep", "note": "Fine."}
    url, htmx = f"/moderation/cases/{case.id}/letter", {"HX-Request": "true"}
    assert "Nobody is told" in desk.submit(url, typed, headers=htmx).text
    hide_by_flags(answer)
    assert "What Ada Author will read" in desk.submit(url, typed, headers=htmx).text


@pytest.mark.parametrize(
    "typed",
    [
        {"decision": "remove", "note": "Off it goes", "rule": ""},
        {"decision": "remove", "note": "Off it goes", "rule": "taste"},
        {"decision": "", "note": "Off it goes", "rule": "spam"},
        {"decision": "remove", "note": "", "rule": "spam"},
        {"decision": "remove", "note": "nul\0", "rule": "spam"},
    ],
)
def test_a_decision_that_is_not_complete_comes_back(desk, answer, keeper, typed):
    case = claimed(case_of(make_flag(answer)), keeper)
    refused = desk.submit(f"/moderation/cases/{case.id}/decision", typed)
    assert refused.status_code == 422
    if typed["note"] == "Off it goes":
        assert "Off it goes" in refused.text
    assert reload(answer).visibility == "published"


def test_who_is_too_late_is_told_and_loses_nothing_they_typed(app, desk, answer, keeper):
    case = claimed(case_of(make_flag(answer)), keeper)
    with hours_later(0.6):
        decide(case, "keep", by=make_user("Olga Other", role="moderator"))
        late = (
            app.test_client()
            .sign_in(keeper)
            .submit(
                f"/moderation/cases/{case.id}/decision",
                {"decision": "remove", "note": "My long reasons", "rule": "spam"},
            )
        )
    assert late.status_code == 409
    for words in ("has been decided meanwhile", "Olga Other", "Let it stand", "My long reasons"):
        assert words in late.text
    assert reload(answer).visibility == "published"


def test_of_two_who_decide_at_once_one_does(app, at_once, answer, keeper):
    case = claimed(case_of(make_flag(answer)), keeper)

    def send(key):
        def act():
            client = app.test_client().sign_in(load_user(keeper.id))
            form = {"decision": key, "note": f"Because {key}", "rule": "spam"}
            return client.submit(f"/moderation/cases/{case.id}/decision", form)

        return act

    answers = at_once([send("keep"), send("remove")])
    assert sorted(one.status_code for one in answers) == [303, 409]
    (loser,) = (one for one in answers if one.status_code == 409)
    decided = reload(case)
    other = "keep" if decided.decision_key == "remove" else "remove"
    assert f"Because {other}" in loser.text
    assert reload(answer).visibility == (
        "deleted" if decided.decision_key == "remove" else "published"
    )


def test_a_refused_sanction_undoes_the_whole_decision(app, desk, keeper):
    answer = make_answer(make_question(), make_user(role="moderator"))
    case = claimed(case_of(make_flag(answer)), keeper)
    refused = desk.submit(
        f"/moderation/cases/{case.id}/decision",
        {"decision": "warn", "note": "Dear colleague", "rule": "abuse"},
    )
    assert (refused.status_code, "Dear colleague" in refused.text) == (403, True)
    assert (reload(answer).visibility, reload(case).state) == ("published", "claimed")


def test_an_open_page_renews_the_claim(desk, answer, keeper):
    case = claimed(case_of(make_flag(answer)), keeper)
    until = reload(case).claimed_until
    with hours_later(0.4):
        renewed = desk.submit(f"/moderation/cases/{case.id}/claim", headers={"HX-Request": "true"})
    assert (renewed.status_code, renewed.text) == (204, "")
    assert reload(case).claimed_until > until


def test_the_page_learns_that_somebody_claimed_and_decided(desk, answer):
    case = case_of(make_flag(answer))
    other = make_user("Olga Other", role="moderator")
    url = f"/moderation/cases/{case.id}/state"
    assert "Nobody is at work on it" in desk.get(url).text
    claimed(case, other)
    assert "Olga Other is at work on it" in desk.get(url).text
    assert "Olga Other" in desk.get("/moderation/cases", headers={"HX-Request": "true"}).text
    decide(case, "keep", by=other)
    assert "Let it stand" in desk.get(url).text


def test_the_number_of_waiting_cases_stands_in_the_header(app, desk):
    assert "<b" not in desk.get("/moderation/cases/count").text
    make_flag(make_question())
    assert ">1</b>" in desk.get("/moderation/cases/count").text
    assert 'hx-get="/moderation/cases/count"' in desk.get("/").text
    member = app.test_client().sign_in(make_user())
    assert "/moderation/cases/count" not in member.get("/").text
    assert member.get("/moderation/cases/count").status_code == 403


def test_age_is_said_in_words_and_colour(app, keeper):
    make_flag(make_question())

    def queue():
        client = app.test_client().sign_in(keeper)
        return client.get("/moderation/cases", headers={"HX-Request": "true"}).text

    assert "data-tone" not in queue()
    with hours_later(9):
        assert ">9 h<small>soon due</small>" in queue()
    with hours_later(25):
        assert 'data-tone="danger">25 h<small>overdue</small>' in queue()
    with hours_later(72):
        assert ">3 days<small>overdue</small>" in queue()


def alerted():
    run_due_jobs()
    query = select(Notification.user_id).where(Notification.kind == "case")
    with transaction():
        return sorted(db.session.scalars(query))


def test_moderators_are_told_once_of_a_case_that_waits_for_a_day(app, keeper):
    board = make_board()
    there = make_user(on={board.id: "moderator"})
    make_user(on={make_board().id: "moderator"})
    make_user(role="agent")
    case = case_of(make_flag(make_question(keeper, board)))
    admin = make_user(role="admin")
    with hours_later(23), transaction():
        alert_of_old_cases()
    assert alerted() == []
    with hours_later(25):
        for _time in range(2):
            with transaction():
                alert_of_old_cases()
        assert alerted() == sorted([there.id, admin.id])
    assert reload(case).alerted_at is not None


def test_settled_cases_are_filed_when_nobody_can_appeal_any_more(app, answer):
    case = case_of(make_flag(answer))
    decide(case, "remove")
    for days, state in ((189, "actioned"), (191, "closed")):
        with hours_later(days * 24), transaction():
            file_settled_cases()
        assert reload(case).state == state


def test_moderators_of_a_board_judge_what_stands_there(app):
    board = make_board()
    here, there = make_question(board=board), make_question()
    mine, other = case_of(make_flag(here)), case_of(make_flag(there))
    keeper = make_user(on={board.id: "moderator"})
    client = app.test_client().sign_in(keeper)
    page = client.get("/moderation/cases").text
    assert f"/moderation/cases/{mine.id}" in page
    assert f"/moderation/cases/{other.id}" not in page
    assert client.get(f"/moderation/cases/{other.id}").status_code == 404
    assert client.get(f"/moderation/cases/{other.id}/state").status_code == 404
    assert client.submit(f"/moderation/cases/{mine.id}/claim").status_code == 303
    typed = {"decision": "remove", "note": "Off topic here", "rule": "off_topic"}
    assert client.submit(f"/moderation/cases/{mine.id}/decision", typed).status_code == 303
    assert reload(here).visibility == "deleted"


def test_the_author_of_a_post_does_not_see_its_case(app, keeper, desk):
    case = case_of(make_flag(make_question(keeper)))
    for path in ("", "/state"):
        assert desk.get(f"/moderation/cases/{case.id}{path}").status_code == 404
    assert desk.submit(f"/moderation/cases/{case.id}/letter").status_code == 404
    assert "<b" not in desk.get("/moderation/cases/count").text


def test_skipping_leads_to_the_next_free_case(desk, keeper):
    first, second = (case_of(make_flag(make_question())) for _number in range(2))
    claimed(first, keeper)
    page = desk.get(f"/moderation/cases/{first.id}").text
    assert f'href="/moderation/cases/{second.id}">Skip' in page
