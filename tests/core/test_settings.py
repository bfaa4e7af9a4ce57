"""Settings: typed, checked at start, and a production that refuses to start unsafely."""

import os
import subprocess
import sys

import pytest

from community.app import create_app
from community.core.settings import Settings, setting_names
from community.core.settings_values import SettingsError
from tests.source import ROOT

SECRET = "correct-horse-battery-staple-0123456789"


def _read(**environ: str) -> Settings:
    return Settings.from_environment({"FORUM_SECRET_KEY": SECRET, **environ})


def test_the_environment_is_read_with_types(tmp_path):
    settings = _read(
        FORUM_SMTP_PORT="2525",
        FORUM_RATE_LIMITS="off",
        FORUM_SITE_NAME="Nachbarn",
        FORUM_INSTANCE_PATH=str(tmp_path),
        DATABASE_URL="postgresql://user@host/name",
    )
    assert settings.smtp_port == 2525
    assert settings.rate_limits is False
    assert settings.site_name == "Nachbarn"
    assert settings.instance_path == tmp_path
    assert settings.sqlalchemy_url == "postgresql+psycopg://user@host/name"


def test_everything_lies_under_the_instance_path(tmp_path):
    settings = _read(FORUM_INSTANCE_PATH=str(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path / 'community.sqlite3'}"
    assert settings.index_path.is_relative_to(tmp_path)


@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "changeme", "secret", "ab" * 32])
def test_production_refuses_a_missing_or_guessable_secret(secret):
    with pytest.raises(SettingsError, match="FORUM_SECRET_KEY"):
        Settings.from_environment({"FORUM_SECRET_KEY": secret})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORUM_ENVIRONMENT", "staging"),
        ("FORUM_SMTP_PORT", "many"),
        ("FORUM_RATE_LIMITS", "perhaps"),
        ("FORUM_MAIL_BACKEND", "pigeon"),
        ("FORUM_DEFAULT_LANGUAGE", "fr"),
        ("FORUM_PROXY_HOPS", "99"),
        ("DATABASE_URL", "mysql://somewhere"),
    ],
)
def test_a_wrong_value_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        _read(**{name: value})


def test_elsewhere_a_secret_is_made_once_and_kept(tmp_path):
    environ = {"FORUM_ENVIRONMENT": "demo", "FORUM_INSTANCE_PATH": str(tmp_path)}
    first, second = (Settings.from_environment(environ) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_no_message_shows_the_secret():
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"FORUM_SECRET_KEY": "hunter22"})
    assert "hunter22" not in str(caught.value)


def test_every_setting_has_a_variable():
    names = setting_names()
    assert {"DATABASE_URL", "FORUM_SECRET_KEY", "FORUM_INSTANCE_PATH"} <= set(names)
    assert len(names) == len(set(names))


def test_cookies_are_secure_on_https_sites(tmp_path, database_url):
    settings = _read(FORUM_INSTANCE_PATH=str(tmp_path), FORUM_SITE_URL="https://forum.example")
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True


def test_a_site_with_unfit_settings_says_so_in_one_sentence(tmp_path):
    environ = {**os.environ, "FORUM_ENVIRONMENT": "production", "FORUM_SECRET_KEY": "short"}
    environ["FORUM_INSTANCE_PATH"] = str(tmp_path)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    answer = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "The forum does not start: FORUM_SECRET_KEY is missing or too short" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("on", ["1", "true", "on", "yes", "TRUE"])
def test_production_does_not_start_with_debug_on(on):
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        _read(FLASK_DEBUG=on)
    assert _read(FLASK_DEBUG=on, FORUM_ENVIRONMENT="development")


@pytest.mark.parametrize("off", ["", "0", "false", "No"])
def test_production_starts_with_debug_off(off):
    assert _read(FLASK_DEBUG=off).is_production
