"""Taking a customer's answer, once; a low mark alerts the team's lead."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from community.core import clock
from community.core.db import count_changed, db
from community.core.errors import Conflict, Invalid
from community.core.jobs import emit
from community.escalation.csat.models import COMMENT_MAX_CHARS, LOW_MARK, MARKS, CsatResponse
from community.escalation.csat.policies import OPEN_FOR
from community.escalation.csat.queries import list_alerted
from community.events.support import CaseRatedLow
from community.posts.text import Problem, fit_text


class MarkMissing(Invalid):
    """No mark was chosen."""

    message = _l("Please choose how satisfied you were.")


class AlreadyAnswered(Conflict):
    """The question was answered before, or nobody waits for an answer any more."""

    message = _l("This question was answered already, or it is too old. Nothing was changed.")


def answer_question(response: CsatResponse, *, mark: int | None, comment: str) -> None:
    """Keep what a customer said; whoever calls has made sure that it is theirs to say.

    Raises ``MarkMissing``, ``AlreadyAnswered``, ``UnfitText``.
    """
    if mark not in MARKS:
        raise MarkMissing(errors={"mark": MarkMissing.message})
    fit, now = fit_text(comment, _comment_problem, "comment"), clock.now()
    kept = update(CsatResponse).where(
        CsatResponse.id == response.id,
        CsatResponse.answered_at.is_(None),
        CsatResponse.asked_at > now - OPEN_FOR,
    )
    values = {"mark": mark, "comment": fit, "answered_at": now}
    changed = count_changed(kept.values(**values))
    db.session.refresh(response)
    if not changed:
        raise AlreadyAnswered()
    if mark <= LOW_MARK:
        for user_id in list_alerted(response.team_id):
            if user_id != response.customer_id:
                emit(CaseRatedLow(response.case_id, user_id))


def _comment_problem(comment: str) -> Problem | None:
    if len(comment) <= COMMENT_MAX_CHARS:
        return None
    return _l("Please shorten this to %(num)s characters.", num=COMMENT_MAX_CHARS)
