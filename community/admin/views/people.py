"""People and the roles they hold."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from community.admin.queries import get_board, get_person_record, get_user, page_of_people
from community.admin.views.blueprint import administration
from community.admin.wording import action_words
from community.boards.queries import list_boards
from community.core.authz import BOARD_ROLES, ROLES
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.sightings import Seen, note_seen
from community.core.web import add_resource, current_viewer, read_id
from community.identity.operations.roles import RoleUnknown, grant_role, revoke_role
from community.identity.policies import can_close_account
from community.identity.signing_in import recently_verified
from community.identity.trust_words import WORDS
from reputation.fairness.linking import LinkUnfit, link_accounts, list_links, unlink_accounts
from reputation.fairness.policies import can_link_account
from reputation.trust.operations import LevelUnfit, fix_level, free_level
from reputation.trust.policies import can_fix_level

TYPED_MAX_CHARS = 255
LEVELS_TYPED = frozenset("01234")


@administration.get("/admin/people")
def list_people() -> str:
    """List people by name, or find them by name or e-mail address."""
    typed = request.args.get("q", "")[:TYPED_MAX_CHARS]
    page = page_of_people(current_viewer(), typed, request.args.get("after", ""))
    if page.rows:
        note_seen(Seen.ADDRESSES, "user", None, tuple(row.person.id for row in page.rows))
    return render_template("admin/people.html", page=page, typed=typed)


@administration.get("/admin/people/<int:user_id>")
def show_person(user_id: int) -> str:
    """Show somebody's roles and groups, and what was done to their account."""
    return _person_page(user_id)


def _person_page(user_id: int, *, errors: Mapping[str, str | LazyString] | None = None) -> str:
    viewer, language = current_viewer(), reader_language()
    boards = {board.id: board.name_in(language) for board in list_boards(viewer)}
    record = get_person_record(viewer, user_id)
    note_seen(Seen.ACCOUNT, "user", user_id)
    return render_template(
        "admin/person.html",
        record=record,
        may_close=can_close_account(viewer, record.user),
        boards=boards,
        roles=ROLES[1:],
        board_roles=BOARD_ROLES,
        action_words=action_words,
        errors=errors or {},
        typed=request.form,
        may_fix_level=can_fix_level(viewer, record.user),
        levels=list(enumerate(WORDS)),
        links=list_links(user_id),
        own_id=viewer.viewer_id,
        may_link=can_link_account(viewer, record.user),
    )


@takes("role", "board")
@recently_verified
def give_role(user_id: int) -> ResponseReturnValue:
    """Give somebody a role, on the whole site or on one board."""
    user = get_user(current_viewer(), user_id)
    grant_role(current_viewer(), user, request.form.get("role", ""), board_id=_board_id())
    flash(_("The role is given."), "success")
    return _back_to(user_id)


@takes("role", "board")
@recently_verified
def take_role(user_id: int) -> ResponseReturnValue:
    """Take a role away from somebody."""
    user = get_user(current_viewer(), user_id)
    revoke_role(current_viewer(), user, request.form.get("role", ""), board_id=_board_id())
    flash(_("The role is taken away."), "success")
    return _back_to(user_id)


add_resource(
    administration, "/admin/people/<int:user_id>/roles", create=give_role, delete=take_role
)


@takes("level", "reason")
@recently_verified
def fix_trust(user_id: int) -> ResponseReturnValue:
    """Set somebody's trust level by hand."""
    user = get_user(current_viewer(), user_id)
    typed = request.form.get("level", "")
    level = int(typed) if typed in LEVELS_TYPED else None
    try:
        fix_level(current_viewer(), user, level, request.form.get("reason", ""))
    except LevelUnfit as refusal:
        return _person_page(user_id, errors=refusal.errors), refusal.status
    flash(_("The trust level is set."), "success")
    return _back_to(user_id)


@takes("reason")
@recently_verified
def free_trust(user_id: int) -> ResponseReturnValue:
    """Let somebody's trust level follow what they do again."""
    user = get_user(current_viewer(), user_id)
    free_level(current_viewer(), user, request.form.get("reason", ""))
    flash(_("The trust level follows what they do again."), "success")
    return _back_to(user_id)


add_resource(
    administration, "/admin/people/<int:user_id>/trust", create=fix_trust, delete=free_trust
)


@takes("other", "why")
@recently_verified
def link_person(user_id: int) -> ResponseReturnValue:
    """Say that somebody's account belongs to the same person as another one."""
    user = get_user(current_viewer(), user_id)
    typed, why = request.form.get("other", ""), request.form.get("why", "")
    try:
        link_accounts(current_viewer(), user, typed, why)
    except LinkUnfit as refusal:
        return _person_page(user_id, errors=refusal.errors), refusal.status
    flash(_("The accounts are linked. They earn nothing by each other."), "success")
    return _back_to(user_id)


@takes("other")
@recently_verified
def unlink_person(user_id: int) -> ResponseReturnValue:
    """Say that two accounts belong to two people after all."""
    user = get_user(current_viewer(), user_id)
    other = get_user(current_viewer(), _other_id())
    unlink_accounts(current_viewer(), user.id, other.id)
    flash(_("The accounts are linked no more."), "success")
    return _back_to(user_id)


add_resource(
    administration, "/admin/people/<int:user_id>/links", create=link_person, delete=unlink_person
)


def _other_id() -> int:
    """Return the number of the other account; 0, which nobody has, for anything else."""
    return read_id(request.form.get("other")) or 0


def _board_id() -> int | None:
    """Return the board a role is narrowed to; the whole site must be asked for by name."""
    typed = request.form.get("board", "")
    if typed == "all":
        return None
    board_id = read_id(typed)
    if board_id is None:
        raise RoleUnknown()
    return get_board(current_viewer(), board_id).id


def _back_to(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("administration.show_person", user_id=user_id), 303)
