"""Who should hear of an event: reasons, preferences and rights, in one query for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from community.boards.models import Board, BoardGroup
from community.boards.policies import audiences_of
from community.core.authz import BOARD_ROLES, NOWHERE, STAFF_ROLES, SYSTEM, BoardRoles
from community.core.db import db
from community.core.markup.links import mentions_in
from community.identity.models import GroupMember, RoleGrant, User
from community.identity.queries import people_named
from community.notifications.kinds import MAIL_BY_DEFAULT, STRENGTH
from community.notifications.models import Notification, NotificationSetting
from community.posts.models import Post, PostTag, Watch
from community.posts.visibility import post_is_visible

MENTIONS_MAX = 20

Members = Select[int]


class Occasion(NamedTuple):
    """The published post an event is about, with what decides who hears of it."""

    post_id: int
    question_id: int
    board_id: int
    author_id: int
    parent_author_id: int | None
    asker_id: int
    html: str
    created_at: datetime


class Receiver(NamedTuple):
    """A member to be told, why, and by which ways."""

    user_id: int
    kind: str
    bell: bool
    mail: bool


@dataclass(frozen=True)
class _AnyMember:
    """Somebody signed in, whoever it is."""

    viewer_id: int = 0
    role_names: frozenset[str] = frozenset({"member"})
    board_roles: BoardRoles = field(default_factory=lambda: NOWHERE)
    group_ids: frozenset[int] = frozenset()


def get_occasion(post_id: int) -> Occasion | None:
    """Return what a notification about a post needs; None unless the post is published."""
    root, parent = aliased(Post), aliased(Post)
    row = db.session.execute(
        select(
            *(Post.id, root.id, Post.board_id, Post.author_id),
            *(parent.author_id, root.author_id, Post.html, Post.created_at),
        )
        .join(root, root.id == Post.root_id)
        .outerjoin(parent, parent.id == Post.parent_id)
        .where(Post.id == post_id, post_is_visible(SYSTEM))
    ).one_or_none()
    return Occasion(*row) if row else None


def this_member(user_id: int) -> Members:
    """Select one member."""
    return select(User.id).where(User.id == user_id)


def question_watchers(occasion: Occasion) -> Members:
    """Select who watches the question; its asker does unless they turned that off."""
    watchers = select(Watch.user_id).where(
        Watch.post_id == occasion.question_id, Watch.muted.is_(False)
    )
    asker = this_member(occasion.asker_id).where(~_muted(occasion, occasion.asker_id))
    return _any_of(watchers, asker)


def comment_readers(occasion: Occasion) -> Members:
    """Select who hears of a comment: the question's watchers and the author commented on."""
    if occasion.parent_author_id is None:
        return question_watchers(occasion)
    author_id = occasion.parent_author_id
    author = this_member(author_id).where(~_muted(occasion, author_id))
    return _any_of(question_watchers(occasion), author)


def place_watchers(occasion: Occasion) -> Members:
    """Select who watches the board, a tag or the asker of a question."""
    tags = select(PostTag.tag_id).where(PostTag.post_id == occasion.question_id)
    return select(Watch.user_id).where(
        Watch.muted.is_(False),
        or_(
            Watch.board_id == occasion.board_id,
            Watch.person_id == occasion.asker_id,
            Watch.tag_id.in_(tags.scalar_subquery()),
        ),
    )


def mentioned_members(occasion: Occasion) -> Members:
    """Select whom the post names with an @ (the first twenty names)."""
    names = mentions_in(occasion.html)[:MENTIONS_MAX]
    return people_named(names)


def list_receivers(
    reasons: Mapping[str, Members], occasion: Occasion, *, event_id: int, actor_id: int | None
) -> list[Receiver]:
    """Return who is to be told of an event, each member once with the strongest kind they want.

    ``reasons`` maps a kind to the members it concerns. The actor, disabled accounts, members who
    may not see the board and those already told of this event are left out.
    """
    reason = _reason_rows(reasons)
    setting = NotificationSetting
    rows = db.session.execute(
        select(reason.c.user_id, reason.c.kind, setting.bell, setting.mail, _mail_works())
        .join(User, User.id == reason.c.user_id)
        .join(Board, Board.id == occasion.board_id)
        .outerjoin(
            setting, and_(setting.user_id == reason.c.user_id, setting.kind == reason.c.kind)
        )
        .where(
            User.active.is_(True),
            User.id != actor_id if actor_id is not None else true(),
            may_read_board(),
            ~exists().where(Notification.event_id == event_id, Notification.user_id == User.id),
        )
    )
    return _strongest(_receiver(*row) for row in rows)


def list_everybody(kind: str, *, event_id: int, after_id: int, limit: int) -> list[Receiver]:
    """Return the next members by id, and how they want to hear of what concerns everybody."""
    setting = NotificationSetting
    rows = db.session.execute(
        select(User.id, literal(kind), setting.bell, setting.mail, _mail_works())
        .outerjoin(setting, and_(setting.user_id == User.id, setting.kind == kind))
        .where(
            User.id > after_id,
            User.active.is_(True),
            User.confirmed_at.is_not(None),
            ~exists().where(Notification.event_id == event_id, Notification.user_id == User.id),
        )
        .order_by(User.id)
        .limit(limit)
    )
    return [_receiver(*row) for row in rows]


def get_personal_receiver(user_id: int, kind: str, *, event_id: int) -> Receiver | None:
    """Return how a member wants to hear of a thing about themselves.

    None where they do not, where their account is disabled, or where they have been told.
    """
    setting = NotificationSetting
    row = db.session.execute(
        select(User.id, literal(kind), setting.bell, setting.mail, _mail_works())
        .outerjoin(setting, and_(setting.user_id == User.id, setting.kind == kind))
        .where(
            User.id == user_id,
            User.active.is_(True),
            ~exists().where(Notification.event_id == event_id, Notification.user_id == User.id),
        )
    ).one_or_none()
    receiver = None if row is None else _receiver(*row)
    return receiver if receiver and (receiver.bell or receiver.mail) else None


def may_read_board() -> ColumnElement[bool]:
    """Return ``can_see_board`` as a condition on joined ``users`` and ``boards``."""
    return or_(
        Board.audience.in_(audiences_of(_AnyMember())),
        and_(Board.audience.in_(audiences_of(SYSTEM)), _is_staff_there()),
        and_(Board.audience == "groups", _is_in_its_groups()),
    )


# Two levels deep SQLAlchemy would list the users again: anybody's role would do for all.
def _is_staff_there() -> ColumnElement[bool]:
    everywhere = and_(RoleGrant.board_id.is_(None), RoleGrant.name.in_(STAFF_ROLES))
    there = and_(RoleGrant.board_id == Board.id, RoleGrant.name.in_(BOARD_ROLES))
    return (
        exists()
        .where(RoleGrant.user_id == User.id, or_(everywhere, there))
        .correlate_except(RoleGrant)
    )


def _is_in_its_groups() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            GroupMember.user_id == User.id,
            BoardGroup.group_id == GroupMember.group_id,
            BoardGroup.board_id == Board.id,
        )
        .correlate_except(GroupMember, BoardGroup)
    )


def _any_of(first: Members, second: Members) -> Members:
    return select(union_all(first, second).subquery().c[0])


def _muted(occasion: Occasion, user_id: int) -> ColumnElement[bool]:
    return exists().where(
        Watch.user_id == user_id, Watch.post_id == occasion.question_id, Watch.muted.is_(True)
    )


def _mail_works() -> ColumnElement[bool]:
    return and_(User.email.is_not(None), User.confirmed_at.is_not(None))


def _reason_rows(reasons: Mapping[str, Members]) -> Any:
    parts = []
    for kind, members in reasons.items():
        found = members.subquery()
        parts.append(select(found.c[0].label("user_id"), literal(kind).label("kind")))
    return union_all(*parts).subquery()


def _receiver(
    user_id: int, kind: str, bell: bool | None, mail: bool | None, mail_works: bool
) -> Receiver:
    wants_mail = MAIL_BY_DEFAULT[kind] if mail is None else mail
    return Receiver(user_id, kind, bell is not False, wants_mail and mail_works)


def _strongest(candidates: Iterable[Receiver]) -> list[Receiver]:
    chosen: dict[int, Receiver] = {}
    for each in candidates:
        present = chosen.get(each.user_id)
        wanted = each.bell or each.mail
        if wanted and (present is None or STRENGTH[each.kind] > STRENGTH[present.kind]):
            chosen[each.user_id] = each
    return sorted(chosen.values())


REASONS: dict[str, Callable[[Occasion], Members]] = {
    "answer": question_watchers,
    "closed": question_watchers,
    "reopened": question_watchers,
    "comment": comment_readers,
    "new_question": place_watchers,
    "mention": mentioned_members,
}


def reasons_of(kinds: Sequence[str], occasion: Occasion) -> dict[str, Members]:
    """Return for each kind the members who hear of it because of what they watch or wrote."""
    return {kind: REASONS[kind](occasion) for kind in kinds}


def is_still_wanted(kind: str, occasion: Occasion, user_id: int) -> bool:
    """Say whether the reason for a stored notification still holds: the watch, the mention."""
    if kind not in REASONS:
        return True
    found = REASONS[kind](occasion).subquery()
    match = select(found.c[0]).where(found.c[0] == user_id).limit(1)
    return db.session.scalar(match) is not None
