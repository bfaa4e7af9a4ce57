"""Chatwoot. Source: its developer documentation, Application APIs: "Contacts", "Conversations",
"Messages", "Profile"; "Webhooks" for the signature.

A case is a conversation in an inbox of the API channel, with a contact of its own whose
``identifier`` is the case's number: that finds it again, and names nobody.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
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
    ConnectorFailed,
    Heard,
    Opening,
    Ticket,
    part,
    read_json,
    text_at,
)

THEIR_STATES = {OPEN: "open", PENDING: "snoozed", SOLVED: "resolved"}
# "Pending" there means that a bot has it.
OUR_STATES = {"open": OPEN, "pending": OPEN, "snoozed": PENDING, "resolved": SOLVED}
OUTGOING = 1
LATEST_SECONDS = 300


@dataclass(frozen=True)
class Chatwoot:
    """An account of Chatwoot; ``token`` is that of an agent of its own for us."""

    name: str
    url: str
    account: int
    inbox: int
    token: str = field(repr=False)
    hook_key: str = field(default="", repr=False)
    sends_private: bool = False
    trusted_origins: Collection[str] = ()
    # It knows no difference between waiting for the customer and for somebody else.
    states: Mapping[str, str] = field(
        default_factory=lambda: {OPEN: OPEN, PENDING: PENDING, ON_HOLD: PENDING, SOLVED: SOLVED}
    )

    @property
    def _api(self) -> Api:
        return Api(self.url, {"api_access_token": self.token}, self.trusted_origins)

    @property
    def _path(self) -> str:
        return f"/api/v1/accounts/{self.account}"

    def check(self) -> None:
        """Ask who we are there."""
        self._own_id()

    def _own_id(self) -> str:
        return str(part(self._api.get("/api/v1/profile"), "id"))

    def find(self, reference: str) -> str | None:
        """Look for the conversation of the contact that stands for the case."""
        contact = self._find_contact(reference)
        if contact is None:
            return None
        path = f"{self._path}/contacts/{part(contact, 'id')}/conversations"
        found = part(self._api.get(path), "payload", kind=list)
        return str(part(found, 0, "id")) if found else None

    def _find_contact(self, reference: str) -> Any:
        identifier = self._identifier(reference)
        found = self._api.get(f"{self._path}/contacts/search?q={quote(identifier)}")
        for contact in part(found, "payload", kind=list):
            if text_at(contact, "identifier") == identifier:
                return contact
        return None

    def _identifier(self, reference: str) -> str:
        return f"{self.name}-{reference}"

    def create(self, opening: Opening) -> str:
        """Make the case's contact, unless there is one, and its conversation."""
        contact = self._find_contact(opening.reference) or self._make_contact(opening)
        conversation = {
            "inbox_id": self.inbox,
            "contact_id": part(contact, "id", kind=int),
            "source_id": self._source_id(contact),
            "status": "open",
            "custom_attributes": {"case": opening.reference, "url": opening.url},
            "message": {"content": f"{opening.subject}\n\n{opening.text}\n\n{opening.url}"},
        }
        return str(part(self._api.post(f"{self._path}/conversations", conversation), "id"))

    def _make_contact(self, opening: Opening) -> Any:
        contact = {
            "inbox_id": self.inbox,
            "name": f"{opening.reference} {opening.subject}"[:255],
            "identifier": self._identifier(opening.reference),
        }
        made = self._api.post(f"{self._path}/contacts", contact)
        return part(made, "payload", "contact", kind=dict)

    def _source_id(self, contact: Any) -> str:
        for each in part(contact, "contact_inboxes", kind=list):
            if isinstance(each, dict) and part(each, "inbox", "id", kind=int) == self.inbox:
                return str(part(each, "source_id"))
        raise ConnectorFailed("the contact is in another inbox", is_passing=False)

    def comment(self, external_id: str, text: str, reference: str) -> str:
        """Add a message of the account we are."""
        message = {
            "content": text,
            "message_type": "outgoing",
            "private": False,
            "content_attributes": {"reference": reference},
        }
        path = f"{self._path}/conversations/{quote(external_id)}/messages"
        return str(part(self._api.post(path, message), "id"))

    def set_state(self, external_id: str, state: str) -> None:
        """Toggle the status to the one it shall be."""
        path = f"{self._path}/conversations/{quote(external_id)}/toggle_status"
        self._api.post(path, {"status": THEIR_STATES[self.states[state]]})

    def look(self, external_id: str) -> Ticket:
        """Read the status and the newest messages that the contact would see."""
        path, own_id = f"{self._path}/conversations/{quote(external_id)}", self._own_id()
        status = part(self._api.get(path), "status")
        messages = part(self._api.get(f"{path}/messages"), "payload", kind=list)
        comments = [
            Comment(
                part(each, "id"),
                text_at(each, "content"),
                text_at(each.get("sender"), "email"),
                _sender_id(each) == own_id,
            )
            for each in messages
            # Incoming ones are the contact's, others the program's own.
            if part(each, "message_type", kind=int) == OUTGOING and not each.get("private")
        ]
        return Ticket(OUR_STATES.get(status, OPEN), comments)

    def changed_since(self, cursor: str) -> Changed:
        """Look through the conversations that changed last; the cursor is a time."""
        since = float(cursor) if cursor.replace(".", "", 1).isdigit() else clock.now().timestamp()
        path = f"{self._path}/conversations?status=all&sort_by=last_activity_at_desc"
        found = part(self._api.get(path), "data", "payload", kind=list)
        newer = [
            (each["last_activity_at"], part(each, "id"))
            for each in found
            if isinstance(each.get("last_activity_at"), int | float)
            and each["last_activity_at"] >= since
        ]
        newest = max((at for at, _id in newer), default=since)
        return Changed(str(newest), [number for _at, number in newer])

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Compare the HMAC-SHA-256 of time, dot and body; old ones are refused."""
        timestamp = headers.get("X-Chatwoot-Timestamp", "")
        if not is_recent(timestamp):
            return False
        signed = hmac.digest(self.hook_key.encode(), timestamp.encode() + b"." + body, sha256)
        given = headers.get("X-Chatwoot-Signature", "").encode("ascii", "replace")
        return hmac.compare_digest(b"sha256=" + signed.hex().encode(), given)

    def read_hook(self, body: bytes) -> Heard | None:
        """Take the conversation's id out of an event about it or about a message in it."""
        found = read_json(body)
        inside = found.get("conversation")
        about = inside if isinstance(inside, dict) else found
        number = about.get("id") if "status" in about else None
        return Heard(str(number)) if isinstance(number, int) else None


def _sender_id(message: Any) -> str:
    sender = message.get("sender")
    if not isinstance(sender, dict) or text_at(sender, "type") == "contact":
        return ""
    return str(sender.get("id", ""))


def is_recent(timestamp: str) -> bool:
    """Say whether a time in seconds is a few minutes from now at most."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(clock.now().timestamp() - int(timestamp)) <= LATEST_SECONDS
