"""Reporting a post or a member; enough of it hides the post in the same transaction.

Whoever flags a post holds the lock of its question, so flags are counted one after the other.
"""

from datetime import datetime, timedelta
from math import ceil

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, is_staff, require
from community.core.db import db
from community.core.privileges import Privilege
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.names import FORMER
from community.identity.privileges import require_privilege
from community.posts.limits import is_newcomer_on
from community.posts.models import Post
from community.posts.policies import is_author
from community.posts.text import fit_note
from community.posts.visibility import PUBLISHED
from community.questions.models import Question
from community.questions.operations.removals import change_visibility
from moderation.flags.errors import (
    AlreadyFlagged,
    FlaggedLately,
    FlagUnfit,
    OwnFlag,
    TooManyFlags,
)
from moderation.flags.models import NOTE_MAX_CHARS, Flag, FlagHiding
from moderation.flags.operations.queueing import open_member_case, open_post_case
from moderation.flags.operations.restraint import silence_if_many_flag
from moderation.flags.operations.telling import tell_of_hiding
from moderation.flags.policies import (
    FLAGGING_PAUSE,
    can_act_at_once,
    can_flag_member,
    can_flag_post,
)
from moderation.flags.queries import (
    accuracy_of,
    list_flagging_times,
    newest_flag_by,
    newest_hiding,
    open_round,
    weight_since,
)
from moderation.flags.weights import hiding_weight, weight_of
from moderation.rules import UNNAMED, is_rule

DAY = timedelta(days=1)


def flag_post(
    actor: User,
    question: Question,
    post: Post,
    *,
    reason: str,
    note: str = "",
    at_once: bool = False,
) -> Flag:
    """Report a post the actor sees; the question's row is locked.

    ``at_once`` hides it whatever its flags weigh, which moderators may. Raises ``OwnFlag``,
    ``NotAllowed``, ``PrivilegeMissing``, ``FlagUnfit``, ``AlreadyFlagged``, ``FlaggedLately``,
    ``TooManyFlags``.
    """
    if is_author(actor, post):
        raise OwnFlag()
    require(can_flag_post(actor, post))
    require(not at_once or can_act_at_once(actor, post.board_id))
    require_privilege(actor, Privilege.FLAG, post.board_id)
    note = _fit(reason, note)
    _check_repetition(newest_flag_by(actor.id, Flag.post_id == post.id), post.edited_at)
    _check_day(actor, post.board_id)
    flag = Flag(
        flagger_id=actor.id,
        post_id=post.id,
        round=open_round(Flag.post_id == post.id).number,
        reason=reason,
        note=note,
        weight=_weigh(actor, post.board_id, at_once=at_once),
        created_at=clock.now(),
    )
    db.session.add(flag)
    db.session.flush()
    _follow_flag(actor, question, post, flag, at_once=at_once)
    return flag


def flag_member(actor: User, member: User, *, reason: str, note: str) -> Flag:
    """Report a member, whose row is locked; ``note`` says what happened.

    Raises ``OwnFlag``, ``NotAllowed``, ``PrivilegeMissing``, ``FlagUnfit``, ``AlreadyFlagged``,
    ``FlaggedLately``, ``TooManyFlags``.
    """
    if actor.id == member.id:
        raise OwnFlag()
    require(can_flag_member(actor, member.id, is_former=member.display_name.startswith(FORMER)))
    require_privilege(actor, Privilege.FLAG, None)
    note = _fit(reason, note, needs_words=True)
    _check_repetition(newest_flag_by(actor.id, Flag.member_id == member.id), None)
    _check_day(actor, None)
    flag = Flag(
        flagger_id=actor.id,
        member_id=member.id,
        round=open_round(Flag.member_id == member.id).number,
        reason=reason,
        note=note,
        weight=_weigh(actor, None, at_once=False),
        created_at=clock.now(),
    )
    db.session.add(flag)
    db.session.flush()
    case = open_member_case(flag)
    silence_if_many_flag(member.id, None, case, rule=reason)
    return flag


def _fit(reason: str, note: str, *, needs_words: bool = False) -> str:
    errors: dict[str, str | LazyString] = {}
    if not is_rule(reason):
        errors["reason"] = _l("Choose what is wrong.")
    if len(note) > NOTE_MAX_CHARS:
        errors["note"] = _l("Please shorten this to %(num)s characters.", num=NOTE_MAX_CHARS)
    elif (needs_words or reason == UNNAMED) and not note.strip():
        errors["note"] = _l("Please say in a few words what is wrong.")
    if errors:
        raise FlagUnfit(errors=errors)
    return fit_note(note.strip(), NOTE_MAX_CHARS)


def _check_repetition(newest: Flag | None, edited_at: datetime | None) -> None:
    if newest is None:
        return
    if newest.outcome is None:
        raise AlreadyFlagged()
    left = newest.created_at + FLAGGING_PAUSE - clock.now()
    was_edited = edited_at is not None and edited_at > newest.created_at
    if left > timedelta() and not was_edited:
        raise FlaggedLately(retry_after_seconds=ceil(left.total_seconds()))


def _check_day(actor: User, board_id: int | None) -> None:
    settings = current_settings()
    if is_staff(actor, board_id) or not settings.rate_limits:
        return
    is_new = is_newcomer_on(actor, board_id)
    limit = settings.newcomer_flags_per_day if is_new else settings.flags_per_day
    given = list_flagging_times(actor.id, DAY, limit)
    if len(given) >= limit:
        oldest = given[-1] if given else clock.now()
        left = oldest + DAY - clock.now()
        raise TooManyFlags(retry_after_seconds=max(1, ceil(left.total_seconds())))


def _weigh(actor: User, board_id: int | None, *, at_once: bool) -> float:
    known = accuracy_of(actor.id)
    return weight_of(
        trust_level=actor.trust_level,
        is_staff=is_staff(actor, board_id),
        agreed=known.agreed,
        decided=known.decided,
        at_once=at_once,
    )


def _follow_flag(actor: User, question: Question, post: Post, flag: Flag, *, at_once: bool) -> None:
    """Hide the post if its flags weigh enough, tell the queue, and hold a newcomer back."""
    earlier = newest_hiding(post.id)
    hiding = None
    if post.visibility == PUBLISHED and (
        at_once or _weight_now(post.id, flag.round, earlier) >= _hiding_weight()
    ):
        is_again = earlier is not None and earlier.round == flag.round
        hiding = _hide(actor if at_once else SYSTEM, question, post, flag, mendable=not is_again)
    case = open_post_case(post, flag.round)
    if hiding is not None:
        teller = actor if at_once else None
        tell_of_hiding(post, case, number=flag.round, mendable=hiding.mendable, actor=teller)
    silence_if_many_flag(post.author_id, post.board_id, case, rule=flag.reason)


def _weight_now(post_id: int, number: int, earlier: FlagHiding | None) -> float:
    """Return what the flags of a round weigh: of a mended post, those given since."""
    if earlier is not None and earlier.round == number and earlier.mended_at is not None:
        return weight_since(post_id, number, earlier.mended_at)
    return open_round(Flag.post_id == post_id).weight


def _hiding_weight() -> float:
    return hiding_weight(current_settings().flag_sensitivity)


def _hide(
    actor: Viewer, question: Question, post: Post, flag: Flag, *, mendable: bool
) -> FlagHiding:
    change_visibility(actor, question, post, "hidden", f"flags: {flag.reason}")
    hiding = FlagHiding(post_id=post.id, round=flag.round, hidden_at=clock.now(), mendable=mendable)
    db.session.add(hiding)
    db.session.flush()
    after = {"round": flag.round, "flag": flag.id}
    record(actor, Action.POST_HIDDEN_BY_FLAGS, subject=("post", post.id), after=after)
    return hiding
