"""Signed addresses for leaving a mailing without signing in. Source: RFC 8058.

A token names a member and what ends; nothing is stored, and it serves this one purpose.
"""

from typing import NamedTuple

from community.core.errors import NotFound
from community.core.signed_links import read_link, sign_link
from community.notifications.kinds import QUESTION_WATCH_KINDS
from community.notifications.models import KINDS

PURPOSE = "notifications.unsubscribe"
# Not kinds of notifications, but mails that can be left like one.
EVERYTHING = "everything"
DIGEST = "digest"
LARGEST_ID = 2**63 - 1


class Unsubscription(NamedTuple):
    """What ends for whom: the watch of a question, mails of one kind, all of them, the digest."""

    user_id: int
    kind: str
    question_id: int | None


def unsubscription_for(user_id: int, kind: str, question_id: int | None) -> Unsubscription:
    """Return what a mail of this kind offers to end."""
    ends_watch = kind in QUESTION_WATCH_KINDS
    return Unsubscription(user_id, kind, question_id if ends_watch else None)


def sign_unsubscription(what: Unsubscription) -> str:
    """Return the token that stands in the address."""
    return sign_link(PURPOSE, [what.user_id, what.kind, what.question_id])


def read_unsubscription(token: str) -> Unsubscription:
    """Return what a token ends; raises ``NotFound`` for a forged or broken one."""
    try:
        user_id, kind, question_id = read_link(PURPOSE, token)
    except (TypeError, ValueError):
        raise NotFound() from None
    if (
        kind not in (*KINDS, EVERYTHING, DIGEST)
        or not _is_id(user_id)
        or not (question_id is None or _is_id(question_id))
    ):
        raise NotFound()
    return Unsubscription(user_id, kind, question_id)


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST_ID
