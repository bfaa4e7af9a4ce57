"""People and the roles they hold."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.admin.queries import get_board, get_person_record, get_user, page_of_people
from community.admin.views.blueprint import administration
from community.admin.wording import action_words
from community.boards.queries import list_boards
from community.core.authz import BOARD_ROLES, ROLES
from community.core.forms import takes
from community.core.i18n import reader_language
from community.core.web import LARGEST_ID, add_resource, current_viewer
from community.identity.operations.roles import RoleUnknown, grant_role, revoke_role
from community.identity.policies import can_close_account
from community.identity.signing_in import recently_verified

TYPED_MAX_CHARS = 255


@administration.get("/admin/people")
def list_people() -> str:
    """List people by name, or find them by name or e-mail address."""
    typed = request.args.get("q", "")[:TYPED_MAX_CHARS]
    page = page_of_people(current_viewer(), typed, request.args.get("after", ""))
    return render_template("admin/people.html", page=page, typed=typed)


@administration.get("/admin/people/<int:user_id>")
def show_person(user_id: int) -> str:
    """Show somebody's roles and groups, and what was done to their account."""
    viewer, language = current_viewer(), reader_language()
    boards = {board.id: board.name_in(language) for board in list_boards(viewer)}
    record = get_person_record(viewer, user_id)
    return render_template(
        "admin/person.html",
        record=record,
        may_close=can_close_account(viewer, record.user),
        boards=boards,
        roles=ROLES[1:],
        board_roles=BOARD_ROLES,
        action_words=action_words,
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


def _board_id() -> int | None:
    """Return the board a role is narrowed to; the whole site must be asked for by name."""
    typed = request.form.get("board", "")
    if typed == "all":
        return None
    if not typed.isascii() or not typed.isdigit() or int(typed[:11]) > LARGEST_ID:
        raise RoleUnknown()
    return get_board(current_viewer(), int(typed)).id


def _back_to(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("administration.show_person", user_id=user_id), 303)
