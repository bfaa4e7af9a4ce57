"""The rank beside a name: looked up without a query, since pages print hundreds of them."""

from typing import NamedTuple

from community.core.kept import Kept
from community.core.wording import present_wording
from community.identity.people import Person
from reputation.ranks.models import Rank
from reputation.ranks.queries import list_ranks


class Mark(NamedTuple):
    """A rank as it stands beside a name."""

    name: str
    icon: str


def rank_of(person: Person) -> Mark | None:
    """Return somebody's rank in the reader's language.

    None for the team, who answer as their job; for who is gone; and at the foot of the ladder,
    where a mark would only tell newcomers how low they stand.
    """
    if not person.rank_level or person.is_staff or person.is_former:
        return None
    found = read_marks().get(person.rank_level)
    if found is None:
        return None
    names, icon = found
    return Mark(names.get(present_wording().language, ""), icon)


def read_marks() -> dict[int, tuple[dict[str, str], str]]:
    """Return names and icons by level; a change counts everywhere within half a minute."""
    return _kept_marks.get()


_kept_marks = Kept(
    Rank, lambda: {rank.level: (dict(rank.names), rank.icon) for rank in list_ranks()}
)
