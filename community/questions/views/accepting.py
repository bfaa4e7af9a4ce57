"""Accepting an answer by the link in the mail that told of it, without signing in."""

from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from community.core import markup
from community.core.db import db, forget_changes
from community.core.errors import NotFound, Refusal
from community.core.forms import takes
from community.core.limits import limited
from community.core.web import public
from community.identity.models import User
from community.identity.queries import get_user
from community.questions.acceptance_links import Offer, read_offer
from community.questions.models import Answer, Question
from community.questions.operations.accepting_by_link import accept_by_link
from community.questions.operations.turning import is_accepted
from community.questions.policies import can_accept_answer

blueprint = Blueprint("acceptance_links", __name__)


class _Offered(NamedTuple):
    """What a link is about, for whom it is."""

    user: User
    question: Question
    answer: Answer


@blueprint.get("/acceptances/<token>")
@public
def show_offer(token: str) -> ResponseReturnValue:
    """Show the answer and a button. Mail scanners follow links, so this changes nothing."""
    try:
        offer = read_offer(token)
    except NotFound:
        return _page("unusable", None, status=404)
    offered = _find(offer)
    if offered is None:
        return _page("unusable", None, status=410)
    if is_accepted(offered.answer.id):
        return _page("accepted", offered)
    if offer.is_over or not can_accept_answer(offered.user, offered.question, offered.answer):
        return _page("unusable", offered, status=410)
    return _page("offered", offered, token=token)


@blueprint.post("/acceptances/<token>")
@public
@limited("writing")
@takes()
def accept(token: str) -> ResponseReturnValue:
    """Accept the answer for whoever holds the link, once."""
    try:
        offer = read_offer(token)
    except NotFound:
        return _page("unusable", None, status=404)
    try:
        accept_by_link(offer)
    except Refusal:
        forget_changes()
        offered = _find(offer)
        if offered is not None and is_accepted(offered.answer.id):
            return _page("accepted", offered)
        return _page("unusable", offered, status=410)
    return _page("accepted", _find(offer))


def _find(offer: Offer) -> _Offered | None:
    """Return what a link is about, if its asker could still read it."""
    answer = db.session.get(Answer, offer.answer_id)
    question = None if answer is None else db.session.get(Question, answer.root_id or 0)
    user = get_user(offer.user_id)
    if answer is None or question is None or user is None or user.is_disabled:
        return None
    if answer.visibility != "published" or question.visibility != "published":
        return None
    # A question that was merged or handed to somebody else is not theirs to decide any more.
    return _Offered(user, question, answer) if question.author_id == user.id else None


def _page(
    state: str, offered: _Offered | None, *, status: int = 200, token: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "questions/acceptance_link.html",
        state=state,
        question=offered.question if offered else None,
        answer_html=markup.stored(offered.answer.html) if offered else "",
        answer=offered.answer if offered else None,
        link=token,
    )
    return page, status
