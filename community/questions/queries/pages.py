"""Everything one question page shows, in as few queries as it takes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from community.boards.models import Board, name_in
from community.boards.policies import Reach, reach_of
from community.boards.queries import board_is_within
from community.core import markup
from community.core.authz import Viewer
from community.core.db import AnyRow, AnySelect, db
from community.core.errors import NotFound
from community.core.pagination import Cursor
from community.identity.models import User
from community.identity.people import PERSON_WIDTH, Person, person_columns
from community.posts.models import Post, SuggestedEdit, Vote, Watch
from community.posts.visibility import MERGED
from community.questions.models import (
    Acceptance,
    Answer,
    Closure,
    DuplicateLink,
    DuplicateProposal,
    FollowUp,
    InfoRequest,
    MeToo,
    Question,
)
from community.questions.queries.duplicates import (
    Named,
    find_shown_original,
    list_duplicates,
    list_voices,
)
from community.questions.queries.follow_ups import list_follow_ups
from community.questions.queries.page_parts import (
    AcceptanceView,
    AnswerCursor,
    ClosureView,
    MergedView,
    NoteView,
    PostView,
    ProposalView,
    QuestionPage,
    QuestionView,
)
from community.questions.queries.topics import get_topics
from community.questions.reasons import reason_words
from community.questions.status import status_for

ANSWERS_PER_PAGE = 30
COMMENTS_LIMIT = 500

QUESTION_COLUMNS: tuple[Any, ...] = (
    Question.id,
    Question.place_id,
    Question.author_id,
    Question.created_at,
    Question.edited_at,
    Question.html,
    Question.kudos_count,
    Question.slug,
    Question.title,
    Question.excerpt,
    Question.status,
    Question.awaits_asker,
    Question.is_locked,
    Question.language,
    Question.answers_count,
    Question.me_too_count,
    Question.last_activity_at,
    Question.solved_at,
    Question.ended_at,
)

closer = aliased(User)
accepter = aliased(User)


def get_question_page(
    viewer: Viewer, language: str, question_id: int, after: AnswerCursor | None = None
) -> QuestionPage:
    """Return a question with answers, comments and tags; raises ``NotFound``.

    Four queries for guests, one more for what a signed-in viewer did here.
    """
    question = _get_question(viewer, language, question_id)
    answers, more = _list_answers(question_id, after)
    _add_comments(question, answers)
    _add_topics(viewer, question, answers)
    if viewer.viewer_id is not None:
        _add_own_marks(viewer.viewer_id, question, answers)
    return QuestionPage(question, answers, more)


def _get_question(viewer: Viewer, language: str, question_id: int) -> QuestionView:
    statement = _question_statement(reach_of(viewer))
    row = db.session.connection().execute(statement, {"question_id": question_id}).one_or_none()
    if row is None:
        raise NotFound()
    return _question_view(viewer, language, row)


# The page's statements are built once: building one costs more than running it.
@lru_cache
def _question_statement(reach: Reach) -> AnySelect:
    return (
        select(
            *QUESTION_COLUMNS,
            Board.slug.label("board_slug"),
            Board.names.label("board_names"),
            Board.audience.label("board_audience"),
            Closure.reason,
            Closure.note.label("closure_note"),
            Closure.closed_at,
            Closure.duplicate_of_id,
            InfoRequest.note.label("info_note"),
            InfoRequest.requested_at,
            DuplicateProposal.id.label("proposal_id"),
            DuplicateProposal.original_id,
            DuplicateProposal.proposed_by_id,
            DuplicateProposal.answer,
            exists().where(DuplicateLink.original_id == Question.id).label("has_duplicates"),
            exists()
            .where(or_(FollowUp.earlier_id == Question.id, FollowUp.question_id == Question.id))
            .label("has_follow_ups"),
            *person_columns(closer),
            *person_columns(),
        )
        .join(Board, Board.id == Question.place_id)
        .join(User, User.id == Question.author_id)
        .outerjoin(Closure, Closure.question_id == Question.id)
        .outerjoin(closer, closer.id == Closure.closed_by_id)
        .outerjoin(
            InfoRequest,
            and_(InfoRequest.question_id == Question.id, InfoRequest.answered_at.is_(None)),
        )
        .outerjoin(
            DuplicateProposal,
            and_(
                DuplicateProposal.question_id == Question.id, DuplicateProposal.ended_at.is_(None)
            ),
        )
        .where(
            Question.id == bindparam("question_id"),
            Question.visibility == "published",
            board_is_within(reach),
        )
        .limit(1)
    )


def _question_view(viewer: Viewer, language: str, row: AnyRow) -> QuestionView:
    status = status_for(
        viewer, status=row.status, awaits_asker=row.awaits_asker, asker_id=row.author_id
    )
    return QuestionView(
        id=row.id,
        board_id=row.place_id,
        author_id=row.author_id,
        created_at=row.created_at,
        edited_at=row.edited_at,
        html=markup.stored(row.html),
        kudos_count=row.kudos_count,
        author=Person(*row[-PERSON_WIDTH:]),
        slug=row.slug,
        title=row.title,
        excerpt=row.excerpt,
        status=status,
        plain_status=row.status,
        awaits_asker=row.awaits_asker,
        is_locked=row.is_locked,
        language=row.language,
        board_slug=row.board_slug,
        board_name=name_in(row.board_names, language),
        board_audience=row.board_audience,
        answers_count=row.answers_count,
        me_too_count=row.me_too_count,
        last_activity_at=row.last_activity_at,
        solved_at=row.solved_at,
        ended_at=row.ended_at,
        closure=_closure_view(viewer, row),
        proposal=_proposal_view(viewer, row),
        duplicates=[*list_duplicates(viewer, row.id)] if row.has_duplicates else [],
        follow_ups=list_follow_ups(viewer, row.id) if row.has_follow_ups else [],
        needs_info=NoteView(row.info_note, row.requested_at) if row.requested_at else None,
    )


def _closure_view(viewer: Viewer, row: AnyRow) -> ClosureView | None:
    if row.reason is None:
        return None
    original = _original_of(viewer, row.duplicate_of_id)
    by = Person(*row[-2 * PERSON_WIDTH : -PERSON_WIDTH])
    label = reason_words(row.reason)
    return ClosureView(row.reason, label, row.closure_note, row.closed_at, by, original)


def _original_of(viewer: Viewer, question_id: int | None) -> Named | None:
    """Name a duplicate's original to those who can see it; one more query, for duplicates only."""
    return None if question_id is None else find_shown_original(viewer, question_id)


def _proposal_view(viewer: Viewer, row: AnyRow) -> ProposalView | None:
    if row.proposal_id is None or row.status in ("closed", "solved"):
        return None
    original = _original_of(viewer, row.original_id)
    if original is None or original.id == row.id:
        return None
    has_voice = viewer.viewer_id is not None and viewer.viewer_id in list_voices(row.proposal_id)
    return ProposalView(original, row.proposed_by_id, row.answer == "differs", has_voice)


def _list_answers(
    question_id: int, after: AnswerCursor | None
) -> tuple[list[PostView], AnswerCursor | None]:
    """Read answers: accepted ones first, then by kudos, then the older first."""
    statement = _answers_statement()
    if after is not None:
        statement = statement.where(Acceptance.id.is_(None), _after(after))
    rows = db.session.connection().execute(statement, {"question_id": question_id})
    answers = [_answer_view(row) for row in rows]
    if len(answers) <= ANSWERS_PER_PAGE:
        return answers, None
    last = answers[ANSWERS_PER_PAGE - 1]
    cursor = AnswerCursor(last.kudos_count, Cursor(last.created_at, last.id))
    return answers[:ANSWERS_PER_PAGE], cursor


@lru_cache
def _answers_statement() -> AnySelect:
    return (
        select(
            Answer.id,
            Answer.board_id,
            Answer.author_id,
            Answer.created_at,
            Answer.edited_at,
            Answer.html,
            Answer.kudos_count,
            Acceptance.accepted_at,
            Acceptance.place,
            *person_columns(accepter),
            *person_columns(),
        )
        .join(User, User.id == Answer.author_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .outerjoin(accepter, accepter.id == Acceptance.accepted_by_id)
        .where(Answer.root_id == bindparam("question_id"), Answer.visibility == "published")
        .order_by(
            case((Acceptance.place.is_(None), 9), else_=Acceptance.place),
            Answer.kudos_count.desc(),
            Answer.created_at,
            Answer.id,
        )
        .limit(ANSWERS_PER_PAGE + 1)
    )


def _after(cursor: AnswerCursor) -> Any:
    later = or_(
        Answer.created_at > cursor.after.at,
        and_(Answer.created_at == cursor.after.at, Answer.id > cursor.after.id),
    )
    return or_(Answer.kudos_count < cursor.kudos, and_(Answer.kudos_count == cursor.kudos, later))


def _answer_view(row: AnyRow) -> PostView:
    acceptance = None
    if row.accepted_at is not None:
        by = Person(*row[-2 * PERSON_WIDTH : -PERSON_WIDTH])
        acceptance = AcceptanceView(by, row.accepted_at, row.place)
    return PostView(
        id=row[0],
        board_id=row[1],
        author_id=row[2],
        created_at=row[3],
        edited_at=row[4],
        html=markup.stored(row[5]),
        kudos_count=row[6],
        author=Person(*row[-PERSON_WIDTH:]),
        acceptance=acceptance,
    )


def _add_comments(question: QuestionView, answers: Sequence[PostView]) -> None:
    shown: dict[int, PostView] = {post.id: post for post in (question, *answers)}
    for row in db.session.connection().execute(_comments_statement(), {"parent_ids": list(shown)}):
        person, html = Person(*row[-PERSON_WIDTH:]), markup.stored(row[5])
        if row.title is not None:
            question.merged.append(MergedView(row[0], row.title, html, person, row[3]))
            continue
        values = (*row[:5], html, row[6], person)
        comment = PostView(*values)
        comment.kind = "comment"
        shown[row[7]].comments.append(comment)


@lru_cache
def _comments_statement() -> AnySelect:
    # The same statement brings the questions that became part of this one.
    titles = Question.__table__
    return (
        select(
            Post.id,
            Post.board_id,
            Post.author_id,
            Post.created_at,
            Post.edited_at,
            Post.html,
            Post.kudos_count,
            Post.parent_id,
            titles.c.title,
            *person_columns(),
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(titles, titles.c.id == Post.id)
        .where(
            Post.parent_id.in_(bindparam("parent_ids", expanding=True)),
            or_(
                and_(Post.kind == "comment", Post.visibility == "published"),
                and_(Post.kind == "question", Post.visibility == MERGED),
            ),
        )
        .order_by(Post.created_at, Post.id)
        .limit(COMMENTS_LIMIT)
    )


def _add_topics(viewer: Viewer, question: QuestionView, answers: Sequence[PostView]) -> None:
    helpers = {answer.author_id for answer in answers}
    topics = get_topics(viewer, question.id, question.board_id, helpers)
    question.tags = topics.tags
    for answer in answers:
        answer.topic = topics.marks.get(answer.author_id)


def _add_own_marks(user_id: int, question: QuestionView, answers: Sequence[PostView]) -> None:
    """Read the viewer's kudos, me-too, watch and waiting replies here in one query."""
    shown: dict[int, PostView] = {post.id: post for post in (question, *answers)}
    marks: CompoundSelect[str, int] = union_all(
        select(literal("kudos"), Vote.post_id).where(
            Vote.user_id == user_id, Vote.post_id.in_(shown), Vote.value == 1
        ),
        select(literal("me_too"), MeToo.question_id).where(
            MeToo.user_id == user_id, MeToo.question_id == question.id
        ),
        select(literal("watch"), Watch.post_id).where(
            Watch.user_id == user_id, Watch.post_id == question.id, Watch.muted.is_(False)
        ),
        select(literal("held"), Post.parent_id).where(
            Post.root_id == question.id, Post.author_id == user_id, Post.visibility == "held"
        ),
        _waiting_edits(user_id, question.id),
    )
    for kind, post_id in db.session.execute(marks):
        if kind == "kudos":
            shown[post_id].my_kudos = True
        elif kind == "held":
            shown.get(post_id, question).my_held += 1
        elif kind == "edit":
            shown.get(post_id, question).my_edits += 1
        elif kind == "suggested":
            shown.get(post_id, question).suggested += 1
        elif kind == "me_too":
            question.my_me_too = True
        else:
            question.my_watch = True


def _waiting_edits(user_id: int, question_id: int) -> Select[str, int]:
    """Select the changes of posts here that wait: the member's own, and those of their posts."""
    mine = SuggestedEdit.author_id == user_id
    for_them = and_(Post.author_id == user_id, SuggestedEdit.is_held.is_(False))
    return (
        select(case((mine, "edit"), else_="suggested"), SuggestedEdit.post_id)
        .join(Post, Post.id == SuggestedEdit.post_id)
        .where(Post.root_id == question_id, SuggestedEdit.state == "waiting", or_(mine, for_them))
    )
