"""What search does when something happened."""

from datetime import timedelta

from community import events
from community.core import clock
from community.core.db import db
from community.core.jobs import Task, enqueue
from community.questions.models import Question
from community.search.operations import attach_considered, request_indexing
from community.search.tasks import write_index

# A burst of changes is written in one commit at the end of its second.
BATCH_SECONDS = 1

_Changed = (
    events.QuestionAsked
    | events.AnswerPosted
    | events.PostEdited
    | events.PostVisibilityChanged
    | events.AnswerAccepted
    | events.AnswerUnaccepted
    | events.QuestionClosed
    | events.QuestionReopened
)


def index_question(event: _Changed, *, event_id: int) -> None:
    """Have the question's entry in the index written anew."""
    request_indexing(event.question_id)
    now = clock.now()
    enqueue(
        write_index,
        due_at=now + timedelta(seconds=BATCH_SECONDS),
        unique_key=f"write_index:{int(now.timestamp()) // BATCH_SECONDS}",
    )


def attach_what_was_read(event: events.QuestionAsked, *, event_id: int) -> None:
    """Let the suggestions the asker read in vain go with the question."""
    question = db.session.get(Question, event.question_id)
    if question is not None:
        attach_considered(question.id, question.author_id, question.created_at)


SUBSCRIPTIONS: dict[type, list[Task]] = {
    events.QuestionAsked: [index_question, attach_what_was_read],
    events.AnswerPosted: [index_question],
    events.PostEdited: [index_question],
    events.PostVisibilityChanged: [index_question],
    events.AnswerAccepted: [index_question],
    events.AnswerUnaccepted: [index_question],
    events.QuestionClosed: [index_question],
    events.QuestionReopened: [index_question],
}
