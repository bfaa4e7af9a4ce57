"""Rules of conduct have words in both languages, and unknown codes lead nowhere."""

import pytest
from flask import Flask

from community.core.i18n import speaking
from moderation.rules import CODE_MAX_CHARS, RULES, is_rule, rule_choices, rule_label, rule_text

CODES = ["spam", "abuse", "personal_data", "risky_advice", "off_topic", "other"]


def test_the_codes_are_those_that_flags_and_decisions_share() -> None:
    assert list(RULES) == CODES
    assert all(len(code) <= CODE_MAX_CHARS for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_its_words_in_both_languages(app: Flask, code: str) -> None:
    with speaking("en"):
        english = rule_label(code), rule_text(code)
    with speaking("de"):
        german = rule_label(code), rule_text(code)
    assert all(english + german)
    assert english[0] != german[0]
    assert english[1] != german[1]


def test_an_unknown_code_is_no_rule_and_reads_like_the_last_one(app: Flask) -> None:
    assert not is_rule("nonsense")
    assert rule_label("nonsense") == rule_label("other")
    assert rule_text("nonsense") == rule_text("other")


def test_choices_come_in_the_order_of_the_rules(app: Flask) -> None:
    assert [code for code, _label in rule_choices()] == CODES
