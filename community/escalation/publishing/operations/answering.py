"""Taking a customer's answer, once; agreed, the text is published word by word."""

from sqlalchemy import select, update

from community.boards.models import Board
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer, require
from community.core.db import count_changed, db
from community.core.jobs import emit
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.locking import Locked, lock_case
from community.escalation.cases.operations.messages import fit_private_text, receive_message
from community.escalation.cases.operations.noting import note_step
from community.escalation.cases.operations.states import hand_back_locked, reopen_locked
from community.escalation.publishing.errors import PublicationOver
from community.escalation.publishing.models import AGREED, DECLINED, Publication
from community.escalation.publishing.policies import is_open
from community.escalation.publishing.queries import is_fit_board
from community.events.support import PublicationAnswered
from community.identity.models import User
from community.identity.operations.stand_in import get_stand_in
from community.identity.queries import get_user
from community.posts.errors import UnfitText
from community.posts.operations import watch
from community.posts.policies import can_write
from community.posts.text import parse_tags
from community.questions.models import Question
from community.questions.operations.questions import QuestionTexts, ask_on_behalf


def agree(publication_id: int, *, text_hash: str, is_named: bool, way: str) -> Question:
    """Publish a text: its customer read what ``text_hash`` stands for and agrees.

    ``is_named`` puts their name above it; a stranger has none. Whoever calls has made sure that it
    is theirs to say. Raises ``NotFound``, ``PublicationOver``, ``NotAllowed``.
    """
    locked, publication = _lock_open(publication_id)
    case, customer = locked.case, _customer_of(publication)
    _check_text(publication, text_hash)
    board = db.session.get_one(Board, publication.board_id)
    require(is_fit_board(customer, board))
    named = customer if is_named else None
    require(named is None or can_write(named))
    question = _publish(publication, board, named)
    _note_answer(publication, AGREED, way, question.id, is_named=named is not None)
    case.question_id, case.board_id = question.id, board.id
    db.session.flush()
    if customer is not None:
        watch(customer.id, post_id=question.id)
    actor = customer or SYSTEM
    note_step(case, "consent_given", actor)
    hand_back_locked(actor, case, question)
    _tell_team(actor, case, publication, AGREED)
    return question


def decline(publication_id: int, *, text_hash: str, way: str, reason: str = "") -> None:
    """Let a text stay private, and the case be in hand again; ``reason`` is for the team alone.

    ``text_hash`` stands for what was read: a text that took its place still waits for an answer.

    Whoever calls has made sure that it is theirs to say. Raises ``NotFound``, ``PublicationOver``,
    ``UnfitText``.
    """
    words = _fit_reason(reason)
    locked, publication = _lock_open(publication_id)
    case, customer = locked.case, _customer_of(publication)
    _check_text(publication, text_hash)
    actor = customer or SYSTEM
    _note_answer(publication, DECLINED, way, None)
    note_step(case, "consent_declined", actor)
    if words:
        receive_message(case.id, from_user=customer, body=words)
    reopen_locked(actor, locked)
    _tell_team(actor, case, publication, DECLINED)


def _check_text(publication: Publication, text_hash: str) -> None:
    if text_hash != publication.text_hash:
        raise PublicationOver()


def _fit_reason(reason: str) -> str:
    if not reason.strip():
        return ""
    try:
        return fit_private_text(reason)
    except UnfitText as unfit:
        raise UnfitText(errors={"reason": unfit.errors["body"]}) from None


def _lock_open(publication_id: int) -> tuple[Locked, Publication]:
    """Lock a text's case; raises ``NotFound``, ``PublicationOver`` if nobody waits any more."""
    of_text = select(Publication.case_id).where(Publication.id == publication_id)
    locked = lock_case(db.session.scalar(of_text) or 0)
    publication = db.session.get_one(Publication, publication_id, populate_existing=True)
    if not is_open(publication, locked.case, clock.now()):
        raise PublicationOver()
    return locked, publication


def _customer_of(publication: Publication) -> User | None:
    """Return the member who was asked, None for a stranger; raises ``PublicationOver``."""
    if publication.customer_id is None:
        return None
    customer = get_user(publication.customer_id)
    if customer is None or customer.is_disabled:
        raise PublicationOver()
    return customer


def _publish(publication: Publication, board: Board, named: User | None) -> Question:
    names = parse_tags(publication.tags)
    texts = QuestionTexts(publication.title, publication.body, names, {})
    author = named or get_stand_in()
    return ask_on_behalf(author, board, texts, language=publication.language)


def _note_answer(
    publication: Publication,
    answer: str,
    way: str,
    question_id: int | None,
    *,
    is_named: bool = False,
) -> None:
    kept = update(Publication).where(Publication.id == publication.id, Publication.answer == "")
    values = {"answer": answer, "answered_at": clock.now(), "way": way, "is_named": is_named}
    if not count_changed(kept.values(question_id=question_id, **values)):
        raise PublicationOver()
    db.session.refresh(publication)


def _tell_team(actor: Viewer, case: SupportCase, publication: Publication, answer: str) -> None:
    record(
        actor,
        Action.PUBLICATION_ANSWERED,
        subject=("support_case", case.id),
        after={
            "publication_id": publication.id,
            "answer": answer,
            "way": publication.way,
            "text_hash": publication.text_hash,
        },
    )
    told = case.owner_id or publication.asked_by_id
    emit(PublicationAnswered(case.id, told, answer == AGREED))
