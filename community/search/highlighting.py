"""Marks the words that were searched for, in text that stays escaped."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from community.search.analysis import stems_of_word, words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MARKED = Markup("<mark>{}</mark>")


def highlight(text: str, searched: Iterable[str]) -> Markup:
    """Return the text with every word marked that shares a stem with one searched for."""
    wanted = {stem for word in searched for stem in stems_of_word(word) or {word}}
    parts: list[Markup] = []
    end = 0
    for match in _WORD.finditer(text):
        if _is_wanted(match[0], wanted):
            parts += [escape(text[end : match.start()]), _MARKED.format(match[0])]
            end = match.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def _is_wanted(raw: str, wanted: set[str]) -> bool:
    return any(not wanted.isdisjoint(stems_of_word(word) or {word}) for word in words(raw))
