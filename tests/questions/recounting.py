"""Every running total computed again in plain Python, to be compared with what was counted."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from community.boards.models import BoardStats
from community.core.db import db, transaction
from community.identity.models import User
from community.posts.models import Post, PostTag, Tag, TagCount, Vote
from community.questions.models import (
    STATUSES,
    Acceptance,
    Closure,
    InfoRequest,
    Lock,
    MeToo,
    Question,
)


@dataclass
class Snapshot:
    """All rows the totals follow from."""

    posts: dict[int, Post]
    acceptances: list[Acceptance]

    def public(self, post: Post) -> bool:
        """Say whether all above the post is published, and itself is or became part of that."""
        above = (post.parent_id, post.root_id)
        chain = [self.posts[i] for i in above if i not in (None, post.id)]
        counted = post.visibility in ("published", "merged") and post.root_id != post.id
        return (counted or post.visibility == "published") and all(
            link.visibility == "published" for link in chain
        )


def _all(model: Any) -> list[Any]:
    found = db.session.scalars(select(model).execution_options(populate_existing=True))
    return list(found.all())


def assert_totals_are_right() -> None:
    """Compare all stored totals with what follows from the rows."""
    with transaction():
        posts = {post.id: post for post in _all(Post)}
        questions = _all(Question)
        state = Snapshot(posts, _all(Acceptance))
        for question in questions:
            _check_question(state, question)
        _check_posts(state)
        _check_users(state)
        _check_boards(questions)
        _check_tags(questions)


def _check_question(state: Snapshot, question: Question) -> None:
    below = [p for p in state.posts.values() if p.root_id == question.id and p is not question]
    answers = [p for p in below if p.kind == "answer" and p.visibility == "published"]
    by_others = [p for p in answers if p.author_id != question.author_id]
    solved = [
        a
        for a in state.acceptances
        if a.question_id == question.id and state.posts[a.answer_id].visibility == "published"
    ]
    seen = [p for p in below if p.visibility == "published"]
    seen = [
        p
        for p in seen
        if state.posts[p.parent_id or 0].visibility == "published" or p.parent_id == question.id
    ]
    newest = max(seen, key=lambda p: (p.created_at, p.id), default=question)
    assert question.answers_count == len(answers)
    assert question.first_answer_at == min((p.created_at for p in by_others), default=None)
    assert question.solved_at == min((a.accepted_at for a in solved), default=None)
    assert (question.last_activity_at, question.last_by_asker) == (
        newest.created_at,
        newest.author_id == question.author_id,
    )
    closed = any(row.question_id == question.id for row in _all(Closure))
    status = "answered" if by_others else "open"
    status = "closed" if closed else status
    assert question.status == ("solved" if solved else status)
    assert question.is_locked == any(row.question_id == question.id for row in _all(Lock))
    asked = [row for row in _all(InfoRequest) if row.question_id == question.id]
    assert question.awaits_asker == any(row.answered_at is None for row in asked)
    assert question.me_too_count == sum(row.question_id == question.id for row in _all(MeToo))
    assert len(solved) <= 3


def _check_posts(state: Snapshot) -> None:
    votes = Counter(vote.post_id for vote in _all(Vote))
    comments = Counter(
        p.parent_id
        for p in state.posts.values()
        if p.kind == "comment" and p.visibility == "published"
    )
    for post in state.posts.values():
        assert post.kudos_count == votes[post.id]
        assert post.comments_count == comments[post.id]


def _check_users(state: Snapshot) -> None:
    kudos: Counter[int] = Counter()
    solved: Counter[int] = Counter()
    for post in state.posts.values():
        if state.public(post):
            kudos[post.author_id] += post.kudos_count
    for acceptance in state.acceptances:
        answer, question = state.posts[acceptance.answer_id], state.posts[acceptance.question_id]
        asker_id = acceptance.asker_id or question.author_id
        if state.public(answer) and answer.author_id != asker_id:
            solved[answer.author_id] += 1
    for user in _all(User):
        assert (user.kudos_count, user.solved_count) == (kudos[user.id], solved[user.id])


def count_topics() -> Counter[tuple[int, int, str]]:
    """Return best answers by helper, board and tag, "" for all of a board."""
    with transaction():
        state = Snapshot({post.id: post for post in _all(Post)}, _all(Acceptance))
        names = {tag.id: tag.name for tag in _all(Tag)}
        tags = [(row.post_id, names[row.tag_id]) for row in _all(PostTag)]
    counted: Counter[tuple[int, int, str]] = Counter()
    for acceptance in state.acceptances:
        answer, question = state.posts[acceptance.answer_id], state.posts[acceptance.question_id]
        asker_id = acceptance.asker_id or question.author_id
        if state.public(answer) and answer.author_id != asker_id:
            topics = ["", *(name for post_id, name in tags if post_id == question.id)]
            counted.update((answer.author_id, question.board_id, topic) for topic in topics)
    return counted


def _check_boards(questions: list[Question]) -> None:
    counted = Counter((q.place_id, q.status) for q in questions if q.visibility == "published")
    for stats in _all(BoardStats):
        for status in STATUSES:
            assert getattr(stats, f"{status}_count") == counted[stats.board_id, status]
        counted = Counter({key: n for key, n in counted.items() if key[0] != stats.board_id})
    assert not +counted


def _check_tags(questions: list[Question]) -> None:
    public = {q.id: q.place_id for q in questions if q.visibility == "published"}
    counted = Counter(
        (row.tag_id, public[row.post_id]) for row in _all(PostTag) if row.post_id in public
    )
    stored = Counter({(row.tag_id, row.board_id): row.questions_count for row in _all(TagCount)})
    assert +stored == counted
