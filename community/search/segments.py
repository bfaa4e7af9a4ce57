"""Segments of the index with their decoded postings kept in memory.

A segment never changes (only documents in it are marked as deleted), so what was decoded once is
valid for its whole life. Whoosh's own matchers walk postings one object call at a time, about ten
times slower than reading whole blocks into arrays; the format is that of the pinned Whoosh 2.7.4.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import Any

from whoosh.reading import TermNotFound

from community.search.edits import edits_between

# Constants of BM25, chosen on judged pairs of questions; b is per field.
K1 = 2.0
FIELD_B = {"text": 0.5, "title": 0.3}
KEPT_POSTINGS = 3_000_000
KEPT_FREQUENCIES = 100_000


class DamagedSegment(ValueError):
    """A segment's bytes make no sense; the index must be built anew."""


@dataclass(frozen=True)
class Postings:
    """Documents (numbers within the segment) that hold a term, and the term's weight in each."""

    documents: array[int]
    weights: array[float]


NO_POSTINGS = Postings(array("L"), array("f"))


class Segment:
    """One segment: question ids, times, and postings on demand. Not safe for threads by itself."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.name: str = reader.segment().segment_id()
        self.size: int = reader.doc_count_all()
        self.question_ids = self._column("number", "q")
        self.asked_at = self._column("asked_at", "q")
        self._lengths: dict[str, array[int]] = {}
        self._frequencies: dict[tuple[str, str], int] = {}
        self._lexicon: dict[str, list[str]] = {}
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept_size = 0

    def _column(self, name: str, typecode: str) -> array[int]:
        values = array(typecode, self.reader.column_reader(name, translate=False))
        if len(values) != self.size:
            raise DamagedSegment(name)
        return values

    def renewed(self, reader: Any) -> Segment:
        """Return this segment with another set of deletions; what was decoded is kept."""
        renewed = copy(self)
        renewed.reader = reader
        return renewed

    def deleted(self) -> frozenset[int]:
        """Return the numbers of documents that were removed since the segment was written."""
        return frozenset(self.reader._perdoc.deleted_docs())

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents hold the term."""
        key = (field, term)
        if key not in self._frequencies:
            if len(self._frequencies) >= KEPT_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[key] = self._read_frequency(field, term)
        return self._frequencies[key]

    def _read_frequency(self, field: str, term: str) -> int:
        try:
            return int(self.reader.doc_frequency(field, term))
        except TermNotFound:
            return 0

    def postings(self, field: str, term: str) -> Postings:
        """Return the postings of a term, weighted by frequency and length (BM25 without idf)."""
        key = (field, term)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        found = self._read(field, term)
        self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, str], found: Postings) -> None:
        self._kept[key] = found
        self._kept_size += len(found.documents) + 50
        while self._kept_size > KEPT_POSTINGS and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_size -= len(dropped.documents) + 50

    def words_beginning(self, begun: str, most: int) -> list[tuple[str, int]]:
        """Return up to ``most`` title words with these first letters, and in how many titles."""
        found = islice(self.reader.expand_prefix("title_words", begun), most)
        words = [text.decode("utf-8") for text in found]
        return [(word, self.frequency("title_words", word)) for word in words]

    def words_near(self, word: str, most: int) -> list[tuple[str, int]]:
        """Return title words at most so many edits away, and in how many titles they stand."""
        first = word[0]
        if first not in self._lexicon:
            texts = self.reader.expand_prefix("title_words", first)
            self._lexicon[first] = [text.decode("utf-8") for text in texts]
        near = [one for one in self._lexicon[first] if edits_between(word, one, most) <= most]
        return [(one, self.frequency("title_words", one)) for one in near]

    def _read(self, field: str, term: str) -> Postings:
        if (field, term) not in self.reader:
            return NO_POSTINGS
        documents, frequencies = self._read_blocks(field, term)
        if documents and max(documents) >= self.size:
            raise DamagedSegment(field)
        if field not in FIELD_B:
            return Postings(documents, frequencies)
        return Postings(documents, self._weigh(field, documents, frequencies))

    def _read_blocks(self, field: str, term: str) -> tuple[array[int], array[float]]:
        documents, frequencies = array("L"), array("f")
        text = self.reader._text_to_bytes(field, term)
        matcher = self.reader._terms.matcher(field, text, self.reader.schema[field].format)
        while matcher.is_active():
            if not hasattr(matcher, "_read_ids"):
                # A rare term's postings stand inside its entry, under a general matcher.
                documents.append(matcher.id())
                frequencies.append(matcher.weight())
                matcher.next()
                continue
            matcher._read_ids()
            matcher._read_weights()
            documents.extend(matcher._ids)
            frequencies.extend(matcher._weights)
            if len(documents) > self.size or len(documents) != len(frequencies):
                raise DamagedSegment(field)
            matcher._next_block()
        return documents, frequencies

    def _weigh(self, field: str, documents: array[int], frequencies: array[float]) -> array[float]:
        lengths = self._lengths_of(field)
        average = (sum(lengths) / self.size) or 1.0
        b = FIELD_B[field]
        base, slope = K1 * (1 - b), K1 * b / average
        return array(
            "f",
            [
                frequency / (frequency + base + slope * lengths[document])
                for document, frequency in zip(documents, frequencies, strict=True)
            ],
        )

    def _lengths_of(self, field: str) -> array[int]:
        if field not in self._lengths:
            self._lengths[field] = self._column(f"{field}_length", "L")
        return self._lengths[field]


def total(segments: Iterable[Segment]) -> int:
    """Return the number of documents in all segments, deleted ones included."""
    return sum(segment.size for segment in segments)
