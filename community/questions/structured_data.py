"""A question page for machines: schema.org's QAPage as JSON-LD.

Source: https://schema.org/QAPage and Google's "Q&A structured data" guide. Texts are shortened and
made plain by pattern, not parsed: the page is rendered often and the stored HTML is our own.
"""

import html
import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from markupsafe import Markup

from community.identity.people import Person

TEXT_CHARS = 300
# Enough stored HTML to yield TEXT_CHARS of text in nearly every case.
HTML_CHARS = 600

_TAG = re.compile("<[^>]*>")
_CUT_TAG = re.compile(r"<[^>]*$")
_CUT_REFERENCE = re.compile(r"&[#\w]{0,10}$")
# What could end the script element, or a line for old parsers of JavaScript.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ANY_UNSAFE = re.compile("[<>&\u2028\u2029]")


class PostFacts(Protocol):
    """What is told of any post; the views of the question page have it."""

    @property
    def id(self) -> int: ...
    @property
    def html(self) -> str: ...
    @property
    def kudos_count(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def edited_at(self) -> datetime | None: ...
    @property
    def author(self) -> Person: ...


class AnswerFacts(PostFacts, Protocol):
    """What is told of an answer: ``acceptance`` is None unless it is a solution."""

    @property
    def acceptance(self) -> object | None: ...


class QuestionFacts(PostFacts, Protocol):
    """What is told of a question."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def answers_count(self) -> int: ...


def qa_page(question: QuestionFacts, answers: Sequence[AnswerFacts], base_url: str) -> Markup:
    """Return the JSON for ``<script type="application/ld+json">``, safe to put there as it is.

    ``base_url`` is the site's address without a slash at its end; ``answers`` those on the page.
    """
    url = f"{base_url}/questions/{question.id}" + (f"/{question.slug}" if question.slug else "")
    entity = _post("Question", question, url, base_url)
    entity["name"] = question.title
    entity["answerCount"] = question.answers_count
    accepted = [_answer(answer, url, base_url) for answer in answers if answer.acceptance]
    suggested = [_answer(answer, url, base_url) for answer in answers if not answer.acceptance]
    if accepted:
        entity["acceptedAnswer"] = accepted[0] if len(accepted) == 1 else accepted
    if suggested:
        entity["suggestedAnswer"] = suggested
    page = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "inLanguage": question.language,
        "mainEntity": entity,
    }
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
    return Markup(_ANY_UNSAFE.sub(lambda match: _UNSAFE[match[0]], text))


def _answer(answer: AnswerFacts, question_url: str, base_url: str) -> dict[str, Any]:
    return _post("Answer", answer, f"{question_url}#answer-{answer.id}", base_url)


def _post(kind: str, post: PostFacts, url: str, base_url: str) -> dict[str, Any]:
    author = post.author
    told = {
        "@type": kind,
        "url": url,
        "text": text_of(post.html),
        "upvoteCount": post.kudos_count,
        "datePublished": post.created_at.isoformat(timespec="seconds"),
        "author": {
            "@type": "Person",
            "name": author.name,
            "url": f"{base_url}/users/{author.id}",
        },
    }
    if post.edited_at is not None:
        told["dateModified"] = post.edited_at.isoformat(timespec="seconds")
    return told


def text_of(stored_html: str) -> str:
    """Return the beginning of stored HTML as plain text on one line, at most 300 characters."""
    # `str`: a slice of Markup would be Markup, made anew each time.
    return _text_of_start(str.__str__(stored_html)[:HTML_CHARS], len(stored_html) > HTML_CHARS)


# The same posts are shown again and again.
@lru_cache(maxsize=4096)
def _text_of_start(piece: str, is_cut: bool) -> str:
    if is_cut:
        piece = _CUT_REFERENCE.sub("", _CUT_TAG.sub("", piece))
    text = " ".join(html.unescape(_TAG.sub(" ", piece)).split())
    if len(text) <= TEXT_CHARS:
        return text
    return text[: TEXT_CHARS - 1].rstrip() + "…"
