"""Who may do what with any post: the whole table."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from community.boards.models import Board
from community.boards.policies import audiences_of, can_ask_on_board, can_see_board
from community.core import clock
from community.core.authz import GUEST, SYSTEM
from community.posts import policies

AUTHOR = 1
ROLES = ("superuser", "moderator", "agent", "admin")
MODERATING = {"moderator", "admin", "moderator's own", "admin's own"}
NOW = clock.now()


@dataclass(frozen=True)
class Somebody:
    """A viewer without a database."""

    viewer_id: int | None
    role_names: frozenset[str] = frozenset({"member"})
    silenced_until: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """A post without a database."""

    author_id: int = AUTHOR
    visibility: str = "published"
    created_at: datetime = NOW


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
    return viewers


VIEWERS = _viewers()
OWN = {"author", *(f"{role}'s own" for role in ROLES)}
OTHERS = {"member", *ROLES}


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
    assert _allowed(lambda v: policies.can_give_kudos(v, post)) == allowed


@pytest.mark.parametrize(
    ("days", "visibility", "is_locked", "allowed"),
    [
        (0, "published", False, OWN | MODERATING),
        (2, "published", False, (OWN | MODERATING) - {"author"}),
        (31, "published", False, MODERATING),
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
        (Somebody(1, frozenset({"member", "agent"})), {"public", "members", "staff"}),
        (Somebody(1, frozenset({"member", "moderator"})), {"public", "members", "staff"}),
        (Somebody(1, frozenset({"member", "admin"})), {"public", "members", "staff"}),
        (SYSTEM, {"public", "members", "staff"}),
    ],
)
def test_who_sees_and_asks_on_which_board(viewer, audiences):
    assert set(audiences_of(viewer)) == audiences
    for audience in ("public", "members", "staff"):
        board = Board(slug="b", audience=audience)
        seen = can_see_board(viewer, board)
        assert seen == (audience in audiences)
        assert can_ask_on_board(viewer, board) == (seen and viewer.viewer_id is not None)
