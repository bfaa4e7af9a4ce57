"""Any other system, by signed requests in both directions, as ``docs/connectors.md`` describes."""

import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from community.core import clock
from community.escalation.connectors.chatwoot import is_recent
from community.escalation.connectors.models import EXTERNAL_ID_CHARS
from community.escalation.connectors.protocol import (
    STATES,
    Changed,
    Comment,
    Heard,
    Opening,
    Ticket,
    ask,
    read_json,
    text_at,
)


@dataclass(frozen=True)
class Webhook:
    """An address that takes what happens, and sends what happens there.

    ``token`` signs what we send, ``hook_key`` what we are sent.
    """

    name: str
    url: str
    token: str = field(repr=False)
    hook_key: str = field(default="", repr=False)
    sends_private: bool = False
    trusted_origins: Collection[str] = ()
    states: Mapping[str, str] = field(default_factory=lambda: {each: each for each in STATES})

    def check(self) -> None:
        """Send an event that means nothing."""
        self._send("ping", "ping", {})

    def find(self, reference: str) -> str | None:
        """Know of none: whoever takes requests knows them again by their id."""
        return None

    def create(self, opening: Opening) -> str:
        """Tell of a case; the other side may answer with its own id for it."""
        facts = {
            "subject": opening.subject,
            "text": opening.text,
            "priority": opening.priority,
            "url": opening.url,
        }
        answer = self._send("case.opened", opening.reference, {"case": opening.reference, **facts})
        theirs = answer.get("id")
        return str(theirs)[:EXTERNAL_ID_CHARS] if theirs else opening.reference

    def comment(self, external_id: str, text: str, reference: str) -> str:
        """Tell what was said."""
        self._send("case.comment", reference, {"ticket": external_id, "text": text})
        return reference

    def set_state(self, external_id: str, state: str) -> None:
        """Tell a case's state."""
        moment = int(clock.now().timestamp())
        facts = {"ticket": external_id, "state": state}
        self._send("case.state", f"{external_id}-{state}-{moment}", facts)

    def look(self, external_id: str) -> Ticket | None:
        """See nothing: the other side tells its news by itself."""
        return None

    def changed_since(self, cursor: str) -> Changed:
        """Know of nothing, for the same reason."""
        return Changed(cursor)

    def _send(self, event: str, key: str, facts: Mapping[str, str]) -> dict[str, Any]:
        content = {"event": event, "id": key, **facts}
        body = json.dumps(content, sort_keys=True).encode()
        timestamp = str(int(clock.now().timestamp()))
        answer = ask(
            "POST",
            self.url,
            body,
            headers={
                "Content-Type": "application/json",
                "X-Forum-Id": key,
                "X-Forum-Timestamp": timestamp,
                "X-Forum-Signature": sign(self.token, timestamp, key, body),
            },
            trusted_origins=self.trusted_origins,
        )
        return read_json(answer.body)

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Compare the signature; what is minutes old is refused."""
        timestamp, key = headers.get("X-Forum-Timestamp", ""), headers.get("X-Forum-Id", "")
        if not is_recent(timestamp) or not key:
            return False
        given = headers.get("X-Forum-Signature", "").encode("ascii", "replace")
        return hmac.compare_digest(sign(self.hook_key, timestamp, key, body).encode(), given)

    def read_hook(self, body: bytes) -> Heard | None:
        """Read which ticket it is about and what is new: a state, a comment, or both."""
        found = read_json(body)
        ticket, number = text_at(found, "ticket"), text_at(found, "id")
        if not ticket or not number:
            return None
        said = text_at(found, "text")
        comment = Comment(number[:EXTERNAL_ID_CHARS], said, text_at(found, "author_email"))
        state = text_at(found, "state")
        news = Ticket(state if state in STATES else "", [comment] if said else [])
        return Heard(ticket[:EXTERNAL_ID_CHARS], news)


def sign(key: str, timestamp: str, number: str, body: bytes) -> str:
    """Return the signature: HMAC-SHA-256 of time, dot, id, dot and body, in hexadecimal."""
    signed = f"{timestamp}.{number}.".encode() + body
    return "sha256=" + hmac.digest(key.encode(), signed, sha256).hex()
