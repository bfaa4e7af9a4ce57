"""Notes among colleagues, and cases that are left to the administrators."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.reasons import ReasonUnfit
from community.core.worker import run_due_jobs
from community.notifications.models import Notification
from moderation.cases import operations, queries
from moderation.cases.consulting import NoteUnfit, add_case_note, escalate_case
from moderation.cases.models import CaseNote, ModerationCase
from moderation.cases.operations import CaseHandedOver, CaseNotClaimed
from tests.factories.cases import make_case
from tests.factories.community import make_user

WORDS = "Do you know whether they are brothers?"


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator", language="en")


@pytest.fixture
def other(app):
    return make_user("Olga Other", role="moderator", language="en")


@pytest.fixture
def admin(app):
    return make_user("Alma Admin", role="admin", language="en")


@pytest.fixture
def case(keeper):
    return make_case([make_user()], state="claimed", claimed_by=keeper)


def now(case):
    db.session.rollback()
    return db.session.get(ModerationCase, case.id, populate_existing=True)


def do(operation, actor, case, *args):
    with transaction():
        operation(actor, queries.get_case(actor, case.id), *args)


def notes():
    db.session.rollback()
    rows = db.session.scalars(select(CaseNote).order_by(CaseNote.id))
    return [(row.kind, row.author_id, row.to_id, row.note) for row in rows]


def acts():
    db.session.rollback()
    wanted = AuditEntry.action.in_(("case.noted", "case.escalated"))
    rows = db.session.scalars(select(AuditEntry).where(wanted).order_by(AuditEntry.id))
    return [(row.action, row.actor_id, row.reason) for row in rows]


def told():
    run_due_jobs()
    rows = db.session.scalars(select(Notification).order_by(Notification.user_id))
    return [(row.user_id, row.note, row.page) for row in rows]


def waiting(viewer):
    return [row.case.id for row in queries.page_of_cases(viewer).rows]


def test_who_is_asked_is_told_and_the_case_stays_where_it_is(case, keeper, other):
    until = now(case).claimed_until
    for _ in range(2):
        do(add_case_note, keeper, case, f" {WORDS} ", other.id)
    assert notes() == [("note", keeper.id, other.id, WORDS)]
    assert acts() == [("case.noted", keeper.id, "")]
    assert told() == [(other.id, f"asked:{case.id}", f"/moderation/cases/{case.id}")]
    assert now(case).is_claimed_by(keeper.id, clock.now())
    assert now(case).claimed_until == until


def test_who_was_asked_answers_though_the_case_is_not_theirs(case, keeper, other):
    do(add_case_note, other, case, "They are not.", keeper.id)
    assert told() == [(keeper.id, f"asked:{case.id}", f"/moderation/cases/{case.id}")]
    assert now(case).claimed_by_id == keeper.id


def test_a_note_to_everybody_tells_nobody(case, keeper):
    do(add_case_note, keeper, case, WORDS)
    assert notes() == [("note", keeper.id, None, WORDS)]
    assert told() == []


def test_only_who_may_decide_a_case_is_asked_about_it(case, keeper):
    subject_id = next(iter(queries.list_subject_ids(case.id)))
    for to_id in (keeper.id, subject_id, make_user().id, make_user(role="agent").id, 0):
        with pytest.raises(NoteUnfit) as refused:
            do(add_case_note, keeper, case, WORDS, to_id)
        assert list(refused.value.errors) == ["to"]
    assert notes() == []


@pytest.mark.parametrize("words", ["", "  ", "x" * 501, "\0"])
def test_a_note_is_some_words(case, keeper, words):
    with pytest.raises(ReasonUnfit):
        do(add_case_note, keeper, case, words)
    with pytest.raises(ReasonUnfit):
        do(escalate_case, keeper, case, words)
    assert (notes(), acts()) == ([], [])


def test_a_case_handed_over_is_first_with_administrators_and_with_nobody_else(
    case, keeper, other, admin
):
    earlier = make_case([make_user()])
    do(escalate_case, keeper, case, WORDS)
    assert now(case).state == "open"
    assert notes() == [("handover", keeper.id, None, WORDS)]
    assert acts() == [("case.escalated", keeper.id, "")]
    assert told() == [(admin.id, f"escalated:{case.id}", f"/moderation/cases/{case.id}")]
    assert waiting(admin) == [case.id, earlier.id]
    assert waiting(keeper) == waiting(other) == [earlier.id]
    assert queries.count_waiting(admin).total == 2
    assert queries.count_waiting(other).total == 1
    assert queries.next_case_id(other, now(earlier)) is None
    assert queries.next_case_id(admin, now(earlier)) == case.id


def test_only_administrators_decide_what_was_handed_over(case, keeper, other, admin):
    do(escalate_case, keeper, case, WORDS)
    for moderator in (keeper, other):
        with pytest.raises(CaseHandedOver):
            do(operations.claim_case, moderator, case)
    with pytest.raises(CaseNotClaimed):
        do(escalate_case, keeper, case, WORDS)
    do(operations.claim_case, admin, case)
    do(operations.decide_case, admin, case, "violation", "They are brothers")
    assert now(case).decided_by_id == admin.id
    assert acts() == [("case.escalated", keeper.id, "")]


def test_only_who_works_on_a_case_hands_it_over_and_administrators_to_nobody(case, other, admin):
    with pytest.raises(CaseNotClaimed):
        do(escalate_case, other, case, WORDS)
    own = make_case([make_user()], state="claimed", claimed_by=admin)
    with pytest.raises(NotAllowed):
        do(escalate_case, admin, own, WORDS)
    assert notes() == []


def test_a_case_brought_up_to_date_stays_first(case, keeper, admin):
    do(escalate_case, keeper, case, WORDS)
    with transaction():
        operations.open_case("ring", case.source, subject_ids=[], evidence={}, priority=3)
    assert now(case).priority == 1_000


def test_notes_are_forgotten_with_their_case(case, keeper):
    do(add_case_note, keeper, case, WORDS)
    with transaction():
        db.session.get_one(ModerationCase, case.id).closed_at = clock.now()
    with transaction():
        operations.prune_cases(timedelta(seconds=-1))
    assert (notes(), now(case)) == ([], None)


class TestPage:
    def test_asking_on_the_page(self, client, case, keeper, other):
        client.sign_in(keeper)
        path = f"/moderation/cases/{case.id}"
        page = client.get(path).text
        assert f'<option value="{other.id}">Olga Other</option>' in page
        assert "The case stays yours." in page
        refused = client.submit(f"{path}/notes", {"message": WORDS, "to": "777777"})
        assert refused.status_code == 422
        assert "Choose a colleague" in refused.text
        assert WORDS in refused.text
        sent = client.submit(f"{path}/notes", {"message": WORDS, "to": str(other.id)})
        assert sent.location == path
        assert "to Olga Other" in client.get(path).text
        run_due_jobs()
        client.sign_in(other)
        assert f"asks you about case {case.id}" in client.get("/notifications").text
        assert WORDS in client.get(path).text

    def test_handing_over_on_the_page(self, client, case, keeper, admin):
        client.sign_in(keeper)
        path = f"/moderation/cases/{case.id}"
        assert client.submit(f"{path}/handover", {"handover": ""}).status_code == 422
        assert client.submit(f"{path}/handover", {"handover": WORDS}).location == path
        page = client.get(path).text
        assert "This case was handed over to the administrators." in page
        assert "Claim this case" not in page
        assert client.submit(f"{path}/handover", {"handover": WORDS}).status_code in (403, 409)
        client.sign_in(admin)
        page = client.get(path).text
        assert WORDS in page
        assert "Claim this case" in page
        assert "Hand the case over" not in page
