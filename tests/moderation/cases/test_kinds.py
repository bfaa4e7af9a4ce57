"""Kinds of cases: what can be decided follows from the kind, and is done with the decision."""

import pytest

from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.reasons import ReasonUnfit
from community.posts.models import Post
from community.questions.operations.questions import lock_question
from community.questions.operations.removals import change_visibility
from moderation.cases import kinds, operations, queries
from moderation.cases.kinds import CaseKind, Decision, register_kinds
from moderation.cases.models import ModerationCase
from tests.factories.community import make_answer, make_board, make_question, make_user, reload

KEEP = Decision("keep", "Keep it", False)
REMOVE = Decision("remove", "Remove it", True, measures=("post_deleted",))


class Refused(Exception):
    """What was decided cannot be done."""


def act(actor, case, decision, note, rule):
    if note == "Impossible":
        raise Refused
    if decision is REMOVE:
        post = db.session.get_one(Post, case.post_id)
        change_visibility(actor, lock_question(post.root_id), post, "deleted", note)


def undo(actor, case, note):
    post = db.session.get_one(Post, case.post_id)
    change_visibility(actor, lock_question(post.root_id), post, "published", note)


@pytest.fixture
def trial(monkeypatch):
    """A kind of cases whose decisions remove posts; the owner of case 7 may not decide it."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kind = CaseKind(
        "trial",
        "Trial",
        (KEEP, REMOVE),
        "",
        act=act,
        undo=undo,
        barred=lambda case: case.evidence.get("barred", ()),
    )
    register_kinds([kind])
    return kind


@pytest.fixture
def keeper(app):
    return make_user("Kim Keeper", role="moderator")


def open_trial(post, **values):
    with transaction():
        evidence = values.pop("evidence", {})
        return operations.open_case(
            "trial",
            f"trial:{post.id}",
            subject_ids=[post.author_id],
            evidence=evidence,
            post_id=post.id,
            **values,
        )


def decide(actor, case, key, note="Seen", rule="spam"):
    with transaction():
        operations.claim_case(actor, queries.get_case(actor, case.id))
    with transaction():
        operations.decide_case(actor, queries.get_case(actor, case.id), key, note, rule)


def test_a_decision_is_carried_out_with_it(keeper, trial):
    answer = make_answer(make_question())
    case = open_trial(answer)
    decide(keeper, case, "remove", rule="spam")
    assert reload(answer).visibility == "deleted"
    case = reload(case)
    assert (case.state, case.decision, case.decision_key) == ("actioned", "violation", "remove")
    assert case.rule == "spam"
    kept = open_trial(make_answer(make_question()))
    decide(keeper, kept, "keep")
    assert (reload(kept).state, reload(kept).decision) == ("closed", "no_violation")


def test_what_cannot_be_done_is_not_decided(keeper, trial):
    answer = make_answer(make_question())
    case = open_trial(answer)
    with pytest.raises(Refused):
        decide(keeper, case, "remove", "Impossible")
    assert reload(case).state == "claimed"
    actions = db.session.scalars(AuditEntry.__table__.select().with_only_columns(AuditEntry.action))
    assert "case.decided" not in set(actions)


def test_a_kind_takes_its_own_decisions_alone(keeper, trial):
    case = open_trial(make_answer(make_question()))
    for key in ("violation", "", "KEEP"):
        with pytest.raises(operations.DecisionUnknown):
            decide(keeper, case, key)


def test_undoing_takes_back_what_was_done(keeper, trial):
    answer = make_answer(make_question())
    case = open_trial(answer)
    decide(keeper, case, "remove")
    for unfit in ("", "  ", "x" * 501):
        with pytest.raises(ReasonUnfit) as refusal, transaction():
            operations.undo_case(keeper, queries.get_case(keeper, case.id), unfit)
        assert set(refusal.value.errors) == {"note"}
    assert reload(case).state == "actioned"
    with transaction():
        operations.undo_case(keeper, queries.get_case(keeper, case.id), "It was right")
    assert reload(answer).visibility == "published"
    assert reload(case).state == "undone"


def test_what_has_no_way_back_is_not_undone(keeper, trial):
    register_kinds([CaseKind("trial", "Trial", (KEEP, REMOVE), "", act=act)])
    case = open_trial(make_answer(make_question()))
    decide(keeper, case, "remove")
    with pytest.raises(operations.CaseDone), transaction():
        operations.undo_case(keeper, queries.get_case(keeper, case.id), "No")
    assert reload(case).state == "actioned"


def test_who_is_barred_neither_claims_nor_decides(keeper, trial):
    case = open_trial(make_answer(make_question()), evidence={"barred": [keeper.id]})
    with pytest.raises(operations.DecidedBefore):
        decide(keeper, case, "keep")
    with transaction():
        claimed = db.session.get_one(ModerationCase, case.id)
        claimed.evidence = {}
    with transaction():
        operations.claim_case(keeper, queries.get_case(keeper, case.id))
        queries.get_case(keeper, case.id).evidence = {"barred": [keeper.id]}
    with pytest.raises(operations.DecidedBefore), transaction():
        operations.decide_case(keeper, queries.get_case(keeper, case.id), "keep", "Seen")


def test_a_case_told_of_again_takes_the_new_priority(app, trial):
    answer = make_answer(make_question())
    assert open_trial(answer, priority=40).priority == 40
    assert open_trial(answer, priority=5_000).priority == 1_000
    assert open_trial(answer, priority=-1).priority == 0
    assert len(db.session.scalars(ModerationCase.__table__.select()).all()) == 1


def test_a_case_nobody_has_to_decide_is_dropped_once(keeper, trial):
    case = open_trial(make_answer(make_question()))
    for _time in range(2):
        with transaction():
            operations.drop_case(case.source, "Its author deleted it")
    assert (reload(case).state, reload(case).decision) == ("closed", None)
    decided = open_trial(make_answer(make_question()))
    decide(keeper, decided, "remove")
    with transaction():
        operations.drop_case(decided.source, "Too late")
        operations.drop_case("trial:0", "Never was")
    assert reload(decided).state == "actioned"


def test_moderators_of_a_board_see_the_cases_of_its_posts(app, trial):
    here, there = make_board(), make_board()
    keeper = make_user(on={here.id: "moderator"})
    mine, other = (open_trial(make_answer(make_question(board=board))) for board in (here, there))
    with transaction():
        without_post = operations.open_case("ring", "ring:1", subject_ids=[], evidence={})
    assert [row.case.id for row in queries.page_of_cases(keeper).rows] == [mine.id]
    for case in (other, without_post):
        with pytest.raises(NotFound):
            queries.get_case(keeper, case.id)
        with pytest.raises(NotAllowed), transaction():
            operations.claim_case(keeper, reload(case))
    decide(keeper, mine, "remove")
    assert reload(mine).state == "actioned"


def test_a_case_follows_its_post_to_another_board(app, trial):
    here, there = make_board(), make_board()
    keeper = make_user(on={here.id: "moderator"})
    question = make_question(board=here)
    case = open_trial(question)
    assert queries.get_case(keeper, case.id)
    with transaction():
        db.session.get_one(Post, question.id).board_id = there.id
    with pytest.raises(NotFound):
        queries.get_case(keeper, case.id)


def test_the_system_opens_cases_about_posts_it_found(app, trial):
    case = open_trial(make_answer(make_question()))
    entry = db.session.scalars(db.select(AuditEntry).filter_by(subject_id=case.id)).one()
    assert (entry.action, entry.actor_id) == ("case.opened", SYSTEM.viewer_id)
