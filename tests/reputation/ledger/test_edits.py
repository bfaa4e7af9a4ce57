"""Points for suggested changes that are taken: once a post, up to a limit, back when undone."""

import pytest

from community.core import clock
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post, SuggestedEdit
from community.questions.models import Question
from community.questions.operations.questions import lock_question
from community.questions.operations.suggestions import take_suggestion
from community.questions.queries.texts import texts_of
from reputation.ledger import gains, rules
from reputation.ledger.operations import close_books
from reputation.ledger.queries import get_balances
from reputation.ledger.rules import EDIT_TAKEN, PAYBACK, Rules
from tests.factories.community import load_user, make_question, set_post_visibility
from tests.factories.editing import edit_question
from tests.factories.suggestions import make_suggestion
from tests.reputation.ledger.booking import assert_sound, entries_of, make_member, points_of

BETTER = "My phone shows no signal since this morning, whatever I try."
BEST = "My phone shows no signal since this morning, whatever I try. What can I do?"

pytestmark = pytest.mark.usefixtures("app")


def take(question: Post, made: SuggestedEdit, actor: User | None = None) -> None:
    """Accept a suggestion, as the author of the post or somebody else."""
    with transaction():
        locked = lock_question(question.id)
        waiting = db.session.get_one(SuggestedEdit, made.id)
        take_suggestion(actor or load_user(question.author_id), locked, locked, waiting)


def write(question: Post, body: str) -> None:
    """Let the author of a question change it."""
    with transaction():
        locked = lock_question(question.id)
        now = texts_of(locked)
        author = load_user(question.author_id)
        edit_question(author, locked, title=now.title, tags=now.tag_line, body=body)


def taken_edit(helper: User, body: str = BETTER) -> Question:
    """Make a question that says what a helper suggested."""
    question = make_question(make_member())
    take(question, make_suggestion(helper, question, body))
    return question


def test_a_change_that_is_taken_brings_its_suggester_two_points() -> None:
    helper = make_member()
    question = taken_edit(helper)
    assert (points_of(helper), points_of(load_user(question.author_id))) == (2, 0)
    assert entries_of(helper) == [("edit_taken", 2)]
    assert_sound()


def test_a_second_change_of_the_same_post_brings_nothing() -> None:
    helper = make_member()
    question = taken_edit(helper)
    take(question, make_suggestion(helper, question, BEST))
    assert points_of(helper) == 2
    assert_sound()


def test_a_change_that_is_put_back_is_taken_back_once() -> None:
    helper = make_member()
    question = make_question(make_member())
    before = question.body
    take(question, make_suggestion(helper, question, BETTER))
    assert points_of(helper) == 2
    write(question, before)
    assert points_of(helper) == 0
    write(question, BETTER)
    write(question, before)
    assert points_of(helper) == 0
    assert entries_of(helper) == [("edit_taken", 2), ("edit_taken", -2)]
    assert_sound()


def test_going_on_from_a_change_leaves_it_its_points() -> None:
    helper = make_member()
    write(taken_edit(helper), BEST)
    assert points_of(helper) == 2


def test_a_change_of_a_post_that_is_removed_brings_nothing(moderator_of_all: User) -> None:
    helper = make_member()
    question = taken_edit(helper)
    assert points_of(helper) == 2
    set_post_visibility(question, "hidden", moderator_of_all)
    assert points_of(helper) == 0
    set_post_visibility(question, "published", moderator_of_all)
    assert points_of(helper) == 2
    assert_sound()


def test_what_waits_or_is_refused_brings_nothing() -> None:
    helper, question = make_member(), make_question(make_member())
    make_suggestion(helper, question, BETTER)
    assert points_of(helper) == 0


def test_suggestions_bring_a_limited_number_of_points_in_all(monkeypatch, moderator_of_all) -> None:
    monkeypatch.setattr(gains, "EDITS_LIFETIME", 5)
    helper = make_member()
    questions = [taken_edit(helper) for _ in range(4)]
    assert (points_of(helper), entries_of(helper)[-1]) == (5, ("edit_taken", 1))
    # What is removed makes room for what came after it.
    set_post_visibility(questions[0], "hidden", moderator_of_all)
    assert points_of(helper) == 5
    assert [amount for _, amount in entries_of(helper)] == [2, 2, 1, -2, -1, 2, 1]
    assert_sound()


def test_changes_in_closed_books_have_used_up_what_they_bring_in_all(monkeypatch) -> None:
    monkeypatch.setattr(gains, "EDITS_LIFETIME", 5)
    paying = Rules(**{**vars(rules.PAYBACK_1), "values": {EDIT_TAKEN: 2}})
    monkeypatch.setitem(rules.FIRST_RULES, PAYBACK, (paying,))
    helper, question = make_member(), make_question(make_member())
    before = question.body
    take(question, make_suggestion(helper, question, BETTER))
    assert points_of(helper) == 2
    with transaction():
        close_books(PAYBACK, clock.now())
    write(question, before)
    for _ in range(3):
        taken_edit(helper)
    assert points_of(helper) == 5, "reputation goes on"
    with transaction():
        assert get_balances(helper.id)[PAYBACK] == 5
    assert_sound()


def test_a_moderators_word_brings_them_as_well(moderator_of_all: User) -> None:
    helper, question = make_member(), make_question(make_member())
    take(question, make_suggestion(helper, question, BETTER), load_user(moderator_of_all.id))
    assert points_of(helper) == 2


@pytest.fixture
def moderator_of_all() -> User:
    return make_member(role="moderator")
