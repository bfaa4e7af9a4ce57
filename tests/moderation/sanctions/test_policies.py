"""Who may sanction whom: the whole table, by role of the actor, role of the member and rung."""

import pytest

from community.core.authz import GUEST, NOWHERE, SYSTEM
from moderation.sanctions.models import KINDS, NOTICE, WARNING
from moderation.sanctions.policies import (
    Target,
    can_change_wordings,
    can_impose_sanction,
    can_lift_sanction,
    can_see_sanctions,
    can_warn_on_boards,
    imposable_kinds,
)

BOARD, OTHER_BOARD = 7, 8
WORDS = [NOTICE, WARNING]
EVERYTHING = list(KINDS)


class Somebody:
    """A viewer with roles and nothing else."""

    group_ids = frozenset()

    def __init__(self, *roles, boards=None, viewer_id=1):
        self.viewer_id = viewer_id
        self.role_names = frozenset({"member", *roles})
        self.board_roles = boards or NOWHERE


def member(*roles, user_id=2):
    return Target(user_id, frozenset({"member", *roles}))


MEMBER, MODERATOR = Somebody(), Somebody("moderator")
ADMIN, AGENT, SUPERUSER = Somebody("admin"), Somebody("agent"), Somebody("superuser")
BOARD_MODERATOR = Somebody(boards={BOARD: frozenset({"moderator"})})
BOARD_AGENT = Somebody(boards={BOARD: frozenset({"agent"})})

TABLE = [
    # Actor, role of the member, board of the post, what may be imposed.
    (GUEST, (), None, []),
    (MEMBER, (), None, []),
    (SUPERUSER, (), BOARD, []),
    (AGENT, (), BOARD, []),
    (BOARD_AGENT, (), BOARD, []),
    (MODERATOR, (), None, EVERYTHING),
    (MODERATOR, (), BOARD, EVERYTHING),
    (MODERATOR, ("superuser",), None, EVERYTHING),
    (MODERATOR, ("moderator",), None, []),
    (MODERATOR, ("agent",), None, []),
    (MODERATOR, ("admin",), None, []),
    (ADMIN, (), None, EVERYTHING),
    (ADMIN, ("moderator",), None, EVERYTHING),
    (ADMIN, ("agent",), None, EVERYTHING),
    (ADMIN, ("admin",), None, []),
    (BOARD_MODERATOR, (), None, []),
    (BOARD_MODERATOR, (), OTHER_BOARD, []),
    (BOARD_MODERATOR, (), BOARD, WORDS),
    (BOARD_MODERATOR, ("superuser",), BOARD, WORDS),
    (BOARD_MODERATOR, ("moderator",), BOARD, []),
    (BOARD_MODERATOR, ("admin",), BOARD, []),
    (SYSTEM, (), None, EVERYTHING),
    (SYSTEM, ("superuser",), None, EVERYTHING),
    (SYSTEM, ("moderator",), None, []),
    (SYSTEM, ("agent",), None, []),
    (SYSTEM, ("admin",), None, []),
]


@pytest.mark.parametrize(("actor", "roles", "board_id", "kinds"), TABLE)
def test_who_may_impose_what_on_whom(actor, roles, board_id, kinds):
    assert imposable_kinds(actor, member(*roles), board_id) == kinds


@pytest.mark.parametrize("actor", [MODERATOR, ADMIN, BOARD_MODERATOR])
def test_nobody_sanctions_or_frees_themselves(actor):
    assert imposable_kinds(actor, member(user_id=1), BOARD) == []
    assert not can_lift_sanction(actor, member(user_id=1))


def test_a_rung_that_is_none_is_imposed_by_nobody():
    assert not can_impose_sanction(ADMIN, member(), "flogging")
    assert not can_impose_sanction(ADMIN, member(), "post_hidden")


@pytest.mark.parametrize(
    ("actor", "roles", "may"),
    [
        (MEMBER, (), False),
        (AGENT, (), False),
        (BOARD_MODERATOR, (), False),
        (MODERATOR, (), True),
        (MODERATOR, ("moderator",), False),
        (ADMIN, ("moderator",), True),
        (ADMIN, ("admin",), False),
        (SYSTEM, (), True),
    ],
)
def test_who_may_lift(actor, roles, may):
    assert can_lift_sanction(actor, member(*roles)) is may


@pytest.mark.parametrize(
    ("viewer", "sees", "warns", "words"),
    [
        (GUEST, False, False, False),
        (MEMBER, False, False, False),
        (AGENT, False, False, False),
        (BOARD_AGENT, False, False, False),
        (BOARD_MODERATOR, False, True, False),
        (MODERATOR, True, True, False),
        (ADMIN, True, True, True),
    ],
)
def test_who_gets_to_which_page(viewer, sees, warns, words):
    assert can_see_sanctions(viewer) is sees
    assert can_warn_on_boards(viewer) is warns
    assert can_change_wordings(viewer) is words
