"""Cases of changes that wait: opened, decided by a moderator, dropped."""

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.questions.errors import SuggestionDecided
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import prune_suggestions, take_suggestion
from moderation.cases.models import ModerationCase
from moderation.cases.operations import claim_case, decide_case
from tests.client import ForumClient
from tests.factories.community import (
    days_ago,
    load_user,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.suggestions import hold_edit, make_suggestion

CLEARER = "It worked yesterday. I restarted it twice and removed the card, in vain."


@pytest.fixture
def moderator(app: Flask) -> User:
    return make_user(role="moderator")


def the_case() -> ModerationCase:
    with transaction():
        return db.session.scalars(select(ModerationCase)).one()


def decide(moderator: User, key: str, note: str = "It reads better.") -> None:
    case_id = the_case().id
    with transaction():
        claim_case(moderator, db.session.get_one(ModerationCase, case_id))
    with transaction():
        decide_case(moderator, db.session.get_one(ModerationCase, case_id), key, note, "")
    run_due_jobs()


def test_a_suggestion_is_a_case_and_a_moderators_word_publishes_it(moderator: User) -> None:
    question, member = make_question(), make_user()
    make_suggestion(member, question, CLEARER)
    run_due_jobs()
    assert (the_case().kind, the_case().post_id) == ("edit", question.id)
    decide(moderator, "accept")
    assert (reload(question).body, reload(question).edited_by_id) == (CLEARER, member.id)
    assert the_case().state == "closed"
    with transaction():
        actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["case.opened", "case.claimed", "case.decided", "edit.accepted"]


def test_who_made_it_reads_why_it_was_refused(moderator: User) -> None:
    question = make_question()
    made = make_suggestion(make_user(), question, CLEARER)
    run_due_jobs()
    decide(moderator, "refuse", "It says the same.")
    assert (reload(made).state, reload(made).reason) == ("refused", "It says the same.")
    assert reload(question).body != CLEARER


def test_what_must_be_seen_first_is_a_case_of_its_own_and_comes_first(moderator: User) -> None:
    question = make_question()
    hold_edit(load_user(question.author_id), question, CLEARER, code="links")
    run_due_jobs()
    case = the_case()
    assert (case.kind, case.priority, case.evidence["codes"]) == ("held_edit", 30, ["links"])
    decide(moderator, "accept")
    assert reload(question).body == CLEARER


def test_what_the_author_decides_is_no_case_any_more(moderator: User) -> None:
    question = make_question()
    made = make_suggestion(make_user(), question, CLEARER)
    run_due_jobs()
    with transaction():
        claim_case(moderator, db.session.get_one(ModerationCase, the_case().id))
    with transaction():
        locked = lock_question(question.id)
        waiting = db.session.get_one(SuggestedEdit, made.id)
        take_suggestion(load_user(question.author_id), locked, locked, waiting)
    with pytest.raises(SuggestionDecided), transaction():
        decide_case(
            moderator, db.session.get_one(ModerationCase, the_case().id), "accept", "Yes", ""
        )
    assert the_case().state == "claimed"
    run_due_jobs()
    assert the_case().state == "closed"


def test_nobody_judges_what_they_suggested_themselves(moderator: User) -> None:
    question = make_question()
    hold_edit(moderator, question, CLEARER)
    run_due_jobs()
    with pytest.raises(NotAllowed), transaction():
        claim_case(moderator, db.session.get_one(ModerationCase, the_case().id))


def test_a_suggestion_for_what_was_removed_is_given_up(moderator: User) -> None:
    question = make_question()
    made = make_suggestion(make_user(), question, CLEARER)
    run_due_jobs()
    set_post_visibility(question, "deleted", moderator)
    run_due_jobs()
    assert reload(made).state == "outdated"
    assert the_case().state == "closed"


def test_the_case_shows_what_changes_and_outlives_the_suggestion(
    client: ForumClient, moderator: User
) -> None:
    made = make_suggestion(make_user(), make_question(), CLEARER, note="Said more")
    run_due_jobs()
    client.sign_in(moderator)
    page = client.get(f"/moderation/cases/{the_case().id}").text
    assert "removed" in page
    assert "Said more" in page
    decide(moderator, "refuse", "It says the same.")
    with transaction():
        db.session.get_one(SuggestedEdit, made.id).decided_at = days_ago(3)
        prune_suggestions(days_ago(0) - days_ago(2))
    assert "is forgotten" in client.get(f"/moderation/cases/{the_case().id}").text


def test_what_was_taken_is_kept_as_long_as_its_post(moderator: User) -> None:
    question = make_question()
    make_suggestion(make_user(), question, CLEARER)
    run_due_jobs()
    decide(moderator, "accept")
    with transaction():
        taken = db.session.scalars(select(SuggestedEdit)).one()
        taken.decided_at = days_ago(3)
        prune_suggestions(days_ago(0) - days_ago(2))
    with transaction():
        assert db.session.scalars(select(SuggestedEdit.post_id)).all() == [question.id]
        assert db.session.get_one(Post, question.id).body == CLEARER
