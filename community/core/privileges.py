"""Which powers open with how many points: three presets, and single values set by the operator.

Pure: no database, no clock, no settings. ``identity.privileges`` asks it on behalf of a viewer.

Sources, product rules 2.2: ``medium`` is the column "Ours". ``low`` and ``high`` are the columns of
Apache Answer; where Answer has no value, ``high`` is Stack Overflow's. Answer's ``low`` opens
everything to everybody. We follow it except for powers over what others wrote, or whoever has just
registered could rewrite every post: those take askbot's minimum (retag 50, edit and close 200,
confirm 500), and where askbot has none the value of ``medium``. A bounty in ``low`` has Stack
Overflow's 75.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

PRESETS = ("low", "medium", "high")
# Nobody has fewer points than this where powers are concerned, so a power that opens with one point
# is open to every member. Source: Stack Overflow, where reputation never falls below 1.
EVERYBODY = 1
MOST_POINTS = 1_000_000


class Privilege(StrEnum):
    """A power that opens with standing; its value names it in settings and addresses."""

    ASK = "ask"
    ANSWER = "answer"
    COMMENT_OWN = "comment_own"
    FLAG = "flag"
    KUDOS_ASKER = "kudos_asker"
    COMMENT = "comment"
    LINKS = "links"
    KUDOS = "kudos"
    ASK_HELPER = "ask_helper"
    SUGGEST_EDIT = "suggest_edit"
    BOUNTY = "bounty"
    RETAG = "retag"
    CONFIRM = "confirm"
    REVIEW = "review"
    NEW_TAG = "new_tag"
    EDIT = "edit"
    CLOSE_DUPLICATE = "close_duplicate"
    SYNONYMS = "synonyms"


_TABLE: dict[Privilege, tuple[int, int, int]] = {
    Privilege.ASK: (1, 1, 1),
    Privilege.ANSWER: (1, 1, 1),
    Privilege.COMMENT_OWN: (1, 1, 1),
    Privilege.FLAG: (1, 1, 1),
    Privilege.KUDOS_ASKER: (1, 1, 1),
    Privilege.COMMENT: (1, 10, 50),
    Privilege.LINKS: (1, 10, 10),
    Privilege.KUDOS: (1, 10, 15),
    Privilege.ASK_HELPER: (1, 100, 1_000),
    Privilege.SUGGEST_EDIT: (1, 100, 200),
    Privilege.BOUNTY: (75, 250, 250),
    Privilege.RETAG: (50, 250, 500),
    Privilege.CONFIRM: (500, 500, 1_000),
    Privilege.REVIEW: (500, 500, 2_000),
    Privilege.NEW_TAG: (1, 750, 1_500),
    Privilege.EDIT: (200, 1_000, 2_000),
    Privilege.CLOSE_DUPLICATE: (200, 1_000, 3_000),
    Privilege.SYNONYMS: (2_500, 2_500, 20_000),
}

# Powers of every member, whatever an operator sets: without them nobody could earn a point.
ALWAYS_OPEN = frozenset({Privilege.ASK, Privilege.ANSWER, Privilege.COMMENT_OWN})

# Powers that come with the role of a superuser. Rewriting others' posts unseen is not among them.
OF_SUPERUSERS = frozenset(Privilege) - {Privilege.EDIT, Privilege.SYNONYMS, Privilege.BOUNTY}


@lru_cache
def thresholds(preset: str, changes: str = "") -> Mapping[Privilege, int]:
    """Return with how many points each power opens.

    ``changes`` sets single powers otherwise, as in ``kudos=5, retag=100``. Raises ``ValueError``,
    which names what is wrong.
    """
    if preset not in PRESETS:
        raise ValueError(f"no preset {preset!r}; there are {', '.join(PRESETS)}")
    column = PRESETS.index(preset)
    found = {privilege: values[column] for privilege, values in _TABLE.items()}
    for part in filter(None, (part.strip() for part in changes.split(","))):
        privilege, points = _parse(part)
        found[privilege] = points
    return MappingProxyType(found)


def _parse(part: str) -> tuple[Privilege, int]:
    name, _, raw = (word.strip() for word in part.partition("="))
    if name not in list(Privilege):
        raise ValueError(f"no power {name!r}; there are {', '.join(Privilege)}")
    if not (raw.isascii() and raw.isdigit() and EVERYBODY <= int(raw[:9]) <= MOST_POINTS):
        raise ValueError(f"{part!r} is no number of points from {EVERYBODY} to {MOST_POINTS}")
    if name in ALWAYS_OPEN and int(raw) != EVERYBODY:
        raise ValueError(f"{name!r} is open to every member")
    return Privilege(name), int(raw)
