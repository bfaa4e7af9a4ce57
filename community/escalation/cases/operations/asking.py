"""Asking the support team in private, without a public question."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community.boards.queries import get_board
from community.core import clock, markup
from community.core.authz import is_signed_in, require
from community.core.db import db
from community.core.errors import NotFound, RateLimited
from community.core.i18n import LANGUAGES
from community.core.reasons import UNACCEPTABLE
from community.core.settings import current_settings
from community.escalation.cases.models import SUBJECT_MAX_CHARS, SupportCase
from community.escalation.cases.operations.messages import fit_private_text
from community.escalation.cases.operations.opening import open_case
from community.identity.models import User
from community.posts.drafts import drop_draft
from community.posts.errors import UnfitText
from community.posts.text import tidy_title

DRAFT_PLACE = "ask"
PER_DAY = 10
# What a case is called whose writer did not say.
SUBJECT_FROM_TEXT = 80


class CasesTooMany(RateLimited):
    """Somebody opens one case after another."""

    message = _l(
        "You have written to the support team often today. Please reply in a case of yours."
    )


def ask_privately(
    actor: User, *, title: str, body: str, board_slug: str, language: str
) -> SupportCase:
    """Open a private case out of what somebody was about to ask in public.

    Raises ``NotAllowed``, ``UnfitText``, ``CasesTooMany``.
    """
    require(is_signed_in(actor))
    try:
        subject = tidy_title(title)[:SUBJECT_MAX_CHARS]
    except markup.UnacceptableText:
        raise UnfitText(errors={"title": UNACCEPTABLE}) from None
    text = fit_private_text(body)
    _check_number(actor)
    case = open_case(
        actor,
        trigger="private",
        subject=subject or text[:SUBJECT_FROM_TEXT],
        language=language if language in LANGUAGES else current_settings().default_language,
        requester_id=actor.id,
        board_id=_board_id(actor, board_slug),
        channel="form",
        body=text,
    )
    drop_draft(actor, DRAFT_PLACE)
    return case


def _check_number(actor: User) -> None:
    day_ago = clock.now() - timedelta(days=1)
    number = db.session.scalar(
        select(func.count()).where(
            SupportCase.requester_id == actor.id, SupportCase.opened_at > day_ago
        )
    )
    if (number or 0) >= PER_DAY:
        raise CasesTooMany(retry_after_seconds=3600)


def _board_id(actor: User, slug: str) -> int | None:
    try:
        return get_board(actor, slug).id if slug else None
    except NotFound:
        return None
