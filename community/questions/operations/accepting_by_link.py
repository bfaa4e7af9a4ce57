"""Accepting an answer by the link in a mail: once, as whoever the mail was for."""

from flask_babel import lazy_gettext as _l

from community.core.allowances import take_place
from community.core.db import db
from community.core.errors import Conflict
from community.identity.queries import get_user
from community.questions.acceptance_links import Offer
from community.questions.models import Acceptance, Answer
from community.questions.operations.acceptances import accept_answer
from community.questions.operations.questions import lock_question


class LinkUsedUp(Conflict):
    """The link was used, is too old, or leads to nothing that could be accepted."""

    message = _l("This link was used already, or it is too old.")


def accept_by_link(offer: Offer) -> Acceptance:
    """Accept what a link offers, by the rights its asker has now.

    Raises ``LinkUsedUp`` and what ``accept_answer`` raises.
    """
    answer = db.session.get(Answer, offer.answer_id)
    user = get_user(offer.user_id)
    if offer.is_over or answer is None or user is None or user.is_disabled:
        raise LinkUsedUp()
    question = lock_question(answer.root_id or 0)
    if question.author_id != user.id:
        # Merged into another one, or handed to somebody else: not theirs to decide any more.
        raise LinkUsedUp()
    if take_place(offer.use) is None:
        raise LinkUsedUp()
    return accept_answer(user, question, answer)
