"""Undoing what was merged, split or turned; both questions' rows are locked by the caller."""

from typing import Any

from sqlalchemy import or_, select, update

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import require
from community.core.db import count_changed, db
from community.core.jobs import emit
from community.core.reasons import fit_reason
from community.events import PostVisibilityChanged
from community.identity.models import User
from community.posts.models import Post
from community.posts.visibility import MERGED, PUBLISHED
from community.questions.errors import LaterFirst, NotTurnable, RegroupingDone
from community.questions.models import Question, Regrouping
from community.questions.operations import carrying
from community.questions.operations.carrying import Carried, Parents
from community.questions.operations.regrouping import (
    MERGE,
    SPLIT,
    TO_ANSWER,
    TO_COMMENT,
    derive_anew,
    have_followed,
    names_in,
    place_in,
    standings_of,
)
from community.questions.operations.turning import is_accepted, set_kind
from community.questions.policies import can_undo_regrouping
from community.questions.standing import change_standing
from community.questions.status import settle


def undo_regrouping(actor: User, regrouping: Regrouping, reason: str) -> None:
    """Bring everything back to where it was; both questions' rows are locked.

    What was written, thanked for or followed since goes with the posts it belongs to. Raises
    ``NotAllowed``, ``ReasonUnfit``, ``RegroupingDone``, ``LaterFirst``.
    """
    source = db.session.get_one(Question, regrouping.source_id)
    target = db.session.get_one(Question, regrouping.target_id)
    require(can_undo_regrouping(actor, target, made_by_id=regrouping.made_by_id))
    reason = fit_reason(reason)
    mine = (Regrouping.id == regrouping.id, Regrouping.undone_at.is_(None))
    undone = {"undone_at": clock.now(), "undone_by_id": actor.id}
    if not count_changed(update(Regrouping).where(*mine).values(**undone)):
        raise RegroupingDone()
    if _is_built_upon(regrouping):
        raise LaterFirst()
    before = standings_of(source, target)
    bring_back = {MERGE: _part, SPLIT: _rejoin}.get(regrouping.kind, _turn_back)
    bring_back(regrouping, source, target)
    change_standing(before, standings_of(source, target))
    record(
        actor,
        Action.REGROUPING_UNDONE,
        subject=("post", regrouping.post_id or source.id),
        before=names_in(regrouping),
        reason=reason,
    )
    have_followed(actor, source, target)
    if regrouping.post_id is not None:
        emit(PostVisibilityChanged(regrouping.post_id, source.id, actor.id, PUBLISHED))


def _is_built_upon(regrouping: Regrouping) -> bool:
    """Say whether something was done later, and still stands, with the same posts."""
    questions = (regrouping.source_id, regrouping.target_id)
    touched: Any = Regrouping.source_id.in_(questions)
    if regrouping.kind == SPLIT:
        touched = or_(touched, Regrouping.target_id == regrouping.target_id)
    later = select(Regrouping.id).where(
        Regrouping.id > regrouping.id, Regrouping.undone_at.is_(None), touched
    )
    return db.session.scalar(later.limit(1)) is not None


def _part(regrouping: Regrouping, source: Question, target: Question) -> None:
    """Undo a merge."""
    carried = regrouping.carried
    source.root_id, source.parent_id = source.id, None
    source.board_id = source.place_id = carried["board_id"]
    db.session.flush()
    carrying.bring_replies_back(_pairs(carried), source)
    carrying.bring_followers_back(carried, source, target)
    carrying.count_asker_out(carried, source, target)
    carrying.bring_links_back(carried, source)
    carrying.bring_acceptances_back(carried["acceptances"], source, target)
    derive_anew(source, target)
    if source.visibility == MERGED:
        with settle(source):
            source.visibility = PUBLISHED


def _pairs(carried: Carried) -> Parents:
    return [(post_id, parent_id) for post_id, parent_id in carried["posts"]]


def _rejoin(regrouping: Regrouping, source: Question, target: Question) -> None:
    """Undo a split; what came to the new question since goes along."""
    first = db.session.get_one(Post, regrouping.post_id, populate_existing=True)
    with settle(target):
        target.visibility = MERGED
    pairs = _pairs(regrouping.carried)
    carrying.bring_replies_back(pairs, source)
    parent_id = dict(pairs)[first.id]
    comments_to = first.id if first.kind == TO_ANSWER else parent_id or source.id
    carrying.carry_replies(target, source, comments_to=comments_to)
    carrying.carry_followers(target, source, but=regrouping.carried["watches"])
    carrying.carry_links(target, source)
    carrying.carry_acceptances(target, source)
    db.session.refresh(first)
    if first.visibility == MERGED:
        first.visibility = PUBLISHED
    place_in(target, source)
    derive_anew(source, target)


def _turn_back(regrouping: Regrouping, source: Question, target: Question) -> None:
    """Undo the turning of a post into another kind."""
    post = db.session.get_one(Post, regrouping.post_id, populate_existing=True)
    pairs = _pairs(regrouping.carried)
    if is_accepted(post.id):
        raise NotTurnable()
    former = TO_COMMENT if regrouping.kind == TO_ANSWER else TO_ANSWER
    set_kind(post, former, dict(pairs)[post.id])
    carrying.bring_replies_back(pairs, source)
    derive_anew(source)
