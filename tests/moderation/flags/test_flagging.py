"""Flags: one open one a member, counted in rounds, heavy enough to hide a post."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.identity.privileges import PrivilegeMissing
from community.posts.models import Post, Removal
from community.questions.operations.questions import lock_question
from moderation.cases.models import ModerationCase
from moderation.flags.errors import (
    AlreadyFlagged,
    FlaggedLately,
    FlagUnfit,
    OwnFlag,
    TooManyFlags,
)
from moderation.flags.models import Flag, FlagHiding
from moderation.flags.queries import count_upheld_flags
from moderation.sanctions.models import Statement
from reputation.trust.flags import upheld_flags
from tests.factories.community import (
    days_ago,
    load_user,
    make_answer,
    make_board,
    make_comment,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.editing import edit_reply
from tests.factories.flags import case_of, decide, hide_by_flags, make_flag, make_member_flag


@pytest.fixture
def answer(app):
    return make_answer(make_question())


def set_setting(app, **values):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **values)


@pytest.fixture
def settings_back(app):
    before = app.config["SETTINGS"]
    yield
    app.config["SETTINGS"] = before


def test_a_flag_opens_a_case_and_the_next_ones_join_it(answer):
    first = make_flag(answer, reason="spam")
    make_flag(answer, make_user(trust_level=2), reason="risky_advice")
    case = case_of(first)
    assert (case.kind, case.post_id, case.state) == ("flag", answer.id, "open")
    assert case.evidence == {
        "round": 1,
        "flags": 2,
        "weight": 4.0,
        "reasons": ["risky_advice", "spam"],
    }
    assert case.priority == 360
    assert reload(answer).visibility == "published"


def test_enough_weight_hides_the_post_once_and_tells_its_author(answer):
    make_flag(answer, make_user(trust_level=3), reason="risky_advice")
    assert reload(answer).visibility == "published"
    flag = make_flag(answer, make_user(trust_level=4), reason="spam")
    assert reload(answer).visibility == "hidden"
    assert case_of(flag).evidence["hidden"] is True
    removal = db.session.scalars(select(Removal).where(Removal.post_id == answer.id)).one()
    assert (removal.visibility, removal.actor_id) == ("hidden", None)
    told = db.session.scalars(select(Statement)).one()
    assert (told.user_id, told.measure, told.rule) == (answer.author_id, "post_hidden", "spam")
    assert told.automated
    assert told.case_id == case_of(flag).id
    assert f"/posts/{answer.id}/mending" in told.text
    hidings = "post.hidden_by_flags"
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action == hidings)).all()
    assert [(act.subject_id, act.actor_id) for act in acts] == [(answer.id, None)]


@pytest.mark.parametrize(
    ("sensitivity", "visibility"), [("low", "published"), ("medium", "hidden"), ("high", "hidden")]
)
def test_the_operator_says_how_soon_flags_hide(app, settings_back, answer, sensitivity, visibility):
    set_setting(app, flag_sensitivity=sensitivity)
    hide_by_flags(answer)
    assert reload(answer).visibility == visibility


def test_nobody_flags_the_same_twice(answer):
    flagger = make_user()
    make_flag(answer, flagger)
    with pytest.raises(AlreadyFlagged):
        make_flag(answer, flagger, reason="abuse")
    assert db.session.scalar(select(func.count()).select_from(Flag)) == 1


def test_nobody_flags_themselves(answer):
    author = load_user(answer.author_id)
    with pytest.raises(OwnFlag):
        make_flag(answer, author)
    with pytest.raises(OwnFlag):
        make_member_flag(author, author)


@pytest.mark.parametrize("state", ["held", "deleted"])
def test_what_is_not_public_is_not_flagged(answer, state):
    set_post_visibility(answer, state, make_user(role="moderator"))
    with pytest.raises(NotAllowed):
        make_flag(answer)


def test_who_may_not_write_may_not_flag(answer):
    with pytest.raises(NotAllowed):
        make_flag(answer, make_user(silenced_until=days_ago(-1)))


def test_the_power_to_flag_opens_with_points(app, settings_back, answer):
    set_setting(app, privilege_points="flag=5")
    with pytest.raises(PrivilegeMissing):
        make_flag(answer)
    make_flag(answer, make_user(points=5))


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        ("", "", "reason"),
        ("boring", "", "reason"),
        ("other", " ", "note"),
        ("spam", "x" * 501, "note"),
    ],
)
def test_a_flag_needs_a_reason_and_other_reasons_words(answer, reason, note, field):
    with pytest.raises(FlagUnfit) as refused:
        make_flag(answer, reason=reason, note=note)
    assert list(refused.value.errors) == [field]


def test_only_moderators_there_hide_at_once(answer):
    with pytest.raises(NotAllowed):
        make_flag(answer, make_user(role="agent"), at_once=True)
    elsewhere = make_board()
    with pytest.raises(NotAllowed):
        make_flag(answer, make_user(on={elsewhere.id: "moderator"}), at_once=True)
    keeper = make_user(on={answer.board_id: "moderator"})
    flag = make_flag(answer, keeper, at_once=True)
    assert (flag.weight, reload(answer).visibility) == (11, "hidden")
    told = db.session.scalars(select(Statement)).one()
    assert (told.decided_by_id, told.automated) == (keeper.id, False)


def test_a_decided_post_is_scored_afresh_in_a_new_round(answer):
    early = make_user(trust_level=4)
    flag = make_flag(answer, early)
    decide(case_of(flag), "keep")
    assert reload(flag).outcome == "rejected"
    second = make_flag(answer, make_user(trust_level=4))
    assert second.round == 2
    assert case_of(second).id != case_of(flag).id
    assert reload(answer).visibility == "published"
    assert case_of(second).evidence["weight"] == 5


def test_the_same_member_flags_again_after_a_day_or_an_edit(answer):
    flagger = make_user()
    decide(case_of(make_flag(answer, flagger)), "keep")
    with pytest.raises(FlaggedLately) as refused:
        make_flag(answer, flagger)
    assert 86_000 < refused.value.retry_after_seconds <= 86_400
    author = load_user(answer.author_id)
    with time_machine.travel(clock.now().timestamp() + 60), transaction():
        post = db.session.get_one(Post, answer.id)
        edit_reply(author, lock_question(answer.root_id), post, body="Something else entirely now.")
    with time_machine.travel(clock.now().timestamp() + 120):
        assert make_flag(answer, flagger).round == 2
    other = make_user()
    untouched = make_answer(make_question())
    decide(case_of(make_flag(untouched, other)), "keep")
    with time_machine.travel(clock.now().timestamp() + 86_401):
        assert make_flag(untouched, other).round == 2


@pytest.mark.usefixtures("limits_on")
def test_newcomers_flag_less_in_a_day_than_others(app):
    set_setting(app, newcomer_flags_per_day=2, flags_per_day=3)
    posts = [make_question(make_user(created_at=days_ago(9))) for _number in range(4)]
    new, known = make_user(created_at=days_ago(0.1)), make_user(trust_level=1)
    for flagger, limit in ((new, 2), (known, 3)):
        for post in posts[:limit]:
            make_flag(post, flagger)
        with pytest.raises(TooManyFlags):
            make_flag(posts[limit], flagger)
        with time_machine.travel(clock.now().timestamp() + 86_401):
            make_flag(posts[limit], flagger)


def test_a_hidden_question_takes_what_stands_below_out_of_sight(app):
    question = make_question()
    answer = make_answer(question)
    hide_by_flags(question)
    assert reload(question).visibility == "hidden"
    assert reload(answer).visibility == "published"


def test_comments_are_flagged_like_other_posts(app):
    question = make_question()
    comment = make_comment(question, question, make_user(), "Buy cheap codes from me")
    hide_by_flags(comment)
    assert reload(comment).visibility == "hidden"
    assert reload(question).comments_count == 0


def test_a_newcomer_whom_three_flag_only_reads_until_moderators_look(app):
    newcomer = make_user(created_at=days_ago(0.1))
    first, second = make_question(newcomer), make_question(newcomer)
    for post in (first, first, second):
        assert load_user(newcomer.id).silenced_until is None
        flag = make_flag(post)
    assert load_user(newcomer.id).silenced_until is not None
    told = db.session.scalars(select(Statement).where(Statement.measure == "read_only")).one()
    assert (told.user_id, told.automated, told.case_id) == (newcomer.id, True, case_of(flag).id)
    make_flag(second)
    decide(case_of(flag), "keep")
    assert load_user(newcomer.id).silenced_until is None


def test_two_flaggers_or_a_member_of_standing_silence_nobody(app):
    newcomer = make_user(created_at=days_ago(0.1))
    question = make_question(newcomer)
    hide_by_flags(question)
    assert load_user(newcomer.id).silenced_until is None
    known = make_question(make_user(trust_level=1))
    for _number in range(4):
        make_flag(known)
    assert load_user(known.author_id).silenced_until is None


def test_upheld_flags_count_against_whose_posts_they_are(app):
    asker = make_user()
    wrong, right = make_question(asker), make_question(asker)
    decide(case_of(make_flag(wrong)), "keep")
    flags = [make_flag(right), make_flag(right)]
    decide(case_of(flags[0]), "remove")
    since, later = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
    assert upheld_flags([asker.id, flags[0].flagger_id], since) == {asker.id: 1}
    assert count_upheld_flags([asker.id], later) == {}


def test_members_are_flagged_too(app):
    rude = make_user()
    flag = make_member_flag(rude)
    case = case_of(flag)
    assert (case.kind, case.post_id, case.evidence["member_id"]) == ("member", None, rude.id)
    with pytest.raises(AlreadyFlagged):
        make_member_flag(rude, load_user(flag.flagger_id))
    decide(case, "warn", rule="abuse", note="Be kind.")
    assert reload(flag).outcome == "agreed"
    told = db.session.scalars(select(Statement)).one()
    assert (told.user_id, told.measure, told.facts) == (rude.id, "warning", "Be kind.")


def test_fifty_who_flag_at_once_are_counted_and_hide_the_post_once(app, at_once, answer):
    flaggers = [make_user() for _number in range(50)]

    def flag_as(user):
        return lambda: make_flag(answer, user)

    at_once([flag_as(user) for user in flaggers])
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(Flag)) == 50
        assert db.session.scalar(select(func.count()).select_from(FlagHiding)) == 1
        hidden = select(func.count()).where(Statement.measure == "post_hidden")
        assert db.session.scalar(hidden) == 1
        case = db.session.scalars(select(ModerationCase)).one()
    assert (case.evidence["flags"], case.evidence["weight"]) == (50, 50.0)
    assert reload(answer).visibility == "hidden"
