"""Accounts of one person: linked by administrators alone, recorded once, and undone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import GUEST
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.identity.models import User, UserSession
from community.identity.models.users import PENDING
from reputation.fairness.linking import LinkUnfit, link_accounts, list_links, unlink_accounts
from reputation.ledger.models import LedgerExclusion
from reputation.ledger.operations import settle_members
from reputation.ledger.queries import get_balances
from tests.factories.community import (
    load_user,
    make_acceptance,
    make_answer,
    make_question,
    make_user,
)
from tests.reputation.ledger.booking import broken, thank

WHY = "Both told us so themselves"


@pytest.fixture
def admin(app):
    return make_user("Ada Admin", role="admin")


@pytest.fixture
def desk(app, admin):
    """The administrator's browser."""
    return app.test_client().sign_in(admin)


@pytest.fixture
def double(app):
    """Somebody, the second account whose questions they answer, and points of both."""
    main, second = make_user("Max Main"), make_user("Sia Second")
    answer = make_answer(make_question(second), main)
    make_acceptance(answer, second)
    thank(make_user(), make_answer(make_question(), main))
    settle(main, second)
    return main, second


def settle(*users):
    with transaction():
        settle_members(user.id for user in users)


def points_of(*users):
    db.session.rollback()
    return [get_balances(user.id).get("reputation", 0) for user in users]


def link(client, user, other, why=WHY, **more):
    form = {"other": str(other), "why": why, **more}
    return client.submit(f"/admin/people/{user.id}/links", form)


def unlink(client, user, other, **more):
    return client.remove(f"/admin/people/{user.id}/links", {"other": str(other), **more})


def entries():
    db.session.rollback()
    query = select(AuditEntry).where(AuditEntry.action.like("accounts.%"))
    return db.session.scalars(query.order_by(AuditEntry.id)).all()


def standing():
    db.session.rollback()
    query = select(func.count()).select_from(LedgerExclusion)
    return db.session.scalar(query.where(LedgerExclusion.lifted_at.is_(None)))


def test_they_earn_nothing_by_each_other_and_that_is_recorded_once(desk, admin, double):
    main, second = double
    assert points_of(main, second) == [26, 3]
    assert link(desk, main, " sia second ").status_code == 303
    assert link(desk, second, main.id).status_code == 303
    assert points_of(main, second) == [11, 1]
    (entry,) = entries()
    assert (entry.action, entry.actor_id) == ("accounts.linked", admin.id)
    assert (entry.subject_type, entry.subject_id, entry.reason) == ("user", main.id, WHY)
    assert entry.after == {"other": second.id, "entries": 2}
    row = db.session.scalars(select(LedgerExclusion)).one()
    assert (row.user_id, row.other_id, row.reason) == (main.id, second.id, "linked")
    assert (row.reference, row.created_by_id) == (f"linked:{main.id}:{second.id}", admin.id)
    thank(second, make_answer(make_question(), main))
    settle(main)
    assert points_of(main) == [11]
    assert broken() == []


def test_it_is_undone_from_either_page_and_recorded_once(desk, admin, double):
    main, second = double
    link(desk, main, second.id)
    for _time in range(2):
        assert unlink(desk, second, main.id).status_code == 303
    assert points_of(main, second) == [26, 3]
    _linked, parted = entries()
    assert (parted.action, parted.actor_id) == ("accounts.unlinked", admin.id)
    assert (parted.subject_id, parted.after) == (second.id, {"other": main.id, "entries": 2})
    assert standing() == 0
    assert link(desk, main, second.id).status_code == 303
    assert points_of(main, second) == [11, 1]
    assert [entry.action for entry in entries()].count("accounts.linked") == 2
    assert broken() == []


def test_both_pages_list_the_link_until_it_is_undone(desk, double):
    main, second = double
    other = make_user("Uta Uninvolved")
    link(desk, main, second.id)
    for user, named in ((main, second), (second, main)):
        page = desk.get(f"/admin/people/{user.id}").text
        assert f"Undo the link with {named.display_name}" in page
        assert f'href="/admin/people/{named.id}"' in page
    assert "Undo the link" not in desk.get(f"/admin/people/{other.id}").text
    page = desk.get(f"/admin/people/{main.id}").text
    assert "Said to belong to the same person as another account" in page
    unlink(desk, main, second.id)
    assert "Undo the link" not in desk.get(f"/admin/people/{second.id}").text


def test_what_a_case_excluded_is_no_link_and_stays(desk, admin, double):
    main, second = double
    with transaction():
        db.session.add(
            LedgerExclusion(user_id=main.id, other_id=second.id, reason="ring", reference="case:1")
        )
    assert "Undo the link" not in desk.get(f"/admin/people/{main.id}").text
    link(desk, main, second.id)
    unlink(desk, main, second.id)
    assert standing() == 1
    assert points_of(main, second) == [11, 1]


@pytest.mark.parametrize(
    ("other", "why", "says"),
    [
        ("Nobody at all", WHY, "Nobody has this name or number."),
        ("", WHY, "Nobody has this name or number."),
        ("\0", WHY, "Nobody has this name or number."),
        ("999999", WHY, "Nobody has this name or number."),
        ("9" * 40, WHY, "Nobody has this name or number."),
        ("٢", WHY, "Nobody has this name or number."),
        ("Max Main", WHY, "That is this account itself."),
        ("Ada Admin", WHY, "This account is erased, or it is your own."),
        ("Sia Second", " why ", "Say why, in a few words."),
    ],
)
def test_what_does_not_fit_comes_back_and_changes_nothing(desk, double, other, why, says):
    refused = link(desk, double[0], other, why)
    assert refused.status_code == 422
    assert says in refused.text
    assert (entries(), standing()) == ([], 0)


def change(user, **values):
    with transaction():
        db.session.execute(update(User).where(User.id == user.id).values(**values))


def test_the_erased_are_linked_with_nobody_but_parted(desk, double):
    main, second = double
    change(second, erased_at=clock.now(), active=False)
    assert link(desk, main, second.id).status_code == 422
    assert link(desk, second, main.id).status_code == 403
    assert (entries(), standing()) == ([], 0)
    change(second, erased_at=None)
    assert link(desk, main, second.id).status_code == 303
    change(second, erased_at=clock.now())
    assert unlink(desk, main, second.id).status_code == 303
    assert standing() == 0


def test_a_registration_is_no_account_to_link(desk, double):
    main, second = double
    change(second, name_key=f"{PENDING}{second.id}", active=False)
    refused = link(desk, main, second.id)
    assert (refused.status_code, "Nobody has this name" in refused.text) == (422, True)
    assert link(desk, second, main.id).status_code == 403
    assert (entries(), standing()) == ([], 0)


def test_nobody_decides_about_their_own_account(app, desk, admin, double):
    main, _second = double
    assert link(desk, admin, main.id).status_code == 403
    other_desk = app.test_client().sign_in(make_user(role="admin"))
    assert link(other_desk, admin, main.id).status_code == 303
    assert unlink(desk, admin, main.id).status_code == 403
    assert unlink(desk, main, admin.id).status_code == 403
    for user in (admin, main):
        assert "Undo the link" not in desk.get(f"/admin/people/{user.id}").text
    assert [entry.action for entry in entries()] == ["accounts.linked"]
    assert standing() == 1


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_else_links_or_parts(app, admin, double, role):
    main, second = double
    person = make_user(role=role)
    client = app.test_client().sign_in(person)
    assert link(client, main, second.id).status_code == 403
    for actor in (person, GUEST):
        with pytest.raises(NotAllowed), transaction():
            link_accounts(actor, main, str(second.id), WHY)
    with transaction():
        assert link_accounts(admin, main, str(second.id), WHY)
    assert unlink(client, main, second.id).status_code == 403
    with pytest.raises(NotAllowed), transaction():
        unlink_accounts(GUEST, main.id, second.id)
    assert standing() == 1


def test_it_needs_a_fresh_proof(desk, double):
    main, second = double
    with transaction():
        long_ago = clock.now() - timedelta(minutes=11)
        stale = {"verified_at": long_ago, "second_factor_at": long_ago}
        db.session.execute(update(UserSession).values(**stale))
    for answer in (link(desk, main, second.id), unlink(desk, main, second.id)):
        assert answer.location.startswith("/verify")
    assert (entries(), standing()) == ([], 0)


def test_forms_take_what_they_ask_for_alone(desk, double):
    main, second = double
    assert link(desk, main, second.id, reference="case:1").status_code == 422
    assert (entries(), standing()) == ([], 0)
    link(desk, main, second.id)
    assert unlink(desk, main, second.id, why=WHY).status_code == 422
    for nobody in ("", "x", "٢", "0", "999999", "9" * 40):
        assert unlink(desk, main, nobody).status_code == 404
    assert unlink(desk, main, make_user().id).status_code == 303
    assert (len(entries()), standing()) == (1, 1)


def test_two_who_say_so_at_once_are_recorded_once(double, at_once):
    main, second = double
    admins = [make_user(role="admin").id for _number in range(2)]

    def say(admin_id):
        with transaction():
            actor, user = load_user(admin_id), load_user(main.id)
            return link_accounts(actor, user, str(second.id), WHY)

    def part(admin_id):
        with transaction():
            return unlink_accounts(load_user(admin_id), main.id, second.id)

    said = at_once([lambda one=one: say(one) for one in admins])
    parted = at_once([lambda one=one: part(one) for one in admins])
    assert (sorted(said), sorted(parted)) == ([False, True], [False, True])
    assert [entry.action for entry in entries()] == ["accounts.linked", "accounts.unlinked"]
    assert points_of(main, second) == [26, 3]


def test_a_refusal_names_each_field(admin, double):
    with pytest.raises(LinkUnfit) as refusal, transaction():
        link_accounts(admin, load_user(double[0].id), "nobody at all", "")
    assert set(refusal.value.errors) == {"other", "why"}
    assert list_links(double[0].id) == []
