"""Who may do what with any post: the whole table."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from community.boards.models import AUDIENCES, Board
from community.boards.policies import can_ask_on_board, can_see_board
from community.core import clock
from community.core.authz import (
    BOARD_ROLES,
    GUEST,
    SYSTEM,
    BoardRoles,
    is_moderating,
    is_staff,
)
from community.posts import policies

AUTHOR = 1
HERE, ELSEWHERE = 5, 6
ROLES = ("superuser", "moderator", "agent", "admin")
MODERATING = {"moderator", "admin", "moderator here", "moderator's own", "admin's own"}
NOW = clock.now()


@dataclass(frozen=True)
class Somebody:
    """A viewer without a database."""

    viewer_id: int | None
    role_names: frozenset[str] = frozenset({"member"})
    board_roles: BoardRoles = field(default_factory=dict)
    group_ids: frozenset[int] = frozenset()
    silenced_until: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """A post without a database."""

    author_id: int = AUTHOR
    board_id: int = HERE
    visibility: str = "published"
    created_at: datetime = NOW
    kind: str = "question"


def _viewers():
    silenced = clock.now() + timedelta(days=1)
    viewers = {
        "guest": GUEST,
        "author": Somebody(AUTHOR),
        "silenced author": Somebody(AUTHOR, silenced_until=silenced),
        "member": Somebody(9),
        "silenced member": Somebody(9, silenced_until=silenced),
    }
    for role in ROLES:
        viewers[role] = Somebody(9, frozenset({"member", role}))
        viewers[f"{role}'s own"] = Somebody(AUTHOR, frozenset({"member", role}))
    for role in BOARD_ROLES:
        viewers[f"{role} here"] = Somebody(9, board_roles={HERE: frozenset({role})})
        viewers[f"{role} elsewhere"] = Somebody(9, board_roles={ELSEWHERE: frozenset({role})})
    return viewers


VIEWERS = _viewers()
OWN = {"author", *(f"{role}'s own" for role in ROLES)}
OTHERS = {"member", *ROLES, *(f"{r} {at}" for r in BOARD_ROLES for at in ("here", "elsewhere"))}


@pytest.fixture(autouse=True)
def _settings(app):
    """Policies read the edit window from the settings."""


def _allowed(ask):
    return {name for name, viewer in VIEWERS.items() if ask(viewer)}


def test_who_may_write():
    assert _allowed(policies.can_write) == OWN | OTHERS


@pytest.mark.parametrize(
    ("visibility", "allowed"),
    [("published", OTHERS), ("held", set()), ("hidden", set()), ("deleted", set())],
)
def test_who_may_give_kudos(visibility, allowed):
    post = Facts(visibility=visibility)
    assert _allowed(lambda v: policies.can_give_kudos(v, post, asker_id=AUTHOR)) == allowed


@pytest.mark.parametrize(
    ("days", "visibility", "is_locked", "allowed"),
    [
        (0, "published", False, OWN | MODERATING | {"superuser"}),
        (2, "published", False, (OWN | MODERATING | {"superuser"}) - {"author"}),
        (31, "published", False, MODERATING | {"superuser", "superuser's own"}),
        (0, "published", True, MODERATING),
        (0, "hidden", False, MODERATING),
        (0, "deleted", False, MODERATING),
    ],
)
def test_who_may_edit(days, visibility, is_locked, allowed):
    post = Facts(visibility=visibility, created_at=clock.now() - timedelta(days=days))
    assert _allowed(lambda v: policies.can_edit_post(v, post, is_locked=is_locked)) == allowed


@pytest.mark.parametrize(
    ("visibility", "is_locked", "has_replies", "allowed"),
    [
        ("published", False, False, OWN | MODERATING),
        ("published", False, True, MODERATING),
        ("published", True, False, MODERATING),
        ("hidden", False, False, MODERATING),
        ("deleted", False, False, set()),
    ],
)
def test_who_may_delete(visibility, is_locked, has_replies, allowed):
    post = Facts(visibility=visibility)

    def may(viewer):
        return policies.can_delete_post(viewer, post, is_locked=is_locked, has_replies=has_replies)

    assert _allowed(may) == allowed


def test_who_may_hide():
    assert _allowed(lambda v: policies.can_hide_post(v, Facts())) == MODERATING


def test_who_may_read_the_history():
    assert _allowed(lambda v: policies.can_see_history(v, Facts())) == set(VIEWERS)
    hidden = replace(Facts(), visibility="hidden")
    assert _allowed(lambda v: policies.can_see_history(v, hidden)) == MODERATING


@pytest.mark.parametrize(
    ("viewer", "audiences"),
    [
        (GUEST, {"public"}),
        (Somebody(1), {"public", "members"}),
        (Somebody(1, frozenset({"member", "superuser"})), {"public", "members"}),
        (Somebody(1, frozenset({"member", "agent"})), set(AUDIENCES)),
        (Somebody(1, frozenset({"member", "moderator"})), set(AUDIENCES)),
        (Somebody(1, frozenset({"member", "admin"})), set(AUDIENCES)),
        (SYSTEM, set(AUDIENCES)),
        # A role on one board opens that board alone.
        (Somebody(1, board_roles={ELSEWHERE: frozenset({"moderator"})}), {"public", "members"}),
        (Somebody(1, board_roles={HERE: frozenset({"agent"})}), set(AUDIENCES)),
        (Somebody(1, group_ids=frozenset({7})), {"public", "members", "groups"}),
        (Somebody(1, group_ids=frozenset({8})), {"public", "members"}),
    ],
)
def test_who_sees_and_asks_on_which_board(viewer, audiences):
    for audience in AUDIENCES:
        board = Board(id=HERE, slug="b", audience=audience)
        seen = can_see_board(viewer, board, {7})
        assert seen == (audience in audiences)
        assert can_ask_on_board(viewer, board, {7}) == (seen and viewer.viewer_id is not None)


def test_a_role_without_a_board_is_a_role_on_the_whole_site():
    local = Somebody(1, board_roles={HERE: frozenset({"moderator"})})
    assert is_moderating(local, HERE)
    assert is_staff(local, HERE)
    for board_id in (None, ELSEWHERE):
        assert not is_moderating(local, board_id)
        assert not is_staff(local, board_id)
    assert not is_staff(Somebody(1, board_roles={HERE: frozenset({"superuser"})}), HERE)
    assert is_staff(Somebody(1, frozenset({"agent"})), HERE)
