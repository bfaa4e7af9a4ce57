"""What a text meets that holds watched words; the test box asks the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import markup
from community.core.authz import is_staff
from community.posts.screening import HOLD, REVIEW, Finding, Screening, Submission, TextRefused
from community.posts.text import COMMENT_MAX_CHARS, TITLE_MAX_CHARS
from moderation.words.matching import Hit, changed, find_hits
from moderation.words.models import BLOCK, FLAG, REPLACE, WatchedWord
from moderation.words.models import HOLD as HOLDS
from moderation.words.queries import list_words_for

CODE = "word"


@dataclass(frozen=True)
class Meeting:
    """What a text meets: the words in it, what refuses it, what is found, and what is left of it.

    ``refusals`` are by field; with any of them nothing of the text is published.
    """

    hits: Sequence[Hit]
    refusals: dict[str, LazyString]
    findings: tuple[Finding, ...]
    submission: Submission


def screen_words(sent: Submission) -> Screening:
    """Say what becomes of a text by the watched words in it; raises ``TextRefused``."""
    meeting = meet(list_words_for(sent.language, sent.board_id), sent)
    if meeting.refusals:
        raise TextRefused(errors=dict(meeting.refusals))
    findings = meeting.findings
    if is_staff(sent.author, sent.board_id):
        # They need nobody to look at what they say; blocked words are blocked for all.
        findings = ()
    return Screening(meeting.submission, findings)


def meet(words: Sequence[WatchedWord], sent: Submission) -> Meeting:
    """Return what a text meets."""
    hits = find_hits(words, sent)
    refusals = {hit.field: _refusal(hit) for hit in hits if hit.word.action == BLOCK}
    effects = {hit.word.id: hit.word.action for hit in hits}
    findings = [
        Finding(CODE, HOLD if action == HOLDS else REVIEW, reference=word_id)
        for word_id, action in effects.items()
        if action in (HOLDS, FLAG)
    ]
    longest = COMMENT_MAX_CHARS if sent.kind == "comment" else markup.MAX_CHARS
    text = changed(sent, hits, {"title": TITLE_MAX_CHARS, "body": longest})
    if text is None:
        # What cannot be replaced must not come out as it is.
        findings += [
            Finding(CODE, reference=hit.word.id) for hit in hits if hit.word.action == REPLACE
        ]
    return Meeting(hits, refusals, tuple(findings), text or sent)


def _refusal(hit: Hit) -> LazyString:
    return _l(
        "“%(piece)s” cannot be published here. Please write it in another way.",
        piece=markup.shorten(hit.piece, 40),
    )
