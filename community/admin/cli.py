"""``flask users …``: accounts from the command line. Every change is recorded as the system's.

A command that finds nothing left to do says so and succeeds, so all of them may be repeated.
"""

import sys
from typing import Any

import click
from flask.cli import AppGroup

from community.admin.doctor.cli import doctor_command
from community.boards.queries import get_board
from community.core.authz import ROLES, SYSTEM
from community.core.commands import saying_refusals
from community.core.db import forget_changes, transaction
from community.core.errors import NotFound
from community.identity.emails import NoAddress, tidy_email
from community.identity.mails import address_of
from community.identity.models import Purpose, User
from community.identity.operations.accounts import (
    NewAccount,
    forget_factors,
    make_account,
    sign_out_everybody,
    sign_out_user,
)
from community.identity.operations.closing import disable_user, enable_user
from community.identity.operations.holds import place_hold, release_hold
from community.identity.operations.names import fill_skeletons, forget_skeletons
from community.identity.operations.roles import grant_role, revoke_role
from community.identity.operations.tokens import issue_token, lifetime_of
from community.identity.passwords import check_new_password, hash_password
from community.identity.queries import get_user_by_email

__all__ = ["doctor_command", "users"]

ROLE = click.Choice(ROLES[1:])

users = AppGroup("users", help="Make accounts, give them roles, close them.")


class Address(click.ParamType[str]):
    """An e-mail address, in the form in which it is stored."""

    name = "address"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        try:
            return tidy_email(value)
        except NoAddress:
            self.fail(f"{value!r} is no e-mail address.", param, ctx)


email_argument = click.argument("email", type=Address())
board_option = click.option("--board", "slug", help="Slug of the one board the role is for.")


@users.command("create")
@email_argument
@click.option("--name", required=True, help="Display name that others see.")
@click.option("--role", type=ROLE, help="Role on the whole site.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@saying_refusals
def create(email: str, name: str, role: str | None, password_stdin: bool) -> None:
    """Make an account whose address needs no confirmation.

    Prints a link to choose a password, which works once, unless --password-stdin gives one.
    """
    user = get_user_by_email(email)
    made = user is None or user.is_pending
    if made:
        password_hash = _read_password(email, name) if password_stdin else None
        with transaction():
            user = make_account(SYSTEM, NewAccount(email, name, password_hash))
    assert user is not None
    click.echo(f"{_words(user)} {'is made' if made else 'was there already'}.")
    if role is not None:
        _give(email, role, None)
    if user.password is None:
        _print_link(email)


def _read_password(email: str, name: str) -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    check_new_password(password, (email, name))
    forget_changes()
    return hash_password(password)


def _print_link(email: str) -> None:
    with transaction():
        token = issue_token(_get_user(email), Purpose.RESET_PASSWORD, sent_to=email)
    minutes = int(lifetime_of(Purpose.RESET_PASSWORD).total_seconds() // 60)
    click.echo(f"No password yet. This link sets one, once, within {minutes} minutes:")
    click.echo(address_of("identity.reset_password", token=token))


@users.command("link")
@email_argument
@saying_refusals
def link(email: str) -> None:
    """Print a link with which the account's owner chooses a new password; it works once."""
    with transaction():
        user = _get_user(email)
        if not user.active:
            raise click.ClickException(f"{_words(user)} is disabled.")
        token = issue_token(user, Purpose.RESET_PASSWORD, sent_to=email)
    click.echo(address_of("identity.reset_password", token=token))


@users.command("grant")
@email_argument
@click.argument("role", type=ROLE)
@board_option
@saying_refusals
def grant(email: str, role: str, slug: str | None) -> None:
    """Give an account a role, on the whole site or on one board."""
    _give(email, role, slug)


def _give(email: str, role: str, slug: str | None) -> None:
    with transaction():
        user, board_id = _get_user(email), _board_id(slug)
        held = _holds(user, role, board_id)
        grant_role(SYSTEM, user, role, board_id=board_id)
    words = "has the role already" if held else "now has the role"
    click.echo(f"{_words(user)} {words}: {role}{_place(slug)}.")


@users.command("revoke")
@email_argument
@click.argument("role", type=ROLE)
@board_option
@saying_refusals
def revoke(email: str, role: str, slug: str | None) -> None:
    """Take a role away, on the whole site or on one board."""
    with transaction():
        user, board_id = _get_user(email), _board_id(slug)
        held = _holds(user, role, board_id)
        revoke_role(SYSTEM, user, role, board_id=board_id)
    words = "no longer has the role" if held else "does not have the role"
    click.echo(f"{_words(user)} {words}: {role}{_place(slug)}.")


@users.command("disable")
@email_argument
@click.option("--reason", default="", help="Why; kept in the record, so name nobody in it.")
@saying_refusals
def disable(email: str, reason: str) -> None:
    """Close an account: signed out everywhere, found by nobody. What it wrote stays."""
    with transaction():
        user = _get_user(email)
        was_open = not user.is_disabled
        disable_user(SYSTEM, user, reason=reason)
    click.echo(f"{_words(user)} is {'now' if was_open else 'already'} disabled.")


@users.command("enable")
@email_argument
@click.option("--reason", default="", help="Why; kept in the record, so name nobody in it.")
@saying_refusals
def enable(email: str, reason: str) -> None:
    """Open a disabled account again."""
    with transaction():
        user = _get_user(email)
        was_open = not user.is_disabled
        enable_user(SYSTEM, user, reason=reason)
    click.echo(f"{_words(user)} is {'already' if was_open else 'now'} open.")


@users.command("hold")
@email_argument
@click.option("--reason", required=True, help="Which claim; kept for good, so name nobody in it.")
@saying_refusals
def hold(email: str, reason: str) -> None:
    """Keep an account from being erased, whoever asks for it, until it is released."""
    with transaction():
        user = _get_user(email)
        was_held = user.erasure_held_at is not None
        place_hold(SYSTEM, user, reason)
    click.echo(f"{_words(user)} is {'already' if was_held else 'now'} kept from being erased.")


@users.command("release")
@email_argument
@click.option("--reason", default="", help="Why; kept in the record, so name nobody in it.")
@saying_refusals
def release(email: str, reason: str) -> None:
    """Let a held account be erased again; what was due meanwhile is done within the hour."""
    with transaction():
        user = _get_user(email)
        was_held = user.erasure_held_at is not None
        release_hold(SYSTEM, user, reason)
    words = "may be erased again" if was_held else "was not held"
    click.echo(f"{_words(user)} {words}.")


@users.command("sign-out")
@click.argument("email", type=Address(), required=False)
@click.option("--all", "everybody", is_flag=True, help="Sign everybody out, as after a break-in.")
@saying_refusals
def sign_out(email: str | None, everybody: bool) -> None:
    """End all sessions of an account, at once and in every process."""
    if everybody == (email is not None):
        raise click.UsageError("Name an e-mail address, or give --all.")
    with transaction():
        user = _get_user(email) if email is not None else None
        ended = sign_out_user(SYSTEM, user) if user else sign_out_everybody(SYSTEM)
    whose = _words(user) if user else "Everybody"
    click.echo(f"{whose}: {ended} session{'s' if ended != 1 else ''} ended.")


@users.command("forget-factors")
@email_argument
@saying_refusals
def forget_second_factors(email: str) -> None:
    """Remove lost second factors; their owner sets up new ones after signing in.

    Make sure by other means than a mail that it is the owner who asks.
    """
    with transaction():
        user = _get_user(email)
        found = forget_factors(SYSTEM, user)
    words = "has no second factor any more" if found else "had no second factor"
    click.echo(f"{_words(user)} {words}.")


@users.command("refold")
@saying_refusals
def refold() -> None:
    """Work out anew which display names look alike, after the rule for that has changed."""
    with transaction():
        forget_skeletons()
    total = 0
    while True:
        with transaction():
            done = fill_skeletons()
        total += done
        if not done:
            break
    click.echo(f"{total} names compared.")


def _get_user(email: str) -> User:
    user = get_user_by_email(email)
    if user is None or user.is_pending:
        raise click.ClickException(f"No account has the address {email}.")
    return user


def _board_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    try:
        return get_board(SYSTEM, slug).id
    except NotFound as error:
        raise click.ClickException(f"There is no board {slug!r}.") from error


def _holds(user: User, role: str, board_id: int | None) -> bool:
    return any(each.name == role and each.board_id == board_id for each in user.role_grants)


def _place(slug: str | None) -> str:
    return f" (board {slug})" if slug else ""


def _words(user: User) -> str:
    return f"Account {user.id} ({user.display_name})"
