"""Adding watched words, disabling and enabling them; each is audited."""

from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import update

from community.boards.models import Board
from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import count_changed, db
from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.core.patterns import PatternRefused, try_out
from community.posts.text import parse_tags, tags_problem
from moderation.words.matching import compile_word
from moderation.words.models import (
    ACTIONS,
    PATTERN_MAX_CHARS,
    REPLACE,
    REPLACEMENT_MAX_CHARS,
    TAG,
    WatchedWord,
)
from moderation.words.policies import can_change_words


class UnfitWord(Invalid):
    """A watched word does not fit; ``errors`` says what and why, by field."""


@dataclass(frozen=True, kw_only=True)
class WordFacts:
    """A watched word as somebody typed it; empty where it counts everywhere or is not needed."""

    pattern: str
    action: str
    is_regex: bool = False
    replacement: str = ""
    tag: str = ""
    language: str = ""
    board_id: int | None = None


def add_word(actor: Viewer, facts: WordFacts) -> WatchedWord:
    """Watch a word from now on (administrators). Raises ``NotAllowed``, ``UnfitWord``."""
    require(can_change_words(actor))
    fit, errors = _fit(facts)
    if errors:
        raise UnfitWord(errors=errors)
    values = {**asdict(fit), "language": fit.language or None}
    word = WatchedWord(**values, added_by_id=actor.viewer_id, added_at=clock.now())
    db.session.add(word)
    db.session.flush()
    # Not the word itself: it may be somebody's name.
    after = {"action": word.action, "board_id": word.board_id, "language": word.language}
    record(actor, Action.WORD_ADDED, subject=("word", word.id), after=after)
    return word


def _fit(facts: WordFacts) -> tuple[WordFacts, dict[str, str | LazyString]]:
    errors: dict[str, str | LazyString] = {}
    pattern = _clean(facts.pattern, "pattern", errors).strip()
    replacement = _clean(facts.replacement, "replacement", errors)
    tags = parse_tags(facts.tag)
    if "pattern" not in errors and (problem := pattern_problem(pattern, facts.is_regex)):
        errors["pattern"] = problem
    if facts.action not in ACTIONS:
        errors["action"] = _l("Choose what becomes of the text.")
    if facts.action == REPLACE and len(replacement) > REPLACEMENT_MAX_CHARS:
        errors["replacement"] = _l(
            "Please shorten this to %(num)s characters.", num=REPLACEMENT_MAX_CHARS
        )
    if facts.action == TAG and (len(tags) != 1 or tags_problem(tags)):
        errors["tag"] = _l("Name one tag.")
    if facts.language and facts.language not in LANGUAGES:
        errors["language"] = _l("Choose a language.")
    if facts.board_id is not None and db.session.get(Board, facts.board_id) is None:
        errors["board"] = _l("Choose a board.")
    fit = WordFacts(
        pattern=pattern,
        action=facts.action,
        is_regex=facts.is_regex,
        replacement=replacement if facts.action == REPLACE else "",
        tag=tags[0] if facts.action == TAG and tags else "",
        language=facts.language,
        board_id=facts.board_id,
    )
    return fit, errors


def _clean(raw: str, field: str, errors: dict[str, str | LazyString]) -> str:
    try:
        return markup.clean_text(raw)
    except markup.UnacceptableText:
        errors[field] = _l("There are characters in this text that cannot be stored.")
        return ""


def pattern_problem(pattern: str, is_regex: bool) -> str | LazyString | None:
    """Return why something cannot be watched for, or None."""
    if not pattern:
        return _l("Name a word.")
    if len(pattern) > PATTERN_MAX_CHARS:
        return _l("Please shorten this to %(num)s characters.", num=PATTERN_MAX_CHARS)
    try:
        compile_word(pattern, is_regex)
        if is_regex:
            try_out(pattern)
    except PatternRefused as refusal:
        return refusal.words
    return None


def disable_word(actor: Viewer, word: WatchedWord) -> None:
    """Watch for a word no more; twice changes nothing."""
    _set_enabled(actor, word, False, Action.WORD_DISABLED)


def enable_word(actor: Viewer, word: WatchedWord) -> None:
    """Watch for a word again; twice changes nothing."""
    _set_enabled(actor, word, True, Action.WORD_ENABLED)


def _set_enabled(actor: Viewer, word: WatchedWord, enabled: bool, action: Action) -> None:
    require(can_change_words(actor))
    changed = count_changed(
        update(WatchedWord)
        .where(WatchedWord.id == word.id, WatchedWord.is_enabled.is_(not enabled))
        .values(is_enabled=enabled)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(word)
    if changed:
        record(actor, action, subject=("word", word.id))
