"""What happens to a question happens to its case as well."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community.core.authz import SYSTEM
from community.core.db import db
from community.escalation.cases.models import RETURNED
from community.escalation.cases.operations.messages import note_public_reply
from community.escalation.cases.operations.rotation import return_if_away, rotate_case
from community.escalation.cases.operations.states import close_answered_by_peers
from community.escalation.cases.operations.triage import follow_question
from community.escalation.cases.queries.solutions import (
    get_live_case,
    has_solution_of_peers,
    is_agent_of,
)
from community.events import AnswerAccepted, AnswerPosted, CommentPosted, PostRegrouped
from community.events.support import CaseHandedOver, CaseOpened, CustomerReplied
from community.posts.models import Post


def on_answer_posted(event: AnswerPosted, *, event_id: int) -> None:
    """Take what asker and team write below a question for a part of its case."""
    _note_reply(event.question_id, event.answer_id, event.actor_id)


def on_comment_posted(event: CommentPosted, *, event_id: int) -> None:
    """Take what asker and team remark on a question for a part of its case."""
    _note_reply(event.question_id, event.comment_id, event.actor_id)


def _note_reply(question_id: int, post_id: int, actor_id: int) -> None:
    case = get_live_case(question_id)
    if case is not None and (case.requester_id == actor_id or is_agent_of(case, actor_id)):
        note_public_reply(case.id, db.session.get_one(Post, post_id))


def on_answer_accepted(event: AnswerAccepted, *, event_id: int) -> None:
    """Close a case that was handed back once a member's answer solved its question."""
    case = get_live_case(event.question_id)
    if case is None or case.state != RETURNED:
        return
    if has_solution_of_peers(event.question_id):
        close_answered_by_peers(SYSTEM, case.id)


def on_post_regrouped(event: PostRegrouped, *, event_id: int) -> None:
    """Let a case follow its question to another board."""
    case = get_live_case(event.post_id) if event.what == "board" else None
    if case is not None:
        follow_question(case.id)


def on_new_for_team(event: CaseOpened | CaseHandedOver, *, event_id: int) -> None:
    """Give a case that came to a team to whoever is next there."""
    rotate_case(event.case_id)


def on_customer_replied(event: CustomerReplied, *, event_id: int) -> None:
    """Give a case whose owner is away back to its team."""
    return_if_away(event.case_id)


SUBSCRIPTIONS: Mapping[type[Any], Sequence[Callable[..., None]]] = {
    AnswerPosted: [on_answer_posted],
    CommentPosted: [on_comment_posted],
    AnswerAccepted: [on_answer_accepted],
    PostRegrouped: [on_post_regrouped],
    CaseOpened: [on_new_for_team],
    CaseHandedOver: [on_new_for_team],
    CustomerReplied: [on_customer_replied],
}
