"""Services elsewhere: off by default, asked after posting, and none decides."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from community.core import http
from community.core.db import db, transaction
from community.core.jobs import Job
from community.core.worker import run_due_jobs
from moderation.cases.models import ModerationCase
from moderation.spam import tasks
from moderation.spam.operations.suspecting import note_score
from moderation.spam.outside import Akismet, StopForumSpam, Suspect, services_of
from tests.factories.community import make_question, make_user, reload
from tests.loopback import QuietHandler, serving

SUSPECT = Suspect("question", "Best casino", "Win big", "en", "Sam Spammer", "Sam@Example.org")
KEY = "0123456789ab"


class Judges(QuietHandler):
    """Answers as Akismet and StopForumSpam do; ``answers`` holds what comes next."""

    answers: list[tuple[int, bytes]] = []
    asked: list[dict[str, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append({name: values[0] for name, values in parse_qs(body).items()})
        status, answer = self.answers[0]
        self.send(answer, status)


@pytest.fixture
def origin() -> Iterator[str]:
    Judges.asked.clear()
    with serving(Judges) as address:
        yield address


def answering(body: bytes, status: int = 200) -> None:
    Judges.answers[:] = [(status, body)]


def akismet(origin: str) -> Akismet:
    return Akismet(
        KEY, "https://forum.example", url=f"{origin}/1.1/comment-check", trusted_origins=[origin]
    )


def stopforumspam(origin: str) -> StopForumSpam:
    return StopForumSpam(url=f"{origin}/api", trusted_origins=[origin])


@pytest.mark.parametrize(("body", "says"), [(b"true", True), (b"false", False)])
def test_akismet_judges_the_text(origin: str, body: bytes, says: bool) -> None:
    answering(body)
    assert akismet(origin).calls_it_spam(SUSPECT) is says
    (asked,) = Judges.asked
    assert asked["comment_content"] == "Best casino\n\nWin big"
    assert (asked["api_key"], asked["blog"]) == (KEY, "https://forum.example")
    assert asked["comment_type"] == "forum-post"
    assert not any("example.org" in value.lower() for value in asked.values())


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"invalid"), (200, b""), (500, b"true"), (302, b"")]
)
def test_what_akismet_does_not_say_is_no_judgement(origin: str, status: int, body: bytes) -> None:
    answering(body, status)
    with pytest.raises(http.BadAnswer):
        akismet(origin).calls_it_spam(SUSPECT)


LISTED = (
    b'{"success":1,"emailHash":{"lastseen":"2026-11-01 12:00:00",'
    b'"frequency":255,"appears":1,"confidence":%s}}'
)
UNLISTED = b'{"success":1,"emailHash":{"frequency":0,"appears":0}}'


@pytest.mark.parametrize(
    ("body", "says"),
    [(LISTED % b"99.91", True), (LISTED % b"12.5", False), (UNLISTED, False)],
)
def test_stopforumspam_knows_addresses(origin: str, body: bytes, says: bool) -> None:
    answering(body)
    assert stopforumspam(origin).calls_it_spam(SUSPECT) is says
    (asked,) = Judges.asked
    digest = hashlib.md5(b"sam@example.org", usedforsecurity=False).hexdigest()
    assert asked == {"emailhash": digest, "json": "1", "confidence": "1"}


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b'{"success":0,"error":"rate limit"}'), (200, b"<html>"), (503, UNLISTED), (200, b"[]")],
)
def test_what_stopforumspam_does_not_say_is_no_judgement(
    origin: str, status: int, body: bytes
) -> None:
    answering(body, status)
    with pytest.raises(http.BadAnswer):
        stopforumspam(origin).calls_it_spam(SUSPECT)


def test_who_has_no_address_is_not_asked_about(origin: str) -> None:
    assert not stopforumspam(origin).calls_it_spam(replace(SUSPECT, author_email=None))
    assert Judges.asked == []


def test_by_default_nobody_is_asked(app) -> None:
    assert services_of(app.config["SETTINGS"]) == []
    make_question()
    run_due_jobs()
    assert waiting() == []


def waiting():
    db.session.rollback()
    query = select(Job).where(Job.task.like("%ask_service"))
    return db.session.scalars(query).all()


@pytest.fixture
def services_on(app, origin, monkeypatch) -> Iterator[str]:
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, akismet_key=KEY, stopforumspam=True)
    # The real ones stand in a network that tests do not reach.
    here = [akismet(origin), stopforumspam(origin)]
    assert [each.name for each in services_of(app.config["SETTINGS"])] == [
        each.name for each in here
    ]
    monkeypatch.setattr(tasks, "services_of", lambda settings: here[: len(services_of(settings))])
    yield origin
    app.config["SETTINGS"] = before


def cases():
    db.session.rollback()
    return db.session.scalars(select(ModerationCase)).all()


def test_what_a_service_says_opens_a_case_and_hides_nothing(services_on) -> None:
    answering(b"true")
    post = make_question()
    assert Judges.asked == []
    run_due_jobs()
    (case,) = cases()
    assert (case.kind, case.post_id, case.evidence) == ("spam", post.id, {"services": ["Akismet"]})
    assert reload(post).visibility == "published"


def test_a_service_that_fails_is_asked_again_and_the_post_stays(services_on) -> None:
    answering(b"", 500)
    post = make_question()
    run_due_jobs()
    assert reload(post).visibility == "published"
    assert cases() == []
    assert {job.arguments["service"] for job in waiting()} == {"Akismet", "StopForumSpam"}
    assert all(job.due_at is not None and job.attempts == 1 for job in waiting())


def test_what_is_no_longer_public_is_not_sent(services_on) -> None:
    from tests.factories.community import set_post_visibility

    post = make_question()
    set_post_visibility(post, "hidden", make_user(role="moderator"))
    run_due_jobs()
    assert Judges.asked == []


def test_a_score_and_a_service_make_one_case(services_on) -> None:
    answering(b"true")
    post = make_question()
    with transaction():
        note_score(post.id, 66)
    run_due_jobs()
    (case,) = cases()
    assert case.evidence == {"score": 66, "services": ["Akismet"]}
    assert case.priority == 66
