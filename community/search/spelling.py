"""Words near a mistyped one, and words that begin as one begins; taken from titles.

Callers must not show these words: a title may belong to a board its reader cannot see. They only
widen a search, whose hits are checked.
"""

from community.search.segments import Segment

MAX_WORDS = 12
MAX_WORDS_LOOKED_AT = 400
SHORTEST_CORRECTED = 4
SHORTEST_WITH_TWO_EDITS = 8


def completions(segments: list[Segment], begun: str) -> list[str]:
    """Return frequent title words that begin with these letters (two or more)."""
    if len(begun) < 2:
        return []
    frequencies: dict[str, int] = {}
    for segment in segments:
        for word, frequency in segment.words_beginning(begun, MAX_WORDS_LOOKED_AT):
            frequencies[word] = frequencies.get(word, 0) + frequency
    return sorted(frequencies, key=lambda word: -frequencies[word])[:MAX_WORDS]


def similar_words(segments: list[Segment], word: str) -> list[str]:
    """Return title words one typing mistake away (two in long words), most frequent first.

    The first letter is taken as right: that keeps the part of the lexicon to walk small.
    """
    if len(word) < SHORTEST_CORRECTED or not word.isalpha():
        return []
    most = 2 if len(word) >= SHORTEST_WITH_TWO_EDITS else 1
    frequencies: dict[str, int] = {}
    for segment in segments:
        for near, frequency in segment.words_near(word, most):
            frequencies[near] = frequencies.get(near, 0) + frequency
    return sorted(frequencies, key=lambda near: -frequencies[near])[:MAX_WORDS]
