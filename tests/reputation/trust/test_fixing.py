"""Trust levels set by hand: by administrators alone, with a reason, recorded once, until freed."""

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.db import db, transaction
from community.core.errors import NotAllowed
from community.core.worker import run_due_jobs
from community.posts.policies import is_newcomer
from reputation.trust.operations import add_visits, fix_level, free_level, refresh_levels_of
from reputation.trust.reading import Visit
from tests.factories.community import load_user, make_acceptance, make_answer, make_question
from tests.factories.community import make_user as make


@pytest.fixture
def admin(app):
    return make("Ada Admin", role="admin")


@pytest.fixture
def desk(app, admin):
    """The administrator's browser."""
    return app.test_client().sign_in(admin)


def _fix(client, user, level="2", reason="Known from the old forum"):
    address = f"/admin/people/{user.id}/trust"
    return client.submit(address, {"level": level, "reason": reason})


def _entries():
    db.session.rollback()
    ours = AuditEntry.action.startswith("trust.")
    return db.session.scalars(select(AuditEntry).where(ours).order_by(AuditEntry.id)).all()


def _standing(user):
    db.session.rollback()
    found = load_user(user.id)
    return found.trust_level, found.trust_fixed


def test_it_is_set_with_a_reason_and_recorded_once(desk, admin):
    user = make()
    for _time in range(2):
        assert _fix(desk, user).status_code == 303
    assert _standing(user) == (2, True)
    (entry,) = _entries()
    assert (entry.action, entry.actor_id, entry.subject_id) == ("trust.fixed", admin.id, user.id)
    assert entry.before == {"level": 0, "fixed": False}
    assert entry.after == {"level": 2, "fixed": True}
    assert entry.reason == "Known from the old forum"
    page = desk.get(f"/admin/people/{user.id}").text
    assert "set by hand" in page
    assert "Trust level set by hand" in page


@pytest.mark.parametrize(
    ("level", "reason", "says"),
    [
        ("4", "Known from the old forum", "Choose a level from 0 to 3."),
        ("5", "Known from the old forum", "Choose a level from 0 to 3."),
        ("", "Known from the old forum", "Choose a level from 0 to 3."),
        ("٢", "Known from the old forum", "Choose a level from 0 to 3."),
        ("2", " why ", "Say why, in a few words."),
    ],
)
def test_what_does_not_fit_comes_back_and_changes_nothing(desk, level, reason, says):
    user = make()
    refused = _fix(desk, user, level, reason)
    assert refused.status_code == 422
    assert says in refused.text
    assert (_standing(user), _entries()) == ((0, False), [])


def test_what_is_set_by_hand_stays_until_it_is_freed(desk):
    user, asker = make(), make()
    _fix(desk, user, "0", "Spreads advertising")
    make_acceptance(make_answer(make_question(asker), user), asker)
    run_due_jobs()
    assert _standing(user) == (0, True)
    for _time in range(2):
        assert desk.remove(f"/admin/people/{user.id}/trust").status_code == 303
    assert _standing(user) == (1, False)
    assert [entry.action for entry in _entries()] == ["trust.fixed", "trust.freed"]


def test_who_was_put_back_to_level_0_is_new_whatever_they_wrote(app, admin):
    user = make(solved_count=9)
    assert not is_newcomer(user, 99, 1)
    with transaction():
        fix_level(admin, user, 0, "Spreads advertising")
    assert is_newcomer(load_user(user.id), 99, 1)


def test_level_1_ends_being_new(app):
    user = make(created_at=clock.now())
    assert is_newcomer(user, 0, 1)
    with transaction():
        add_visits([Visit(user.id, clock.now().date(), 5, 30, 600)])
        refresh_levels_of([user.id])
    assert not is_newcomer(load_user(user.id), 0, 1)


@pytest.mark.parametrize("role", ["member", "superuser", "moderator", "agent"])
def test_nobody_but_administrators_sets_levels(app, role):
    user, actor = make(), make(role=role)
    with pytest.raises(NotAllowed):
        fix_level(actor, user, 2, "Known from the old forum")
    with pytest.raises(NotAllowed):
        free_level(actor, user)


def test_nobody_sets_the_own_level_or_that_of_who_is_gone(app, admin):
    for user in (admin, make(erased_at=clock.now())):
        with pytest.raises(NotAllowed):
            fix_level(admin, user, 2, "Known from the old forum")
