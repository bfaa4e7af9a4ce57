"""Secrets at rest: unreadable without the key, bound to their row, readable after a rotation."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from community.core.sealing import SealBroken, seal, unseal
from community.core.settings import Settings
from community.core.settings_values import SettingsError

OLD, NEW = "the key of last year 0123456789abcdef", "the key of this year 0123456789abcdef"


@pytest.fixture
def use_keys(app: Flask) -> Iterator[object]:
    """Change the site's secret key."""
    before: Settings = app.config["SETTINGS"]

    def use(secret_key: str, *former: str) -> None:
        changed = replace(before, secret_key=secret_key, secret_key_fallbacks=", ".join(former))
        app.config["SETTINGS"] = changed

    yield use
    app.config["SETTINGS"] = before


def opened(sealed: str, *, purpose: str = "totp", record: str = "user 1") -> str:
    return unseal(sealed, purpose=purpose, record=record)


def test_it_opens_for_its_record_alone(app: Flask) -> None:
    sealed = seal("ünseen", purpose="totp", record="user 1")
    assert "nseen" not in sealed
    assert opened(sealed) == "ünseen"
    with pytest.raises(SealBroken):
        opened(sealed, record="user 2")
    with pytest.raises(SealBroken):
        opened(sealed, purpose="other")


def test_twice_the_same_looks_different(app: Flask) -> None:
    assert seal("x", purpose="a", record="b") != seal("x", purpose="a", record="b")


@pytest.mark.parametrize("broken", ["", "=", "ü", "AAAA", "A" * 100, "%%%%"])
def test_what_is_no_seal_is_refused(app: Flask, broken: str) -> None:
    with pytest.raises(SealBroken):
        opened(broken)


def test_a_changed_byte_is_noticed(app: Flask) -> None:
    sealed = seal("secret", purpose="totp", record="user 1")
    flipped = ("B" if sealed[20] != "B" else "C").join((sealed[:20], sealed[21:]))
    with pytest.raises(SealBroken):
        opened(flipped)


def test_a_rotated_key_opens_what_the_former_one_sealed(use_keys) -> None:
    use_keys(OLD)
    sealed = seal("secret", purpose="totp", record="user 1")
    use_keys(NEW, OLD)
    assert opened(sealed) == "secret"
    use_keys(NEW)
    with pytest.raises(SealBroken):
        opened(sealed)


def test_a_short_former_key_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="FALLBACKS"):
        replace(settings, secret_key_fallbacks=f"{OLD},short").completed()


def test_production_requires_a_second_factor_of_staff(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="SECOND_FACTOR"):
        replace(settings, environment="production", require_second_factor=False).completed()
