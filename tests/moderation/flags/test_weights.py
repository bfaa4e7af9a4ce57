"""How much a flag weighs: the formula of product rules 2.4, by numbers worked out by hand."""

import pytest

from moderation.flags.weights import (
    SILENCE_WEIGHT,
    accuracy_bonus,
    hiding_weight,
    weight_of,
)


def weight(trust_level=0, is_staff=False, agreed=0, decided=0, at_once=False):
    return weight_of(
        trust_level=trust_level,
        is_staff=is_staff,
        agreed=agreed,
        decided=decided,
        at_once=at_once,
    )


@pytest.mark.parametrize(
    ("agreed", "decided", "bonus"),
    [
        (0, 0, 0.0),
        # Nothing counts up to five decided flags, be they right or wrong.
        (5, 5, 0.0),
        (0, 5, 0.0),
        # 16 of 16: 0.3 / 0.3 · 5 · log4 16 = 10.
        (16, 16, 10.0),
        # 7 of 10: exactly fair.
        (7, 10, 0.0),
        # 0 of 16: -0.7 / 0.7 · 5 · 2 = -10.
        (0, 16, -10.0),
        # 32 of 64: -0.2 / 0.7 · 5 · 3 = -4.2857.
        (32, 64, -30 / 7),
        # 58 of 64: p = 0.90625, 0.20625 / 0.3 · 5 · 3 = 10.3125.
        (58, 64, 10.3125),
    ],
)
def test_being_right_adds_and_being_wrong_takes_off(agreed, decided, bonus):
    assert accuracy_bonus(agreed, decided) == pytest.approx(bonus, abs=1e-9)


@pytest.mark.parametrize("trust_level", range(5))
def test_a_flag_weighs_one_and_the_trust_level(trust_level):
    assert weight(trust_level) == 1 + trust_level


def test_staff_count_as_trust_level_five():
    assert weight(0, is_staff=True) == 6
    assert weight(3, is_staff=True, at_once=True) == 11


def test_a_poor_flagger_weighs_nothing_and_never_less():
    assert weight(0, agreed=0, decided=16) == 0
    assert weight(4, agreed=0, decided=64) == 0


def test_posts_are_hidden_from_the_weights_of_the_presets():
    assert hiding_weight("low") == 12.5
    assert hiding_weight("medium") == pytest.approx(8.3333, abs=1e-4)
    assert hiding_weight("high") == pytest.approx(4.1667, abs=1e-4)
    assert pytest.approx(2.5) == SILENCE_WEIGHT
