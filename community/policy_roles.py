"""Who the policy table speaks of: roles as seen from a target, and groups of them."""

from typing import NamedTuple

Roles = frozenset[str]

ROLES = (
    *("guest", "member", "new member", "silenced member", "superuser"),
    *("board moderator", "board agent", "moderator", "agent", "admin"),
)

NOBODY: Roles = frozenset()
EVERYBODY: Roles = frozenset(ROLES)
SIGNED_IN: Roles = EVERYBODY - {"guest"}
WRITERS: Roles = SIGNED_IN - {"silenced member"}
ADMINS: Roles = frozenset({"admin"})
MODERATORS: Roles = frozenset({"moderator", "admin"})
STAFF: Roles = MODERATORS | {"agent"}
# Who holds a role on one board alone, by the role.
ON_ONE_BOARD = {"moderator": "board moderator", "agent": "board agent"}


class Policy(NamedTuple):
    """Who may use a route, by whose the target is."""

    own: Roles
    others: Roles
    elsewhere: Roles


def alike(who: Roles) -> Policy:
    """Let these use a route whatever it is about."""
    return Policy(who, who, who)


def of_owners(who: Roles) -> Policy:
    """Let these use a route about what is their own, and nobody else."""
    return Policy(who, NOBODY, NOBODY)


def of_others(who: Roles) -> Policy:
    """Let these use a route about what is not their own."""
    return Policy(NOBODY, who, who)


def of_staff(staff: Roles, *, owners: Roles = NOBODY) -> Policy:
    """Let staff use a route, who holds the same role on one board there, and some of the owners."""
    there = staff | {ON_ONE_BOARD[role] for role in staff & set(ON_ONE_BOARD)}
    return Policy(owners | there, there, staff)
