"""Helpdesks on this machine that answer in the shapes which the real ones publish.

Each keeps tickets in memory. What it is told to refuse it refuses, and it counts every request.
"""

import base64
import hmac
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import QuietHandler, serving

OWN_EMAIL, OWN_ID, TOKEN, HOOK_KEY = "bot@example.org", 9, "a-token-of-20-letters", "h" * 32
AGENTS = {"ada@example.org": 31, "nobody@example.org": 32, OWN_EMAIL: OWN_ID}


@dataclass
class StubTicket:
    """A ticket: its state in the helpdesk's words, and (id, text, author, public) each."""

    number: int
    reference: str
    subject: str
    state: str
    comments: list[tuple[int, str, str, bool]] = field(default_factory=list)


class Helpdesk(ABC):
    """What all of them share. ``trouble`` are answers to the next requests that change things."""

    opened, solved, waiting = "open", "solved", "pending"
    kind = ""

    def __init__(self) -> None:
        self.tickets: dict[int, StubTicket] = {}
        self.requests: list[tuple[str, str, Any, dict[str, str]]] = []
        self.trouble: list[tuple[int, dict[str, str], bytes]] = []
        self.loses_answers = 0
        self.next_id = 100

    def new_id(self) -> int:
        """Return a number nothing has yet."""
        self.next_id += 1
        return self.next_id

    def make(self, reference: str, subject: str, text: str) -> StubTicket:
        """Make a ticket with its first comment."""
        ticket = StubTicket(self.new_id(), reference, subject, self.opened)
        self.tickets[ticket.number] = ticket
        self.add(ticket.number, text, OWN_EMAIL)
        return ticket

    def add(self, number: int, text: str, author: str, *, public: bool = True) -> int:
        """Let somebody comment."""
        found = self.new_id()
        self.tickets[number].comments.append((found, text, author, public))
        return found

    @property
    def only(self) -> StubTicket:
        """The one ticket there is."""
        (ticket,) = self.tickets.values()
        return ticket

    def texts(self) -> list[str]:
        """What we said in the only ticket after its beginning."""
        return [
            text for _id, text, author, _public in self.only.comments[1:] if author == OWN_EMAIL
        ]

    def entry(self, origin: str) -> dict[str, Any]:
        """How the operator names it."""
        return {"name": "desk", "kind": self.kind, "url": origin, "token": TOKEN}

    @abstractmethod
    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """Return what is answered to a request; raises ``KeyError`` for what is not there."""

    @abstractmethod
    def is_known(self, headers: dict[str, str]) -> bool:
        """Say whether the request says who asks."""

    @abstractmethod
    def hook(self, body: bytes, now: int) -> dict[str, str]:
        """Return the headers of a signed request to us."""

    @abstractmethod
    def news(self, number: int) -> dict[str, Any]:
        """Return what such a request tells of a ticket that changed."""


class ZendeskStub(Helpdesk):
    """Zendesk."""

    kind = "zendesk"

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, int] = {}

    def entry(self, origin: str) -> dict[str, Any]:
        return {**super().entry(origin), "email": OWN_EMAIL}

    def is_known(self, headers: dict[str, str]) -> bool:
        wanted = base64.b64encode(f"{OWN_EMAIL}/token:{TOKEN}".encode()).decode()
        return headers.get("Authorization") == f"Basic {wanted}"

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path == "/api/v2/users/me.json":
            return {"user": {"id": OWN_ID, "email": OWN_EMAIL, "role": "agent"}}
        if path == "/api/v2/tickets.json" and method == "POST":
            return self._create(body["ticket"])
        if path == "/api/v2/tickets.json":
            found = [t for t in self.tickets.values() if t.reference == query["external_id"]]
            return {"tickets": [self._shown(t) for t in found], "count": len(found)}
        if path == "/api/v2/incremental/tickets/cursor.json":
            shown = [self._shown(t) for t in self.tickets.values()]
            return {"tickets": shown, "after_cursor": "abc==", "end_of_stream": True}
        number = int(re.findall(r"\d+", path)[1])
        ticket = self.tickets[number]
        if path.endswith("/comments.json"):
            return self._comments(ticket)
        return self._update(ticket, body["ticket"]) if method == "PUT" else self._audit(ticket, [])

    def _create(self, given: dict[str, Any]) -> Any:
        key = self.requests[-1][3]["Idempotency-Key"]
        if key not in self.keys:
            made = self.make(given["external_id"], given["subject"], given["comment"]["body"])
            self.keys[key] = made.number
        return self._audit(self.tickets[self.keys[key]], [])

    def _update(self, ticket: StubTicket, change: dict[str, Any]) -> Any:
        events = []
        if "comment" in change:
            added = self.add(ticket.number, change["comment"]["body"], OWN_EMAIL)
            events.append({"id": added, "type": "Comment", "public": True})
        if change.get("status") == "solved":
            assert change["assignee_email"] == OWN_EMAIL
        ticket.state = change.get("status", ticket.state)
        return self._audit(ticket, [{"id": 1, "type": "Change"}, *events])

    def _audit(self, ticket: StubTicket, events: list[Any]) -> Any:
        return {"ticket": self._shown(ticket), "audit": {"id": 5, "events": events}}

    def _shown(self, ticket: StubTicket) -> Any:
        return {
            "id": ticket.number,
            "external_id": ticket.reference,
            "status": ticket.state,
            "assignee_id": None,
        }

    def _comments(self, ticket: StubTicket) -> Any:
        shown = [
            {"id": i, "author_id": AGENTS[who], "plain_body": text, "body": text, "public": public}
            for i, text, who, public in ticket.comments
        ]
        users = [{"id": number, "email": email} for email, number in AGENTS.items()]
        return {"comments": shown[::-1], "users": users, "count": len(shown)}

    def hook(self, body: bytes, now: int) -> dict[str, str]:
        signed = hmac.digest(HOOK_KEY.encode(), b"2026-11-22T10:00:00Z" + body, sha256)
        return {
            "X-Zendesk-Webhook-Signature-Timestamp": "2026-11-22T10:00:00Z",
            "X-Zendesk-Webhook-Signature": base64.b64encode(signed).decode(),
        }

    def news(self, number: int) -> dict[str, Any]:
        return {"ticket_id": str(number)}


class ZammadStub(Helpdesk):
    """Zammad."""

    kind = "zammad"
    solved, waiting = "closed", "pending reminder"

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("Authorization") == f"Token token={TOKEN}"

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path == "/api/v1/users/me":
            return {"id": OWN_ID, "email": OWN_EMAIL, "login": OWN_EMAIL}
        if path == "/api/v1/tickets" and method == "POST":
            assert (body["group"], body["customer"]) == ("Users", OWN_EMAIL)
            reference = body["title"].partition("]")[0][1:]
            return self._shown(self.make(reference, body["title"], body["article"]["body"]))
        if path == "/api/v1/tickets/search":
            return [self._shown(ticket) for ticket in self.tickets.values()]
        if path == "/api/v1/ticket_articles" and method == "POST":
            return {"id": self.add(int(body["ticket_id"]), body["body"], OWN_EMAIL)}
        ticket = self.tickets[int(path.rpartition("/")[2])]
        if "/by_ticket/" in path:
            return [self._article(*each) for each in ticket.comments]
        if method == "PUT":
            assert ("pending_time" in body) == (body["state"] == "pending reminder")
            ticket.state = body["state"]
        return self._shown(ticket)

    def _shown(self, ticket: StubTicket) -> Any:
        return {
            "id": ticket.number,
            "title": ticket.subject,
            "state": ticket.state,
            "updated_at": "2026-11-22T10:00:00.000Z",
        }

    def _article(self, number: int, text: str, who: str, public: bool) -> Any:
        html = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        is_html = who != OWN_EMAIL
        return {
            "id": number,
            "body": f"<div>{html}</div><style>x{{}}</style>" if is_html else text,
            "content_type": "text/html" if is_html else "text/plain",
            "internal": not public,
            "sender": "Agent",
            "created_by": who,
            "created_by_id": AGENTS[who],
        }

    def hook(self, body: bytes, now: int) -> dict[str, str]:
        return {"X-Hub-Signature": "sha1=" + hmac.digest(HOOK_KEY.encode(), body, "sha1").hex()}

    def news(self, number: int) -> dict[str, Any]:
        return {"ticket": {"id": number, "title": "x"}, "article": {"id": 1}}


class ChatwootStub(Helpdesk):
    """Chatwoot."""

    kind = "chatwoot"
    solved, waiting = "resolved", "snoozed"

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[int, str] = {}

    def entry(self, origin: str) -> dict[str, Any]:
        return {**super().entry(origin), "account": 1, "inbox": 4}

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("api_access_token") == TOKEN

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path == "/api/v1/profile":
            return {"id": OWN_ID, "email": OWN_EMAIL, "type": "user"}
        rest = path.removeprefix("/api/v1/accounts/1")
        assert rest != path
        if rest.startswith("/contacts"):
            return self._contacts(method, rest, query, body)
        if rest == "/conversations" and method == "POST":
            assert (body["source_id"], body["inbox_id"]) == (f"src-{body['contact_id']}", 4)
            case = self.contacts[body["contact_id"]].removeprefix("desk-")
            return self._shown(self.make(case, case, body["message"]["content"]))
        if rest == "/conversations":
            shown = [self._shown(ticket) for ticket in self.tickets.values()]
            return {"data": {"meta": {}, "payload": shown}}
        ticket = self.tickets[int(rest.split("/")[2])]
        if rest.endswith("/toggle_status"):
            ticket.state = body["status"]
            return {"payload": {"success": True, "current_status": ticket.state}}
        if rest.endswith("/messages") and method == "POST":
            return {"id": self.add(ticket.number, body["content"], OWN_EMAIL)}
        if rest.endswith("/messages"):
            return {"meta": {}, "payload": [self._message(*each) for each in ticket.comments]}
        return self._shown(ticket)

    def _contacts(self, method: str, rest: str, query: dict[str, str], body: Any) -> Any:
        if rest == "/contacts/search":
            found = [i for i, name in self.contacts.items() if query["q"] in name]
            return {"meta": {}, "payload": [self._contact(number) for number in found]}
        if method == "POST":
            number = self.new_id()
            self.contacts[number] = body["identifier"]
            return {"payload": {"contact": self._contact(number)}}
        identifier = self.contacts[int(rest.split("/")[2])]
        theirs = [t for t in self.tickets.values() if f"desk-{t.reference}" == identifier]
        return {"payload": [self._shown(ticket) for ticket in theirs]}

    def _contact(self, number: int) -> Any:
        inbox = {"source_id": f"src-{number}", "inbox": {"id": 4}}
        return {
            "id": number,
            "identifier": self.contacts[number],
            "contact_inboxes": [{"source_id": "?", "inbox": {"id": 3}}, inbox],
        }

    def _shown(self, ticket: StubTicket) -> Any:
        return {"id": ticket.number, "status": ticket.state, "last_activity_at": 4_000_000_000}

    def _message(self, number: int, text: str, who: str, public: bool) -> Any:
        sender = {"id": AGENTS[who], "email": who, "type": "user"}
        return {
            "id": number,
            "content": text,
            "message_type": 1,
            "private": not public,
            "sender": sender,
        }

    def hook(self, body: bytes, now: int) -> dict[str, str]:
        signed = hmac.digest(HOOK_KEY.encode(), f"{now}.".encode() + body, sha256).hex()
        return {"X-Chatwoot-Timestamp": str(now), "X-Chatwoot-Signature": f"sha256={signed}"}

    def news(self, number: int) -> dict[str, Any]:
        about = {"id": number, "status": "open"}
        return {"event": "message_created", "id": 1, "conversation": about}


class WebhookStub(Helpdesk):
    """Somebody who takes signed requests and knows them again by their id."""

    kind = "webhook"

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Any] = {}

    def is_known(self, headers: dict[str, str]) -> bool:
        body = self.requests[-1][2]
        signed = f"{headers['X-Forum-Timestamp']}.{headers['X-Forum-Id']}.".encode() + body
        wanted = hmac.digest(TOKEN.encode(), signed, sha256).hex()
        return headers["X-Forum-Signature"] == f"sha256={wanted}"

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if body["id"] not in self.known:
            self.known[body["id"]] = self._take(body)
        return self.known[body["id"]]

    def _take(self, body: Any) -> Any:
        if body["event"] == "case.opened":
            return {"id": self.make(body["case"], body["subject"], body["text"]).number}
        if body["event"] == "case.comment":
            self.add(int(body["ticket"]), body["text"], OWN_EMAIL)
        if body["event"] == "case.state":
            self.tickets[int(body["ticket"])].state = body["state"]
        return {}

    def hook(self, body: bytes, now: int) -> dict[str, str]:
        signed = f"{now}.evt-1.".encode() + body
        signature = hmac.digest(HOOK_KEY.encode(), signed, sha256).hex()
        return {
            "X-Forum-Timestamp": str(now),
            "X-Forum-Id": "evt-1",
            "X-Forum-Signature": f"sha256={signature}",
        }

    def news(self, number: int) -> dict[str, Any]:
        *_rest, (comment_id, text, who, _public) = self.tickets[number].comments
        facts = {"ticket": str(number), "id": str(comment_id), "state": self.tickets[number].state}
        return facts if who == OWN_EMAIL else {**facts, "text": text, "author_email": who}


STUBS: dict[str, type[Helpdesk]] = {
    "zendesk": ZendeskStub,
    "zammad": ZammadStub,
    "chatwoot": ChatwootStub,
    "webhook": WebhookStub,
}


@contextmanager
def running(desk: Helpdesk) -> Iterator[str]:
    """Serve a helpdesk; gives its origin."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts, headers = urlsplit(self.path), dict(self.headers)
            desk.requests.append((self.command, parts.path, raw, headers))
            if desk.trouble and self.command != "GET":
                status, extra, body = desk.trouble.pop(0)
                return self.send(body, status, **extra)
            if not desk.is_known(headers):
                return self.send(b"{}", 401)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            try:
                found = desk.answer(
                    self.command, parts.path, query, json.loads(raw) if raw else None
                )
            except (KeyError, IndexError):
                return self.send(b'{"error": "RecordNotFound"}', 404)
            if desk.loses_answers and self.command != "GET":
                desk.loses_answers -= 1
                return self.send(b"", 502)
            return self.send(json.dumps(found).encode(), 201 if self.command == "POST" else 200)

        do_POST = do_PUT = do_GET

    with serving(Handler) as origin:
        yield origin
