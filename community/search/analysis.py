"""From text to index terms: words, folded and stemmed by language.

Pure. The index and the queries use the same functions, so what is written is found. A question's
language decides how its words are stemmed; a query may be in either, so it is stemmed as both.
"""

import re
import unicodedata
from functools import lru_cache

from whoosh.lang import stemmer_for_language, stopwords_for_language

MAX_WORD_CHARS = 40
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_POSSESSIVE = re.compile(r"['’].*$")
_SHARP_S = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})
# Umlauts are often typed as two letters; "ue" after a vowel or q is none (neue, Quelle).
_TYPED_UMLAUT = re.compile(r"(?<![aeiouq])ue|[ao]e")

# aktivieren, aktiviert, Aktivierung: the German stemmer makes three words of what is one.
_BORROWED_VERB = re.compile(r"(?<=[a-z]{3})ier(?:en|ens|end|t|te|ten|tes|ter|em|e|st|ung|ungen)$")

_STEMMERS = {language: stemmer_for_language(language) for language in ("de", "en")}


def fold(word: str) -> str:
    """Return a word in lower case without accents; ß becomes ss."""
    folded = word.casefold().translate(_SHARP_S)
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFKD", folded)
    return "".join(part for part in parts if not unicodedata.combining(part))


def words(text: str) -> list[str]:
    """Return the folded words of a text in order, each at most 40 characters long."""
    return [
        word
        for raw in _WORD.findall(text)
        if (word := fold(_POSSESSIVE.sub("", raw))) and len(word) <= MAX_WORD_CHARS
    ]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return the index term of a folded word; "" for a word too common to be looked for."""
    if language == "de":
        word = _BORROWED_VERB.sub("ier", _TYPED_UMLAUT.sub(lambda match: match[0][0], word))
    if word in STOP_WORDS[language]:
        return ""
    if not word.isalpha() or not word.isascii():
        return word
    return str(_STEMMERS[language](word)) or word


def terms(text: str, language: str) -> list[str]:
    """Return the index terms of a text in order."""
    tongue = language if language in _STEMMERS else "en"
    return [term for word in words(text) if (term := stem(word, tongue))]


@lru_cache(maxsize=100_000)
def stems_of_word(word: str) -> frozenset[str]:
    """Return the terms a query's word may stand for: its stem in each language."""
    return frozenset(term for language in _STEMMERS if (term := stem(word, language)))


def likely_languages(text: str) -> tuple[str, ...]:
    """Return the language whose small words a text uses more, or both if that does not tell."""
    found = words(text[:500])
    counts = {tongue: sum(word in STOP_WORDS[tongue] for word in found) for tongue in _STEMMERS}
    most = max(counts.values())
    return tuple(tongue for tongue, count in counts.items() if count == most)


def _folded_stop_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in stopwords_for_language(language)) | _LETTERS


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
STOP_WORDS = {language: _folded_stop_words(language) for language in _STEMMERS}
