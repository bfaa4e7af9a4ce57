"""Asking the customer of a case whether a masked text may be published."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import update

from community.boards.models import Board
from community.boards.policies import can_ask_on_board
from community.boards.queries import get_board, group_ids_of
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer
from community.core.db import count_changed, db
from community.core.errors import NotFound
from community.core.jobs import emit
from community.core.mail import enqueue_mail
from community.escalation.cases.errors import NobodyToTell
from community.escalation.cases.models import SupportCase
from community.escalation.cases.operations.assigning import own_if_free
from community.escalation.cases.operations.locking import lock_for_work
from community.escalation.cases.operations.noting import note_step
from community.escalation.cases.operations.states import reopen_locked, wait_for_customer
from community.escalation.publishing.errors import NotToBePublished
from community.escalation.publishing.letters import write_request
from community.escalation.publishing.models import WITHDRAWN, Publication, hash_of_text
from community.escalation.publishing.policies import can_become_question
from community.escalation.publishing.queries import is_fit_board
from community.escalation.publishing.tokens import address_hash
from community.escalation.sla.operations.clocks import note_staff_reply
from community.events.support import PublicationAsked
from community.identity.models import User
from community.identity.queries import get_user
from community.posts.errors import UnfitText
from community.posts.guard import check_personal_data
from community.posts.tagging import check_new_tags
from community.questions.errors import UnknownBoard
from community.questions.operations.questions import read_question_texts


@dataclass(frozen=True)
class Draft:
    """A public question as an agent typed it; ``board`` is the board's slug."""

    title: str = ""
    body: str = ""
    tags: str = ""
    board: str = ""


@dataclass(frozen=True)
class FitDraft:
    """The same as it would be stored."""

    title: str
    body: str
    tags: str
    board: Board
    language: str

    @property
    def text_hash(self) -> str:
        """What stands for exactly this text."""
        return hash_of_text(self.title, self.body, self.tags, self.board.id, self.language)


def customer_of(case: SupportCase) -> User | None:
    """Return the member a case is for; None for a stranger. Raises ``NobodyToTell``."""
    if case.requester_id is None:
        if not case.requester_email:
            raise NobodyToTell()
        return None
    customer = get_user(case.requester_id)
    if customer is None or customer.erased_at is not None:
        raise NobodyToTell()
    return customer


def fit_draft(
    actor: Viewer, case: SupportCase, draft: Draft, *, vouched: Collection[str] = ()
) -> FitDraft:
    """Return the text as it would be published.

    Raises ``NobodyToTell``, ``UnfitText`` (by field) and ``PersonalDataFound``.
    """
    title, body, names, problems = read_question_texts(draft.title, draft.body, draft.tags)
    board = _board_for(actor, customer_of(case), draft.board)
    if board is None:
        problems["board"] = UnknownBoard.message
    elif "tags" not in problems and (unmade := check_new_tags(actor, board.id, names)):
        problems["tags"] = unmade
    if problems or board is None:
        raise UnfitText(errors=problems)
    check_personal_data({"title": title, "body": body}, vouched=vouched)
    return FitDraft(title, body, ", ".join(names), board, case.language)


def _board_for(actor: Viewer, customer: User | None, slug: str) -> Board | None:
    try:
        board = get_board(actor, slug)
    except NotFound:
        return None
    may_ask = can_ask_on_board(actor, board, group_ids_of(board))
    return board if may_ask and is_fit_board(customer, board) else None


def ask_to_publish(
    actor: User, case_id: int, draft: Draft, *, vouched: Collection[str] = ()
) -> Publication:
    """Ask the customer; a text that waits for an answer makes way, and its link ends.

    It is the customer's turn then. Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``,
    ``NotToBePublished`` and what ``fit_draft`` raises.
    """
    case = lock_for_work(actor, case_id).case
    if not can_become_question(case):
        raise NotToBePublished()
    fit, customer = fit_draft(actor, case, draft, vouched=vouched), customer_of(case)
    _withdraw_waiting(case)
    publication = _store(actor, case, fit)
    own_if_free(actor, case)
    note_step(case, "consent_asked", actor)
    now = clock.now()
    case.staff_at = now
    note_staff_reply(case.id, now)
    wait_for_customer(actor, case.id)
    record(
        actor,
        Action.PUBLICATION_ASKED,
        subject=("support_case", case.id),
        after={"publication_id": publication.id, "text_hash": publication.text_hash},
    )
    _tell(case, publication, fit.board, customer)
    return publication


def _store(actor: User, case: SupportCase, fit: FitDraft) -> Publication:
    publication = Publication(
        case_id=case.id,
        asked_by_id=actor.id,
        customer_id=case.requester_id,
        address_hash=None if case.requester_id else address_hash(case.requester_email or ""),
        title=fit.title,
        body=fit.body,
        tags=fit.tags,
        board_id=fit.board.id,
        language=fit.language,
        text_hash=fit.text_hash,
        asked_at=clock.now(),
        answer="",
    )
    db.session.add(publication)
    db.session.flush()
    return publication


def _tell(case: SupportCase, publication: Publication, board: Board, customer: User | None) -> None:
    if customer is not None:
        emit(PublicationAsked(case.id, customer.id))
    to = customer.email if customer is not None else case.requester_email
    if to and (customer is None or not customer.is_disabled):
        enqueue_mail(write_request(case, publication, board, to=to, customer=customer))


def withdraw(actor: User, case_id: int) -> None:
    """Let a text go that waits for an answer; without one nothing changes.

    Raises ``NotFound``, ``NotAllowed``, ``CaseClosed``.
    """
    locked = lock_for_work(actor, case_id)
    if not _withdraw_waiting(locked.case):
        return
    note_step(locked.case, "consent_withdrawn", actor)
    record(actor, Action.PUBLICATION_WITHDRAWN, subject=("support_case", case_id))
    reopen_locked(actor, locked)


def _withdraw_waiting(case: SupportCase) -> bool:
    waiting = update(Publication).where(Publication.case_id == case.id, Publication.answer == "")
    return bool(count_changed(waiting.values(answer=WITHDRAWN, answered_at=clock.now())))
