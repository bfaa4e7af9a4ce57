"""Services elsewhere that say whether a text or its author is known for spam.

Off unless the operator names a key or turns one on. Asked by the worker after posting, never while
somebody waits, and none decides: what they say opens a case. They learn as little as they can do
with: StopForumSpam a hash of the address, Akismet the text and the name but no address of mail.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from community.core import http
from community.core.settings import Settings

AKISMET_URL = "https://rest.akismet.com/1.1/comment-check"
STOPFORUMSPAM_URL = "https://api.stopforumspam.org/api"
# Below this StopForumSpam itself calls an entry a guess (per cent).
SURE = 75.0
# Under one of these it answers about the hash of an address.
ANSWERED_AS = ("emailhash", "email")
# We keep no address of who posted, and Akismet asks for one. Source: its documentation (user_ip).
NOBODYS_ADDRESS = "127.0.0.1"
KINDS = {"question": "forum-post", "answer": "reply", "comment": "reply"}


@dataclass(frozen=True)
class Suspect:
    """A post and its author, as far as a service may know them."""

    kind: str
    title: str
    body: str
    language: str
    author_name: str
    author_email: str | None


class SpamService(Protocol):
    """Somebody elsewhere who knows spam."""

    @property
    def name(self) -> str:
        """What the service is called, for people."""

    def calls_it_spam(self, suspect: Suspect) -> bool:
        """Say whether the service knows this for spam; raises ``http.RequestFailed``."""


@dataclass(frozen=True)
class Akismet:
    """Judges texts. Source: Akismet's documentation, "Comment check"."""

    key: str
    site_url: str
    url: str = AKISMET_URL
    trusted_origins: Collection[str] = ()
    name: str = "Akismet"

    def calls_it_spam(self, suspect: Suspect) -> bool:
        """Ask about the text."""
        fields = {
            "api_key": self.key,
            "blog": self.site_url,
            "user_ip": NOBODYS_ADDRESS,
            "comment_type": KINDS[suspect.kind],
            "comment_author": suspect.author_name,
            "comment_content": f"{suspect.title}\n\n{suspect.body}".strip(),
            "blog_lang": suspect.language,
            "blog_charset": "UTF-8",
        }
        answer = http.post_form(self.url, fields, trusted_origins=self.trusted_origins)
        if answer.status != 200 or answer.body.strip() not in (b"true", b"false"):
            # "invalid" for a wrong key, among others: it says nothing of the text.
            raise http.BadAnswer("the service did not answer true or false")
        return answer.body.strip() == b"true"


@dataclass(frozen=True)
class StopForumSpam:
    """Knows addresses of spammers. Source: StopForumSpam's documentation, "API usage"."""

    url: str = STOPFORUMSPAM_URL
    trusted_origins: Collection[str] = ()
    name: str = "StopForumSpam"

    def calls_it_spam(self, suspect: Suspect) -> bool:
        """Ask about the author's address, by its hash; who has none is not asked about."""
        if not suspect.author_email:
            return False
        # Their choice of hash; it keeps the address from being read, not from being looked up.
        digest = hashlib.md5(suspect.author_email.lower().encode(), usedforsecurity=False)
        fields = {"emailhash": digest.hexdigest(), "json": "1", "confidence": "1"}
        answer = http.post_form(self.url, fields, trusted_origins=self.trusted_origins)
        found = answer.json() if answer.status == 200 else {}
        entry = next((each for key, each in found.items() if key.lower() in ANSWERED_AS), None)
        if found.get("success") != 1 or not isinstance(entry, dict):
            raise http.BadAnswer("the service said nothing of the address")
        return _number(entry.get("appears")) > 0 and _number(entry.get("confidence")) >= SURE


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def services_of(settings: Settings) -> list[SpamService]:
    """Return the services the operator wants asked; none by default."""
    services: list[SpamService] = []
    if settings.akismet_key:
        services.append(Akismet(settings.akismet_key, settings.site_url))
    if settings.stopforumspam:
        services.append(StopForumSpam())
    return services
