"""Days from iCalendar files: whole days, those that come again, and files that are hostile."""

from datetime import date

import pytest

from community.escalation.calendars.ical import LARGEST_FILE_BYTES, UnreadableFile, read_days

TODAY = date(2026, 11, 22)


def file_of(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//days//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def days(*events: str) -> list[str]:
    return [day.isoformat() for day in read_days(file_of(*events), TODAY)]


def test_a_whole_day_is_taken_with_its_name() -> None:
    raw = file_of("DTSTART;VALUE=DATE:20261231\nSUMMARY:New  Year's Eve")
    assert read_days(raw, TODAY) == {date(2026, 12, 31): "New Year's Eve"}


def test_the_end_does_not_belong_to_it() -> None:
    assert days("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227") == [
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
    ]


def test_a_duration_says_how_long() -> None:
    assert days("DTSTART;VALUE=DATE:20261224\nDURATION:P2D") == ["2026-12-24", "2026-12-25"]


def test_what_comes_again_each_year_is_followed_five_years_ahead() -> None:
    found = days("DTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY")
    assert found == [f"{year}-12-24" for year in range(2026, 2032)]


def test_a_rule_ends_when_it_says_and_leaves_out_what_it_says() -> None:
    found = days(
        "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=MONTHLY;COUNT=4\nEXDATE;VALUE=DATE:20260201"
    )
    assert found == ["2026-01-01", "2026-03-01", "2026-04-01"]
    assert days("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=WEEKLY;UNTIL=20260115T000000Z") == [
        "2026-01-01",
        "2026-01-08",
        "2026-01-15",
    ]


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20261224T090000Z\nDTEND:20261224T100000Z",
        "DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED",
        "DTSTART;VALUE=DATE:18991224",
        "DTSTART;VALUE=DATE:20241224",
    ],
)
def test_an_hour_a_cancelled_day_and_the_past_are_no_holidays(event: str) -> None:
    assert days(event) == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=YEARLY;INTERVAL=0",
        "FREQ=YEARLY;BYHOUR=1,2,3",
        "FREQ=WEEKLY;BYDAY=NOPE",
    ],
)
def test_rules_that_are_none_of_holidays_are_refused(rule: str) -> None:
    with pytest.raises(UnreadableFile):
        days(f"DTSTART;VALUE=DATE:20260101\nRRULE:{rule}")


def test_a_rule_that_never_holds_ends() -> None:
    rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1000000000"
    assert days(f"DTSTART;VALUE=DATE:20260101\nRRULE:{rule}") == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00 nothing",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VEVENT\r\n" * 50,
        b"x" * (LARGEST_FILE_BYTES + 1),
    ],
)
def test_what_is_no_such_file_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_days(raw, TODAY)


def test_too_many_days_and_rules_are_refused() -> None:
    many = [f"DTSTART;VALUE=DATE:2026{n // 28 % 12 + 1:02}{n % 28 + 1:02}" for n in range(2_001)]
    with pytest.raises(UnreadableFile):
        read_days(file_of(*many), TODAY)
    rules = ["DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY"] * 201
    with pytest.raises(UnreadableFile):
        read_days(file_of(*rules), TODAY)
