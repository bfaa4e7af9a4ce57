"""The words in which the register speaks of tables and columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Rows(StrEnum):
    """What the erasure of its owner does to a row."""

    KEPT = "stay under “former member”"
    DELETED = "go"
    COUNTED = "go, and stay in the totals"


class Erasure(StrEnum):
    """What the erasure of a person does to a column."""

    GOES = "goes with its row"
    KEPT = "stays: it names nobody by then"
    BLANKED = "is emptied"
    REPLACED = "is replaced by one that says nothing"
    REWRITTEN = "loses the person's names and addresses"


@dataclass(frozen=True)
class Personal:
    """A column that says something about a person. ``why_not`` is why an export leaves it out."""

    what: str
    erasure: Erasure
    why_not: str = ""
    blank: Any = None

    @property
    def is_exported(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Each column stands in ``nothing`` (names, separated by spaces) or ``personal``.

    ``owner`` is the column with the id of the person the row belongs to; where the row hangs on a
    post and is its author's, ``of_post`` is the column with the post's id. Rows go also with the
    people in ``gone_with``. ``kept_for`` names a retention period: "account", "post" (as long as
    there is one), "site", or a kind of ``retention.PERIODS``.
    """

    nothing: str = ""
    personal: Mapping[str, Personal] = field(default_factory=dict)
    owner: str | None = None
    of_post: str | None = None
    gone_with: tuple[str, ...] = ()
    rows: Rows = Rows.KEPT
    kept_for: str = "site"

    @property
    def columns(self) -> list[str]:
        """All columns that are listed; one listed twice stands here twice."""
        return [*self.nothing.split(), *self.personal]


@dataclass(frozen=True)
class Store:
    """A place outside the database. ``path`` is below the instance folder, None for elsewhere."""

    what: str
    path: str | None
    erasure: str
    kept_for: str


def goes(what: str) -> Personal:
    """Mark what an export holds and what goes with its row."""
    return Personal(what, Erasure.GOES)


def kept(what: str) -> Personal:
    """Mark what an export holds and what may stay, because it names nobody by then."""
    return Personal(what, Erasure.KEPT)


def blanked(what: str, to: Any = None) -> Personal:
    """Mark what an export holds and what is emptied (to ``to``)."""
    return Personal(what, Erasure.BLANKED, blank=to)


def replaced(what: str) -> Personal:
    """Mark what an export holds and what is replaced by something that says nothing."""
    return Personal(what, Erasure.REPLACED)


def rewritten(what: str) -> Personal:
    """Mark a text in which anybody may name anybody; the names of the erased are taken out."""
    return Personal(what, Erasure.REWRITTEN)


def other_person(what: str) -> Personal:
    """Mark the id of somebody else than the row's owner: theirs, so no export holds it."""
    return Personal(what, Erasure.KEPT, why_not="is about somebody else")


def secret(what: str, erasure: Erasure = Erasure.GOES, blank: Any = None) -> Personal:
    """Mark what proves who somebody is: an export that gets lost must open no door."""
    return Personal(what, erasure, why_not="opens the account", blank=blank)


def derived(what: str, erasure: Erasure) -> Personal:
    """Mark what is made out of another column that the export holds."""
    return Personal(what, erasure, why_not="follows from another column")
