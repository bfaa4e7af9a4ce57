"""Searches on behalf of a viewer: what the index finds, as far as the database lets them see it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from community.boards.models import Board
from community.core import markup
from community.core.authz import Viewer
from community.core.db import db
from community.core.errors import NotFound
from community.core.pagination import PAGE_SIZE, Cursor, before, page_of
from community.core.settings import current_settings
from community.posts.visibility import post_is_visible, root_is_visible
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
from community.search.filters import Filters, filters_of
from community.search.highlighting import highlight
from community.search.models import Deflection
from community.search.query_language import MAX_PAGE, SearchRequest
from community.search.ranking import Ranked, Restriction
from community.search.spelling_hints import corrected

CANDIDATES = 250
MOST_CANDIDATES = 2_000
ENOUGH_HITS = 5
LOOKED_AT = 500
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


def search_questions(viewer: Viewer, language: str, request: SearchRequest) -> SearchPage:
    """Return a page of hits the viewer may see."""
    filters = filters_of(viewer, request)
    if filters is None or request.is_empty:
        return SearchPage()
    if not request.words:
        return _page_without_words(viewer, language, request, filters)
    restriction = Restriction(
        tuple(filters.groups), _seconds(request.not_before), _seconds(request.until)
    )
    wish = Wish(request.words, restriction, request.sort == "newest")
    ids = _visible_hits(viewer, wish, filters, request)
    nearest = "exact" if ids else ""
    if not ids:
        wish = replace(wish, mistyped=_mistyped(viewer, wish.words))
    for closeness in ("near", "any"):
        if len(ids) >= ENOUGH_HITS:
            break
        hits = _visible_hits(viewer, replace(wish, closeness=closeness), filters, request)
        nearest = nearest or (closeness if hits else "")
        ids += [one for one in hits if one not in ids]
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


def _mistyped(viewer: Viewer, typed: Iterable[str]) -> frozenset[str]:
    """Return the words that no question has which the viewer may see.

    A word of an unseen question counts as mistyped like one that nobody wrote: a correction that
    fails to come would tell that the word stands somewhere.
    """
    return frozenset(word for word in typed if not _is_written(viewer, _backend(), word))


def _is_written(viewer: Viewer, backend: Backend, word: str) -> bool:
    ids = sorted(backend.find_holders(word), reverse=True)
    parts = (ids[start : start + LOOKED_AT] for start in range(0, len(ids), LOOKED_AT))
    return any(_visible_statuses(viewer, part, ()) for part in parts)


def _backend() -> Backend:
    return backend_at(current_settings().index_path)


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _page_without_words(
    viewer: Viewer, language: str, request: SearchRequest, filters: Filters
) -> SearchPage:
    older: Any = before(request.cursor, Question.asked_at, Question.id)
    statement = (
        select_rows()
        .where(root_is_visible(viewer, Question), *filters.conditions, older)
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    # A tag, a person and a state have indexes of their own, which SQLite takes by itself.
    if not (request.tags or request.user or request.statuses):
        index = "ix_questions_place_id_asked_at" if request.board else "ix_questions_asked_at"
        statement = statement.with_hint(Question.__table__, f"INDEXED BY {index}", "sqlite")
    page = page_of(load_rows(viewer, language, statement), row_key)
    add_tags(page.rows)
    return SearchPage(page.rows, older=page.older)


def _visible_hits(
    viewer: Viewer, wish: Wish, filters: Filters, request: SearchRequest
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
        # By their ids, which SQLite would leave for a condition that half of the forum meets.
        .with_hint(Question.__table__, "NOT INDEXED", "sqlite")
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
            best[question_id] = markup.excerpt(markup.stored(html), EXCERPT_CHARS)
    return best
