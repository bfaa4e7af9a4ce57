"""Which powers open with how many points, by preset, by single values and by role."""

import re
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.authz import GUEST, SYSTEM, BoardRoles
from community.core.privileges import (
    ALWAYS_OPEN,
    OF_SUPERUSERS,
    PRESETS,
    Privilege,
    thresholds,
)
from community.core.settings import Settings
from community.core.settings_values import SettingsError
from community.identity.privileges import (
    WAITING,
    WORDS,
    PrivilegeMissing,
    has_privilege,
    require_privilege,
)
from tests.source import ROOT

HERE, ELSEWHERE = 5, 6


@dataclass(frozen=True)
class Somebody:
    """A member without a database."""

    points: int = 0
    viewer_id: int = 9
    role_names: frozenset[str] = frozenset({"member"})
    board_roles: BoardRoles = field(default_factory=dict)
    group_ids: frozenset[int] = frozenset()


@pytest.fixture
def preset(app):
    """Let a site have a preset, and perhaps single powers otherwise."""
    before = app.config["SETTINGS"]

    def choose(name, changes=""):
        app.config["SETTINGS"] = replace(before, privilege_preset=name, privilege_points=changes)

    yield choose
    app.config["SETTINGS"] = before


def _held(viewer, board_id=HERE):
    return {privilege for privilege in Privilege if has_privilege(viewer, privilege, board_id)}


def test_every_power_has_a_value_in_every_preset_and_words():
    for name in PRESETS:
        assert set(thresholds(name)) == set(Privilege)
    assert set(WORDS) == set(Privilege)


@pytest.mark.parametrize("privilege", Privilege)
def test_a_stricter_preset_never_opens_anything_earlier(privilege):
    low, medium, high = (thresholds(name)[privilege] for name in PRESETS)
    assert 1 <= low <= medium <= high


@pytest.mark.parametrize(
    ("privilege", "values"),
    [
        (Privilege.ASK, (1, 1, 1)),
        (Privilege.COMMENT, (1, 10, 50)),
        (Privilege.KUDOS, (1, 10, 15)),
        (Privilege.RETAG, (50, 250, 500)),
        (Privilege.EDIT, (200, 1_000, 2_000)),
        (Privilege.NEW_TAG, (1, 750, 1_500)),
        (Privilege.CLOSE_DUPLICATE, (200, 1_000, 3_000)),
    ],
)
def test_the_presets_have_the_published_values(privilege, values):
    assert tuple(thresholds(name)[privilege] for name in PRESETS) == values


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("points", [-100, 0, 1])
def test_a_new_member_can_always_ask_answer_and_comment_at_home(preset, name, points):
    preset(name)
    assert _held(Somebody(points)) >= ALWAYS_OPEN | {Privilege.KUDOS_ASKER, Privilege.FLAG}


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_newcomer_can_do(preset, name):
    preset(name)
    newcomers = _held(Somebody(1)) - WAITING
    everywhere = {Privilege.COMMENT, Privilege.LINKS, Privilege.KUDOS, Privilege.NEW_TAG}
    assert everywhere & newcomers == (everywhere if name == "low" else set())
    assert not newcomers & {Privilege.EDIT, Privilege.RETAG, Privilege.CLOSE_DUPLICATE}


@given(
    points=st.integers(-1_000, 30_000), more=st.integers(0, 10_000), name=st.sampled_from(PRESETS)
)
def test_more_points_never_close_anything(points, more, name):
    needed = thresholds(name)
    before = {p for p in Privilege if max(1, points) >= needed[p]}
    after = {p for p in Privilege if max(1, points + more) >= needed[p]}
    assert before <= after


def test_a_power_opens_with_the_last_point(preset):
    preset("medium")
    assert Privilege.KUDOS not in _held(Somebody(9))
    assert Privilege.KUDOS in _held(Somebody(10))


def test_staff_hold_all_where_they_are_staff(preset):
    preset("high")
    assert _held(Somebody(role_names=frozenset({"member", "agent"}))) == set(Privilege)
    local = Somebody(board_roles={HERE: frozenset({"moderator"})})
    assert _held(local) == set(Privilege)
    assert Privilege.EDIT not in _held(local, ELSEWHERE)
    assert _held(SYSTEM) == set(Privilege)


def test_superusers_hold_what_belongs_to_their_role(preset):
    preset("high")
    held = _held(Somebody(role_names=frozenset({"member", "superuser"})))
    assert held == OF_SUPERUSERS
    assert Privilege.EDIT not in held


def test_guests_hold_nothing(preset):
    preset("low")
    assert _held(GUEST) == set()


def test_an_operator_can_set_single_powers(preset):
    preset("medium", " kudos = 5, retag=100 ")
    assert Privilege.KUDOS in _held(Somebody(5))
    assert Privilege.RETAG in _held(Somebody(100))
    assert Privilege.COMMENT not in _held(Somebody(9))


@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("middle", "", "no preset 'middle'"),
        ("low", "cudos=5", "no power 'cudos'"),
        ("low", "kudos", "'kudos' is no number"),
        ("low", "kudos=-1", "no number of points"),
        ("low", "kudos=0", "no number of points"),
        ("low", "kudos=1000001", "no number of points"),
        ("low", "kudos=٥", "no number of points"),
        ("low", "ask=10", "open to every member"),
    ],
)
def test_wrong_settings_are_named(name, changes, says):
    settings = Settings(
        environment="test",
        secret_key="a-test-secret-that-is-long-enough-0123456789",
        privilege_preset=name,
        privilege_points=changes,
    )
    with pytest.raises(SettingsError, match=says):
        settings.completed()


def test_a_refusal_says_what_is_missing(preset):
    preset("medium")
    with pytest.raises(PrivilegeMissing) as refusal:
        require_privilege(Somebody(3), Privilege.KUDOS, HERE)
    assert str(refusal.value) == "“Give kudos anywhere” opens at 10 points; you have 3."
    require_privilege(Somebody(10), Privilege.KUDOS, HERE)


def test_the_documented_table_is_the_real_one():
    text = (ROOT / "docs/points.md").read_text()
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+`) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", text, re.M)
    documented = {
        name: tuple(int(number.replace(",", "")) for number in numbers)
        for names, *numbers in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    real = {
        privilege.value: tuple(thresholds(preset)[privilege] for preset in PRESETS)
        for privilege in set(Privilege) - WAITING
    }
    assert documented == real
