"""What is told of groups that seem to thank each other for gain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RingSuspected:
    """Members seem to thank each other for gain; ``evidence`` holds ids and numbers.

    ``source`` names the finding, the same each time it is told of.
    """

    source: str
    member_ids: Sequence[int]
    evidence: dict[str, Any]


@dataclass(frozen=True)
class RingDropped:
    """A doubt about members is gone by itself: nobody has to decide any more."""

    source: str


@dataclass(frozen=True)
class RingSettled:
    """What a moderator decided about a finding was carried out."""

    source: str
