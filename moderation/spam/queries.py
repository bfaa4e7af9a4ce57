"""Reads of what was learned, and of what is known of an author and a text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from community.core import clock
from community.core.db import db
from community.core.kept import Kept
from community.core.settings import current_settings
from community.identity.models import User
from community.posts.models import Post, Removal, SuggestedEdit
from community.posts.visibility import PUBLISHED
from community.questions.models import Question
from moderation.cases.models import (
    CLAIMED,
    NO_VIOLATION,
    UNDECIDED,
    UNDONE,
    VIOLATION,
    CaseSubject,
    ModerationCase,
)
from moderation.spam.bayes import Counts, Seen, Totals, evidence_of, weight_of
from moderation.spam.disposable import is_disposable
from moderation.spam.facts import DAY, HOUR, Facts, evidence_against, tokens_of_facts
from moderation.spam.hashing import hashes_of, marks_of
from moderation.spam.models import (
    HAM,
    SPAM,
    THE_MODEL,
    CleanedCase,
    CleanedPost,
    SpamCleanup,
    SpamLesson,
    SpamModel,
    SpamToken,
    TextMark,
)
from moderation.spam.tokens import shingles_of, tokens_of
from moderation.spam.weighing import evidence_of_sum, said_by

# SQLite takes so many values in one statement at the least.
CHUNK = 500
COPIES_WITHIN = timedelta(days=7)
# Of the marks of two texts (``hashing.MARKS``) so many must agree for one to be a copy.
SHARED_MARKS = 8
MOST_COUNTED = 50
# What nobody objected to for so long was welcome.
STAYED = timedelta(days=30)
# The rule against it (``moderation.rules``), and the kind of its cases.
SPAM_RULE = "spam"
# Decided by one press at the most; what is beyond that stays in the queue.
MOST_CASES = 200
# Cases about a text. Others, of pictures or of people, say nothing of words.
TEACHING = ("spam", "held", "first_post", "flag")
# Cases about a changed text: the post itself says what it said before.
OF_CHANGES = "held_edit"


def get_model() -> SpamModel | None:
    """Return what was learned in all; None before the first lesson."""
    query = select(SpamModel).where(SpamModel.id == THE_MODEL)
    return db.session.scalar(query.execution_options(populate_existing=True))


def has_learned() -> bool:
    """Say whether there was a lesson yet; the first one counts everywhere in half a minute."""
    return _kept_beginning.get()


_kept_beginning = Kept(SpamModel, lambda: get_model() is not None)


def get_totals() -> Totals:
    """Return how many texts of each kind were learned."""
    model = get_model()
    return model.totals if model else Totals(0, 0)


def counts_of(hashes: Sequence[int]) -> Counts:
    """Return the counts of tokens; those never seen are left out."""
    found: dict[int, Seen] = {}
    for at in range(0, len(hashes), CHUNK):
        columns = (SpamToken.hash, SpamToken.spam_count, SpamToken.ham_count, SpamToken.weight)
        query = select(*columns).where(SpamToken.hash.in_(hashes[at : at + CHUNK]))
        found.update({number: Seen(*counts) for number, *counts in db.session.execute(query)})
    return found


def get_lesson(post_id: int, suggestion_id: int = 0) -> SpamLesson | None:
    """Return what was learned of a post, or of a change of it."""
    query = select(SpamLesson).where(
        SpamLesson.post_id == post_id, SpamLesson.suggestion_id == suggestion_id
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


@dataclass(frozen=True)
class Place:
    """What a text is and where it stands; ``question_id`` is None for a question itself."""

    kind: str = "question"
    language: str = ""
    question_id: int | None = None


def place_of(post: Post) -> Place:
    """Return where a stored post stands."""
    return Place(post.kind, post.language, None if post.kind == "question" else post.root_id)


def facts_of(
    author: User,
    at: datetime,
    *,
    marks: Collection[int] = (),
    post_id: int | None = None,
    place: Place = Place(),
) -> Facts:
    """Return what was known of an author at an instant, when they wrote a text with these marks.

    ``post_id`` is the text's, if it is stored already.
    """
    before = (Post.author_id == author.id, Post.created_at <= at, Post.id != (post_id or 0))
    times = db.session.scalars(
        select(Post.created_at).where(*before).order_by(Post.created_at.desc()).limit(MOST_COUNTED)
    ).all()
    copies, own_copies = _copies(author.id, at, marks, post_id)
    question = db.session.get(Post, place.question_id) if place.question_id else None
    return Facts(
        account_age=max(timedelta(), at - author.created_at),
        posts_before=len(times),
        posts_last_hour=sum(time > at - HOUR for time in times),
        posts_last_day=sum(time > at - DAY for time in times),
        copies=copies,
        own_copies=own_copies,
        spam_before=_spam_before(author.id, at),
        mail_is_disposable=is_disposable(author.email),
        trust_level=author.trust_level,
        kind=place.kind,
        language=place.language,
        question_age=max(timedelta(), at - question.created_at) if question else None,
        in_own=question is not None and question.author_id == author.id,
    )


def _copies(
    author_id: int, at: datetime, marks: Collection[int], post_id: int | None
) -> tuple[int, int]:
    """Return how many others wrote nearly the same lately, and how often the author did."""
    if len(marks) < SHARED_MARKS:
        return 0, 0
    alike = (
        select(TextMark.post_id)
        .where(
            TextMark.mark.in_(marks),
            TextMark.post_id != (post_id or 0),
            TextMark.marked_at > at - COPIES_WITHIN,
            TextMark.marked_at <= at,
        )
        .group_by(TextMark.post_id)
        .having(func.count() >= SHARED_MARKS)
        .limit(MOST_COUNTED)
    )
    authors = db.session.scalars(select(Post.author_id).where(Post.id.in_(alike))).all()
    return len(set(authors) - {author_id}), sum(other == author_id for other in authors)


def _spam_before(author_id: int, at: datetime) -> int:
    of_posts = and_(SpamLesson.suggestion_id == 0, Post.author_id == author_id)
    query = (
        select(func.count())
        .select_from(SpamLesson)
        .join(Post, Post.id == SpamLesson.post_id)
        .outerjoin(SuggestedEdit, SuggestedEdit.id == SpamLesson.suggestion_id)
        .where(
            or_(of_posts, SuggestedEdit.author_id == author_id),
            SpamLesson.label == SPAM,
            SpamLesson.learned_at < at,
        )
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Reading:
    """What a text by somebody is judged by: hashes of its tokens, its marks, and the author."""

    hashes: Sequence[int]
    marks: Sequence[int]
    facts: Facts


def read_text(
    author: User,
    title: str,
    body: str,
    *,
    at: datetime,
    salt: bytes,
    place: Place,
    post_id: int | None = None,
) -> Reading:
    """Return what speaks for and against a text, as it was when it was written."""
    marks = marks_of(shingles_of(title, body), salt)
    facts = facts_of(author, at, marks=marks, post_id=post_id, place=place)
    own_host = urlsplit(current_settings().site_url).hostname or ""
    tokens = tokens_of(title, body, own_host=own_host) | tokens_of_facts(facts)
    return Reading(hashes_of(tokens, salt), marks, facts)


def read_post(post: Post, salt: bytes) -> Reading:
    """Return what speaks for and against a post that is stored."""
    author = db.session.get_one(User, post.author_id)
    title = post.title if isinstance(post, Question) else ""
    return read_text(
        author,
        title,
        post.body,
        at=post.created_at,
        salt=salt,
        place=place_of(post),
        post_id=post.id,
    )


def read_edit(suggestion: SuggestedEdit, salt: bytes) -> Reading:
    """Return what speaks for and against a changed text, judged as of who changed it."""
    author = db.session.get_one(User, suggestion.author_id)
    place = place_of(db.session.get_one(Post, suggestion.post_id))
    at = suggestion.created_at
    return read_text(author, suggestion.title, suggestion.body, at=at, salt=salt, place=place)


def evidence_in(model: SpamModel, reading: Reading) -> float:
    """Return what a reading says of spam; raises ``BrokenModel``."""
    totals, seen = model.totals, counts_of(reading.hashes).values()
    if model.is_weighed:
        evidence = evidence_of_sum(said_by(seen, totals))
    else:
        evidence = evidence_of(weight_of(each.spam, each.ham, totals) for each in seen)
    return evidence - evidence_against(reading.facts.trust_level)


def list_removed_spam_ids(most: int) -> list[int]:
    """Return posts that moderators found to be spam and that are gone, newest first."""
    found = exists().where(
        ModerationCase.post_id == Post.id,
        ModerationCase.decision == VIOLATION,
        ModerationCase.state != UNDONE,
        or_(ModerationCase.rule == SPAM_RULE, ModerationCase.kind == SPAM_RULE),
    )
    query = (
        select(Post.id)
        .where(Post.visibility.in_(("hidden", "deleted")), found, _is_unlearned())
        .order_by(Post.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def list_known_ham_ids(most: int) -> list[int]:
    """Return posts that stayed where they are for a month, newest first."""
    query = (
        select(Post.id)
        .where(
            Post.visibility == PUBLISHED, Post.created_at < clock.now() - STAYED, _is_unlearned()
        )
        .order_by(Post.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def _is_unlearned() -> ColumnElement[bool]:
    return ~exists().where(SpamLesson.post_id == Post.id, SpamLesson.suggestion_id == 0)


def label_decided(post_id: int) -> str | None:
    """Return whether moderators found a post to be spam or fine, by what they decided last.

    None where nothing stands, and where it broke another rule.
    """
    query = (
        select(ModerationCase.decision, ModerationCase.rule, ModerationCase.kind)
        .where(
            ModerationCase.post_id == post_id,
            ModerationCase.kind.in_(TEACHING),
            ModerationCase.decision.is_not(None),
            ModerationCase.state != UNDONE,
        )
        .order_by(ModerationCase.decided_at.desc(), ModerationCase.id.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return None if row is None else _label(row.decision, row.rule, row.kind)


def label_of_case(case: ModerationCase) -> str | None:
    """Return as ``label_decided`` what one case says of its text."""
    if case.state == UNDONE:
        return None
    return _label(case.decision, case.rule, case.kind)


def _label(decision: str | None, rule: str | None, kind: str) -> str | None:
    if decision == NO_VIOLATION:
        return HAM
    return SPAM if decision == VIOLATION and SPAM_RULE in (rule, kind) else None


def list_visible_posts(author_id: int, *, after: int, most: int) -> list[tuple[int, int]]:
    """Return a member's posts that can be seen or wait, with the question of each."""
    query = (
        select(Post.id, func.coalesce(Post.root_id, Post.id))
        .where(
            Post.author_id == author_id, Post.id > after, Post.visibility.in_(("published", "held"))
        )
        .order_by(Post.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def newest_removal_id(post_id: int) -> int | None:
    """Return the last change of a post's visibility."""
    return db.session.scalar(select(func.max(Removal.id)).where(Removal.post_id == post_id))


def list_unsettled_posts(cleanup_id: int, *, most: int) -> list[tuple[CleanedPost, int]]:
    """Return posts that a clean-up hid and that were not looked at since it is taken back.

    In the order of their questions, which come along: whoever locks several does so in one order.
    """
    question_id = func.coalesce(Post.root_id, Post.id)
    query = (
        select(CleanedPost, question_id)
        .join(Post, Post.id == CleanedPost.post_id)
        .where(CleanedPost.cleanup_id == cleanup_id, CleanedPost.settled_at.is_(None))
        .order_by(question_id, Post.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def list_cases_to_decide(user_id: int, actor_id: int, now: datetime) -> list[ModerationCase]:
    """Return cases about a member's texts that wait and nobody else is at work on."""
    about = select(CaseSubject.case_id).where(CaseSubject.user_id == user_id)
    theirs = and_(
        ModerationCase.state == CLAIMED,
        ModerationCase.claimed_by_id != actor_id,
        ModerationCase.claimed_until > now,
    )
    query = (
        select(ModerationCase)
        .join(Post, Post.id == ModerationCase.post_id)
        .where(
            ModerationCase.id.in_(about),
            ModerationCase.kind.in_(TEACHING),
            ModerationCase.state.in_(UNDECIDED),
            Post.author_id == user_id,
            ~theirs,
        )
        .order_by(func.coalesce(Post.root_id, Post.id), ModerationCase.id)
        .limit(MOST_CASES)
    )
    return list(db.session.scalars(query))


def list_cleaned_cases(cleanup_id: int) -> list[ModerationCase]:
    """Return the cases that a clean-up decided."""
    decided = select(CleanedCase.case_id).where(CleanedCase.cleanup_id == cleanup_id)
    query = select(ModerationCase).where(ModerationCase.id.in_(decided)).order_by(ModerationCase.id)
    return list(db.session.scalars(query))


def newest_cleanup(user_id: int) -> SpamCleanup | None:
    """Return the last clean-up after a member."""
    query = select(SpamCleanup).where(SpamCleanup.user_id == user_id)
    newest = query.order_by(SpamCleanup.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def count_cleaned_posts(cleanup_id: int) -> int:
    """Return how many posts a clean-up hid."""
    query = select(func.count()).where(CleanedPost.cleanup_id == cleanup_id)
    return db.session.scalar(query) or 0
