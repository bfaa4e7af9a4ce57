"""What an import did: counts by kind, reasons for what was left out, problems by file and line."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

PROBLEMS_LISTED = 1_000


@dataclass
class Tally:
    """One line of the table: in the source = imported + skipped; ``new`` came with this run."""

    source: int = 0
    imported: int = 0
    new: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


class Report:
    """Counts what happens and tells of problems as they come."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tallies: dict[str, Tally] = {}
        self.problems_count = 0
        self._tell = tell

    def tally(self, kind: str) -> Tally:
        """Return a kind's line, in the order in which kinds are first met."""
        return self.tallies.setdefault(kind, Tally())

    def count_source(self, kind: str, number: int = 1) -> None:
        """Count what the source holds."""
        self.tally(kind).source += number

    def count_new(self, kind: str, number: int) -> None:
        """Count what was written in this run."""
        self.tally(kind).imported += number
        self.tally(kind).new += number

    def count_known(self, kind: str, number: int) -> None:
        """Count what an earlier run has written."""
        self.tally(kind).imported += number

    def skip(self, kind: str, reason: str, number: int = 1) -> None:
        """Count what is left out for a reason that needs no list of rows."""
        if number:
            self.tally(kind).skipped[reason] += number

    def skip_bad(self, kind: str, place: str, reason: str) -> None:
        """Count a row that is left out because something is wrong with it, and tell of it."""
        self.skip(kind, reason)
        self.tell_problem(place, reason)

    def skip_unreadable(self, kind: str, place: str, reason: str) -> None:
        """Count a row that could not even be read, and tell of it."""
        self.count_source(kind)
        self.skip(kind, "unreadable")
        self.tell_problem(place, reason)

    def tell_problem(self, place: str, reason: str) -> None:
        """Tell of a problem; after the first thousand they are only counted."""
        self.problems_count += 1
        if self.problems_count <= PROBLEMS_LISTED:
            self._tell(f"{place}: {reason}")
        elif self.problems_count == PROBLEMS_LISTED + 1:
            self._tell("Further problems are only counted.")

    def table(self) -> str:
        """Return the table of all kinds, with the reasons below each."""
        width = max([len("kind"), *map(len, self.tallies)])
        lines = [f"{'kind':<{width}}  {'source':>9}  {'imported':>9}  {'new':>9}  {'skipped':>9}"]
        for kind, tally in self.tallies.items():
            skipped = tally.skipped.total()
            lines.append(
                f"{kind:<{width}}  {tally.source:>9,}  {tally.imported:>9,}  {tally.new:>9,}"
                f"  {skipped:>9,}"
            )
            for reason, number in sorted(tally.skipped.items()):
                lines.append(f"{'':<{width}}  {'':>31}  {number:>9,}  {reason}")
        return "\n".join(lines)
