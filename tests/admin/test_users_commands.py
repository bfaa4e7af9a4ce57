"""``flask users …``: each command, twice, with what it refuses and what it records."""

import re

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.audit import AuditEntry
from community.core.authz import SYSTEM
from community.core.db import db, transaction
from community.core.worker import run_due_jobs
from community.identity.models import RecoveryCode, RoleGrant, TotpFactor, User, UserSession
from community.identity.operations.sessions import open_session
from community.identity.passwords import is_password_of
from community.privacy.operations.erasures import ErasureHeld, erase_due_accounts, order_erasure
from tests.client import ForumClient
from tests.factories.community import load_user, make_board, make_user
from tests.mailbox import sent_mails

ADDRESS = "arne@example.org"
PASSWORD = "seven quiet lamps burn"


@pytest.fixture
def run(runner):
    """Runs ``flask users …``; checks the exit code and returns what was printed."""

    def run_command(*arguments, code=0, **options):
        result = runner.invoke(args=["users", *arguments], **options)
        assert result.exit_code == code, result.output
        return result.output

    return run_command


def acts():
    db.session.rollback()
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert {entry.actor_role for entry in entries} <= {"system"}
    return [entry.action for entry in entries]


def find_user(email=ADDRESS):
    db.session.rollback()
    user_id = db.session.scalar(select(User.id).where(User.email == email))
    return None if user_id is None else load_user(user_id)


def test_an_account_is_made_with_a_link_for_its_password(run, client):
    output = run("create", "Arne@Example.org", "--name", "Arne Petersen", "--role", "admin")
    user = find_user()
    assert (user.display_name, user.role, user.active) == ("Arne Petersen", "admin", True)
    assert user.password is None
    assert user.confirmed_at is not None
    path = re.search(r"http://localhost(/reset/\S+)", output)[1]
    assert client.get(path).status_code == 200
    assert client.submit(path, {"password": PASSWORD}).status_code == 303
    assert is_password_of(find_user(), PASSWORD)
    assert acts() == ["account.made", "role.granted"]


def test_a_password_may_come_from_a_pipe(run, app):
    output = run("create", ADDRESS, "--name", "Arne", "--password-stdin", input=f"{PASSWORD}\n")
    assert is_password_of(find_user(), PASSWORD)
    assert "/reset/" not in output
    assert PASSWORD not in output


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_makes_no_account(run, password):
    run("create", ADDRESS, "--name", "Arne", "--password-stdin", input=password, code=1)
    assert find_user() is None


def test_making_an_account_twice_changes_nothing(run):
    run("create", ADDRESS, "--name", "Arne", "--role", "moderator")
    output = run("create", ADDRESS, "--name", "Somebody Else", "--role", "moderator")
    assert "was there already" in output
    assert "has the role already" in output
    assert find_user().display_name == "Arne"
    assert acts() == ["account.made", "role.granted"]


def test_the_operator_may_name_somebody_support(run):
    run("create", ADDRESS, "--name", "Nordfunk Support")
    assert find_user().display_name == "Nordfunk Support"


@pytest.mark.parametrize("name", ["x", "Lena ✔", "Кim", "Bea"])
def test_a_name_that_cannot_be_is_refused_in_words(run, name):
    make_user("Bea")
    output = run("create", ADDRESS, "--name", name, code=1)
    assert output.startswith("Error: ")
    assert find_user() is None


@pytest.mark.parametrize("address", ["", "nonsense", "a@b", "a@example.org,b@example.org"])
def test_what_is_no_address_is_a_mistake_in_the_call(run, address):
    run("create", address, "--name", "Arne", code=2)


def test_an_unconfirmed_registration_makes_way(run, client):
    values = {"email": ADDRESS, "display_name": "Jana", "password": PASSWORD}
    client.submit("/register", values)
    run("create", ADDRESS, "--name", "Arne")
    assert find_user().display_name == "Arne"


def test_a_role_is_given_and_taken_everywhere(run):
    make_user(email=ADDRESS)
    make_user(role="admin")
    for words in ("now has the role", "has the role already"):
        assert words in run("grant", ADDRESS, "agent")
    assert find_user().role_names == {"member", "agent"}
    for words in ("no longer has the role", "does not have the role"):
        assert words in run("revoke", ADDRESS, "agent")
    assert find_user().role_names == {"member"}
    assert acts() == ["role.granted", "role.revoked"]


def test_a_role_is_given_and_taken_on_one_board(run):
    make_user(email=ADDRESS)
    board = make_board("esim")
    for _ in range(2):
        run("grant", ADDRESS, "moderator", "--board", "esim")
    grants = db.session.execute(select(RoleGrant.name, RoleGrant.board_id)).all()
    assert grants == [("moderator", board.id)]
    assert find_user().role == "member"
    for _ in range(2):
        run("revoke", ADDRESS, "moderator", "--board", "esim")
    db.session.rollback()
    assert db.session.scalars(select(RoleGrant)).all() == []


def test_the_last_administrator_stays(run):
    run("create", ADDRESS, "--name", "Arne", "--role", "admin")
    assert "last administrator" in run("revoke", ADDRESS, "admin", code=1)
    assert "last administrator" in run("disable", ADDRESS, code=1)
    assert find_user().role == "admin"


def test_roles_and_boards_that_do_not_exist_are_named(run):
    make_user(email=ADDRESS)
    run("grant", ADDRESS, "emperor", code=2)
    assert "no board 'nowhere'" in run("grant", ADDRESS, "moderator", "--board", "nowhere", code=1)
    make_board("esim")
    assert "no such role" in run("grant", ADDRESS, "admin", "--board", "esim", code=1)
    assert acts() == []


def test_an_account_is_closed_and_opened_again(run, app):
    user = make_user(email=ADDRESS)
    browser = app.test_client()
    assert isinstance(browser, ForumClient)
    browser.sign_in(user)
    assert browser.get("/account").status_code == 200
    for words in ("is now disabled", "is already disabled"):
        assert words in run("disable", ADDRESS, "--reason", "asked by phone")
    assert browser.get("/account").status_code == 302
    for words in ("is now open", "is already open"):
        assert words in run("enable", ADDRESS)
    assert acts() == ["account.disabled", "account.enabled"]
    assert db.session.scalars(select(AuditEntry.reason)).first() == "asked by phone"


def test_a_held_account_is_erased_once_it_is_released(run):
    user = make_user(email=ADDRESS, erasure_due_at=clock.now(), erasure_cause="asked")
    for words in ("is now kept", "is already kept"):
        assert words in run("hold", ADDRESS, "--reason", "claim 7")
    with pytest.raises(ErasureHeld), transaction():
        order_erasure(SYSTEM, load_user(user.id))
    erase_what_is_due()
    assert find_user().erased_at is None
    for words in ("may be erased again", "was not held"):
        assert words in run("release", ADDRESS, "--reason", "claim 7 is settled")
    assert acts() == ["hold.placed", "hold.released"]
    assert list(db.session.scalars(select(AuditEntry.reason))) == ["claim 7", "claim 7 is settled"]
    erase_what_is_due()
    assert find_user() is None


def erase_what_is_due():
    with transaction():
        erase_due_accounts()
    run_due_jobs()


def test_a_hold_wants_a_reason(run):
    make_user(email=ADDRESS)
    assert "--reason" in run("hold", ADDRESS, code=2)
    assert acts() == []


def test_signing_out_ends_every_session(run):
    user = make_user(email=ADDRESS)
    with transaction():
        for _ in range(2):
            open_session(user, method="password", second_factor=False)
    assert "2 sessions ended" in run("sign-out", ADDRESS)
    assert "0 sessions ended" in run("sign-out", ADDRESS)
    assert db.session.scalars(select(UserSession)).all() == []
    assert acts() == ["account.sessions_ended"]


def test_everybody_is_signed_out_at_once(run):
    with transaction():
        for user in (make_user(email=ADDRESS), make_user()):
            open_session(user, method="password", second_factor=False)
    assert "Everybody: 2 sessions ended." in run("sign-out", "--all")
    assert db.session.scalars(select(UserSession)).all() == []
    assert acts() == ["account.sessions_ended"]


@pytest.mark.parametrize("arguments", [[], [ADDRESS, "--all"]])
def test_signing_out_wants_either_an_address_or_all(run, arguments):
    assert "Name an e-mail address, or give --all." in run("sign-out", *arguments, code=2)


def test_a_link_sets_a_new_password_once(run, client):
    make_user(email=ADDRESS)
    first, second = (run("link", ADDRESS).strip() for _ in range(2))
    path = second.removeprefix("http://localhost")
    assert first != second
    assert client.submit(path, {"password": PASSWORD}).status_code == 303
    assert client.submit(path, {"password": PASSWORD}).status_code in (404, 422)


def test_lost_second_factors_are_forgotten(run, app):
    user = make_user(email=ADDRESS, role="moderator")
    now = clock.now()
    with transaction():
        db.session.add(TotpFactor(user_id=user.id, secret="x", created_at=now, confirmed_at=now))
        db.session.add(RecoveryCode(user_id=user.id, code_hash="x"))
        open_session(user, method="password", second_factor=True)
    for words in ("has no second factor any more", "had no second factor"):
        assert words in run("forget-factors", ADDRESS)
    for model in (TotpFactor, RecoveryCode, UserSession):
        assert db.session.scalars(select(model)).all() == []
    assert [mail.subject for mail in sent_mails(app)] == ["Your second factors were removed"]
    assert acts() == ["factor.removed"]


@pytest.mark.parametrize(
    "command",
    [
        "forget-factors",
        "link",
        "grant",
        "revoke",
        "disable",
        "enable",
        "sign-out",
        "hold",
        "release",
    ],
)
def test_an_address_nobody_has_is_said(run, command):
    more = {"grant": ["agent"], "revoke": ["agent"], "hold": ["--reason", "claim 7"]}
    output = run(command, ADDRESS, *more.get(command, []), code=1)
    assert f"No account has the address {ADDRESS}." in output


def test_a_disabled_account_gets_no_link(run):
    make_user(email=ADDRESS, active=False)
    assert "is disabled" in run("link", ADDRESS, code=1)


def test_names_are_compared_anew(run):
    for name in ("Paul", "Bea"):
        make_user(name)
    before = db.session.scalars(select(User.name_skeleton)).all()
    assert "2 names compared." in run("refold")
    db.session.rollback()
    assert db.session.scalars(select(User.name_skeleton)).all() == before


def test_every_command_explains_itself(runner):
    overview = runner.invoke(args=["users", "--help"]).output
    for command in (
        "create",
        "grant",
        "revoke",
        "disable",
        "enable",
        "sign-out",
        "link",
        "refold",
        "hold",
        "release",
    ):
        assert command in overview
        assert runner.invoke(args=["users", command, "--help"]).exit_code == 0
