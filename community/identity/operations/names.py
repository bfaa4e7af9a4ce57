"""Display names: which are free, changing one's own, and keeping the look-alikes apart."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.authz import is_signed_in, require
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.core.settings import current_settings
from community.identity.lookalikes import skeleton_of
from community.identity.models import NameChange, User
from community.identity.names import (
    MAX_CHARS,
    MIN_CHARS,
    is_in_mixed_scripts,
    is_well_formed_name,
    name_columns,
    tidy_name,
)
from community.identity.queries import is_name_taken
from community.identity.reserved_names import is_reserved_name

FILLED_AT_ONCE = 500


class NameUnfit(Invalid):
    """The name cannot be shown, compared or mentioned, or is an address."""

    message = _l(
        "Choose a name of %(least)s to %(most)s characters, with letters or digits "
        "and without a web or e-mail address.",
        least=MIN_CHARS,
        most=MAX_CHARS,
    )


class NameInMixedScripts(Invalid):
    """A word of the name passes for another one."""

    message = _l("Write each word of your name in one script, such as Latin or Greek.")


class NameReserved(Invalid):
    """The name sounds like the community's staff."""

    message = _l("This name could be taken for our team. Choose another one.")


class NameTaken(Invalid):
    """Somebody has the name, or gave it up not long ago, or has one that looks like it."""

    message = _l("Somebody has this name or one like it. Choose another one.")


class NameChangedLately(Conflict):
    """A name is to be recognised by; it does not change every day."""

    message = _l("You have changed your name not long ago. Please wait a while.")


def check_name(typed: str, *, owner_id: int | None = None) -> str:
    """Return a name as it is kept if somebody may take it.

    Raises ``NameUnfit``, ``NameInMixedScripts``, ``NameReserved`` or ``NameTaken``; ``owner_id`` is
    who has a name already and may take one like it.
    """
    name = check_free_name(typed, owner_id=owner_id)
    if is_reserved_name(name, site_name=current_settings().site_name):
        raise NameReserved()
    return name


def check_free_name(typed: str, *, owner_id: int | None = None) -> str:
    """Return a name as it is kept; like ``check_name``, but the operator may call staff "Team"."""
    name = tidy_name(typed)
    if not is_well_formed_name(name):
        raise NameUnfit()
    if is_in_mixed_scripts(name):
        raise NameInMixedScripts()
    if is_name_taken(name, owner_id=owner_id):
        raise NameTaken()
    return name


def name_changes_again_at(user_id: int) -> datetime | None:
    """Return when a member may change their name again; None for now."""
    latest = db.session.scalar(
        select(func.max(NameChange.changed_at)).where(NameChange.user_id == user_id)
    )
    if latest is None:
        return None
    free_at: datetime = latest + timedelta(days=current_settings().name_change_days)
    return free_at if free_at > clock.now() else None


def change_name(actor: User, typed: str) -> None:
    """Give the actor another name; raises what ``check_name`` does, or ``NameChangedLately``.

    Locks the member, so that two forms sent at once change it once. The former name stays theirs
    for a while.
    """
    require(is_signed_in(actor))
    user = db.session.scalars(
        lock_row(select(User).where(User.id == actor.id).execution_options(populate_existing=True))
    ).one()
    if name_changes_again_at(user.id) is not None:
        raise NameChangedLately()
    name = check_name(typed, owner_id=user.id)
    if name == user.display_name:
        return
    _keep_former(user)
    for column, value in name_columns(name).items():
        setattr(user, column, value)
    _flush_or_say_taken()


def _keep_former(user: User) -> None:
    db.session.add(
        NameChange(
            user_id=user.id,
            name_key=user.name_key,
            name_skeleton=user.name_skeleton or skeleton_of(user.display_name),
            changed_at=clock.now(),
        )
    )


def _flush_or_say_taken() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        raise NameTaken() from error


def fill_skeletons(limit: int = FILLED_AT_ONCE) -> int:
    """Fill in how names look where that is not known, oldest accounts first (periodic task).

    Returns how many were filled. Of two names that looked alike before anybody compared them, the
    older account's one counts; the other one keeps working and gets a form that no name has.
    """
    rows = db.session.execute(
        select(User.id, User.display_name)
        .where(User.name_skeleton.is_(None), _holds_name())
        .order_by(User.id)
        .limit(limit)
    ).all()
    wanted = {user_id: skeleton_of(name) for user_id, name in rows}
    taken = set(
        db.session.scalars(
            select(User.name_skeleton).where(User.name_skeleton.in_(set(wanted.values())))
        )
    )
    for user_id, skeleton in wanted.items():
        # Letters and digits alone make a skeleton, so this one can never be equal to another.
        own = f"{skeleton}~{user_id}" if skeleton in taken or not skeleton else skeleton
        taken.add(own)
        db.session.execute(update(User).where(User.id == user_id).values(name_skeleton=own))
    return len(wanted)


def _holds_name() -> ColumnElement[bool]:
    # A registration that nobody has confirmed does not keep its name from others.
    return or_(User.active.is_(True), User.confirmed_at.is_not(None))


def forget_skeletons() -> None:
    """Have ``fill_skeletons`` do all names anew: the rule or its table has changed."""
    db.session.execute(update(User).values(name_skeleton=None))
