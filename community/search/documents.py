"""What the index holds of a question: its own words, its answers' words, and what is filtered by.

One document a question: an answer is found under the question it belongs to, and words spread
over question and answers count together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from community.core.authz import STAFF_ROLES
from community.core.db import db
from community.identity.models import User
from community.posts.models import PostTag, Tag
from community.posts.visibility import MERGED
from community.questions.models import Answer, Question
from community.search.analysis import terms, words

BATCH = 500
MAX_TERMS = 3_000


@dataclass
class Document:
    """A question as the index sees it; lists hold index terms."""

    question_id: int
    asked_at: int
    title: list[str]
    title_words: list[str]
    body: list[str]
    filters: list[str]
    answers: list[str] = field(default_factory=list)


def load_documents(question_ids: Sequence[int]) -> list[Document]:
    """Return documents of those questions that are published; the others have none."""
    rows = db.session.execute(
        select(
            Question.id,
            Question.title,
            Question.body,
            Question.language,
            Question.asked_at,
            Question.status,
            Question.place_id,
            Question.author_id,
        )
        .where(Question.id.in_(question_ids), Question.visibility == "published")
        .order_by(Question.id)
    ).all()
    documents = {row.id: _document(row) for row in rows}
    _add_tags(documents)
    _add_merged(documents)
    _add_answers(documents)
    return list(documents.values())


def iterate_documents() -> Iterator[list[Document]]:
    """Yield all published questions in batches, by id; memory stays bounded."""
    last = 0
    while True:
        ids = db.session.scalars(
            select(Question.id).where(Question.id > last).order_by(Question.id).limit(BATCH)
        ).all()
        if not ids:
            return
        yield load_documents(ids)
        last = ids[-1]


def _document(row: Any) -> Document:
    return Document(
        question_id=row.id,
        asked_at=int(row.asked_at.timestamp()),
        title=terms(row.title, row.language),
        title_words=list(dict.fromkeys(words(row.title))),
        body=terms(row.body, row.language)[:MAX_TERMS],
        filters=[
            f"is:{row.status}",
            f"board:{row.place_id}",
            f"user:{row.author_id}",
            f"lang:{row.language}",
        ],
    )


def _add_tags(documents: dict[int, Document]) -> None:
    rows = db.session.execute(
        select(PostTag.post_id, Tag.name)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id.in_(documents))
        .order_by(PostTag.post_id, Tag.name)
    )
    for question_id, name in rows:
        document = documents[question_id]
        document.filters.append(f"tag:{name}")
        document.body.extend(terms(name, "en"))


def _add_merged(documents: dict[int, Document]) -> None:
    """Let a question be found by the words of those that became part of it."""
    rows = db.session.execute(
        select(Question.root_id, Question.title, Question.body, Question.language)
        .where(Question.root_id.in_(documents), Question.visibility == MERGED)
        .order_by(Question.id)
    )
    for question_id, title, body, language in rows:
        assert question_id is not None
        found = terms(f"{title}\n{body}", language)
        document = documents[question_id]
        document.body = [*document.body, *found][: 2 * MAX_TERMS]


def _add_answers(documents: dict[int, Document]) -> None:
    texts: dict[int, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(Answer.root_id, Answer.body, Answer.language, User.role)
        .join(User, User.id == Answer.author_id)
        .where(Answer.root_id.in_(documents), Answer.visibility == "published")
        .order_by(Answer.id)
    )
    for question_id, body, language, role in rows:
        assert question_id is not None
        found = texts[question_id]
        if len(found) < MAX_TERMS:
            found.extend(terms(body, language))
        if role in STAFF_ROLES:
            documents[question_id].filters.append("staff:yes")
    for question_id, found in texts.items():
        documents[question_id].answers = found[:MAX_TERMS]
