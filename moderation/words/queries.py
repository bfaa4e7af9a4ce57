"""Reads of watched words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from community.boards.models import Board
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import NotFound
from community.core.kept import Kept
from community.core.pagination import PAGE_SIZE
from moderation.words.models import WatchedWord
from moderation.words.policies import can_see_words


@dataclass(frozen=True)
class WordPage:
    """Watched words, the newest first; ``more`` begins the next page."""

    rows: Sequence[tuple[WatchedWord, dict[str, str] | None]]
    more: int | None


def list_words_for(language: str, board_id: int | None) -> Sequence[WatchedWord]:
    """Return the enabled words that count for a text in a language on a board, to be read only.

    Each text asks for them, so they are kept: a new word counts everywhere in half a minute.
    """
    return _kept_words.get(language, board_id)


def _read_words(language: str, board_id: int | None) -> Sequence[WatchedWord]:
    words = db.session.scalars(
        select(WatchedWord)
        .where(
            WatchedWord.is_enabled.is_(True),
            or_(WatchedWord.language.is_(None), WatchedWord.language == language),
            or_(WatchedWord.board_id.is_(None), WatchedWord.board_id == board_id),
        )
        .order_by(WatchedWord.id)
    ).all()
    for word in words:
        db.session.expunge(word)
    return words


_kept_words = Kept(WatchedWord, _read_words)


def page_of_words(viewer: Viewer, after: int = 0) -> WordPage:
    """Return watched words with the names of their boards."""
    require(can_see_words(viewer))
    query = (
        select(WatchedWord, Board.names)
        .outerjoin(Board, Board.id == WatchedWord.board_id)
        .order_by(WatchedWord.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after:
        query = query.where(WatchedWord.id < after)
    rows = [(word, names) for word, names in db.session.execute(query)]
    more = rows[PAGE_SIZE - 1][0].id if len(rows) > PAGE_SIZE else None
    return WordPage(rows[:PAGE_SIZE], more)


def get_word(viewer: Viewer, word_id: int) -> WatchedWord:
    """Return a word; raises ``NotFound``."""
    require(can_see_words(viewer))
    word = db.session.get(WatchedWord, word_id, populate_existing=True)
    if word is None:
        raise NotFound()
    return word


def list_patterns(word_ids: Collection[int]) -> Sequence[str]:
    """Return what some words look like."""
    query = select(WatchedWord.pattern).where(WatchedWord.id.in_(word_ids))
    return db.session.scalars(query.order_by(WatchedWord.id)).all()
