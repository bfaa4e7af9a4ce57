"""QAPage: true, plain, harmless inside a script element, and cheap."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from community.identity.people import Person
from community.questions.structured_data import TEXT_CHARS, qa_page, text_of
from tests.pace import within

BASE = "https://forum.example"
THEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
ANN = Person(7, "Ann", "member", THEN, 3)


@dataclass
class Fact:
    """A post as the question page has it."""

    id: int = 1
    html: str = "<p>It is dead.</p>"
    kudos_count: int = 2
    created_at: datetime = THEN
    edited_at: datetime | None = None
    author: Person = ANN
    acceptance: object | None = None
    slug: str = "no-signal"
    title: str = "No signal"
    language: str = "en"
    answers_count: int = 0


def _page(question: Fact, answers: list[Fact]) -> dict:
    return json.loads(qa_page(question, answers, BASE))


def test_a_question_without_answers():
    page = _page(Fact(id=5), [])
    assert (page["@context"], page["@type"]) == ("https://schema.org", "QAPage")
    assert page["mainEntity"] == {
        "@type": "Question",
        "url": f"{BASE}/questions/5/no-signal",
        "text": "It is dead.",
        "upvoteCount": 2,
        "datePublished": "2026-03-01T12:30:00+00:00",
        "author": {"@type": "Person", "name": "Ann", "url": f"{BASE}/users/7"},
        "name": "No signal",
        "answerCount": 0,
    }


def test_accepted_and_other_answers_are_told_apart():
    answers = [Fact(id=8, acceptance=object()), Fact(id=9, edited_at=THEN)]
    entity = _page(Fact(id=5, answers_count=2), answers)["mainEntity"]
    assert entity["answerCount"] == 2
    assert entity["acceptedAnswer"]["url"] == f"{BASE}/questions/5/no-signal#answer-8"
    assert [answer["url"][-1] for answer in entity["suggestedAnswer"]] == ["9"]
    assert entity["suggestedAnswer"][0]["dateModified"] == "2026-03-01T12:30:00+00:00"


def test_several_accepted_answers_become_a_list():
    answers = [Fact(id=8, acceptance=object()), Fact(id=9, acceptance=object())]
    assert len(_page(Fact(), answers)["mainEntity"]["acceptedAnswer"]) == 2


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script", "a & b", "\u2028 \u2029", '"\\']
)
def test_nothing_ends_the_script_element(text):
    question = Fact(title=text, author=ANN._replace(stored_name=text))
    raw = qa_page(question, [], BASE)
    assert not set(raw) & set("<>&\u2028\u2029")
    entity = json.loads(raw)["mainEntity"]
    assert (entity["name"], entity["author"]["name"]) == (text, text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a &lt;b&gt; &amp; c</p>\n<p>d</p>", "a <b> & c d"),
        ('<a href="/x" title="1 &gt; 2">link</a>', "link"),
        ("<pre><code>x\n  y</code></pre>", "x y"),
        ("", ""),
    ],
)
def test_texts_are_plain(html, text):
    assert text_of(html) == text


def test_long_texts_are_cut_between_tags_and_references():
    for filler in ('<a href="https://example.org/page">x</a>', "&amp;", "ö ", "<b>"):
        text = text_of(filler * 2_000)
        assert len(text) <= TEXT_CHARS
        assert not set(text) & set("<>;")


def test_twenty_answers_cost_little():
    body = "<p>" + "Switch <strong>flight mode</strong> on and off &amp; wait. " * 60 + "</p>"
    question, answers = Fact(html=body), [Fact(id=n, html=body) for n in range(20)]
    # Measured at about 0.3 ms; the bound only catches a change of kind.
    within(0.1, lambda: [qa_page(question, answers, BASE) for _ in range(20)])
