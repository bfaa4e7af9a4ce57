"""A public answer out of what was solved in private: everything personal masked, names included."""

import re

from community.posts.guard import mask_all

# Parts of a name that are shorter stand in too many words.
SHORTEST_PART = 3
MARK = "…"


def draft_public_answer(body: str, names: list[str]) -> str:
    """Return a private text fit to be published once somebody has read it over.

    What the guard finds is masked, and so are the names of these people.
    """
    text = mask_all(body)
    for part in sorted({part for name in names for part in _parts_of(name)}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", MARK, text, flags=re.IGNORECASE)
    return text


def _parts_of(name: str) -> list[str]:
    return [name, *(part for part in name.split() if len(part) >= SHORTEST_PART)]
