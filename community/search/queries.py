"""Searches on behalf of a viewer: what the index finds, as far as the database lets them see it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, exists, select

from community.boards.models import Board
from community.core import markup
from community.core.authz import STAFF_ROLES, Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, before, page_of
from community.core.settings import current_settings
from community.identity.models import User
from community.identity.names import name_key_of
from community.posts.models import PostTag, Tag
from community.posts.visibility import board_is_visible, post_is_visible, root_is_visible
from community.questions.models import Acceptance, Answer, Question
from community.questions.queries.rows import (
    QuestionRow,
    add_tags,
    load_rows,
    row_key,
    select_rows,
)
from community.search.analysis import likely_languages, terms, words
from community.search.backends import Backend, Wish, backend_at
from community.search.highlighting import highlight
from community.search.models import Deflection
from community.search.query_language import MAX_PAGE, SearchRequest
from community.search.ranking import Ranked, Restriction
from community.search.spelling_hints import corrected

CANDIDATES = 250
MOST_CANDIDATES = 2_000
ENOUGH_HITS = 5
FACTORS = {"solved": 1.25, "closed": 0.9}
# Nobody is helped by a question that waits for an answer itself.
HELPING_FACTORS = {**FACTORS, "open": 0.6}
SIMILAR_CANDIDATES = 40
SIMILAR_FROM_CHARS = 10
SIMILAR_BODY_CHARS = 2_000
SIMILAR_TITLE_WEIGHT = 1.5
SUGGESTION_CHARS = 2
EXCERPT_CHARS = 400
RELATED = 5
SUGGESTIONS = 6


@dataclass(frozen=True)
class SearchPage:
    """A page of hits with marked words.

    ``closeness`` says how far the hits are from what was typed; ``meant`` is the query as it was
    perhaps meant. ``older`` leads on by keyset where there are no words to rank by.
    """

    rows: Sequence[QuestionRow] = ()
    closeness: str = "exact"
    meant: str = ""
    has_more: bool = False
    older: Cursor | None = None


@dataclass(frozen=True)
class SimilarQuestion:
    """A question that may answer what somebody is about to ask; ``html`` is its best answer."""

    id: int
    slug: str
    title: str
    status: str
    language: str
    answers_count: int
    kudos_count: int
    html: str = ""


@dataclass(frozen=True)
class Considered:
    """A question that was read before another one was asked."""

    id: int
    slug: str
    title: str
    status: str


@dataclass(frozen=True)
class _Filters:
    """Filters of a search as conditions for the database and as terms for the index."""

    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)


def search_questions(viewer: Viewer, language: str, request: SearchRequest) -> SearchPage:
    """Return a page of hits the viewer may see."""
    filters = _filters(viewer, request)
    if filters is None or request.is_empty:
        return SearchPage()
    if not request.words:
        return _page_without_words(viewer, language, request, filters)
    restriction = Restriction(
        tuple(filters.groups), _seconds(request.not_before), _seconds(request.until)
    )
    wish = Wish(request.words, restriction, request.sort == "newest")
    ids: list[int] = []
    nearest = ""
    for closeness in ("exact", "near", "any"):
        hits = _visible_hits(viewer, replace(wish, closeness=closeness), filters, request)
        nearest = nearest or (closeness if hits else "")
        ids += [one for one in hits if one not in ids]
        if len(ids) >= ENOUGH_HITS:
            break
    return _page(viewer, language, request, ids, nearest or "any")


def suggest_titles(viewer: Viewer, typed: str) -> list[SimilarQuestion]:
    """Return visible questions whose titles fit; the last word may be unfinished."""
    begun = words(typed[:200])[-8:]
    if not begun or len("".join(begun)) < SUGGESTION_CHARS:
        return []
    ranked = _backend().find_titles(begun, SIMILAR_CANDIDATES)
    return _summaries(viewer, ranked, SUGGESTIONS)


def similar_questions(
    viewer: Viewer, title: str, body: str = "", limit: int = 5
) -> list[SimilarQuestion]:
    """Return questions alike what somebody is about to ask, solved ones up, with the best answer.

    From ten characters on; visible ones only.
    """
    if len(title.strip()) < SIMILAR_FROM_CHARS:
        return []
    found = _summaries(viewer, _alike(title, body), limit)
    excerpts = _best_answers(viewer, [one.id for one in found])
    return [replace(one, html=excerpts.get(one.id, "")) for one in found]


def related_questions(
    viewer: Viewer, question_id: int, limit: int = RELATED
) -> list[SimilarQuestion]:
    """Return questions alike a visible one; raises ``NotFound``."""
    question = access_question_text(viewer, question_id)
    ranked = [one for one in _alike(*question) if one.question_id != question_id]
    return _summaries(viewer, ranked, limit)


def access_question_text(viewer: Viewer, question_id: int) -> tuple[str, str]:
    """Return title and body of a visible question; raises ``NotFound``."""
    row = db.session.execute(
        select(Question.title, Question.body)
        .join(Board, Board.id == Question.place_id)
        .where(Question.id == question_id, root_is_visible(viewer, Question))
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row.title, row.body


def list_considered(viewer: Viewer, question_id: int) -> list[Considered]:
    """Return what the asker read before asking, without what the viewer may not see."""
    access_question_text(viewer, question_id)
    rows = db.session.execute(
        select(Question.id, Question.slug, Question.title, Question.status)
        .join(Board, Board.id == Question.place_id)
        .where(
            root_is_visible(viewer, Question),
            Question.id.in_(
                select(Deflection.question_id).where(Deflection.asked_question_id == question_id)
            ),
        )
        .order_by(Question.id)
        .limit(20)
    )
    return [Considered(*row) for row in rows]


def _backend() -> Backend:
    return backend_at(current_settings().index_path)


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _filters(viewer: Viewer, request: SearchRequest) -> _Filters | None:
    """Return the filters, or None where a board or person named does not exist for the viewer."""
    filters = _Filters()
    if request.board:
        board_id = db.session.scalar(
            select(Board.id).where(Board.slug == request.board, board_is_visible(viewer))
        )
        if board_id is None:
            return None
        _add(filters, Question.place_id == board_id, f"board:{board_id}")
    if request.user:
        user_id = db.session.scalar(
            select(User.id).where(User.name_key == name_key_of(request.user))
        )
        if user_id is None:
            return None
        _add(filters, Question.author_id == user_id, f"user:{user_id}")
    _add_plain_filters(filters, request)
    return filters


def _add(filters: _Filters, condition: ColumnElement[bool], *group: str) -> None:
    filters.conditions.append(condition)
    if group:
        filters.groups.append(group)


def _add_plain_filters(filters: _Filters, request: SearchRequest) -> None:
    if request.statuses:
        wanted = sorted(request.statuses)
        _add(filters, Question.status.in_(wanted), *(f"is:{status}" for status in wanted))
    for name in request.tags:
        tagged = select(PostTag.post_id).join(Tag, Tag.id == PostTag.tag_id).where(Tag.name == name)
        _add(filters, Question.id.in_(tagged), f"tag:{name}")
    if request.language:
        _add(filters, Question.language == request.language, f"lang:{request.language}")
    if request.by_staff:
        _add(filters, _has_staff_answer(), "staff:yes")
    if request.not_before:
        _add(filters, Question.asked_at >= request.not_before)
    if request.until:
        _add(filters, Question.asked_at < request.until)


def _has_staff_answer() -> ColumnElement[bool]:
    return exists(
        select(Answer.id)
        .join(User, User.id == Answer.author_id)
        .where(
            Answer.root_id == Question.id,
            Answer.visibility == "published",
            User.role.in_(STAFF_ROLES),
        )
    )


def _page_without_words(
    viewer: Viewer, language: str, request: SearchRequest, filters: _Filters
) -> SearchPage:
    older: Any = before(request.cursor, Question.asked_at, Question.id)
    statement = (
        select_rows()
        .where(root_is_visible(viewer, Question), *filters.conditions, older)
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    page = page_of(load_rows(viewer, language, statement), row_key)
    add_tags(page.rows)
    return SearchPage(page.rows, older=page.older)


def _visible_hits(
    viewer: Viewer, wish: Wish, filters: _Filters, request: SearchRequest
) -> list[int]:
    """Return ids of hits up to the page's end and one more; looks deeper where many are unseen."""
    needed = request.page * PAGE_SIZE + 1
    for limit in (CANDIDATES, MOST_CANDIDATES):
        ranked = _backend().find(replace(wish, limit=limit))
        ids = _in_order(viewer, ranked, filters.conditions, newest_first=wish.newest_first)
        if len(ids) >= needed or len(ranked) < limit:
            break
    return ids


def _in_order(
    viewer: Viewer,
    ranked: Sequence[Ranked],
    conditions: Iterable[ColumnElement[bool]] = (),
    *,
    newest_first: bool = False,
) -> list[int]:
    """Return the ids the viewer may see; solved questions move up, closed ones down."""
    statuses = _visible_statuses(viewer, [one.question_id for one in ranked], conditions)
    seen = [one for one in ranked if one.question_id in statuses]
    if not newest_first:
        seen.sort(key=lambda one: -one.score * FACTORS.get(statuses[one.question_id], 1.0))
    return [one.question_id for one in seen]


def _visible_statuses(
    viewer: Viewer, ids: Sequence[int], conditions: Iterable[ColumnElement[bool]]
) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(
        select(Question.id, Question.status)
        .join(Board, Board.id == Question.place_id)
        .where(Question.id.in_(ids), root_is_visible(viewer, Question), *conditions)
    )
    return dict(rows.all())


def _page(
    viewer: Viewer, language: str, request: SearchRequest, ids: list[int], closeness: str
) -> SearchPage:
    start = (request.page - 1) * PAGE_SIZE
    rows = _load(viewer, language, ids[start : start + PAGE_SIZE])
    meant = corrected(request.words, [row.title for row in rows]) if closeness == "near" else ""
    marked = [*request.words, *meant.split()]
    for row in rows:
        row.title = highlight(row.title, marked)
        row.excerpt = highlight(row.excerpt, marked)
    more = len(ids) > start + PAGE_SIZE and request.page < MAX_PAGE
    return SearchPage(rows, closeness=closeness, meant=meant, has_more=more)


def _load(viewer: Viewer, language: str, ids: Sequence[int]) -> list[QuestionRow]:
    if not ids:
        return []
    statement = select_rows().where(Question.id.in_(ids), root_is_visible(viewer, Question))
    by_id = {row.id: row for row in load_rows(viewer, language, statement)}
    rows = [by_id[one] for one in ids if one in by_id]
    add_tags(rows)
    return rows


def _alike(title: str, body: str) -> list[Ranked]:
    """Return candidates for a text, weighing each of its words by place and repetition."""
    weights: dict[str, float] = {}
    for language in likely_languages(f"{title} {body}"):
        found = Counter(terms(body[:SIMILAR_BODY_CHARS], language))
        in_body = {term: min(count, 3) ** 0.5 for term, count in found.items()}
        in_title = dict.fromkeys(terms(title, language), SIMILAR_TITLE_WEIGHT)
        for term in {*in_body, *in_title}:
            weight = in_body.get(term, 0.0) + in_title.get(term, 0.0)
            weights[term] = max(weights.get(term, 0.0), weight)
    return _backend().find_similar(weights, SIMILAR_CANDIDATES) if weights else []


def _summaries(viewer: Viewer, ranked: Sequence[Ranked], limit: int) -> list[SimilarQuestion]:
    """Read the best of the visible ones in one query."""
    if not ranked:
        return []
    rows: Any = db.session.execute(
        select(
            Question.id,
            Question.slug,
            Question.title,
            Question.status,
            Question.language,
            Question.answers_count,
            Question.kudos_count,
        )
        .join(Board, Board.id == Question.place_id)
        .where(
            Question.id.in_([one.question_id for one in ranked]), root_is_visible(viewer, Question)
        )
    )
    found = {row.id: SimilarQuestion(*row) for row in rows}
    seen = [one for one in ranked if one.question_id in found]
    seen.sort(key=lambda one: -one.score * HELPING_FACTORS.get(found[one.question_id].status, 1.0))
    return [found[one.question_id] for one in seen[:limit]]


def _best_answers(viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """Return the beginning of each question's accepted answer, else of its best liked one."""
    if not ids:
        return {}
    rows = db.session.execute(
        select(Answer.root_id, Answer.html, Acceptance.place)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .where(Answer.root_id.in_(ids), post_is_visible(viewer))
        .order_by(
            Acceptance.place.is_(None), Acceptance.place, Answer.kudos_count.desc(), Answer.id
        )
    )
    best: dict[int, str] = {}
    for question_id, html, _ in rows:
        if question_id is not None and question_id not in best:
            best[question_id] = markup.excerpt(Markup(html), EXCERPT_CHARS)
    return best
