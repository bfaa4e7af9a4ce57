"""Who is asked about customers: one protocol, and a system that answers by HTTP."""

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from community.core import http
from community.core.settings import Settings

LONGEST_CHARS = 100
# Whoever looks at a case waits for it, if only beside the page.
LOOKUP_SECONDS = 2.0
UNKNOWN = 404


@dataclass(frozen=True)
class CustomerRecord:
    """What is known of a customer; empty where the other system says nothing.

    ``consent`` is whether they agreed to be contacted; None where nobody asked.
    """

    number: str = ""
    plan: str = ""
    contract: str = ""
    consent: bool | None = None


class CustomerDirectory(Protocol):
    """Somebody who knows the operator's customers."""

    def find(self, email: str) -> CustomerRecord | None:
        """Return a customer by their address, None if unknown; raises ``http.RequestFailed``."""


@dataclass(frozen=True)
class HttpDirectory:
    """Asks a system by HTTP, as ``docs/connectors.md`` describes."""

    url: str
    token: str = field(repr=False)
    trusted_origins: Collection[str] = ()

    def find(self, email: str) -> CustomerRecord | None:
        """Ask for whose address has this hash: the address itself is not sent."""
        asked = urlencode({"email_sha256": sha256(email.lower().encode()).hexdigest()})
        answer = http.send(
            "GET",
            f"{self.url}{'&' if urlsplit(self.url).query else '?'}{asked}",
            None,
            headers={"Authorization": f"Bearer {self.token}", "Accept": "application/json"},
            trusted_origins=self.trusted_origins,
            seconds=LOOKUP_SECONDS,
        )
        if answer.status == UNKNOWN:
            return None
        if answer.status != 200:
            raise http.BadAnswer(f"status {answer.status}")
        return _record_of(answer.json())


def _record_of(found: dict[str, Any]) -> CustomerRecord:
    consent = found.get("consent")
    return CustomerRecord(
        number=_text(found.get("customer_number")),
        plan=_text(found.get("plan")),
        contract=_text(found.get("contract")),
        consent=consent if isinstance(consent, bool) else None,
    )


def _text(value: object) -> str:
    return value[:LONGEST_CHARS] if isinstance(value, str) else ""


def directory_of(settings: Settings) -> CustomerDirectory | None:
    """Return whom the operator wants asked; nobody by default."""
    if not settings.customer_lookup_url:
        return None
    return HttpDirectory(
        settings.customer_lookup_url,
        settings.customer_lookup_token,
        settings.trusted_origin_set,
    )
