"""What a helpdesk has to be able to do for us, and the requests all of them are asked with."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from community.core import http

OPEN, PENDING, ON_HOLD, SOLVED = "open", "pending", "on_hold", "solved"
STATES = (OPEN, PENDING, ON_HOLD, SOLVED)
# It may pass: too many requests, a server in trouble, a time-out. All else needs a person.
PASSING = frozenset({408, 409, 423, 425, 429, *range(500, 600)})
LONGEST_WAIT_SECONDS = 6 * 3_600


class ConnectorFailed(Exception):
    """The other side did not do what it was asked; the message holds nothing of its answer.

    ``is_passing`` says whether trying again may help, ``wait_seconds`` how long it asks us to wait.
    """

    def __init__(self, message: str, *, is_passing: bool = True, wait_seconds: int = 0) -> None:
        super().__init__(message)
        self.is_passing = is_passing
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Opening:
    """A ticket to be made. ``reference`` is the case's number, which finds it again."""

    reference: str
    subject: str
    text: str
    priority: str
    url: str


@dataclass(frozen=True)
class Comment:
    """Something that was said to the customer in a ticket; ``is_ours`` if we put it there."""

    external_id: str
    text: str
    author_email: str = ""
    is_ours: bool = False


@dataclass(frozen=True)
class Ticket:
    """A ticket as it is now: its state, and what is public in it, oldest first."""

    state: str
    comments: Sequence[Comment] = ()


@dataclass(frozen=True)
class Changed:
    """Which tickets changed since the last look, and where the next one begins."""

    cursor: str
    external_ids: Sequence[str] = ()


@dataclass(frozen=True)
class Heard:
    """What a signed request tells: about which ticket, and the news itself if it holds them."""

    external_id: str
    ticket: Ticket | None = None


class Connector(Protocol):
    """A helpdesk. Every method but the last two may ask it and raise ``ConnectorFailed``."""

    @property
    def name(self) -> str:
        """What the operator calls it; part of addresses and rows."""

    @property
    def sends_private(self) -> bool:
        """Whether what is said to the customer alone goes there, too. Notes never do."""

    @property
    def hook_key(self) -> str:
        """What signs requests to us; without one none are taken."""

    @property
    def states(self) -> Mapping[str, str]:
        """What each of ``STATES`` becomes there, as it is read back."""

    def check(self) -> None:
        """Ask who we are there."""

    def find(self, reference: str) -> str | None:
        """Return the id of the ticket made for a case, if there is one."""

    def create(self, opening: Opening) -> str:
        """Make a ticket and return its id."""

    def comment(self, external_id: str, text: str, reference: str) -> str:
        """Add a public comment and return its id; ``reference`` is the same each time."""

    def set_state(self, external_id: str, state: str) -> None:
        """Bring a ticket into a state."""

    def look(self, external_id: str) -> Ticket | None:
        """Return a ticket; None where the other side tells its news only by itself."""

    def changed_since(self, cursor: str) -> Changed:
        """Return what changed since a cursor; "" begins now."""

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Say whether a request to us comes from there."""

    def read_hook(self, body: bytes) -> Heard | None:
        """Return what a signed request tells; None if it is nothing of ours."""


@dataclass(frozen=True)
class Api:
    """JSON requests to one origin. ``headers`` say who asks."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    trusted_origins: Collection[str] = ()

    def get(self, path: str) -> Any:
        """Return what is at a path."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, content: object, **headers: str) -> Any:
        """Return the answer to what was posted; underscores in header names are hyphens."""
        return self._ask("POST", path, content, headers)

    def put(self, path: str, content: object) -> Any:
        """Return the answer to what was put."""
        return self._ask("PUT", path, content, {})

    def _ask(self, method: str, path: str, content: object, headers: Mapping[str, str]) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None if content is None else json.dumps(content).encode()
        typed = {"Content-Type": "application/json"} if body is not None else {}
        answer = ask(
            method,
            self.url.rstrip("/") + path,
            body,
            headers={"Accept": "application/json", **self.headers, **typed, **named},
            trusted_origins=self.trusted_origins,
        )
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ConnectorFailed("the answer is no JSON") from error


def ask(
    method: str,
    url: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str],
    trusted_origins: Collection[str],
) -> http.Answer:
    """Return a good answer; raises ``ConnectorFailed`` for every other one, and for none."""
    try:
        answer = http.send(method, url, body, headers=headers, trusted_origins=trusted_origins)
    except http.AddressRefused as refusal:
        raise ConnectorFailed(str(refusal), is_passing=False) from refusal
    except http.RequestFailed as failure:
        raise ConnectorFailed(str(failure)) from failure
    if answer.status in range(200, 300):
        return answer
    raise ConnectorFailed(
        f"status {answer.status}",
        is_passing=answer.status in PASSING,
        wait_seconds=_wait_seconds(answer),
    )


def _wait_seconds(answer: http.Answer) -> int:
    """Return how long the other side asks us to wait; dates are left out (RFC 9110 §10.2.3)."""
    raw = answer.headers.get("retry-after", "").strip()
    known = raw.isascii() and raw.isdigit() and len(raw) < 9
    return min(int(raw), LONGEST_WAIT_SECONDS) if known else 0


def part(found: object, *path: str | int, kind: type = str) -> Any:
    """Return what lies at a path of an answer; raises ``ConnectorFailed`` for anything else.

    A number stands for itself where a text is wanted: ids are numbers in some answers.
    """
    value = found
    for step in path:
        try:
            value = value[step]  # type: ignore[index]
        except (LookupError, TypeError) as error:
            raise ConnectorFailed(f"the answer lacks {step!r}") from error
    if kind is str and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, kind):
        raise ConnectorFailed(f"the answer has another {path[-1]!r} than expected")
    return value


def text_at(found: object, name: str) -> str:
    """Return a text of an object, or "" where it has none."""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object that a request to us holds, or an empty one."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
