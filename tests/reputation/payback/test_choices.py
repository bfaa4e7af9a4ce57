"""What members choose and where cash goes: every refusal, and what is stored and told."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import GUEST, SYSTEM
from community.core.db import db, transaction
from community.core.errors import Invalid, NotAllowed
from community.core.sealing import SealBroken
from community.identity.models import User
from community.identity.operations.sessions import open_session
from reputation.payback.accounts import BankAccount, digest_of_details, open_account
from reputation.payback.errors import (
    BelowFloor,
    CharityKnown,
    CharityNotOnList,
    ChoiceClosed,
    DetailsMissing,
    NothingToChoose,
    StrongSignInNeeded,
    TooManyProposals,
)
from reputation.payback.models import CharityVote, Choice, LineState, PayoutDetails
from reputation.payback.operations import charities, choices, holds
from reputation.payback.queries.charities import list_charities, list_choosable
from reputation.payback.queries.shares import list_held
from reputation.payback.tasks import drive_payback
from tests.factories.community import make_user
from tests.mailbox import sent_mails
from tests.reputation.payback.scene import (
    DECEMBER_1,
    DECEMBER_15,
    GERMAN_IBAN,
    at,
    choosable,
    choose,
    earn,
    line_of,
    save_bank,
    started,
)

pytestmark = pytest.mark.usefixtures("app")

DAY = timedelta(days=1)


def actions() -> list[str]:
    with transaction():
        query = select(AuditEntry.action).where(AuditEntry.actor_id.is_not(None))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_a_choice_is_stored_and_recorded_and_can_be_changed() -> None:
    ann = make_user()
    period = started()
    earn(ann, 100)
    choosable(period)
    for _time in range(2):
        choose(ann, Choice.CREDIT)
    line = line_of(period, ann)
    assert (line.state, line.choice) == (LineState.CHOSEN, "credit")
    assert actions().count("payback.chosen") == 1
    choose(ann, Choice.ROLL)
    assert line_of(period, ann).choice == "roll"
    assert actions().count("payback.chosen") == 2


def test_nobody_chooses_before_or_after_the_window() -> None:
    ann = make_user()
    period = started()
    earn(ann, 100)
    with pytest.raises(ChoiceClosed):
        choose(ann, Choice.CREDIT)
    choosable(period)
    with pytest.raises(ChoiceClosed):
        choose(ann, Choice.CREDIT, DECEMBER_15)
    choose(ann, Choice.CREDIT, DECEMBER_15 - timedelta(seconds=1))


def test_who_is_owed_nothing_has_nothing_to_choose() -> None:
    ann, bo = make_user(), make_user()
    period = started()
    earn(ann, -5)
    choosable(period)
    for user in (ann, bo):
        with pytest.raises(NothingToChoose):
            choose(user, Choice.CREDIT)


def test_guests_choose_nothing() -> None:
    with pytest.raises(NotAllowed), transaction():
        choices.choose(GUEST, Choice.CREDIT, session=None)  # type: ignore[arg-type]


def test_cash_needs_enough_points_a_second_factor_and_bank_details() -> None:
    ann, bo = make_user(), make_user()
    period = started()
    earn(ann, 999)
    earn(bo, 1000)
    choosable(period)
    save_bank(ann)
    with pytest.raises(BelowFloor):
        choose(ann, Choice.CASH)
    with at(DECEMBER_1 + DAY):
        with transaction():
            weak, _ = open_session(bo, method="password", second_factor=False)
        for session in (weak, None):
            with pytest.raises(StrongSignInNeeded), transaction():
                choices.choose(bo, Choice.CASH, session=session)
    with pytest.raises(DetailsMissing):
        choose(bo, Choice.CASH)
    save_bank(bo)
    assert choose(bo, Choice.CASH).choice == "cash"


def test_gifts_need_a_charity_on_the_list() -> None:
    ann = make_user()
    period = started()
    earn(ann, 10)
    choosable(period)
    with transaction():
        charity = charities.propose_charity(ann, "Sea rescue")
    for number in (None, charity.id, 999):
        with pytest.raises(CharityNotOnList):
            choose(ann, Choice.CHARITY, charity_id=number)
    with transaction():
        charities.approve_charity(SYSTEM, charity.id, 0)
    assert choose(ann, Choice.CHARITY, charity_id=charity.id).charity_id == charity.id
    # Another form gives nothing to anybody else.
    assert choose(ann, Choice.CREDIT, charity_id=charity.id).charity_id is None


def details_of(user: User) -> PayoutDetails:
    with transaction():
        return db.session.get_one(PayoutDetails, user.id, populate_existing=True)


def test_bank_details_are_sealed_for_their_owner_alone(app: Flask) -> None:
    ann, bo = make_user(language="en"), make_user()
    with transaction():
        choices.save_details(ann, holder="  Änne   Müller ", iban=GERMAN_IBAN)
        choices.save_details(bo, holder="Bo", iban="AT611904300234573201")
    details = details_of(ann)
    assert "532013" not in details.iban
    assert "ller" not in details.holder
    assert details.iban_ending == "3000"
    assert open_account(details) == BankAccount("Änne Müller", "DE89370400440532013000")
    theirs = details_of(bo)
    theirs.iban = details.iban
    with pytest.raises(SealBroken):
        open_account(theirs)
    db.session.rollback()
    (mail,) = [mail for mail in sent_mails(app) if mail.to == [ann.email]]
    assert "3000" in mail.body
    assert "0532" not in mail.body


def test_details_that_are_saved_again_are_others() -> None:
    ann = make_user()
    save_bank(ann)
    before = digest_of_details(details_of(ann))
    save_bank(ann)
    assert digest_of_details(details_of(ann)) != before


@pytest.mark.parametrize(
    ("holder", "iban", "wrong"),
    [
        ("", GERMAN_IBAN, "holder"),
        ("…", GERMAN_IBAN, "holder"),
        ("x" * 71, GERMAN_IBAN, "holder"),
        ("𝔸" * 60, GERMAN_IBAN, "holder"),
        ("Ann", "", "iban"),
        ("Ann", "DE88 3704 0044 0532 0130 00", "iban"),
        ("Ann", "BR9700360305000010009795493P1", "iban"),
    ],
)
def test_details_that_no_bank_would_take_are_refused(holder: str, iban: str, wrong: str) -> None:
    with pytest.raises(Invalid) as refused, transaction():
        choices.save_details(make_user(), holder=holder, iban=iban)
    assert list(refused.value.errors) == [wrong]


def test_details_are_removed_once() -> None:
    ann = make_user()
    save_bank(ann)
    for _time in range(2):
        with transaction():
            choices.remove_details(ann)
    assert actions() == ["payout_details.saved", "payout_details.removed"]


def test_charities_are_proposed_voted_for_and_listed() -> None:
    ann, bo = make_user(), make_user()
    with transaction():
        charity = charities.propose_charity(ann, "  Sea   rescue ")
    for _time in range(2):
        with transaction():
            charities.vote(bo, charity.id)
    with transaction():
        (row,) = list_charities(bo)
    assert (row.charity.name, row.votes, row.is_mine) == ("Sea rescue", 2, True)
    with pytest.raises(CharityKnown), transaction():
        charities.propose_charity(bo, "SEA RESCUE")
    for _time in range(2):
        with transaction():
            charities.take_vote_back(bo, charity.id)
    with transaction():
        assert len(db.session.scalars(select(CharityVote)).all()) == 1
        assert list_choosable() == []


@pytest.mark.parametrize("name", ["", "ab", "x" * 81, "Sea\u202erescue"])
def test_odd_names_of_charities_are_refused(name: str) -> None:
    with pytest.raises(Invalid), transaction():
        charities.propose_charity(make_user(), name)


def test_three_proposals_wait_at_most() -> None:
    ann = make_user()
    for number in range(3):
        with transaction():
            first = charities.propose_charity(ann, f"Charity {number}")
    with pytest.raises(TooManyProposals), transaction():
        charities.propose_charity(ann, "Another one")
    with transaction():
        charities.retire_charity(SYSTEM, first.id)
    with transaction():
        charities.propose_charity(ann, "Another one")


@pytest.mark.parametrize("percent", [-1, 401])
def test_odd_additions_are_refused(percent: int) -> None:
    with transaction():
        charity = charities.propose_charity(make_user(), "Sea rescue")
    with pytest.raises(Invalid), transaction():
        charities.approve_charity(SYSTEM, charity.id, percent)


def test_only_administrators_decide_on_charities_and_holds() -> None:
    agent, ann = make_user(role="moderator"), make_user()
    with transaction():
        charity = charities.propose_charity(ann, "Sea rescue")
    for act in (
        lambda: charities.approve_charity(agent, charity.id, 0),
        lambda: charities.retire_charity(agent, charity.id),
        lambda: holds.place_hold(ann.id, reason="", reference="x", by=agent),
        lambda: holds.lift_hold("x", by=agent),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_holds_stand_until_their_own_reference_is_lifted() -> None:
    ann, bo = make_user(), make_user()
    with transaction():
        for reference in ("case:1", "case:1", "case:2"):
            holds.place_hold(ann.id, reason="ring", reference=reference, by=SYSTEM)
        holds.place_hold(bo.id, reason="ring", reference="case:1", by=SYSTEM)
        assert list_held([ann.id, bo.id]) == {ann.id, bo.id}
    with transaction():
        assert holds.lift_hold("case:1", by=SYSTEM) == 2
        assert holds.lift_hold("case:1", by=SYSTEM) == 0
        assert list_held([ann.id, bo.id]) == {ann.id}
        assert holds.lift_hold("case:2", by=SYSTEM, user_id=bo.id) == 0
        assert holds.lift_hold("case:2", by=SYSTEM, user_id=ann.id) == 1
        assert list_held([ann.id]) == set()
        # A case that is taken up again holds again.
        assert holds.place_hold(ann.id, reason="", reference="case:1", by=SYSTEM)
    with transaction():
        names = list(db.session.scalars(select(AuditEntry.action)))
    assert (names.count("payback.held"), names.count("payback.freed")) == (4, 3)


def subjects(app: Flask, moment: object, user: User) -> list[str]:
    with at(moment):  # type: ignore[arg-type]
        for _time in range(2):
            drive_payback()
        # Mails may wait for their turn.
        with at(clock.now() + timedelta(hours=2)):
            return [mail.subject for mail in sent_mails(app) if mail.to == [user.email]]


def test_members_who_have_not_chosen_are_reminded_three_times(app: Flask) -> None:
    ann, bo = make_user(language="de"), make_user(language="en")
    period = started()
    for user in (ann, bo):
        earn(user, 1234)
    choosable(period)
    first = subjects(app, DECEMBER_1 + timedelta(minutes=5), ann)
    assert "Wähle, was aus deinem Payback wird" in first
    choose(bo, Choice.CREDIT)
    assert subjects(app, DECEMBER_1 + 3 * DAY, ann) == []
    for day in (6, 11):
        (reminder,) = subjects(app, DECEMBER_1 + day * DAY, ann)
        assert reminder.startswith("Bis 14. Dezember 2026 kannst du wählen")
    assert subjects(app, DECEMBER_1 + 13 * DAY, ann) == []
    assert subjects(app, DECEMBER_15, bo) == []


def test_a_month_is_told_to_those_it_concerns(app: Flask) -> None:
    ann, bo = make_user(language="en"), make_user()
    period = started()
    earn(ann, 15)
    august = period.begins_at + timedelta(days=61, hours=2)
    assert subjects(app, august, ann) == ["Your payback statement for July 2026"]
    assert subjects(app, august, bo) == []
