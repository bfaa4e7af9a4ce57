"""Charts as geometry: in proportion, within the drawing, and never without their numbers."""

import pytest
from flask import Flask, get_template_attribute
from hypothesis import given
from hypothesis import strategies as st

from community.core.charts import BOTTOM, TOP, Bar, Chart, Column, Series, bars


def columns(count: int) -> list[Column]:
    return [Column(f"Month {n}", f"M{n}") for n in range(1, count + 1)]


def chart_of(*values: int) -> Chart:
    return bars("Points", columns(len(values)), [Series("Points", values)])


def height(bar: Bar) -> float:
    return float(bar.height.rstrip("%"))


def test_heights_are_in_proportion() -> None:
    low, high = chart_of(100, 400).bars
    assert height(high) == pytest.approx(4 * height(low), abs=0.2)
    assert high.y == f"{TOP}%"
    assert height(high) == pytest.approx(BOTTOM - TOP, abs=0.1)


def test_nothing_has_no_bar_and_no_number() -> None:
    chart = chart_of(0, 5)
    assert len(chart.bars) == 1
    assert [label.text for label in chart.numbers] == ["5"]
    assert [row.numbers for row in chart.twin] == [["0"], ["5"]]


def test_the_least_gain_can_be_seen() -> None:
    assert height(chart_of(1, 100_000).bars[0]) > 0.5


def test_stacks_stand_on_each_other() -> None:
    chart = bars(
        "Points",
        columns(1),
        [Series("Confirmed", [30]), Series("Pending", [10], "p")],
        number=lambda value: f"{value} P",
    )
    lower, upper = chart.bars
    assert float(upper.y[:-1]) + height(upper) == pytest.approx(float(lower.y[:-1]), abs=0.2)
    assert [label.text for label in chart.numbers] == ["40 P"]
    assert chart.summary == "Month 1: 30 P Confirmed, 10 P Pending"
    assert chart.totals == ["30 P", "10 P"]


def test_losses_hang_below_the_line() -> None:
    chart = chart_of(50, -50)
    gain, loss = chart.bars
    assert loss.y == chart.zero
    assert float(gain.y[:-1]) + height(gain) == pytest.approx(float(chart.zero[:-1]), abs=0.2)


def test_of_many_columns_some_are_named() -> None:
    chart = chart_of(*range(12, 0, -1))
    assert [label.text for label in chart.names] == ["M2", "M4", "M6", "M8", "M10", "M12"]
    assert [label.text for label in chart.numbers] == ["12", "1"]
    assert len(chart.twin) == 12


def test_one_series_is_said_in_a_line() -> None:
    assert chart_of(3, 4).summary == "Month 1 3, Month 2 4"


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one number a column"):
        bars("Points", columns(2), [Series("Points", [1])])
    with pytest.raises(ValueError):
        bars("Points", columns(2), [Series("One", [1, 2]), Series("Other", [1])])


@given(st.lists(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=2), max_size=15))
def test_bars_stay_within_the_drawing(stacks: list[list[int]]) -> None:
    series = [Series(str(n), [stack[n] for stack in stacks]) for n in (0, 1)]
    for bar in bars("Points", columns(len(stacks)), series).bars:
        assert float(bar.x[:-1]) >= 0
        assert float(bar.x[:-1]) + float(bar.width[:-1]) <= 100
        assert float(bar.y[:-1]) >= TOP - 1
        assert float(bar.y[:-1]) + height(bar) <= BOTTOM + 1


def test_the_drawing_is_named_and_has_a_table(app: Flask) -> None:
    linked = [Column("January", "Jan", "/reputation?month=2026-01")]
    chart = bars("Points <b>", linked, [Series("Confirmed", [7])])
    with app.test_request_context():
        draw = get_template_attribute("components/chart.html", "chart")
        html = draw(chart, "c1", "Month", total="In all")
    assert '<svg class="chart" role="img" aria-labelledby="c1-t" aria-describedby="c1-d">' in html
    assert '<title id="c1-t">Points &lt;b&gt;</title><desc id="c1-d">January 7</desc>' in html
    assert '<a href="/reputation?month=2026-01">January</a></th><td class="n">7</td>' in html
    assert '<th scope="row">In all</th><td class="n">7</td>' in html
    assert "style=" not in html
