"""Statements of reasons: what stands in them, who gets one, and nobody two for one deed."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from community.posts.models import Post
from community.privacy.operations.erasures import order_erasure
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import delete_post, hide_post, restore_post
from moderation.rules import rule_label, rule_text
from moderation.sanctions.models import Statement
from moderation.sanctions.operations.statements import (
    StatementInvalid,
    confirm_statement,
    issue_statement,
)
from moderation.sanctions.queries.texts import (
    draft_statement,
    months_later,
    preview_statement,
    statement_text,
)
from tests.factories.community import (
    load_user,
    make_answer,
    make_board,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.factories.sanctions import FACTS, make_sanction, make_statement
from tests.mailbox import sent_mails


@pytest.fixture
def author(app):
    return make_user("Mira Member", language="en")


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def statements_about(user):
    query = select(Statement).where(Statement.user_id == user.id).order_by(Statement.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def act(operation, actor, post, reason="It praises a shop"):
    with transaction():
        question = lock_question(post.root_id)
        operation(actor, question, db.session.get_one(Post, post.id), reason)
    run_due_jobs()


def test_a_statement_says_all_that_the_law_wants(author, keeper):
    question = make_question(author, title="My phone has no signal since Monday")
    told = make_statement(author, by=keeper, rule="abuse", post_id=question.id)
    assert "We have hidden your question “My phone has no signal since Monday”." in told.text
    assert f"The rule: {rule_label('abuse')}. {rule_text('abuse')}" in told.text
    assert f"What happened: {FACTS}" in told.text
    assert "found and decided by people, not automatically" in told.text
    assert "you can appeal once, until" in told.text
    assert told.appeal_until == months_later(told.issued_at)


@pytest.mark.parametrize(
    ("by_person", "automated", "words"),
    [
        (False, True, "found and decided automatically"),
        (True, True, "found automatically and decided by a person"),
        (True, False, "found and decided by people, not automatically"),
    ],
)
def test_it_says_whether_it_was_found_automatically(author, keeper, by_person, automated, words):
    told = make_statement(author, by=keeper if by_person else SYSTEM, automated=automated)
    assert words in told.text
    assert told.automated is automated
    assert told.decided_by_id == (keeper.id if by_person else None)


@pytest.mark.parametrize("kind", ["question", "answer", "comment"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_preview_is_word_for_word_what_the_member_reads(app, keeper, kind, language):
    member = make_user(language=language)
    question = make_question(member)
    post = question if kind == "question" else make_answer(question, member)
    facts = {"measure": "post_deleted", "rule": "off_topic", "facts": FACTS, "post_id": post.id}
    preview = preview_statement(member.id, **facts)
    told = make_statement(member, by=keeper, **facts)
    assert told.text == preview
    assert told.language == language
    assert ("gelöscht" in preview) is (language == "de")


def test_every_measure_has_words_in_both_languages(author):
    for measure in ("post_hidden", "post_deleted", "post_restored", "notice", "warning", "ban"):
        draft = draft_statement(author.id, measure=measure, rule="spam", facts=FACTS)
        english, german = statement_text(draft, "en"), statement_text(draft, "de")
        assert english != german
        assert "{" not in english + german


def test_what_somebody_typed_is_not_taken_for_a_variable(author, keeper):
    told = make_statement(author, by=keeper, facts="They wrote {name} and %(label)s, twice.")
    assert "They wrote {name} and %(label)s, twice." in told.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measure": "flogging"}, "kind"),
        ({"rule": "nonsense"}, "rule"),
        ({"facts": " \n"}, "facts"),
        ({"facts": "x" * 2_001}, "facts"),
    ],
)
def test_what_is_no_statement_is_refused(author, keeper, wrong, field):
    with pytest.raises(StatementInvalid) as refusal:
        make_statement(author, by=keeper, **wrong)
    assert list(refusal.value.errors) == [field]
    assert statements_about(author) == []


def test_members_issue_no_statements(author):
    for nobody in (make_user(), make_user(role="superuser"), make_user(role="agent")):
        with pytest.raises(NotAllowed):
            make_statement(author, by=nobody)
    board = make_board()
    assert make_statement(author, by=make_user(on={board.id: "moderator"}))


def test_the_member_is_told_by_mail_and_beside_the_bell(app, author, keeper):
    told = make_statement(author, by=keeper)
    run_due_jobs()
    (mail,) = sent_mails(app)
    assert mail.to == [author.email]
    assert FACTS in mail.body
    assert f"http://localhost/account/decisions/{told.id}" in mail.body
    note = db.session.scalars(select(Notification).where(Notification.user_id == author.id)).one()
    assert (note.kind, note.page) == ("decision", f"/account/decisions/{told.id}")
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "statement.issued")
    ).one()
    assert entry.actor_id == keeper.id
    assert entry.after == {"statement": told.id, "measure": "post_hidden", "rule": "spam"}


def test_a_suspended_member_is_told_by_mail_with_a_way_in(app, author, keeper):
    make_sanction(author, "suspension", by=keeper, days=3)
    run_due_jobs()
    (mail,) = sent_mails(app)
    assert mail.to == [author.email]
    assert "suspended for 3 days" in mail.body
    assert "http://localhost/suspension/" in mail.body


@pytest.mark.parametrize(
    ("operation", "measure"), [(hide_post, "post_hidden"), (delete_post, "post_deleted")]
)
def test_who_hides_or_deletes_tells_the_author_why(author, keeper, operation, measure):
    answer = make_answer(make_question(), author)
    act(operation, keeper, answer, "It praises a shop")
    (told,) = statements_about(author)
    assert (told.measure, told.facts, told.rule) == (measure, "It praises a shop", "other")
    assert (told.decided_by_id, told.automated) == (keeper.id, False)
    assert told.appeal_until is not None


@pytest.mark.parametrize(
    ("typed", "told"), [("abuse", "abuse"), ("", "other"), ("x" * 40, "other")]
)
@pytest.mark.parametrize(("way", "form"), [("/hiding", {}), ("", {"_method": "DELETE"})])
def test_the_rule_that_a_moderator_names_is_told(client, author, keeper, way, form, typed, told):
    answer = make_answer(make_question(), author)
    client.sign_in(keeper)
    fields = {"reason": "It praises a shop", "rule": typed, **form}
    assert client.submit(f"/posts/{answer.id}{way}", fields).status_code == 303
    run_due_jobs()
    with transaction():
        assert [one.rule for one in statements_about(author)] == [told]
    page = client.get(f"/posts/{answer.id}/tools").text
    assert f"/moderation/people/{author.id}/sanctions?post={answer.id}" in page


def test_without_a_reason_the_statement_has_one_all_the_same(author, keeper):
    set_post_visibility(make_question(author), "hidden", keeper)
    run_due_jobs()
    (told,) = statements_about(author)
    assert told.facts == "A moderator found that the post is against this rule."


def test_what_a_machine_hides_is_told_as_such(author):
    set_post_visibility(make_question(author), "hidden", SYSTEM)
    run_due_jobs()
    (told,) = statements_about(author)
    assert (told.automated, told.decided_by_id) == (True, None)


def test_who_deletes_their_own_post_is_told_nothing(author):
    act(delete_post, author, make_question(author))
    assert statements_about(author) == []


def test_a_held_post_is_no_measure(author, keeper):
    set_post_visibility(make_question(author), "held", keeper)
    run_due_jobs()
    assert statements_about(author) == []


def test_who_tells_the_author_at_once_leaves_nothing_to_be_caught_up_with(author, keeper):
    question = make_question(author)
    with transaction():
        locked = lock_question(question.id)
        hide_post(keeper, locked, locked, "Off topic")
        told = issue_statement(
            keeper,
            user_id=author.id,
            measure="post_hidden",
            rule="abuse",
            facts=FACTS,
            post_id=question.id,
        )
        again = issue_statement(
            keeper,
            user_id=author.id,
            measure="post_hidden",
            rule="spam",
            facts="Something else",
            post_id=question.id,
        )
    run_due_jobs()
    assert again.id == told.id
    assert [one.rule for one in statements_about(author)] == ["abuse"]


def test_a_statement_issued_before_its_removal_is_found_again(author, keeper):
    question = make_question(author)
    with transaction():
        told = issue_statement(
            keeper,
            user_id=author.id,
            measure="post_hidden",
            rule="abuse",
            facts=FACTS,
            post_id=question.id,
        )
        locked = lock_question(question.id)
        hide_post(keeper, locked, locked, "Off topic")
    run_due_jobs()
    (only,) = statements_about(author)
    assert only.id == told.id
    assert only.removal_id is not None


def test_a_second_hiding_is_told_anew(author, keeper):
    question = make_question(author)
    for number in (1, 2):
        act(hide_post, keeper, question, f"Reason {number}")
        act(restore_post, keeper, question, f"Mended {number}")
    told = statements_about(author)
    assert [one.measure for one in told] == ["post_hidden", "post_restored"] * 2
    assert [one.facts for one in told] == ["Reason 1", "Mended 1", "Reason 2", "Mended 2"]
    assert [one.is_undone for one in told] == [True, False, True, False]
    assert told[1].appeal_until is None


def test_a_post_that_was_never_told_of_comes_back_silently(author, keeper):
    question = make_question(author)
    set_post_visibility(question, "held", keeper)
    act(restore_post, keeper, question)
    assert statements_about(author) == []


def test_the_same_event_twice_tells_once(author, keeper):
    from moderation.sanctions.subscribers import on_visibility_changed

    question = make_question(author)
    act(hide_post, keeper, question, "It praises a shop")
    from community.events import PostVisibilityChanged

    event = PostVisibilityChanged(question.id, question.id, keeper.id, "hidden")
    with transaction():
        on_visibility_changed(event, event_id=1)
    assert len(statements_about(author)) == 1


def test_former_members_are_told_nothing(author, keeper):
    question = make_question(author)
    with transaction():
        order_erasure(SYSTEM, load_user(author.id))
    run_due_jobs()
    act(hide_post, keeper, question)
    assert statements_about(author) == []


def test_the_receipt_is_the_members_own_and_the_first_one_counts(author, keeper):
    told = make_statement(author, by=keeper)
    with pytest.raises(NotAllowed), transaction():
        confirm_statement(keeper, db.session.get_one(Statement, told.id))
    with transaction():
        confirm_statement(author, db.session.get_one(Statement, told.id))
    first = reload(told).read_at
    assert first is not None
    with transaction():
        confirm_statement(author, db.session.get_one(Statement, told.id))
    assert reload(told).read_at == first <= clock.now()


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        ((2026, 1, 15), (2026, 7, 15)),
        ((2026, 8, 31), (2027, 2, 28)),
        ((2027, 8, 31), (2028, 2, 29)),
        ((2026, 12, 1), (2027, 6, 1)),
    ],
)
def test_six_months_end_on_the_same_day_or_the_months_last(begun, ends):
    assert months_later(datetime(*begun, 12, tzinfo=UTC)) == datetime(*ends, 12, tzinfo=UTC)
