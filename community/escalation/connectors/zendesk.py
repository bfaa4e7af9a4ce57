"""Zendesk. Source: its API reference: "Tickets", "Ticket Comments", "Incremental Exports".

Tickets are made by ``POST /api/v2/tickets.json`` with the case's number as ``external_id`` and an
``Idempotency-Key`` (reference, "Idempotency": kept for two hours; after that ``external_id`` finds
the ticket). Requests to us are signed as "Verifying webhooks" describes.
"""

import base64
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

from community.core import clock
from community.escalation.connectors.protocol import (
    ON_HOLD,
    OPEN,
    PENDING,
    SOLVED,
    Api,
    Changed,
    Comment,
    Heard,
    Opening,
    Ticket,
    part,
    read_json,
    text_at,
)

THEIR_STATES = {OPEN: "open", PENDING: "pending", ON_HOLD: "hold", SOLVED: "solved"}
OUR_STATES = {
    "new": OPEN,
    "open": OPEN,
    "pending": PENDING,
    "hold": ON_HOLD,
    "solved": SOLVED,
    "closed": SOLVED,
}


@dataclass(frozen=True)
class Zendesk:
    """A Zendesk account; ``email`` and ``token`` are those of an agent of its own for us."""

    name: str
    url: str
    email: str
    token: str = field(repr=False)
    hook_key: str = field(default="", repr=False)
    sends_private: bool = False
    trusted_origins: Collection[str] = ()
    states: Mapping[str, str] = field(default_factory=lambda: {each: each for each in THEIR_STATES})

    @property
    def _api(self) -> Api:
        """Basic authentication by token. Source: "Security and authentication"."""
        signed = base64.b64encode(f"{self.email}/token:{self.token}".encode()).decode()
        return Api(self.url, {"Authorization": f"Basic {signed}"}, self.trusted_origins)

    def check(self) -> None:
        """Ask who we are there."""
        self._own_id()

    def _own_id(self) -> str:
        return str(part(self._api.get("/api/v2/users/me.json"), "user", "id"))

    def find(self, reference: str) -> str | None:
        """Look for the ticket with this ``external_id``."""
        found = self._api.get(f"/api/v2/tickets.json?external_id={quote(reference)}")
        tickets = part(found, "tickets", kind=list)
        return str(part(tickets, 0, "id")) if tickets else None

    def create(self, opening: Opening) -> str:
        """Make a ticket; the same key again makes none."""
        ticket = {
            "subject": opening.subject,
            "external_id": opening.reference,
            "priority": opening.priority,
            "comment": {"body": f"{opening.text}\n\n{opening.url}", "public": True},
        }
        key = {"Idempotency_Key": f"{self.name}-{opening.reference}-{opening.url}"[:255]}
        made = self._api.post("/api/v2/tickets.json", {"ticket": ticket}, **key)
        return str(part(made, "ticket", "id"))

    def comment(self, external_id: str, text: str, reference: str) -> str:
        """Add a public comment; its id stands in the audit of the update."""
        content = {"ticket": {"comment": {"body": text, "public": True}}}
        done = self._api.put(f"/api/v2/tickets/{quote(external_id)}.json", content)
        events = part(done, "audit", "events", kind=list)
        for event in events:
            if text_at(event, "type") == "Comment":
                return str(part(event, "id"))
        return reference

    def set_state(self, external_id: str, state: str) -> None:
        """Set the status; who solves a ticket that is nobody's takes it, as Zendesk demands."""
        path = f"/api/v2/tickets/{quote(external_id)}.json"
        change = {"status": THEIR_STATES[state]}
        if state == SOLVED:
            ticket = part(self._api.get(path), "ticket", kind=dict)
            if text_at(ticket, "status") == "closed":
                return
            if ticket.get("assignee_id") is None:
                change["assignee_email"] = self.email
        self._api.put(path, {"ticket": change})

    def look(self, external_id: str) -> Ticket:
        """Read status and the newest hundred comments with their authors."""
        path, own_id = f"/api/v2/tickets/{quote(external_id)}", self._own_id()
        status = part(self._api.get(f"{path}.json"), "ticket", "status")
        found = self._api.get(f"{path}/comments.json?include=users&sort_order=desc")
        emails = {
            part(user, "id"): text_at(user, "email") for user in part(found, "users", kind=list)
        }
        comments = [
            Comment(
                part(each, "id"),
                text_at(each, "plain_body") or text_at(each, "body"),
                emails.get(part(each, "author_id"), ""),
                part(each, "author_id") == own_id,
            )
            for each in part(found, "comments", kind=list)
            if part(each, "public", kind=bool)
        ]
        return Ticket(OUR_STATES.get(status, OPEN), comments[::-1])

    def changed_since(self, cursor: str) -> Changed:
        """Read the next page of the incremental export, which goes by its own cursor."""
        since = f"cursor={quote(cursor)}" if cursor else f"start_time={_minutes_ago()}"
        found = self._api.get(f"/api/v2/incremental/tickets/cursor.json?{since}")
        tickets = part(found, "tickets", kind=list)
        after = text_at(found, "after_cursor") or cursor
        return Changed(after, [part(each, "id") for each in tickets])

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Compare base64(HMAC-SHA-256(timestamp + body))."""
        timestamp = headers.get("X-Zendesk-Webhook-Signature-Timestamp", "")
        signed = hmac.digest(self.hook_key.encode(), timestamp.encode() + body, sha256)
        given = headers.get("X-Zendesk-Webhook-Signature", "").encode("ascii", "replace")
        return hmac.compare_digest(base64.b64encode(signed), given)

    def read_hook(self, body: bytes) -> Heard | None:
        """Take the ticket's id out of a webhook made with ``{"ticket_id": "{{ticket.id}}"}``."""
        found = read_json(body)
        detail = found.get("detail")
        number = found.get("ticket_id") or (detail.get("id") if isinstance(detail, dict) else None)
        return Heard(str(number)) if isinstance(number, str | int) else None


def _minutes_ago() -> int:
    """Return when a first export begins: the reference wants more than a minute ago."""
    return int(clock.now().timestamp()) - 300
