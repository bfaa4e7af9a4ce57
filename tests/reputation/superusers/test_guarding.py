"""The guard against leaning on few: shares, and daily helpers who fall silent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from community.core import clock
from community.core.db import db, transaction
from community.posts.models import Post
from reputation.superusers.guarding import concentration_of, helped_daily
from reputation.superusers.operations.following import tell_of_silence
from tests.factories.community import make_answer, make_question, make_user, set_post_visibility
from tests.mailbox import sent_mails

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answer_on_days(user, days_ago) -> list:
    """Answer one question, once on each of these days before today."""
    question, posts = make_question(), []
    for days in days_ago:
        post = make_answer(question, user, f"Try it again after a while, as I said {days} times.")
        with transaction():
            at = clock.now() - timedelta(days=days, minutes=1)
            db.session.execute(update(Post).where(Post.id == post.id).values(created_at=at))
        posts.append(post)
    return posts


@pytest.mark.parametrize(
    ("counts", "found"),
    [([], (0, 0, 0)), ([3], (3, 3, 100)), ([5] * 10 + [1] * 50, (50, 100, 50))],
)
def test_the_share_of_ten(counts, found):
    share = concentration_of(counts)
    assert (share.top, share.answers, share.percent) == found


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([], False),
        (range(15), True),
        (range(14), False),
        ([0] * 40, False),
        (range(0, 30, 2), False),
        ([*range(14), 27], True),
        ([*range(14), 28], False),
    ],
)
def test_who_helped_daily(days, found):
    assert helped_daily([NOON - timedelta(days=day) for day in days]) is found


def test_a_daily_helper_who_falls_silent_is_seen_and_told_of_once(app, client):
    admin = make_user(role="admin")
    quiet, away, busy = make_user("Quiet One"), make_user("Long Gone"), make_user("Busy Bee")
    staff = make_user("Working Here", role="agent")
    answer_on_days(quiet, range(14, 29))
    answer_on_days(away, range(20, 35))
    answer_on_days(busy, range(13, 28))
    answer_on_days(staff, range(14, 29))
    answer_on_days(make_user("Seldom"), range(14, 20))
    sent_mails(app)
    with transaction():
        tell_of_silence()
    (mail,) = sent_mails(app)
    assert mail.to == [admin.email]
    assert "Quiet One" in mail.body
    for name in ("Long Gone", "Busy Bee", "Working Here", "Seldom"):
        assert name not in mail.body
    page = client.sign_in(admin).get("/admin/superusers").text
    assert "Quiet One" in page
    assert "Long Gone" in page
    assert "Busy Bee" not in page


def test_where_nobody_is_silent_nobody_is_told(app):
    make_user(role="admin")
    sent_mails(app)
    with transaction():
        tell_of_silence()
    assert sent_mails(app) == []


def test_removed_answers_count_nowhere(app, client):
    moderator = make_user(role="moderator")
    first, _ = answer_on_days(make_user(), range(2))
    set_post_visibility(first, "hidden", moderator)
    assert "1 of 1 answers (100 %)" in client.sign_in(moderator).get("/admin/superusers").text
