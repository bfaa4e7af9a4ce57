"""Points adjusted by hand: limits, the second person, undoing, and two at once."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.reasons import ReasonUnfit
from community.identity.models import User
from reputation.adjustments.models import Adjustment
from reputation.adjustments.operations.adjustments import (
    AdjustmentDecided,
    AdjustmentInvalid,
    AlreadyTakenBack,
    MemberGone,
    confirm_adjustment,
    propose_adjustment,
    refuse_adjustment,
    undo_adjustment,
)
from reputation.adjustments.queries.adjustments import reasons_of
from tests.factories.community import days_ago, load_user, make_board, make_user, reload
from tests.mailbox import sent_mails
from tests.reputation.adjustments.scene import (
    actions,
    adjust,
    age,
    entries_of,
    staff,
    start_payback,
)
from tests.reputation.ledger.booking import broken


def confirm(actor, adjustment):
    with transaction():
        return confirm_adjustment(load_user(actor.id), adjustment.id)


def refuse(actor, adjustment, why="Not earned"):
    with transaction():
        return refuse_adjustment(load_user(actor.id), adjustment.id, why)


def undo(actor, adjustment, reason="It was somebody else's prize"):
    with transaction():
        return undo_adjustment(load_user(actor.id), adjustment.id, reason)


def test_within_the_limit_it_is_booked_at_once_and_told(app, moderator, member):
    made = adjust(moderator, member, 25)
    assert entries_of(member)[-1] == ("reputation", "adjustment", 25, f"adjustment:{made.id}")
    made = reload(made)
    assert (made.state, made.decided_by_id) == ("booked", moderator.id)
    with transaction():
        assert reasons_of([made.entry_id]) == {made.entry_id: "A prize for the best guide"}
    (mail,) = [mail for mail in sent_mails(app) if mail.subject == "Your points were adjusted"]
    assert "+25 points" in mail.body
    assert "A prize for the best guide" in mail.body
    assert actions() == ["adjustment.booked"]
    assert broken() == []


def test_the_bell_tells_too(client, moderator, member, app):
    adjust(moderator, member)
    sent_mails(app)
    assert reload(member).unread_count == 1
    page = client.sign_in(member).get("/notifications").text
    assert "Our team adjusted your points" in page


def test_above_the_limit_a_second_person_confirms(app, moderator, admin, member):
    made = adjust(moderator, member, -101)
    assert entries_of(member) == []
    assert sent_mails(app) == []
    assert actions() == ["adjustment.proposed"]
    for _time in range(2):
        confirm(admin, made)
    assert entries_of(member) == [("reputation", "adjustment", -101, f"adjustment:{made.id}")]
    assert reload(made).decided_by_id == admin.id
    assert actions() == ["adjustment.proposed", "adjustment.booked"]
    assert [mail.subject for mail in sent_mails(app)] == ["Your points were adjusted"]


@pytest.mark.parametrize(
    ("role", "currency", "limit"),
    [
        *(("moderator", "reputation", 100), ("admin", "reputation", 1_000)),
        *(("moderator", "payback", 0), ("admin", "payback", 1_000)),
    ],
)
def test_each_role_has_its_limit_in_each_currency(app, member, role, currency, limit):
    start_payback()
    if limit:
        assert adjust(staff(role), member, limit, currency).state == "booked"
    assert adjust(staff(role), member, -limit - 1, currency).state == "proposed"


def test_many_small_ones_count_together_for_thirty_days(moderator, member):
    first = adjust(moderator, member, 60)
    assert adjust(moderator, member, -41).state == "proposed"
    assert adjust(moderator, member, 40).state == "booked"
    assert adjust(moderator, make_user(), 100).state == "booked"
    age(first, 31)
    assert adjust(moderator, member, 60).state == "booked"


def test_what_a_second_person_confirmed_uses_up_no_limit(moderator, admin, member):
    confirm(admin, adjust(moderator, member, 500))
    assert adjust(moderator, member, 100).state == "booked"


def test_nobody_adjusts_themselves_nor_confirms_their_own(moderator, admin, other_admin, member):
    with pytest.raises(NotAllowed):
        adjust(admin, admin)
    made = adjust(moderator, admin, 500)
    proposed = adjust(admin, member, 5_000)
    for actor, adjustment in ((admin, made), (admin, proposed), (moderator, proposed)):
        with pytest.raises(NotAllowed):
            confirm(actor, adjustment)
    with pytest.raises(NotAllowed):
        refuse(admin, made)
    assert confirm(other_admin, made).state == "booked"


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_others_adjust_nothing(app, moderator, member, role):
    made = adjust(moderator, member, 500)
    actor = make_user(role=role)
    for act in (lambda: adjust(actor, member), lambda: refuse(actor, made)):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotAllowed):
        undo(actor, adjust(moderator, member))


def test_a_moderator_of_one_board_adjusts_nothing(app, member):
    with pytest.raises(NotAllowed):
        adjust(make_user(on={make_board().id: "moderator"}), member)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"amount": 0}, {"amount": 1_000_001}, {"amount": -1_000_001}),
        *({"reason": " \n "}, {"reason": "x" * 501}, {"reason": "a\0b"}),
        *({"currency": "gold"}, {"currency": "payback"}),
    ],
)
def test_what_cannot_be_booked_is_refused(moderator, member, wrong):
    """Payback among it: before it is started nobody is owed anything."""
    with pytest.raises(AdjustmentInvalid) as refusal:
        adjust(moderator, member, **wrong)
    assert list(refusal.value.errors) == list(wrong)
    assert entries_of(member) == []


def test_nobody_and_the_erased_have_no_points_to_adjust(app, moderator, admin, member):
    with pytest.raises(NotFound), transaction():
        propose_adjustment(
            load_user(moderator.id), 999_999, currency="reputation", amount=1, reason="x"
        )
    made = adjust(moderator, member, 500)
    with transaction():
        erased = {"erased_at": days_ago(1)}
        db.session.execute(update(User).where(User.id == member.id).values(erased))
    with pytest.raises(MemberGone):
        adjust(moderator, member)
    with pytest.raises(MemberGone):
        confirm(admin, made)
    assert refuse(admin, made).state == "refused"


def test_a_refused_one_books_nothing_and_stays_refused(app, moderator, admin, other_admin, member):
    made = adjust(moderator, member, 500)
    with pytest.raises(ReasonUnfit):
        refuse(admin, made, "  ")
    for _time in range(2):
        refuse(admin, made)
    with pytest.raises(AdjustmentDecided):
        confirm(other_admin, made)
    assert (reload(made).state, reload(made).refusal) == ("refused", "Not earned")
    assert entries_of(member) == []
    assert actions() == ["adjustment.proposed", "adjustment.refused"]
    assert sent_mails(app) == []


def test_a_moderator_takes_back_their_own_proposal_alone(moderator, member):
    theirs = adjust(staff(), member, 500)
    with pytest.raises(NotAllowed):
        refuse(moderator, theirs)
    assert refuse(moderator, adjust(moderator, member, 500)).state == "refused"


def test_what_is_booked_is_refused_no_more(moderator, admin, member):
    with pytest.raises(AdjustmentDecided):
        refuse(admin, adjust(moderator, member))


def test_undoing_is_the_opposite_under_the_same_limits(moderator, admin, member):
    first = adjust(moderator, member, 25)
    opposite = undo(moderator, first)
    assert (opposite.amount, opposite.state, opposite.undoes_id) == (-25, "booked", first.id)
    assert sum(amount for _, _, amount, _ in entries_of(member)) == 0
    large = confirm(admin, adjust(moderator, member, 500))
    assert undo(moderator, large).state == "proposed"


def test_an_adjustment_is_taken_back_once(moderator, admin, member):
    first = adjust(moderator, member)
    opposite = undo(moderator, first)
    with pytest.raises(AlreadyTakenBack):
        undo(admin, first)
    with pytest.raises(NotAllowed):
        undo(admin, opposite)
    assert len(entries_of(member)) == 2


def test_one_that_waits_or_was_refused_cannot_be_taken_back(moderator, admin, member):
    made = adjust(moderator, member, 500)
    for _time in range(2):
        with pytest.raises(NotAllowed):
            undo(admin, made)
        refuse(admin, made)


def test_an_undoing_that_was_refused_may_be_proposed_again(moderator, admin, member):
    large = confirm(admin, adjust(moderator, member, 500))
    refuse(admin, undo(moderator, large))
    assert undo(admin, large).state == "booked"


def test_two_who_decide_at_once_book_one_entry(at_once, moderator, admin, other_admin, member):
    made = adjust(moderator, member, 500)
    made_id, deciders = made.id, [admin.id, other_admin.id] * 3

    def decide(actor_id):
        with transaction():
            confirm_adjustment(load_user(actor_id), made_id)

    results = at_once([lambda actor_id=each: decide(actor_id) for each in deciders])
    assert [result for result in results if result is not None] == []
    assert len(entries_of(member)) == 1
    assert actions() == ["adjustment.proposed", "adjustment.booked"]
    assert broken() == []


def test_of_a_yes_and_a_no_at_once_one_holds(at_once, moderator, admin, other_admin, member):
    made_id = adjust(moderator, member, 500).id

    def say_yes():
        with transaction():
            confirm_adjustment(load_user(admin_id), made_id)

    def say_no():
        with transaction():
            refuse_adjustment(load_user(other_id), made_id, "No")

    admin_id, other_id = admin.id, other_admin.id
    results = at_once([say_yes, say_no])
    assert [type(result) for result in results if result] == [AdjustmentDecided]
    with transaction():
        state = db.session.get_one(Adjustment, made_id).state
    assert len(entries_of(member)) == (1 if state == "booked" else 0)


def test_parallel_proposals_do_not_pass_the_limit_together(at_once, moderator, member):
    actor_id, user_id = moderator.id, member.id

    def propose():
        with transaction():
            return propose_adjustment(
                load_user(actor_id), user_id, currency="reputation", amount=60, reason="Prize"
            ).state

    assert sorted(at_once([propose] * 4)) == ["booked", "proposed", "proposed", "proposed"]


def test_the_database_refuses_adjustments_of_oneself_and_of_nothing(app, moderator, member):
    made = adjust(moderator, member)
    for change in ("proposed_by_id = user_id", "decided_by_id = user_id", "amount = 0"):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(
                text(f"UPDATE adjustments SET {change} WHERE id = :id"), {"id": made.id}
            )
