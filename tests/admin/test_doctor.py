"""``flask doctor``: each check where all is well, and where it is not."""

import json
import os
import smtplib
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy import insert, text, update

from community.admin.doctor import background, configuration, people, stores
from community.admin.doctor.cli import CHECKS
from community.admin.doctor.findings import Level, run_checks
from community.core import clock
from community.core.db import DatabaseUnfit, db, transaction
from community.core.jobs import EventRecord, Job, PeriodicSlot
from community.identity.models import TotpFactor
from community.search.building import build_index
from community.search.index import CHECKSUMS, current_folder
from community.search.models import IndexRequest
from tests.factories.community import make_board, make_question, make_user

SECRET = "zX3-a-secret-that-nobody-knows-0123456789"


@pytest.fixture
def set_up(app, monkeypatch):
    """Changes settings for the test."""

    def change(**values):
        changed = replace(app.config["SETTINGS"], **values)
        monkeypatch.setitem(app.config, "SETTINGS", changed)
        return changed

    return change


@pytest.fixture
def online(set_up):
    """Settings of a site where customers come."""
    return set_up(
        environment="production",
        site_url="https://community.example.org",
        secret_key=SECRET,
        proxy_hops=1,
        rate_limits=True,
        mail_backend="smtp",
        mail_from="community@example.org",
    )


def levels(check):
    return [report.level for report in run_checks({"it": check})]


def said(check):
    return " ".join(f"{each.words} {each.advice}" for each in run_checks({"it": check}))


def is_fine(check):
    return set(levels(check)) == {Level.FINE}


def fails(check):
    return Level.FAILURE in levels(check)


def test_settings_of_production_are_fine(online):
    assert is_fine(configuration.check_settings)


@pytest.mark.parametrize(
    "values",
    [
        {"rate_limits": False},
        {"require_second_factor": False},
        {"default_time_zone": "Mars/Olympus"},
    ],
)
def test_settings_for_development_are_failures_in_production(online, set_up, values):
    set_up(**values)
    assert fails(configuration.check_settings)


def test_development_is_worth_a_look_alone(set_up):
    set_up(environment="development", rate_limits=False, require_second_factor=False)
    assert set(levels(configuration.check_settings)) == {Level.WARNING}


@pytest.fixture
def folder(set_up, tmp_path):
    """An instance folder of the test's own."""
    tmp_path.chmod(0o750)
    set_up(instance_path=tmp_path)
    return tmp_path


def write(path, mode):
    path.write_text("x")
    path.chmod(mode)


def test_secrets_that_only_we_can_read_are_fine(folder):
    write(folder / "secret_key", 0o600)
    write(folder / "community.sqlite3", 0o640)
    assert is_fine(configuration.check_secrets)


@pytest.mark.parametrize("secret", ["short", "", "development"])
def test_a_weak_secret_is_a_failure(folder, set_up, secret):
    set_up(secret_key=secret)
    assert fails(configuration.check_secrets)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_a_failure(folder, mode):
    write(folder / "secret_key", mode)
    assert fails(configuration.check_secrets)
    assert "chmod 600" in said(configuration.check_secrets)


def test_a_database_that_others_can_read_is_worth_a_look(folder):
    write(folder / "community.sqlite3", 0o644)
    assert Level.WARNING in levels(configuration.check_secrets)


def test_a_folder_that_others_can_write_to_is_worth_a_look(folder):
    folder.chmod(0o777)
    assert Level.WARNING in levels(configuration.check_secrets)


def test_an_encrypted_address_is_fine(online):
    assert is_fine(configuration.check_address)


@pytest.mark.parametrize("url", ["http://community.example.org", "https://localhost"])
def test_an_address_that_is_open_or_nowhere_is_a_failure(online, set_up, url):
    set_up(site_url=url)
    assert fails(configuration.check_address)


def test_an_untrusted_proxy_is_worth_a_look(online, set_up):
    set_up(proxy_hops=0)
    assert levels(configuration.check_address) == [Level.WARNING, Level.FINE]


def test_a_list_of_stolen_passwords_that_can_be_read_is_fine(set_up, tmp_path):
    assert is_fine(configuration.check_breached_passwords)
    (tmp_path / "list").write_text("A" * 40 + ":1\n")
    set_up(breached_passwords=str(tmp_path / "list"))
    assert is_fine(configuration.check_breached_passwords)


def test_a_list_that_is_gone_is_a_failure(set_up, tmp_path):
    set_up(breached_passwords=str(tmp_path / "gone"))
    assert fails(configuration.check_breached_passwords)


def test_a_folder_with_room_is_fine(folder, monkeypatch):
    room = type("Usage", (), {"free": 50_000_000_000})
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda path: room)
    assert is_fine(stores.check_files)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "level"), [(1_000_000_000, Level.WARNING), (1_000, Level.FAILURE)]
)
def test_a_full_disk_is_noticed(folder, monkeypatch, free, level):
    room = type("Usage", (), {"free": free})
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda path: room)
    assert levels(stores.check_files) == [level]


def test_a_folder_that_is_gone_is_a_failure(set_up, tmp_path):
    set_up(instance_path=tmp_path / "gone")
    assert fails(stores.check_files)


def test_the_database_of_the_tests_is_fine(app):
    assert is_fine(stores.check_database)


def test_an_unfit_database_is_a_failure(app, monkeypatch):
    def refuse():
        raise DatabaseUnfit("SQLite runs with synchronous=0, wanted 2.")

    monkeypatch.setattr(stores, "check_durability", refuse)
    assert fails(stores.check_database)
    assert "synchronous=0" in said(stores.check_database)


def test_tables_of_this_version_are_fine(app):
    assert is_fine(stores.check_migrations)


def test_tables_of_another_version_are_a_failure(app, monkeypatch):
    monkeypatch.setitem(app.config, "MIGRATION_HEAD", "9999")
    assert fails(stores.check_migrations)
    assert "db upgrade" in said(stores.check_migrations)


def test_an_index_that_is_up_to_date_is_fine(app):
    build_index(app.config["SETTINGS"].index_path)
    make_question()
    assert is_fine(stores.check_index)


def test_a_missing_or_damaged_index_is_a_failure(app):
    assert fails(stores.check_index)
    root = app.config["SETTINGS"].index_path
    build_index(root)
    (current_folder(root) / CHECKSUMS).write_text("{}")
    assert fails(stores.check_index)


def test_an_index_that_waits_is_worth_a_look(app):
    question = make_question()
    build_index(app.config["SETTINGS"].index_path)
    with transaction():
        old = clock.now() - timedelta(minutes=30)
        db.session.execute(update(IndexRequest).values(requested_at=old))
        if not db.session.query(IndexRequest).count():
            values = {"question_id": question.id, "token": "x", "requested_at": old}
            db.session.execute(insert(IndexRequest).values(**values))
    assert levels(stores.check_index) == [Level.WARNING]


def test_a_clock_that_goes_right_is_fine(app):
    assert is_fine(stores.check_clock)


def test_something_stored_in_the_future_is_a_failure(app):
    with transaction():
        ahead = clock.now() + timedelta(hours=2)
        db.session.add(EventRecord(name="X", payload={}, created_at=ahead))
    assert fails(stores.check_clock)


def note_worker(ago=timedelta(seconds=20)):
    with transaction():
        db.session.add(PeriodicSlot(key="x:1", ran_at=clock.now() - ago))


def add_job(**values):
    now = clock.now()
    with transaction():
        job = {"task": "core.mail.deliver_mail", "arguments": {}, "created_at": now, "due_at": now}
        db.session.execute(insert(Job).values(**{**job, "attempts": 0, **values}))


def test_a_worker_with_little_to_do_is_fine(app):
    note_worker()
    add_job()
    assert is_fine(background.check_queue)


def test_no_worker_is_a_failure(app):
    assert "No worker has been seen yet" in said(background.check_queue)
    note_worker(timedelta(hours=1))
    assert fails(background.check_queue)


def test_jobs_that_wait_long_are_a_failure(app):
    note_worker()
    add_job(due_at=clock.now() - timedelta(hours=1))
    assert "due for 60 minutes" in said(background.check_queue)


def test_parked_jobs_are_worth_a_look(app):
    note_worker()
    for _ in range(2):
        add_job(parked_at=clock.now(), due_at=None)
    assert Level.WARNING in levels(background.check_queue)
    assert "core.mail.deliver_mail (2)" in said(background.check_queue)


@pytest.fixture
def mail_server():
    """A mail server on loopback; yields its port."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        controller.port = probe.getsockname()[1]
    controller.start()
    yield controller.port
    controller.stop()


def test_a_mail_server_that_answers_is_fine(online, set_up, mail_server):
    set_up(smtp_host="127.0.0.1", smtp_port=mail_server, smtp_starttls=False)
    assert is_fine(background.check_mail)


def test_a_mail_server_that_is_away_is_a_failure(online, set_up):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    set_up(smtp_host="127.0.0.1", smtp_port=port)
    assert "cannot be reached" in said(background.check_mail)
    assert fails(background.check_mail)


def test_a_mail_server_that_never_answers_is_given_up(online, set_up, monkeypatch):
    monkeypatch.setattr(background, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        set_up(smtp_host="127.0.0.1", smtp_port=silent.getsockname()[1])
        assert fails(background.check_mail)


def test_a_mail_server_without_encryption_is_a_failure(online, set_up, mail_server):
    set_up(smtp_host="127.0.0.1", smtp_port=mail_server)
    assert "offers no encryption" in said(background.check_mail)


def test_a_wrong_password_for_the_mail_server_is_said(online, set_up, mail_server, monkeypatch):
    def refuse(self, user, password):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)
    changes = {"smtp_starttls": False, "smtp_user": "u", "smtp_password": "very-secret"}
    set_up(smtp_host="127.0.0.1", smtp_port=mail_server, **changes)
    assert "refuses user and password" in said(background.check_mail)
    assert "very-secret" not in said(background.check_mail)


@pytest.mark.parametrize(
    "values", [{"mail_backend": "console"}, {"mail_backend": "console", "mail_from": "x@localhost"}]
)
def test_mails_that_reach_nobody_are_a_failure_in_production(online, set_up, values):
    set_up(**values)
    assert fails(background.check_mail)


def test_no_redis_is_fine_where_none_is_set(set_up):
    assert is_fine(background.check_redis)


def test_redis_that_answers_is_fine(set_up):
    server = socket.create_server(("127.0.0.1", 0))
    with server, _AnsweringPings(server):
        set_up(redis_url=f"redis://127.0.0.1:{server.getsockname()[1]}/0?protocol=2")
        assert is_fine(background.check_redis)


class _AnsweringPings:
    """The least that a client of Redis takes for one."""

    def __init__(self, server):
        import threading

        self.thread = threading.Thread(target=self._answer, args=(server,), daemon=True)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        pass

    @staticmethod
    def _answer(server):
        connection, _ = server.accept()
        with connection:
            while received := connection.recv(4096):
                for command in received.split(b"*")[1:]:
                    connection.sendall(b"+PONG\r\n" if b"PING" in command else b"+OK\r\n")


def test_redis_that_is_away_is_a_failure(set_up):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    set_up(redis_url=f"redis://:very-secret@127.0.0.1:{port}/0")
    assert fails(background.check_redis)
    assert "very-secret" not in said(background.check_redis)


def protect(user):
    with transaction():
        now = clock.now()
        db.session.add(TotpFactor(user_id=user.id, secret="x", created_at=now, confirmed_at=now))


def test_protected_staff_are_fine(app):
    for _ in range(2):
        protect(make_user(role="admin"))
    make_user()
    assert is_fine(people.check_staff)


def test_no_administrator_is_a_failure(app):
    make_user(role="admin", active=False)
    assert fails(people.check_staff)
    assert "users create" in said(people.check_staff)


def test_staff_without_a_second_factor_are_named(app):
    make_user("Bare Bea", role="moderator")
    protect(make_user("Safe Sam", role="admin"))
    assert levels(people.check_staff) == [Level.WARNING, Level.WARNING]
    assert "(1): Bare Bea." in said(people.check_staff)


def test_a_check_that_breaks_does_not_keep_the_others_from_running(app):
    def broken():
        db.session.execute(text("SELECT * FROM no_such_table"))
        yield None

    reports = run_checks({"broken": broken, "database": stores.check_database})
    assert [report.level for report in reports] == [Level.FAILURE, Level.FINE]
    assert "could not be checked" in reports[0].words


def test_the_command_prints_every_check_and_fails_where_one_does(app, runner):
    result = runner.invoke(args=["doctor"])
    assert result.exit_code == 1
    for name in CHECKS:
        assert f"\n{name} " in f"\n{result.output}"
    assert "-> Run one all the time: flask --app wsgi worker" in result.output
    assert "not working." in result.output


def test_warnings_alone_end_with_success(app, runner, folder):
    make_board()
    protect(make_user(role="admin"))
    note_worker()
    build_index(app.config["SETTINGS"].index_path)
    result = runner.invoke(args=["doctor"])
    assert "LOOK" in result.output
    assert result.exit_code == 0, result.output


def test_findings_come_as_json_too(app, runner):
    result = runner.invoke(args=["doctor", "--json"])
    assert result.exit_code == 1
    findings = json.loads(result.output)
    assert {each["check"] for each in findings} == set(CHECKS)
    assert {each["level"] for each in findings} <= {"ok", "warning", "failure"}
    assert os.fspath(app.config["SETTINGS"].secret_key) not in result.output
