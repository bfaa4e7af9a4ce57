"""Demo content: read from JSON into dataclasses and checked before anything is written.

All ``after_minutes`` count from the question, also those of answer comments and acceptances.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from community.importers.demo.accounts import DEMO_ACCOUNTS
from community.importers.demo.boards import DEMO_BOARDS
from community.posts.models import VISIBILITIES
from community.posts.text import (
    BODY_MIN_CHARS,
    COMMENT_MAX_CHARS,
    TITLE_MAX_CHARS,
    TITLE_MIN_CHARS,
    slug_of,
)
from community.questions.models import CLOSE_REASONS

CONTENT = Path(__file__).parent / "content"
FORTNIGHT_HOURS = 14 * 24


class ContentError(ValueError):
    """The demo content contradicts itself; the message lists where."""


@dataclass(frozen=True, kw_only=True)
class DemoMember:
    """A member who writes or votes, but cannot sign in."""

    key: str
    name: str
    language: str
    joined_months_ago: int
    bio: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something a person did at a moment: a comment, a request for facts, an acceptance."""

    by: str
    after_minutes: int
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class DemoClosure:
    """A question resolved without a best answer."""

    by: str
    after_minutes: int
    reason: str
    note: str


@dataclass(frozen=True, kw_only=True)
class DemoEdit:
    """An earlier version of a question's text, and when it was replaced."""

    after_minutes: int
    body_before: str


@dataclass(frozen=True, kw_only=True)
class DemoAnswer:
    """An answer with its comments, and when it was accepted, if it was."""

    by: str
    after_minutes: int
    body: str
    kudos: int
    comments: tuple[Remark, ...]
    accepted: Remark | None


@dataclass(frozen=True, kw_only=True)
class DemoQuestion:
    """A question with everything that happened to it."""

    board: str
    language: str
    title: str
    by: str
    hours_ago: float
    tags: tuple[str, ...]
    body: str
    me_too: int
    kudos: int
    comments: tuple[Remark, ...]
    answers: tuple[DemoAnswer, ...]
    needs_info: Remark | None
    closure: DemoClosure | None
    edited: DemoEdit | None
    state: str
    locked: bool
    with_support: bool

    @property
    def source_id(self) -> str:
        """A name that stays the same when other questions are added."""
        return f"{self.board}.{self.language}.{slug_of(self.title)[:40]}"

    def remarks(self) -> Iterator[Remark]:
        """All comments, on the question and on its answers."""
        yield from self.comments
        for answer in self.answers:
            yield from answer.comments

    def moments(self) -> Iterator[tuple[str, int]]:
        """Who did something after the question was asked, and how many minutes after."""
        for remark in self.remarks():
            yield remark.by, remark.after_minutes
        for answer in self.answers:
            yield answer.by, answer.after_minutes
            if answer.accepted:
                yield answer.accepted.by, answer.accepted.after_minutes
        for fact in (self.needs_info, self.closure):
            if fact:
                yield fact.by, fact.after_minutes
        if self.edited:
            yield self.by, self.edited.after_minutes


@dataclass(frozen=True, kw_only=True)
class DemoContent:
    """Everything the demo loads."""

    members: tuple[DemoMember, ...]
    questions: tuple[DemoQuestion, ...] = field(repr=False)


def read_content(folder: Path = CONTENT) -> DemoContent:
    """Read all content files; raises ``ContentError`` if they contradict themselves."""
    members: list[DemoMember] = []
    questions: list[DemoQuestion] = []
    for path in sorted(folder.glob("*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        name, part, _ = path.name.split(".")
        if name == "members":
            members += [DemoMember(**row) for row in rows]
        else:
            questions += [_question_in(row, board=name, language=part) for row in rows]
    content = DemoContent(members=tuple(members), questions=tuple(questions))
    if problems := list(problems_of(content)):
        raise ContentError("; ".join(problems))
    return content


def _question_in(row: dict[str, Any], *, board: str, language: str) -> DemoQuestion:
    return DemoQuestion(
        board=board,
        language=language,
        title=row["title"],
        by=row["by"],
        hours_ago=row["hours_ago"],
        tags=tuple(row["tags"]),
        body=row["body"],
        me_too=row["me_too"],
        kudos=row["kudos"],
        comments=_remarks_in(row),
        answers=tuple(_answer_in(answer) for answer in row["answers"]),
        needs_info=_noted(row.get("needs_info")),
        closure=DemoClosure(**row["closure"]) if "closure" in row else None,
        edited=DemoEdit(**row["edited"]) if "edited" in row else None,
        state=row.get("state", "published"),
        locked=row.get("locked", False),
        with_support=row.get("with_support", False),
    )


def _answer_in(row: dict[str, Any]) -> DemoAnswer:
    return DemoAnswer(
        by=row["by"],
        after_minutes=row["after_minutes"],
        body=row["body"],
        kudos=row["kudos"],
        comments=_remarks_in(row),
        accepted=Remark(**row["accepted"]) if "accepted" in row else None,
    )


def _remarks_in(row: dict[str, Any]) -> tuple[Remark, ...]:
    return tuple(Remark(**comment) for comment in row.get("comments", ()))


def _noted(row: dict[str, Any] | None) -> Remark | None:
    if row is None:
        return None
    return Remark(by=row["by"], after_minutes=row["after_minutes"], body=row["note"])


def problems_of(content: DemoContent) -> Iterator[str]:
    """Say what is wrong with the content, one sentence a problem."""
    keys = [member.key for member in content.members] + [account.key for account in DEMO_ACCOUNTS]
    if len(set(keys)) < len(keys):
        yield "two members share a key"
    if len({question.source_id for question in content.questions}) < len(content.questions):
        yield "two questions share a name"
    boards = {board.slug for board in DEMO_BOARDS}
    for question in content.questions:
        for problem in _problems_of_question(question, keys=set(keys), boards=boards):
            yield f"{question.source_id}: {problem}"


def _problems_of_question(
    question: DemoQuestion, *, keys: set[str], boards: set[str]
) -> Iterator[str]:
    if question.board not in boards or question.language not in ("de", "en"):
        yield "unknown board or language"
    if question.state not in VISIBILITIES:
        yield f"unknown state {question.state}"
    if not TITLE_MIN_CHARS <= len(question.title) <= TITLE_MAX_CHARS:
        yield "the title is too short or too long"
    yield from _problems_of_people(question, keys)
    yield from _problems_of_times(question)
    yield from _problems_of_texts(question)
    if question.closure and question.closure.reason not in CLOSE_REASONS:
        yield f"unknown reason {question.closure.reason}"


def _problems_of_people(question: DemoQuestion, keys: set[str]) -> Iterator[str]:
    people = {question.by, *(by for by, _ in question.moments())}
    if unknown := people - keys:
        yield f"unknown people {sorted(unknown)}"
    most = max((question.me_too, question.kudos, *(a.kudos for a in question.answers)))
    if most >= len(keys):
        yield "more kudos than people"


def _problems_of_times(question: DemoQuestion) -> Iterator[str]:
    if not 0 < question.hours_ago <= FORTNIGHT_HOURS:
        yield "not within the fortnight"
    if any(not 0 < minutes < question.hours_ago * 60 for _, minutes in question.moments()):
        yield "something happens before the question or in the future"
    for answer in question.answers:
        followers = [*answer.comments, *([answer.accepted] if answer.accepted else [])]
        if any(follower.after_minutes <= answer.after_minutes for follower in followers):
            yield "something happens to an answer before it is written"


def _problems_of_texts(question: DemoQuestion) -> Iterator[str]:
    bodies = [question.body, *(answer.body for answer in question.answers)]
    if any(len(body.strip()) < BODY_MIN_CHARS for body in bodies):
        yield "a text is too short"
    if any(not 2 <= len(remark.body) <= COMMENT_MAX_CHARS for remark in question.remarks()):
        yield "a comment is too short or too long"
