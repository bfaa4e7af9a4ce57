"""Writes one demo question with everything that happened to it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from community.core import markup
from community.core.db import db
from community.importers.demo.content import DemoAnswer, DemoQuestion, Remark
from community.posts.models import Comment, Post, Removal, Revision, Vote, Watch
from community.posts.operations import render_into
from community.posts.tagging import put_tags
from community.posts.text import slug_of
from community.questions.excerpts import excerpt_of
from community.questions.models import (
    Acceptance,
    Answer,
    Closure,
    InfoRequest,
    Lock,
    MeToo,
    Question,
)

REMOVAL_REASONS = {
    "hidden": "Verstößt gegen die Regeln / against the rules",
    "held": "Wartet auf Freigabe / waits for release",
    "deleted": "",
}


@dataclass(frozen=True)
class Writing:
    """Where and when a board's questions are written: people by key, and the present moment."""

    people: dict[str, int]
    board_id: int
    now: datetime


def write_question(demo: DemoQuestion, writing: Writing) -> Question:
    """Write a question, its answers, comments, votes and facts; counters are derived later."""
    question = _add_question(demo, writing)
    for comment in demo.comments:
        _add_comment(question, question, comment, writing)
    for answer in demo.answers:
        _add_answer(question, answer, writing)
    _add_kudos(question, demo.kudos, writing)
    _add_me_toos(question, demo, writing)
    _add_facts(question, demo, writing)
    _add_watches(question, demo, writing)
    return question


def _add_question(demo: DemoQuestion, writing: Writing) -> Question:
    asked_at = writing.now - timedelta(hours=demo.hours_ago)
    question = Question(
        author_id=writing.people[demo.by],
        board_id=writing.board_id,
        place_id=writing.board_id,
        visibility=demo.state,
        support_since=asked_at if demo.with_support else None,
        title=demo.title,
        slug=slug_of(demo.title),
        language=demo.language,
        created_at=asked_at,
        asked_at=asked_at,
        last_activity_at=asked_at,
    )
    render_into(question, markup.clean_text(demo.body))
    question.excerpt = excerpt_of(question.html)
    db.session.add(question)
    db.session.flush()
    question.root_id = question.id
    put_tags(question, demo.tags)
    return question


def _moment(question: Question, after_minutes: int) -> datetime:
    return question.created_at + timedelta(minutes=after_minutes)


def _add_comment(question: Question, parent: Post, remark: Remark, writing: Writing) -> None:
    comment = Comment(
        author_id=writing.people[remark.by],
        board_id=question.board_id,
        root_id=question.id,
        parent_id=parent.id,
        language=question.language,
        created_at=_moment(question, remark.after_minutes),
    )
    render_into(comment, markup.clean_text(remark.body))
    db.session.add(comment)


def _add_answer(question: Question, demo: DemoAnswer, writing: Writing) -> None:
    answer = Answer(
        author_id=writing.people[demo.by],
        board_id=question.board_id,
        root_id=question.id,
        parent_id=question.id,
        language=question.language,
        created_at=_moment(question, demo.after_minutes),
    )
    render_into(answer, markup.clean_text(demo.body))
    db.session.add(answer)
    db.session.flush()
    for comment in demo.comments:
        _add_comment(question, answer, comment, writing)
    _add_kudos(answer, demo.kudos, writing)
    if demo.accepted:
        _accept(question, answer, demo.accepted, writing)


def _accept(question: Question, answer: Answer, accepted: Remark, writing: Writing) -> None:
    taken = db.session.scalars(
        select(Acceptance.place).where(Acceptance.question_id == question.id)
    ).all()
    db.session.add(
        Acceptance(
            question_id=question.id,
            answer_id=answer.id,
            place=len(taken) + 1,
            accepted_by_id=writing.people[accepted.by],
            accepted_at=_moment(question, accepted.after_minutes),
        )
    )
    db.session.flush()


def _add_kudos(post: Post, wanted: int, writing: Writing) -> None:
    givers = _some_people(f"kudos {post.id}", wanted, writing, but=post.author_id)
    for at, user_id in zip(_moments_since(post, givers, writing), givers, strict=True):
        db.session.add(Vote(post_id=post.id, user_id=user_id, value=1, created_at=at))


def _add_me_toos(question: Question, demo: DemoQuestion, writing: Writing) -> None:
    people = _some_people(f"me too {question.id}", demo.me_too, writing, but=question.author_id)
    for at, user_id in zip(_moments_since(question, people, writing), people, strict=True):
        db.session.add(MeToo(question_id=question.id, user_id=user_id, created_at=at))


def _some_people(occasion: str, wanted: int, writing: Writing, *, but: int) -> list[int]:
    """Choose people, always the same ones for the same occasion."""
    others = [user_id for user_id in writing.people.values() if user_id != but]
    return random.Random(occasion).sample(others, min(wanted, len(others)))


def _moments_since(post: Post, people: list[int], writing: Writing) -> list[datetime]:
    """Spread reactions over the time since a post, most of them soon after it."""
    chance = random.Random(f"moments {post.id}")
    age = writing.now - post.created_at
    return sorted(post.created_at + age * chance.random() ** 2 for _ in people)


def _add_facts(question: Question, demo: DemoQuestion, writing: Writing) -> None:
    """Add what is a row of its own: requests for facts, closure, lock, edit, removal."""
    if demo.needs_info:
        db.session.add(_info_request(question, demo, demo.needs_info, writing))
    if demo.closure:
        db.session.add(
            Closure(
                question_id=question.id,
                reason=demo.closure.reason,
                note=demo.closure.note,
                closed_by_id=writing.people[demo.closure.by],
                closed_at=_moment(question, demo.closure.after_minutes),
            )
        )
    moderator_id = writing.people["mads-moderator"]
    if demo.locked:
        last = max((minutes for _, minutes in demo.moments()), default=0)
        locked_at = min(_moment(question, last + 10), writing.now)
        db.session.add(
            Lock(question_id=question.id, locked_by_id=moderator_id, locked_at=locked_at)
        )
    _add_edit(question, demo)
    _add_removal(question, demo.state, writing, moderator_id=moderator_id)


def _info_request(
    question: Question, demo: DemoQuestion, asked: Remark, writing: Writing
) -> InfoRequest:
    replies = [
        minutes for by, minutes in demo.moments() if by == demo.by and minutes > asked.after_minutes
    ]
    return InfoRequest(
        question_id=question.id,
        note=asked.body,
        requested_by_id=writing.people[asked.by],
        requested_at=_moment(question, asked.after_minutes),
        answered_at=_moment(question, min(replies)) if replies else None,
    )


def _add_edit(question: Question, demo: DemoQuestion) -> None:
    if demo.edited is None:
        return
    db.session.add(
        Revision(
            post_id=question.id,
            number=1,
            title=question.title,
            tags=", ".join(sorted(demo.tags)),
            body=demo.edited.body_before,
            author_id=question.author_id,
            written_at=question.created_at,
        )
    )
    question.edited_at = _moment(question, demo.edited.after_minutes)
    question.edited_by_id = question.author_id


def _add_removal(question: Question, state: str, writing: Writing, *, moderator_id: int) -> None:
    if state == "published":
        return
    actors = {"hidden": moderator_id, "deleted": question.author_id, "held": None}
    age = writing.now - question.created_at
    db.session.add(
        Removal(
            post_id=question.id,
            visibility=state,
            actor_id=actors[state],
            reason=REMOVAL_REASONS[state],
            created_at=question.created_at + min(age / 2, timedelta(minutes=20)),
        )
    )


def _add_watches(question: Question, demo: DemoQuestion, writing: Writing) -> None:
    for key in _participants(demo):
        db.session.add(
            Watch(user_id=writing.people[key], post_id=question.id, created_at=question.created_at)
        )


def _participants(demo: DemoQuestion) -> Iterable[str]:
    writers = [remark.by for remark in demo.remarks()] + [answer.by for answer in demo.answers]
    return dict.fromkeys([demo.by, *writers])
