"""What becomes of a mail."""

from enum import StrEnum
from typing import NamedTuple

from community.escalation.mail_in.message import Kind


class Fate(StrEnum):
    """What became of a mail."""

    KNOWN = "known"
    WRITTEN = "written"
    OPENED = "opened"
    NOTED = "noted"
    ASIDE = "aside"
    POSTED = "posted"
    GIVEN_BACK = "given back"
    REFUSED = "refused"
    IGNORED = "ignored"


class Received(NamedTuple):
    """What became of a mail, of which kind it was and why, and its case if it has one."""

    fate: Fate
    kind: Kind
    reason: str
    case_id: int | None = None


def refused(reason: str) -> Received:
    """Return that a person's mail is not kept."""
    return Received(Fate.REFUSED, Kind.REFUSED, reason)
