"""What a mistyped query was perhaps meant to be, read from the hits its reader may see."""

from collections.abc import Iterable, Sequence

from community.search.analysis import stems_of_word, words
from community.search.edits import edits_between
from community.search.spelling import SHORTEST_WITH_TWO_EDITS


def corrected(typed: Sequence[str], titles: Iterable[str]) -> str:
    """Return the query with mistyped words replaced by words of these titles; "" if none is."""
    seen = list(dict.fromkeys(word for title in titles for word in words(title)))
    stems = {stem for word in seen for stem in stems_of_word(word)}
    meant = [word if stems & stems_of_word(word) else _nearest(word, seen) for word in typed]
    return " ".join(meant) if meant != list(typed) else ""


def _nearest(word: str, seen: Sequence[str]) -> str:
    most = 2 if len(word) >= SHORTEST_WITH_TWO_EDITS else 1
    distances = [(edits_between(word, other, most), other) for other in seen]
    near = [(edits, other) for edits, other in distances if edits <= most]
    return min(near)[1] if near else word
