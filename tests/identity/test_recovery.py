"""How recovery codes look and are hashed, without the database."""

import re

import pytest
from flask import Flask

from community.identity.recovery import (
    ALPHABET,
    CODES,
    hash_codes,
    hash_like,
    new_codes,
    tidy_code,
)


def test_a_set_holds_ten_different_codes() -> None:
    codes = new_codes()
    assert len(set(codes)) == CODES
    shape = re.compile(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}")
    assert all(shape.fullmatch(code) for code in codes)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("7KXM-Q2PD-9RTB", "7KXMQ2PD9RTB"),
        (" 7kxm q2pd 9rtb ", "7KXMQ2PD9RTB"),
        ("OIL0-1100-1111", "011011001111"),
        ("7KXM-Q2PD-9RT", None),
        ("7KXM-Q2PD-9RTBB", None),
        ("7KXM-Q2PD-9RTU", None),
        ("7KXM-Q2PD-9RT\x00", None),
        ("٧KXM-Q2PD-9RTB", None),
        ("", None),
    ],
)
def test_a_code_may_be_typed_carelessly(typed: str, means: str | None) -> None:
    assert tidy_code(typed) == means


def test_hashes_of_a_set_share_a_salt_and_sets_do_not(app: Flask) -> None:
    codes = new_codes()
    hashes = hash_codes(codes)
    assert len(set(hashes)) == CODES
    assert all(hash_.startswith("$argon2id$") for hash_ in hashes)
    assert hash_like(tidy_code(codes[3]) or "", hashes[0]) == hashes[3]
    assert hash_like(tidy_code(codes[3]) or "", hash_codes(codes)[0]) not in hashes
