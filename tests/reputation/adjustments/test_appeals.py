"""Appeals against one's own lines: once, judged by somebody else, in time, for good."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from community.core import clock
from community.core.db import db, transaction
from community.core.errors import NotAllowed, NotFound
from community.core.reasons import ReasonUnfit
from reputation.adjustments.models import Adjustment, PointsAppeal
from reputation.adjustments.operations.adjustments import (
    AdjustmentInvalid,
    confirm_adjustment,
    refuse_adjustment,
)
from reputation.adjustments.operations.appeals import (
    AppealDecided,
    AppealInvalid,
    AppealNotTaken,
    AwaitsConfirmation,
    open_appeal,
    reject_appeal,
    take_appeal,
    uphold_appeal,
)
from reputation.adjustments.queries.appeals import list_open_appeals
from reputation.ledger.models import LedgerEntry
from tests.factories.community import (
    load_user,
    make_answer,
    make_question,
    make_user,
    reload,
    set_post_visibility,
)
from tests.mailbox import sent_mails
from tests.reputation.adjustments.scene import (
    actions,
    adjust,
    appeal,
    entries_of,
    make_line,
    make_taken,
    staff,
)
from tests.reputation.ledger.booking import broken, deliver_waiting, thank


def take(actor, found):
    with transaction():
        return take_appeal(load_user(actor.id), found.id)


def uphold(actor, found, amount=5, answer="Two of them were not counted."):
    with transaction():
        return uphold_appeal(load_user(actor.id), found.id, amount=amount, answer=answer)


def reject(actor, found, answer="They are all there."):
    with transaction():
        return reject_appeal(load_user(actor.id), found.id, answer=answer)


def appeals():
    with transaction():
        return db.session.scalars(select(PointsAppeal)).all()


def test_an_upheld_appeal_corrects_the_line_and_answers(app, moderator, member):
    found = make_taken(member, moderator)
    uphold(moderator, found)
    assert [(cause, amount) for _, cause, amount, _ in entries_of(member)] == [
        ("opening", 7),
        ("adjustment", 5),
    ]
    found = reload(found)
    assert (found.state, found.decided_by_id) == ("upheld", moderator.id)
    (mail,) = sent_mails(app)
    assert mail.subject == "Your appeal was right"
    assert "+5 points" in mail.body
    assert "Two of them were not counted." in mail.body
    assert actions() == ["appeal.taken", "adjustment.booked", "appeal.upheld"]
    assert reload(member).unread_count == 1
    assert broken() == []


def test_a_rejected_appeal_changes_nothing_and_says_why(app, moderator, member):
    found = make_taken(member, moderator)
    reject(moderator, found)
    assert len(entries_of(member)) == 1
    assert (reload(found).state, reload(found).answer) == ("rejected", "They are all there.")
    (mail,) = sent_mails(app)
    assert mail.subject == "The answer to your appeal"
    assert "They are all there." in mail.body
    assert actions() == ["appeal.taken", "appeal.rejected"]


def test_there_is_one_appeal_a_line_and_its_answer_is_final(moderator, member):
    found = make_taken(member, moderator)
    assert appeal(member, found.entry_id, "Once more").id == found.id
    reject(moderator, found)
    assert appeal(member, found.entry_id, "Once more").text == "I was thanked seven times."
    for act in (take, uphold, reject):
        with pytest.raises(AppealDecided):
            act(moderator, found)
    assert len(appeals()) == 1


def test_others_lines_cannot_be_found(moderator, member):
    line = make_line(member)
    for actor in (make_user(), moderator):
        with pytest.raises(NotFound):
            appeal(actor, line)
    with pytest.raises(NotFound):
        appeal(member, 999_999)


@pytest.mark.parametrize("words", ["", " \n", "x" * 2_001, "a\0b"])
def test_an_appeal_needs_words(member, words):
    with pytest.raises(AppealInvalid):
        appeal(member, make_line(member), words)
    assert appeals() == []


@pytest.mark.parametrize("answer", ["", " \n", "x" * 2_001, "a\0b"])
def test_an_answer_needs_words(moderator, member, answer):
    found = make_taken(member, moderator)
    with pytest.raises(ReasonUnfit):
        reject(moderator, found, answer)
    with pytest.raises(ReasonUnfit):
        uphold(moderator, found, answer=answer)
    with pytest.raises(AdjustmentInvalid):
        uphold(moderator, found, amount=0)
    assert (reload(found).state, reload(found).answer) == ("in_review", "")


def test_it_is_due_in_ten_working_days_of_the_site(app, member):
    with time_machine.travel("2026-11-23T09:00:00+00:00", tick=False):
        found = appeal(member, make_line(member))
    assert found.due_at.isoformat() == "2026-12-07T23:00:00+00:00"


def test_the_queue_is_sorted_by_due_date_and_shows_what_is_overdue(app, moderator, member):
    start = clock.now()
    for days in (0, 30, 10):
        with time_machine.travel(start + timedelta(days=days), tick=False):
            appeal(member, make_line(member, key=f"opening:test:{days}"))
    with time_machine.travel(start + timedelta(days=32), tick=False), transaction():
        queue = list_open_appeals(moderator)
        assert [row.appeal.due_at for row in queue] == sorted(row.appeal.due_at for row in queue)
        assert [row.appeal.is_overdue for row in queue] == [True, True, False]


def test_nobody_judges_their_own_line(app, moderator, admin):
    for actor in (moderator, admin):
        found = appeal(actor, make_line(actor, key=f"opening:test:{actor.id}"))
        with pytest.raises(NotAllowed):
            take(actor, found)


def test_nobody_judges_an_adjustment_they_had_a_hand_in(app, moderator, admin, other_admin, member):
    made = adjust(moderator, member, 500)
    with transaction():
        confirm_adjustment(load_user(admin.id), made.id)
    found = appeal(member, reload(made).entry_id)
    for actor in (moderator, admin):
        with pytest.raises(NotAllowed):
            take(actor, found)
    assert take(other_admin, found).state == "in_review"


def test_who_removed_the_post_does_not_judge_its_lines(app, moderator, admin, member):
    answer = make_answer(make_question(), member)
    thank(make_user(), answer)
    deliver_waiting()
    set_post_visibility(answer, "hidden", moderator)
    deliver_waiting()
    with transaction():
        query = select(LedgerEntry.id).where(LedgerEntry.reverses_id.is_not(None))
        reversal = db.session.scalars(query).one()
    found = appeal(member, reversal)
    with pytest.raises(NotAllowed):
        take(moderator, found)
    assert take(admin, found).taken_by_id == admin.id


def test_who_gave_the_thanks_does_not_judge_the_line(app, moderator, member):
    thank(moderator, make_answer(make_question(), member))
    deliver_waiting()
    with transaction():
        query = select(LedgerEntry.id).where(LedgerEntry.giver_id == moderator.id)
        line = db.session.scalars(query).one()
    with pytest.raises(NotAllowed):
        take(moderator, appeal(member, line))


@pytest.mark.parametrize("role", ["member", "superuser", "agent"])
def test_others_judge_nothing(app, moderator, member, role):
    found = make_taken(member, moderator)
    actor = make_user(role=role)
    for act in (take, uphold, reject):
        with pytest.raises(NotAllowed):
            act(actor, found)


def test_one_who_has_not_taken_it_on_does_not_answer(moderator, admin, member):
    found = appeal(member, make_line(member))
    with pytest.raises(AppealNotTaken):
        reject(moderator, found)
    take(moderator, found)
    with pytest.raises(AppealNotTaken):
        uphold(admin, found)
    take(admin, found)
    take(admin, found)
    with pytest.raises(AppealNotTaken):
        uphold(moderator, found)
    assert uphold(admin, found).state == "upheld"
    assert actions()[:2] == ["appeal.taken", "appeal.taken"]


def test_above_the_limit_it_is_upheld_once_confirmed(app, moderator, admin, member):
    found = make_taken(member, moderator)
    assert uphold(moderator, found, 500).state == "in_review"
    assert sent_mails(app) == []
    for act in (take, uphold, reject):
        with pytest.raises(AwaitsConfirmation):
            act(moderator, found)
    with transaction():
        confirm_adjustment(load_user(admin.id), reload(found).adjustment_id)
    assert (reload(found).state, reload(found).decided_by_id) == ("upheld", moderator.id)
    assert [mail.subject for mail in sent_mails(app)] == ["Your appeal was right"]


def test_who_made_the_line_does_not_confirm_its_correction(
    app, moderator, admin, other_admin, member
):
    made = adjust(admin, member, -500)
    found = take(moderator, appeal(member, made.entry_id))
    uphold(moderator, found, 500)
    correction = reload(found).adjustment_id
    with pytest.raises(NotAllowed), transaction():
        confirm_adjustment(load_user(admin.id), correction)
    with transaction():
        confirm_adjustment(load_user(other_admin.id), correction)
    assert reload(found).state == "upheld"


def test_an_appeal_whose_correction_is_refused_is_judged_anew(app, moderator, admin, member):
    found = make_taken(member, moderator)
    uphold(moderator, found, 500)
    with transaction():
        refuse_adjustment(load_user(admin.id), reload(found).adjustment_id, "Too much")
    assert (reload(found).state, reload(found).adjustment_id) == ("in_review", None)
    assert uphold(moderator, found, 50).state == "upheld"
    assert sum(amount for *_, amount, _ in entries_of(member)) == 57


def test_two_who_answer_at_once_answer_once(at_once, moderator, member):
    found_id, actor_id = make_taken(member, moderator).id, moderator.id

    def yes():
        with transaction():
            uphold_appeal(load_user(actor_id), found_id, amount=5, answer="Right")

    def no():
        with transaction():
            reject_appeal(load_user(actor_id), found_id, answer="Wrong")

    results = at_once([yes, no, yes, no])
    assert [type(result) for result in results if result] == [AppealDecided] * 3
    (found,) = appeals()
    with transaction():
        made = db.session.scalars(select(Adjustment)).all()
    assert len(made) == (1 if found.state == "upheld" else 0)
    assert len(entries_of(member)) == 1 + len(made)


def test_an_appeal_sent_many_times_at_once_is_one(at_once, member):
    line, user_id = make_line(member), member.id

    def send():
        with transaction():
            open_appeal(load_user(user_id), line, "Too few")

    assert at_once([send] * 8) == [None] * 8
    assert len(appeals()) == 1


def test_two_who_take_it_on_at_once_leave_one_judge(at_once, moderator, admin, member):
    found = appeal(member, make_line(member))
    found_id, ids = found.id, [moderator.id, admin.id]

    def take_as(actor_id):
        with transaction():
            take_appeal(load_user(actor_id), found_id)

    assert at_once([lambda each=each: take_as(each) for each in ids]) == [None, None]
    judge = reload(found).taken_by_id
    other = next(each for each in (moderator, admin) if each.id != judge)
    with pytest.raises(AppealNotTaken):
        reject(other, found)


def test_staff_of_the_site_alone_sees_the_queue(app, member):
    for viewer in (member, make_user(role="agent")):
        with pytest.raises(NotAllowed), transaction():
            list_open_appeals(viewer)
    with transaction():
        assert list_open_appeals(staff()) == []
