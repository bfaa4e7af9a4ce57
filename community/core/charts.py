"""Bar charts as geometry: numbers in, percentages out. Pure; ``components/chart.html`` draws them.

Positions are percentages of the drawing and text keeps its size, so that one chart fits a phone and
a desk. A drawing never stands alone: the same numbers are its table twin.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Where the plot ends, in percent of the height; above and below is room for words.
TOP = 14.0
BOTTOM = 80.0
# With bars below zero, whose numbers stand below them.
BOTTOM_OF_LOSSES = 70.0
GAP = 0.34
# So many columns leave room on a phone for all their names and numbers.
ALL_NAMED = 8
THINNEST = 0.6


class Column(NamedTuple):
    """One place on the axis: its name, a short one for the drawing, the list behind it if any."""

    name: str
    short: str
    href: str = ""


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one a column. ``look`` is a class of ``chart.css``: a, b, p or k."""

    name: str
    values: Sequence[int]
    look: str = "a"


class Bar(NamedTuple):
    """A rectangle, in percent of the drawing."""

    x: str
    y: str
    width: str
    height: str
    look: str


class Label(NamedTuple):
    """A word at a point in percent; ``shift`` moves it down by so many pixels."""

    x: str
    y: str
    shift: int
    text: str


class TwinRow(NamedTuple):
    """A line of the table twin."""

    name: str
    href: str
    numbers: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """All that ``components/chart.html`` needs."""

    title: str
    summary: str
    zero: str
    bars: Sequence[Bar]
    numbers: Sequence[Label]
    names: Sequence[Label]
    series: Sequence[Series]
    twin: Sequence[TwinRow]
    totals: Sequence[str]


def bars(
    title: str,
    columns: Sequence[Column],
    series: Sequence[Series],
    *,
    number: Callable[[int], str] = str,
) -> Chart:
    """Return a chart of stacked bars; ``number`` writes a whole number for the reader.

    Losses hang below the line, gains stand above it. Raises ``ValueError`` where a series has more
    or fewer numbers than there are columns.
    """
    stacks = list(zip(*(one.values for one in series), strict=True))
    if len(stacks) != len(columns) and series:
        raise ValueError("every series needs one number a column")
    scale = _Scale.of(stacks)
    slot = 100 / max(1, len(columns))
    drawn = [bar for at, stack in enumerate(stacks) for bar in scale.draw(at, slot, stack, series)]
    twin = [
        TwinRow(column.name, column.href, [number(value) for value in stack])
        for column, stack in zip(columns, stacks, strict=False)
    ]
    return Chart(
        title=title,
        summary=_summary(twin, series),
        zero=_percent(scale.y(0)),
        bars=drawn,
        numbers=_numbers(stacks, scale, slot, number),
        names=_names(columns, slot),
        series=series,
        twin=twin,
        totals=[number(sum(one.values)) for one in series],
    )


@dataclass(frozen=True)
class _Scale:
    """Turns values into heights."""

    highest: int
    lowest: int

    @classmethod
    def of(cls, stacks: Sequence[Sequence[int]]) -> "_Scale":
        highest = max((_gains(stack) for stack in stacks), default=0)
        lowest = min((_losses(stack) for stack in stacks), default=0)
        return cls(highest, lowest)

    def y(self, value: int) -> float:
        """Return how far from the top a value lies, in percent."""
        bottom = BOTTOM_OF_LOSSES if self.lowest < 0 else BOTTOM
        span = max(1, self.highest - self.lowest)
        if self.highest == self.lowest == 0:
            return bottom
        return TOP + (bottom - TOP) * (self.highest - value) / span

    def draw(
        self, at: int, slot: float, stack: Sequence[int], series: Sequence[Series]
    ) -> list[Bar]:
        """Return the bars of one column: gains upwards, losses downwards from the line."""
        drawn, up, down = [], 0, 0
        x, width = _percent(slot * (at + GAP / 2)), _percent(slot * (1 - GAP))
        for value, one in zip(stack, series, strict=True):
            if value > 0:
                low, high, up = up, up + value, up + value
            elif value < 0:
                low, high, down = down + value, down, down + value
            else:
                continue
            y = self.y(high)
            height = max(THINNEST, self.y(low) - y)
            drawn.append(Bar(x, _percent(y), width, _percent(height), one.look))
        return drawn


def _gains(stack: Sequence[int]) -> int:
    return sum(value for value in stack if value > 0)


def _losses(stack: Sequence[int]) -> int:
    return sum(value for value in stack if value < 0)


def _percent(value: float) -> str:
    return f"{value:.1f}%"


def _middle(at: int, slot: float) -> str:
    return _percent(slot * (at + 0.5))


def _numbers(
    stacks: Sequence[Sequence[int]], scale: _Scale, slot: float, number: Callable[[int], str]
) -> list[Label]:
    """Write totals at the bars; of many columns only at the highest and at the last."""
    sums = [sum(stack) for stack in stacks]
    shown: Collection[int] = range(len(sums))
    if len(sums) > ALL_NAMED:
        highest = sums.index(max(sums))
        # Neighbours would run into each other.
        last = len(sums) - 1
        shown = {highest, last} if last - highest > 1 else {highest}
    return [
        _number(stacks[at], scale, _middle(at, slot), number(sums[at]))
        for at in sorted(shown)
        if sums[at]
    ]


def _number(stack: Sequence[int], scale: _Scale, x: str, text: str) -> Label:
    if sum(stack) < 0:
        return Label(x, _percent(scale.y(_losses(stack))), 14, text)
    return Label(x, _percent(scale.y(_gains(stack))), -6, text)


def _names(columns: Sequence[Column], slot: float) -> list[Label]:
    """Name the columns below the plot; of many every second one, the last among them."""
    step = 1 if len(columns) <= ALL_NAMED else 2
    return [
        Label(_middle(at, slot), _percent(BOTTOM), 18, column.short)
        for at, column in enumerate(columns)
        if (len(columns) - 1 - at) % step == 0
    ]


def _summary(twin: Sequence[TwinRow], series: Sequence[Series]) -> str:
    """Say the whole chart in a line, for who hears it."""
    if len(series) == 1:
        return ", ".join(f"{row.name} {row.numbers[0]}" for row in twin)
    return "; ".join(
        f"{row.name}: "
        + ", ".join(f"{text} {one.name}" for text, one in zip(row.numbers, series, strict=True))
        for row in twin
    )
