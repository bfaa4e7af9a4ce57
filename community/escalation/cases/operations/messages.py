"""What is said in a case: in public, to the customer alone, within the team; and the replies."""

from collections.abc import Collection

from sqlalchemy import select

from community.core.authz import SYSTEM, Viewer, require
from community.core.db import db
from community.escalation.cases.errors import NobodyToTell, NotBetweenYou, SomethingNew
from community.escalation.cases.models import (
    CLOSED,
    FOLLOW_UP,
    IN,
    INTERNAL,
    OUT,
    PRIVATE,
    PUBLIC,
    CaseLink,
    CaseMessage,
    SupportCase,
)
from community.escalation.cases.operations.assigning import own_if_free
from community.escalation.cases.operations.locking import Locked, lock_case, lock_for_work
from community.escalation.cases.operations.noting import note_message
from community.escalation.cases.operations.opening import open_case
from community.escalation.cases.operations.states import reopen_locked
from community.escalation.cases.policies import can_follow_case
from community.escalation.cases.queries.merged import surviving_id
from community.escalation.cases.queries.news import has_news
from community.escalation.cases.queries.talk import Seen
from community.identity.models import User
from community.posts.models import Post
from community.posts.operations import rendered_columns
from community.posts.text import body_problem, fit_text
from community.questions.operations.answers import post_answer

SHORTEST_CHARS = 2


def reply_publicly(
    actor: User,
    case_id: int,
    body: str,
    *,
    seen: Seen | None = None,
    vouched: Collection[str] = (),
    typed_seconds: float | None = None,
) -> CaseMessage:
    """Answer a case's question in public, as one of the support team.

    Raises ``NotFound``, ``NotAllowed``, ``NotBetweenYou``, ``SomethingNew``, ``CaseClosed`` and
    what ``post_answer`` raises.
    """
    locked = lock_for_work(actor, case_id)
    if locked.question is None:
        raise NotBetweenYou()
    _check_seen(actor, locked, seen)
    own_if_free(actor, locked.case)
    answer = post_answer(actor, locked.question, body, vouched=vouched, typed_seconds=typed_seconds)
    message = CaseMessage(author_id=actor.id, kind=PUBLIC, direction=OUT, post_id=answer.id)
    return note_message(locked.case, message, actor_id=actor.id)


def message_privately(
    actor: User, case_id: int, body: str, *, seen: Seen | None = None
) -> CaseMessage:
    """Write to the customer alone; nobody else outside the team reads it.

    Raises ``NotFound``, ``NotAllowed``, ``UnfitText``, ``SomethingNew``, ``NobodyToTell``,
    ``CaseClosed``.
    """
    text = fit_private_text(body)
    locked = lock_for_work(actor, case_id)
    _check_seen(actor, locked, seen)
    message = tell_customer(actor, locked.case, text)
    own_if_free(actor, locked.case)
    return message


def tell_customer(actor: Viewer, case: SupportCase, text: str) -> CaseMessage:
    """Write a fit text to the customer of a locked case alone; raises ``NobodyToTell``."""
    if not _is_reachable(case):
        raise NobodyToTell()
    return _write(case, actor, kind=PRIVATE, direction=OUT, text=text)


def message_for_team(case_id: int, body: str) -> CaseMessage:
    """Write to the customer alone for the team: what a helpdesk's agent without an account wrote.

    Raises ``NotFound``, ``UnfitText``, ``NobodyToTell``, ``CaseClosed``.
    """
    text = fit_private_text(body)
    locked = lock_for_work(SYSTEM, case_id)
    if not _is_reachable(locked.case):
        raise NobodyToTell()
    return _write(locked.case, SYSTEM, kind=PRIVATE, direction=OUT, text=text)


def note_internally(
    actor: User, case_id: int, body: str, *, seen: Seen | None = None
) -> CaseMessage:
    """Write a note that only the support team reads.

    Raises ``NotFound``, ``NotAllowed``, ``UnfitText``, ``SomethingNew``, ``CaseClosed``.
    """
    text = fit_private_text(body)
    locked = lock_for_work(actor, case_id)
    _check_seen(actor, locked, seen)
    return _write(locked.case, actor, kind=INTERNAL, direction=OUT, text=text)


def receive_message(
    case_id: int, *, from_user: User | None, body: str, message_id: str | None = None
) -> CaseMessage:
    """Add what the customer wrote in private; the case is open again, or has a follow-up.

    ``from_user`` is None where a stranger's mail was matched with the case. The mail with a
    ``message_id`` that is known changes nothing. A closed case stays closed: what is written to it
    begins a new case that is linked to it. What became part of another case is written into that
    one. Raises ``NotFound``, ``NotAllowed``, ``UnfitText``.
    """
    text = fit_private_text(body)
    locked = lock_case(case_id)
    case = locked.case
    require(from_user is None or can_follow_case(from_user, case))
    if known := _known_message(case, message_id):
        return known
    survivor_id = surviving_id(case)
    if survivor_id != case.id:
        return receive_message(survivor_id, from_user=from_user, body=text, message_id=message_id)
    if case.state == CLOSED:
        return _follow_up(case, from_user, text, message_id)
    message = _write(
        case, from_user or SYSTEM, kind=PRIVATE, direction=IN, text=text, message_id=message_id
    )
    reopen_locked(from_user or SYSTEM, locked)
    return message


def note_public_reply(case_id: int, post: Post) -> None:
    """Note what asker or team wrote in public below the question; once.

    The asker's words open the case again.
    """
    locked = lock_case(case_id)
    case = locked.case
    known = select(CaseMessage.id).where(
        CaseMessage.case_id == case.id, CaseMessage.post_id == post.id
    )
    if case.state == CLOSED or db.session.scalar(known) is not None:
        return
    author = db.session.get_one(User, post.author_id)
    is_asker = author.id == case.requester_id
    direction = IN if is_asker else OUT
    message = CaseMessage(author_id=author.id, kind=PUBLIC, direction=direction, post_id=post.id)
    note_message(case, message, actor_id=author.id)
    if is_asker:
        reopen_locked(author, locked)


def _is_reachable(case: SupportCase) -> bool:
    if case.requester_id is None:
        return bool(case.requester_email)
    return db.session.get_one(User, case.requester_id).erased_at is None


def fit_private_text(body: str) -> str:
    """Return a private text as it is stored; raises ``UnfitText``."""
    return fit_text(body, lambda text: body_problem(text, shortest=SHORTEST_CHARS))


def _check_seen(actor: User, locked: Locked, seen: Seen | None) -> None:
    """Raise ``SomethingNew`` if others wrote something that the actor has not read."""
    if seen is not None and has_news(locked.case, seen, actor.id):
        raise SomethingNew()


def _known_message(case: SupportCase, message_id: str | None) -> CaseMessage | None:
    if message_id is None:
        return None
    return db.session.scalar(
        select(CaseMessage).where(
            CaseMessage.case_id == case.id, CaseMessage.message_id == message_id
        )
    )


def _follow_up(
    case: SupportCase, from_user: User | None, text: str, message_id: str | None
) -> CaseMessage:
    """Open a case that follows up a closed one, with what the customer wrote.

    Writing again before the follow-up is closed adds to that.
    """
    later = select(CaseLink.case_id).where(CaseLink.other_id == case.id, CaseLink.kind == FOLLOW_UP)
    later_id = db.session.scalar(later.order_by(CaseLink.id.desc()).limit(1))
    if later_id is not None:
        return receive_message(later_id, from_user=from_user, body=text, message_id=message_id)
    follower = open_case(
        from_user or SYSTEM,
        trigger="follow_up",
        subject=case.subject,
        language=case.language,
        priority=case.priority,
        requester_id=case.requester_id,
        requester_email=case.requester_email,
        board_id=case.board_id,
        channel="mail" if message_id else "form",
        body=text,
        message_id=message_id,
    )
    db.session.add(CaseLink(case_id=follower.id, kind=FOLLOW_UP, other_id=case.id))
    db.session.flush()
    return db.session.scalars(select(CaseMessage).where(CaseMessage.case_id == follower.id)).one()


def _write(
    case: SupportCase,
    actor: Viewer,
    *,
    kind: str,
    direction: str,
    text: str,
    message_id: str | None = None,
) -> CaseMessage:
    message = CaseMessage(
        author_id=actor.viewer_id,
        kind=kind,
        direction=direction,
        message_id=message_id,
        **rendered_columns(text),
    )
    return note_message(case, message, actor_id=actor.viewer_id)
