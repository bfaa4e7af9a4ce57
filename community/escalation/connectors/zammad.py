"""Zammad. Source: its documentation, REST API: "Tickets", "Articles", "User"; "Webhooks" (admin).

Zammad knows no key against making a ticket twice, so a ticket is looked for by the case's number in
its title before it is made again. Requests to us carry ``X-Hub-Signature`` (HMAC-SHA-1).
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from community.core import clock
from community.escalation.connectors.plain import plain_text
from community.escalation.connectors.protocol import (
    ON_HOLD,
    OPEN,
    PENDING,
    SOLVED,
    Api,
    Changed,
    Comment,
    ConnectorFailed,
    Heard,
    Opening,
    Ticket,
    part,
    read_json,
    text_at,
)

PRIORITIES = {"urgent": "3 high", "high": "3 high", "normal": "2 normal", "low": "1 low"}
THEIR_STATES = {OPEN: "open", PENDING: "pending reminder", SOLVED: "closed"}
OUR_STATES = {
    "new": OPEN,
    "open": OPEN,
    "closed": SOLVED,
    "merged": SOLVED,
    "pending reminder": PENDING,
    "pending close": PENDING,
}
REMINDER = timedelta(days=7)
PER_PAGE = 100


@dataclass(frozen=True)
class Zammad:
    """A Zammad site; ``token`` is that of an agent of its own for us, ``group`` takes tickets."""

    name: str
    url: str
    token: str = field(repr=False)
    group: str = "Users"
    customer: str = ""
    hook_key: str = field(default="", repr=False)
    sends_private: bool = False
    trusted_origins: Collection[str] = ()
    # It knows no difference between waiting for the customer and for somebody else.
    states: Mapping[str, str] = field(
        default_factory=lambda: {OPEN: OPEN, PENDING: PENDING, ON_HOLD: PENDING, SOLVED: SOLVED}
    )

    @property
    def _api(self) -> Api:
        headers = {"Authorization": f"Token token={self.token}"}
        return Api(self.url, headers, self.trusted_origins)

    def _me(self) -> Any:
        return self._api.get("/api/v1/users/me")

    def check(self) -> None:
        """Ask who we are there."""
        part(self._me(), "id")

    def find(self, reference: str) -> str | None:
        """Search for the title, and look at what was found: a search is no comparison."""
        asked = urlencode({"query": f'title:"[{reference}]"', "limit": "10", "expand": "true"})
        for ticket in self._search(asked):
            if text_at(ticket, "title").startswith(f"[{reference}] "):
                return str(part(ticket, "id"))
        return None

    def _search(self, asked: str) -> list[Any]:
        found = self._api.get(f"/api/v1/tickets/search?{asked}")
        if not isinstance(found, list):
            raise ConnectorFailed("the answer is no list of tickets")
        return found

    def create(self, opening: Opening) -> str:
        """Make a ticket whose customer is the account we are, unless another one is set."""
        ticket = {
            "title": f"[{opening.reference}] {opening.subject}",
            "group": self.group,
            "customer": self.customer or part(self._me(), "email"),
            "priority": PRIORITIES.get(opening.priority, "2 normal"),
            "article": {
                "subject": opening.subject,
                "body": f"{opening.text}\n\n{opening.url}",
                "type": "note",
                "content_type": "text/plain",
                "internal": False,
            },
        }
        return str(part(self._api.post("/api/v1/tickets", ticket), "id"))

    def comment(self, external_id: str, text: str, reference: str) -> str:
        """Add a note that the customer may read; a note sends no mail."""
        article = {
            "ticket_id": external_id,
            "subject": reference,
            "body": text,
            "type": "note",
            "content_type": "text/plain",
            "internal": False,
        }
        return str(part(self._api.post("/api/v1/ticket_articles", article), "id"))

    def set_state(self, external_id: str, state: str) -> None:
        """Set the state; one that waits needs a time at which it reminds somebody."""
        theirs = THEIR_STATES[self.states[state]]
        change = {"state": theirs}
        if theirs == "pending reminder":
            change["pending_time"] = (clock.now() + REMINDER).isoformat()
        self._api.put(f"/api/v1/tickets/{quote(external_id)}", change)

    def look(self, external_id: str) -> Ticket:
        """Read the state and the articles that are not internal."""
        number, me = quote(external_id), self._me()
        ours = {part(me, "id"), text_at(me, "email"), text_at(me, "login")} - {""}
        found = self._api.get(f"/api/v1/tickets/{number}?expand=true")
        articles = self._api.get(f"/api/v1/ticket_articles/by_ticket/{number}?expand=true")
        if not isinstance(articles, list):
            raise ConnectorFailed("the answer is no list of articles")
        comments = [
            Comment(
                part(each, "id"),
                _body_of(each),
                text_at(each, "created_by"),
                bool(ours & {str(each.get("created_by_id")), text_at(each, "created_by")}),
            )
            for each in articles
            # What a customer writes there is not the team's, and no answer of ours.
            if not part(each, "internal", kind=bool) and text_at(each, "sender") == "Agent"
        ]
        return Ticket(OUR_STATES.get(part(found, "state"), OPEN), comments)

    def changed_since(self, cursor: str) -> Changed:
        """Search for what changed since an instant; the cursor is that of the newest."""
        since = cursor or clock.now().isoformat()
        if not cursor:
            return Changed(since)
        asked = urlencode(
            {
                "query": f'updated_at:["{since}" TO *]',
                "sort_by": "updated_at",
                "order_by": "asc",
                "limit": str(PER_PAGE),
                "expand": "true",
            }
        )
        found = self._search(asked)
        newest = max((text_at(each, "updated_at") for each in found), default="")
        return Changed(newest or since, [part(each, "id") for each in found])

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Compare the HMAC-SHA-1 of the body."""
        signed = "sha1=" + hmac.digest(self.hook_key.encode(), body, "sha1").hex()
        given = headers.get("X-Hub-Signature", "").encode("ascii", "replace")
        return hmac.compare_digest(signed.encode(), given)

    def read_hook(self, body: bytes) -> Heard | None:
        """Take the ticket's id out of the standard payload."""
        ticket = read_json(body).get("ticket")
        number = ticket.get("id") if isinstance(ticket, dict) else None
        return Heard(str(number)) if isinstance(number, int) else None


def _body_of(article: Any) -> str:
    body = text_at(article, "body")
    return plain_text(body) if text_at(article, "content_type") == "text/html" else body
