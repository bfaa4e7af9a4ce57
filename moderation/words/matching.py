"""Where a watched word stands in a text. Pure.

A literal word is found whole, whatever its case; a blank in it stands for any space, ``*`` for the
rest of a word: ``via*`` finds "viagra" and "VIA", ``*coin`` "bitcoin".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from community.core.patterns import compile_bounded, compile_literal
from community.posts.screening import Submission
from community.posts.text import TAGS_MAX
from moderation.words.models import REPLACE, TAG, WatchedWord


@dataclass(frozen=True)
class Hit:
    """A watched word found in a field of a text, as it stands there."""

    word: WatchedWord
    field: str
    piece: str


@lru_cache(maxsize=2_000)
def compile_word(pattern: str, is_regex: bool) -> re.Pattern[str]:
    """Return what finds a word; raises ``PatternRefused``."""
    if is_regex:
        return compile_bounded(pattern)
    return compile_literal(pattern)


def find_hits(words: Iterable[WatchedWord], sent: Submission) -> Sequence[Hit]:
    """Return the first place of each word in each field of a text."""
    fields = {"title": sent.title, "body": sent.body, "tags": " ".join(sent.tags)}
    hits = []
    for word in words:
        pattern = compile_word(word.pattern, word.is_regex)
        for field, text in fields.items():
            if found := pattern.search(text):
                hits.append(Hit(word, field, found[0]))
    return hits


def changed(sent: Submission, hits: Iterable[Hit], limits: Mapping[str, int]) -> Submission | None:
    """Return a text with words replaced and tags added; None where it would become too long.

    Replies have no tags; a question that has as many as it may keeps those.
    """
    for hit in hits:
        if hit.word.action == REPLACE and hit.field in limits:
            pattern = compile_word(hit.word.pattern, hit.word.is_regex)
            # Escaped: a backslash in it stands for itself.
            words = hit.word.replacement.replace("\\", r"\\")
            text = pattern.sub(words, sent.title if hit.field == "title" else sent.body)
            if len(text) > limits[hit.field]:
                return None
            sent = replace(sent, title=text) if hit.field == "title" else replace(sent, body=text)
        elif hit.word.action == TAG and sent.kind == "question":
            tags = tuple(dict.fromkeys((*sent.tags, hit.word.tag)))
            sent = replace(sent, tags=tags[:TAGS_MAX])
    return sent
