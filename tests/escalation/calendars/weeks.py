"""Weeks, zones and moments for property tests."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

# Half an hour of summer time; rules by the moon; none any more, by decree; 45 minutes off.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
)
# When the clocks of one of them changed (UTC), each both ways.
CHANGES = tuple(
    datetime.fromisoformat(f"{moment}:00+00:00")
    for moment in (
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2026-03-08T07:00",
        "2026-11-01T06:00",
        "2026-04-04T15:00",
        "2026-10-03T15:30",
        "2026-02-15T02:00",
        "2026-03-22T02:00",
        "2018-11-04T03:00",
        "2019-02-17T02:00",
    )
)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Up to three spans of one day, without overlaps; the whole day among them."""
    borders = draw(
        st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True).filter(
            lambda found: len(found) % 2 == 0
        )
        | st.just([0, 1440])
    )
    borders.sort()
    return list(zip(borders[::2], borders[1::2], strict=True))


def weeks() -> st.SearchStrategy[dict[int, list[tuple[int, int]]]]:
    """Opening hours by weekday; Monday to Sunday may differ, and some stay closed."""
    plain = st.just({day: [(540, 720), (780, 1020)] for day in range(5)})
    nights = st.just({day: [(0, 240), (1320, 1440)] for day in range(7)})
    return plain | nights | st.dictionaries(st.integers(0, 6), spans(), min_size=1)


def moments() -> st.SearchStrategy[datetime]:
    """Whole minutes: three days round a change of the clocks, or anywhere in some years."""
    near = st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES),
        st.integers(-4_000, 1_500),
    )
    anywhere = st.builds(
        lambda minutes: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
        st.integers(0, 10 * 365 * 1440),
    )
    return near | anywhere


def days_near(moment: datetime) -> st.SearchStrategy[frozenset[date]]:
    """Some holidays in the two weeks after a moment."""
    offsets = st.sets(st.integers(-1, 14), max_size=5)
    return offsets.map(lambda found: frozenset(moment.date() + timedelta(days=n) for n in found))
