"""Reviewers: two who agree decide, a moderator alone; what they looked at must still be there."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.jobs import EventRecord
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts import screening
from community.posts.models import Post
from community.posts.screening import Finding, Submission
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import prune_suggestions
from moderation.cases.kinds import kind_of
from moderation.cases.models import CaseVoice, ModerationCase
from moderation.cases.operations import CaseDone, CaseTaken, claim_case, prune_cases
from moderation.cases.voices import ChoiceUnknown, EnoughReviews, ReviewOutdated, give_voice
from moderation.reviews.queries import get_review, page_of_reviews
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    load_user,
    make_board,
    make_question,
    make_user,
    reload,
)
from tests.factories.editing import edit_question
from tests.factories.suggestions import hold_edit, make_suggestion

CLEARER = "It worked yesterday. I restarted it twice and removed the card, in vain."
FIRST = Finding("first_post")


@pytest.fixture
def found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the screens find in every text, to be filled by the test."""
    findings: list[Finding] = []

    def look(sent: Submission) -> screening.Screening:
        return screening.Screening(sent, tuple(findings))

    monkeypatch.setattr(screening, "_screens", [look])
    return findings


def held(found: list[Finding], *findings: Finding, **values: Any) -> Question:
    found[:] = findings
    question = make_question(**values)
    found.clear()
    run_due_jobs()
    return question


def suggested(**values: Any) -> Question:
    question = make_question(**values)
    make_suggestion(make_user(), question, CLEARER)
    run_due_jobs()
    return question


def reviewer(**values: Any) -> User:
    return make_user(points=values.pop("points", 600), **values)


def the_case() -> ModerationCase:
    with transaction():
        return db.session.scalars(select(ModerationCase)).one()


def say(actor: User, choice: str, note: str = "", seen: str | None = None) -> bool:
    with transaction():
        case = db.session.scalars(select(ModerationCase)).one()
        version = seen or kind_of(case).version(case) or ""
        decided = give_voice(actor, case, choice, note, version)
    run_due_jobs()
    return decided


def test_two_reviewers_who_agree_publish_a_change(app: Flask) -> None:
    question, second = suggested(), reviewer()
    assert not say(reviewer(), "accept")
    assert reload(question).body != CLEARER
    assert say(second, "accept")
    assert reload(question).body == CLEARER
    case = the_case()
    assert (case.state, case.decision_key, case.decided_by_id) == ("closed", "accept", second.id)
    with transaction():
        actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == [
        *("case.opened", "case.voiced", "case.voiced"),
        *("case.decided", "edit.accepted"),
    ]


def test_one_voice_given_twice_is_one(app: Flask) -> None:
    suggested()
    one = reviewer()
    assert not say(one, "accept")
    assert not say(one, "accept")
    assert the_case().state == "open"


def test_a_moderators_voice_is_enough(app: Flask) -> None:
    question = suggested()
    assert say(make_user(role="moderator"), "accept")
    assert reload(question).body == CLEARER


def test_reviewers_who_disagree_wait_for_a_third(app: Flask) -> None:
    question = suggested()
    assert not say(reviewer(), "accept")
    assert not say(reviewer(), "refuse", "It was clear before.")
    assert say(make_user(role="superuser"), "refuse", "No better than it was.")
    assert reload(question).body != CLEARER
    with transaction():
        assert the_case().note == "No better than it was."


def test_a_refusal_says_why(app: Flask) -> None:
    suggested()
    with pytest.raises(ReasonUnfit) as refusal:
        say(reviewer(), "refuse", " ")
    assert set(refusal.value.errors) == {"note"}
    with pytest.raises(ChoiceUnknown):
        say(reviewer(), "publish")


def test_voices_about_an_earlier_version_count_no_more(app: Flask) -> None:
    question = suggested(body="It worked yesterday. I restarted it twice.\n\n\nNothing changed.")
    with transaction():
        case = db.session.scalars(select(ModerationCase)).one()
        before = kind_of(case).version(case)
    assert not say(reviewer(), "accept")
    with transaction():
        locked = lock_question(question.id)
        author, title = load_user(question.author_id), "No signal since the update of Monday"
        edit_question(author, locked, title=title, body=locked.body, tags="")
    with pytest.raises(ReviewOutdated):
        say(reviewer(), "accept", seen=before)
    assert not say(reviewer(), "accept")
    assert say(reviewer(), "accept")
    assert reload(question).title == title


def test_standing_is_needed_and_nobody_reviews_their_own(app: Flask) -> None:
    question = make_question()
    suggester = reviewer(points=150)
    with transaction():
        db.session.merge(suggester).points = 150
    make_suggestion(suggester, question, CLEARER)
    run_due_jobs()
    with transaction():
        db.session.get_one(User, suggester.id).points = 900
    until = load_user(suggester.id).created_at.replace(year=2100)
    for person in (
        load_user(suggester.id),
        make_user(points=499),
        reviewer(silenced_until=until),
    ):
        with pytest.raises(NotAllowed):
            say(person, "accept")
    with transaction(), pytest.raises(NotFound):
        get_review(load_user(suggester.id), the_case().id)


def test_whoever_looks_for_a_moderator_at_work_waits(app: Flask) -> None:
    suggested()
    moderator = make_user(role="moderator")
    with transaction():
        claim_case(moderator, db.session.get_one(ModerationCase, the_case().id))
    with pytest.raises(CaseTaken):
        say(reviewer(), "accept")
    assert say(moderator, "accept")
    with pytest.raises((CaseDone, ReviewOutdated)):
        say(reviewer(), "accept", seen="whatever it was")


def test_so_many_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], reviews_per_day=1))
    question, one = suggested(), reviewer()
    assert not say(one, "accept")
    with pytest.raises(EnoughReviews) as refusal:
        say(one, "accept")
    assert refusal.value.retry_after_seconds > 80_000
    assert reload(question).body != CLEARER


def test_two_reviewers_release_a_first_post(found: list[Finding]) -> None:
    question = held(found, FIRST)
    assert not say(reviewer(), "publish")
    assert reload(question).visibility == "held"
    assert say(reviewer(), "publish")
    assert reload(question).visibility == "published"
    with transaction():
        asked = select(EventRecord.payload).where(EventRecord.name == "QuestionAsked")
        assert [told["question_id"] for told in db.session.scalars(asked)] == [question.id]


def test_a_first_post_left_to_moderators_is_theirs_alone(found: list[Finding]) -> None:
    question = held(found, FIRST)
    assert not say(reviewer(), "leave")
    with pytest.raises(ReviewOutdated):
        say(reviewer(), "publish")
    with transaction(), pytest.raises(NotFound):
        get_review(reviewer(), the_case().id)
    assert reload(question).visibility == "held"
    assert the_case().state == "open"


def test_what_waits_for_something_else_too_is_for_moderators(found: list[Finding]) -> None:
    held(found, FIRST, Finding("links"))
    assert the_case().kind == "held"
    with pytest.raises(ChoiceUnknown):
        say(reviewer(), "publish", seen="whatever")


def test_a_first_post_that_was_changed_is_looked_at_anew(found: list[Finding]) -> None:
    question = held(found, FIRST)
    assert not say(reviewer(), "publish")
    change(found, question, "Something else altogether is what it says.")
    assert not say(reviewer(), "publish")
    with transaction():
        version = kind_of(case := db.session.scalars(select(ModerationCase)).one()).version(case)
    change(found, question, "And now it praises a shop.", Finding("word", reference=3))
    # The case is brought up to date a moment later.
    with pytest.raises(ReviewOutdated):
        say(reviewer(), "publish", seen=version)
    run_due_jobs()
    assert the_case().kind == "held"
    assert reload(question).visibility == "held"


def change(found: list[Finding], question: Question, body: str, *findings: Finding) -> None:
    found[:] = findings
    with transaction():
        locked = lock_question(question.id)
        author = load_user(question.author_id)
        edit_question(author, locked, title=locked.title, body=body, tags="")
    found.clear()


def test_reviewers_see_the_oldest_first_and_nothing_of_closed_boards(app: Flask) -> None:
    first, second = suggested(), suggested()
    suggested(asker=make_user(role="admin"), board=make_board(audience="staff"))
    hold_edit(make_user(), first, f"{CLEARER} It waits.")
    run_due_jobs()
    with transaction():
        rows = page_of_reviews(reviewer(), 0).rows
        assert [row.case.post_id for row in rows] == [first.id, second.id]
        local = make_user(on={second.board_id: "moderator"})
        assert [row.case.post_id for row in page_of_reviews(local).rows] == [second.id]


def test_voices_go_with_their_case(app: Flask) -> None:
    suggested()
    say(make_user(role="moderator"), "accept")
    with transaction():
        db.session.scalars(select(ModerationCase)).one().closed_at = days_ago(3)
        prune_cases(days_ago(0) - days_ago(2))
        prune_suggestions(days_ago(0) - days_ago(2))
    with transaction():
        assert db.session.scalars(select(CaseVoice)).all() == []
        assert db.session.scalars(select(Post.body)).all() == [CLEARER]


def test_reviewers_find_it_page_by_page(client: ForumClient) -> None:
    question = suggested(title="A question that could be clearer")
    client.sign_in(reviewer())
    page = client.get("/reviews").text
    assert question.title in page
    address = f"/reviews/{the_case().id}"
    page = client.get(address).text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    refused = client.submit(f"{address}/voice", {"choice": "refuse", "note": "", "seen": seen})
    assert refused.status_code == 422
    assert "Please say why." in refused.text
    late = client.submit(f"{address}/voice", {"choice": "accept", "note": "Aha", "seen": "1 old"})
    assert (late.status_code, "Aha" in late.text) == (409, True)
    for person, words in ((None, "Your voice counts"), (reviewer(), "It is decided")):
        if person:
            client.sign_in(person)
        form = {"choice": "accept", "note": "", "seen": seen}
        assert words in client.submit(f"{address}/voice", form, follow_redirects=True).text
    assert client.get(address).status_code == 404
    assert reload(question).body == CLEARER


def test_a_first_post_is_shown_to_reviewers_and_to_nobody_else(
    client: ForumClient, found: list[Finding]
) -> None:
    held(found, FIRST, body="This is the first text of a new member here.")
    address = f"/reviews/{the_case().id}"
    assert "first text of a new member" in client.sign_in(reviewer()).get(address).text
    for person, status in ((make_user(points=10), 403), (load_user(1), 403)):
        assert client.sign_in(person).get(address).status_code == status
    assert "/reviews" not in client.get("/").text
    assert "/reviews" in client.sign_in(reviewer()).get("/").text


def test_too_many_say_when_to_go_on(
    app: Flask, client: ForumClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], reviews_per_day=0))
    suggested()
    client.sign_in(reviewer())
    address = f"/reviews/{the_case().id}"
    seen = client.get(address).text.split('name="seen" value="')[1].split('"')[0]
    response = client.submit(f"{address}/voice", {"choice": "accept", "note": "Hm", "seen": seen})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) >= 1
    assert "Hm" in response.text
