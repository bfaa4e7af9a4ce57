"""Codes of an authenticator app, without the database."""

from datetime import UTC, datetime, timedelta

import pytest

from community.identity.qr_codes import QUIET_ZONE, draw_qr_code
from community.identity.totp import (
    code_at,
    is_code,
    matching_counter,
    new_secret,
    setup_address,
    spelled_secret,
)

# RFC 6238, appendix B: the last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
]
NOON = datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)


def counter(secret: str, code: str, *, at: datetime = NOON, last: int | None = None) -> int | None:
    return matching_counter(secret, code, at=at, last_counter=last)


@pytest.mark.parametrize(("second", "code"), RFC_VECTORS)
def test_the_vectors_of_the_standard(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert code_at(RFC_SECRET, at) == code
    assert counter(RFC_SECRET, code, at=at) == second // 30


@pytest.mark.parametrize(
    ("seconds", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_one_step_of_drift_is_forgiven(seconds: int, counts: bool) -> None:
    secret = new_secret()
    code = code_at(secret, NOON + timedelta(seconds=seconds))
    assert (counter(secret, code) is not None) is counts


def test_a_used_code_and_all_before_it_are_void() -> None:
    secret = new_secret()
    used = counter(secret, code_at(secret, NOON))
    assert used is not None
    assert counter(secret, code_at(secret, NOON), last=used) is None
    assert counter(secret, code_at(secret, NOON - timedelta(seconds=30)), last=used) is None
    assert counter(secret, code_at(secret, NOON + timedelta(seconds=30)), last=used) == used + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-12345", "1" * 9])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert not is_code(typed)
    assert counter(new_secret(), typed) is None


def test_blanks_in_a_code_do_not_matter() -> None:
    secret = new_secret()
    code = code_at(secret, NOON)
    assert counter(secret, f" {code[:3]} {code[3:]} ") is not None


def test_secrets_are_long_and_differ() -> None:
    assert len(new_secret()) == 32
    assert len({new_secret() for _ in range(100)}) == 100


def test_the_address_names_site_and_account() -> None:
    address = setup_address(RFC_SECRET, issuer="Nord: funk", account="kim@example.org")
    assert address.startswith("otpauth://totp/")
    assert f"secret={RFC_SECRET}" in address
    assert "issuer=Nord" in address


def test_a_secret_is_spelled_in_groups() -> None:
    assert spelled_secret("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_the_drawing_has_the_three_corners_and_a_quiet_zone() -> None:
    drawing = draw_qr_code("otpauth://totp/x?secret=" + RFC_SECRET)
    right = drawing.size - QUIET_ZONE - 7
    for x, y in ((QUIET_ZONE, QUIET_ZONE), (right, QUIET_ZONE), (QUIET_ZONE, right)):
        assert f"M{x} {y}h7v1h-7z" in drawing.path
    assert "M0 " not in drawing.path
