"""What a question's page consists of: the records' values as the page shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from flask_babel.speaklater import LazyString
from markupsafe import Markup

from community.core import markup
from community.core.pagination import Cursor
from community.identity.people import Person
from community.posts.models import Post
from community.questions.queries.follow_ups import FollowUpView
from community.questions.queries.topics import TopicMark


class AcceptanceView(NamedTuple):
    """Who accepted an answer, and when."""

    by: Person
    at: datetime
    place: int


class NoteView(NamedTuple):
    """A request for facts."""

    note: str
    at: datetime


class ClosureView(NamedTuple):
    """Why and by whom a question was closed; ``original`` is (id, slug, title) of a duplicate's."""

    reason: str
    label: LazyString
    note: str
    at: datetime
    by: Person
    original: tuple[int, str, str] | None


class ProposalView(NamedTuple):
    """Somebody proposed that the question was asked before; ``original`` as in ``ClosureView``."""

    original: tuple[int, str, str]
    proposed_by_id: int
    is_disputed: bool
    my_voice: bool


class MergedView(NamedTuple):
    """A question that became part of this one: its own text, as a quotation."""

    id: int
    title: str
    html: Markup
    author: Person
    created_at: datetime


@dataclass(slots=True)
class PostView:
    """A post as pages show it; policies read it like the record itself."""

    id: int
    board_id: int
    author_id: int
    created_at: datetime
    edited_at: datetime | None
    html: Markup
    kudos_count: int
    author: Person
    visibility: str = "published"
    my_kudos: bool = False
    may: set[str] = field(default_factory=set)
    comments: list["PostView"] = field(default_factory=list)
    acceptance: AcceptanceView | None = None
    typed_comment: str = ""
    comment_error: str | LazyString = ""
    comment_personal: object | None = None
    my_held: int = 0
    my_edits: int = 0
    suggested: int = 0
    kind: str = "answer"
    topic: TopicMark | None = None

    @property
    def is_mine(self) -> bool:
        return "mine" in self.may

    @property
    def is_fallback(self) -> bool:
        """Whether the text is shown as it was typed, because rendering it cost too much."""
        return markup.is_fallback(self.html)


@dataclass(slots=True)
class QuestionView(PostView):
    """A question with its state."""

    kind: str = "question"

    slug: str = ""
    title: str = ""
    excerpt: str = ""
    status: str = "open"
    plain_status: str = "open"
    awaits_asker: bool = False
    is_locked: bool = False
    language: str = "en"
    board_slug: str = ""
    board_name: str = ""
    board_audience: str = "public"
    answers_count: int = 0
    me_too_count: int = 0
    last_activity_at: datetime | None = None
    solved_at: datetime | None = None
    ended_at: datetime | None = None
    tags: list[str] = field(default_factory=list)
    closure: ClosureView | None = None
    needs_info: NoteView | None = None
    merged: list[MergedView] = field(default_factory=list)
    duplicates: list[tuple[int, str, str]] = field(default_factory=list)
    follow_ups: list[FollowUpView] = field(default_factory=list)
    proposal: ProposalView | None = None
    my_me_too: bool = False
    my_watch: bool = False

    @property
    def asker(self) -> Person:
        return self.author


@dataclass(slots=True)
class QuestionPage:
    """A question with one page of its answers, and the cursor of the next ones."""

    question: QuestionView
    answers: list[PostView]
    more: "AnswerCursor | None"


class AnswerCursor(NamedTuple):
    """Where the next answers begin: below this many kudos, after this instant and id."""

    kudos: int
    after: Cursor

    def __str__(self) -> str:
        return f"{self.kudos}.{self.after}"

    @classmethod
    def before(cls, answer: Post) -> "AnswerCursor":
        """Return the cursor of a page that begins with this (not accepted) answer."""
        return cls(answer.kudos_count, Cursor(answer.created_at, answer.id - 1))

    @classmethod
    def parse(cls, raw: str | None) -> "AnswerCursor | None":
        """Read a cursor; anything unreadable means the first answers."""
        kudos, _, rest = (raw or "").partition(".")
        cursor = Cursor.parse(rest)
        try:
            return cls(int(kudos), cursor) if cursor and len(kudos) <= 9 else None
        except ValueError:
            return None
