"""Which passwords are taken, and that checking one tells nothing by its time."""

import hashlib
from dataclasses import replace

import pytest
from argon2 import extract_parameters

from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.identity import passwords
from community.identity.passwords import (
    UnfitPassword,
    check_new_password,
    hash_password,
    is_listed,
    is_password_of,
)
from tests.factories.community import make_user

FIT = "ferry boat lantern"
OWN = ("Jana Thomsen", "jana.thomsen@harbour-mail.example")


def refusal_of(password, own_words=OWN):
    with pytest.raises(UnfitPassword) as refused:
        check_new_password(password, own_words)
    return str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        FIT,
        "seven+one"[:8] + "q",
        "x" * 128,
        "        spaces count",
        "пароль из слов",
        "密码密码密码密码",
        "🦆🛟⚓🪝🧭🗺️⛴️🪢",
        "quote\"\\'<>&%s{{7*7}}",
        "Jana sails at noon",
    ],
)
def test_any_characters_are_taken(app, password):
    check_new_password(password, OWN)
    user = make_user(password=hash_password(password))
    assert is_password_of(user, password)
    assert not is_password_of(user, password + "x")


def test_a_password_matches_however_its_letters_were_composed(app):
    user = make_user(password=hash_password("Ru\u0308benfeld am See"))
    assert is_password_of(user, "Rübenfeld am See")


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Enter a password."),
        ("seven77", "at least 8 characters"),
        ("ü" * 7, "at least 8 characters"),
        ("x" * 129, "at most 128 characters"),
        ("password", "lists of stolen passwords"),
        ("PassWord", "lists of stolen passwords"),
        ("football", "lists of stolen passwords"),
        ("Jana Thomsen", "your name, your address or ours"),
        ("jana.thomsen", "your name, your address or ours"),
        ("JanaThomsen1984", "your name, your address or ours"),
        ("jana.thomsen@harbour-mail.example", "your name, your address or ours"),
        ("harbour-mail.example", "your name, your address or ours"),
        ("Nordfunk123", "your name, your address or ours"),
    ],
)
def test_what_others_try_first_is_refused(app, password, message):
    assert message in refusal_of(password)


def test_a_short_name_does_not_spoil_a_password(app):
    check_new_password("bo2345678", ("Bo", "bo@example.org"))


@pytest.fixture
def breached(tmp_path):
    """Make a list as an operator would download it, and return its words and its path."""
    words = [f"stolen words {number}" for number in range(500)]
    sums = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = tmp_path / "pwned.txt"
    path.write_text("".join(f"{one}:{number}\r\n" for number, one in enumerate(sums, 1)))
    return words, path


def test_every_line_of_the_operators_list_is_found_and_nothing_else(breached):
    words, path = breached
    assert [word for word in words if not is_listed(path, word)] == []
    assert [word for word in words if is_listed(path, word + "?")] == []


def test_the_operators_list_is_searched_not_read(breached, monkeypatch):
    words, path = breached
    read = []
    line_from = passwords._line_from
    monkeypatch.setattr(
        passwords, "_line_from", lambda *place: read.append(place) or line_from(*place)
    )
    assert is_listed(path, words[250])
    assert not is_listed(path, FIT)
    assert len(read) < 2 * path.stat().st_size.bit_length() + 4


@pytest.mark.parametrize("text", ["", "\n", "0" * 40, "F" * 40 + ":7\n", "0" * 40 + ":1"])
def test_tiny_lists_find_nothing_that_is_not_there(tmp_path, text):
    path = tmp_path / "pwned.txt"
    path.write_text(text)
    assert not is_listed(path, FIT)


def test_a_listed_password_is_refused(app, breached, monkeypatch):
    words, path = breached
    settings = replace(app.config["SETTINGS"], breached_passwords=str(path))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert "lists of stolen passwords" in refusal_of(words[7])
    check_new_password(FIT, OWN)


@pytest.mark.parametrize("text", ["", "password\n", "not a sum:5\n"])
def test_a_file_that_is_no_such_list_stops_the_start(settings, tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(SettingsError, match="FORUM_BREACHED_PASSWORDS"):
        replace(settings, breached_passwords=str(path)).check()
    with pytest.raises(SettingsError, match="FORUM_BREACHED_PASSWORDS"):
        replace(settings, breached_passwords=str(tmp_path / "missing")).check()


def test_the_default_cost_is_above_the_floor_and_production_keeps_to_it(settings):
    production = replace(
        Settings(secret_key=settings.secret_key, database_url="sqlite:///x"),
        environment="production",
    )
    production.check()
    for name, value in (
        ("argon2_memory_kib", 19_455),
        ("argon2_time_cost", 1),
        ("argon2_parallelism", 0),
    ):
        with pytest.raises(SettingsError, match="FORUM_ARGON2"):
            replace(production, **{name: value}).check()


def test_hashes_are_argon2id_at_the_cost_that_is_set(app):
    found = extract_parameters(hash_password(FIT))
    settings = app.config["SETTINGS"]
    assert found.type.name == "ID"
    assert (found.memory_cost, found.time_cost, found.parallelism) == (
        settings.argon2_memory_kib,
        settings.argon2_time_cost,
        settings.argon2_parallelism,
    )


def test_nobody_and_a_member_without_password_take_a_check_of_the_same_cost(app, monkeypatch):
    checked = []
    verify = passwords.verify_with_argon2

    def counting(password, stored):
        checked.append(extract_parameters(stored))
        return verify(password, stored)

    monkeypatch.setattr(passwords, "verify_with_argon2", counting)
    member, imported = make_user(password=hash_password(FIT)), make_user()
    assert [is_password_of(user, FIT) for user in (member, imported, None)] == [True, False, False]
    assert len(checked) == 3
    assert checked[0] == checked[1] == checked[2]
