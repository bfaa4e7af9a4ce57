"""Addresses at which a member answers the mail about a post: each for one member, post and time.

``reply+p7x12x20600xabcde-<signature>@…``: member 7, post 12, until the end of day 20600 since 1970,
sent to the address of which ``abcde`` is a keyed hash. Once that is not the account's any more, the
address leads nowhere. Whether a sender may use it is asked beside.
"""

import hmac
import re
from base64 import b32encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from community.core.reply_addresses import LARGEST_ID, MailSite, signature_of

# What is answered later is no conversation any more. Source: product, "reply within 90 days".
REPLY_DAYS = 90
_LOCAL_MAX_CHARS = 64
_MARK_BYTES, _MARK_CHARS = 4, 5
_DAY_SECONDS = 86_400
_BODY = r"p([1-9][0-9]{0,18})x([1-9][0-9]{0,18})x([1-9][0-9]{4,5})x([a-z2-7]{5})"
_TOKEN = re.compile(rf"({_BODY})-([a-z2-7]{{16}})")


class PostReply(NamedTuple):
    """What such an address says: who was written to about which post, and until when it serves.

    ``mark`` tells whether a mail address is the one that was written to (``is_made_for``).
    """

    user_id: int
    post_id: int
    last_day: int
    mark: str

    def has_expired(self, now: datetime) -> bool:
        """Say whether its last day is over."""
        return _day_of(now) > self.last_day


def post_address(
    site: MailSite, *, user_id: int, post_id: int, email: str, sent_at: datetime
) -> str:
    """Return where a member replies to a mail sent to ``email``; "" where no mail comes in.

    Also "" where the operator's own part of it is so long that mail servers would refuse it.
    """
    name, _, domain = site.reply_address.rpartition("@")
    if not name:
        return ""
    last_day = _day_of(sent_at + timedelta(days=REPLY_DAYS))
    body = f"p{user_id}x{post_id}x{last_day}x{_mark(site.keys[0], email)}"
    local = f"{name}+{body}-{_signed(site.keys[0], body)}"
    return f"{local}@{domain}" if len(local) <= _LOCAL_MAX_CHARS else ""


def read_post_token(site: MailSite, token: str) -> PostReply | None:
    """Return what stands behind the plus of an address, None if we did not sign it."""
    match = _TOKEN.fullmatch(token)
    if match is None or max(int(match[2]), int(match[3])) > LARGEST_ID:
        return None
    right = [hmac.compare_digest(_signed(key, match[1]), match[6]) for key in site.keys]
    if not any(right):
        return None
    return PostReply(int(match[2]), int(match[3]), int(match[4]), match[5])


def is_made_for(site: MailSite, reply: PostReply, email: str) -> bool:
    """Say whether this is the address that was written to."""
    right = [hmac.compare_digest(_mark(key, email), reply.mark) for key in site.keys]
    return any(right)


def holds_address(text: str) -> bool:
    """Say whether a text holds such an address, also one that a mail program broke into lines."""
    return _TOKEN.search("".join(text.split()).lower()) is not None


def _signed(key: bytes, body: str) -> str:
    return signature_of(key, f"post:{body}")


def _mark(key: bytes, email: str) -> str:
    digest = hmac.digest(key, f"address:{email.strip().lower()}".encode(), sha256)
    return b32encode(digest[:_MARK_BYTES]).decode().lower()[:_MARK_CHARS]


def _day_of(at: datetime) -> int:
    return int(at.timestamp() // _DAY_SECONDS)
