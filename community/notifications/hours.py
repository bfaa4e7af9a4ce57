"""When mails may go out by a reader's own clock: quiet hours, and the periods of digests.

Both compare what the clock on the wall shows, so a change to or from summer time moves neither.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTES_A_DAY = 24 * 60
DIGESTS = ("off", "daily", "weekly")
DIGEST_FROM, DIGEST_UNTIL = time(8), time(21)
# A worker that was away on Monday may still send the week's digest on Tuesday.
WEEKLY_ON = (0, 1)


class QuietHours(NamedTuple):
    """From when until when no mail goes out, in minutes since midnight, in a zone."""

    from_minutes: int
    until_minutes: int
    zone: ZoneInfo


def zone_of(name: str | None, default: str) -> ZoneInfo:
    """Return a zone by its IANA name, the default where there is no such zone (any more)."""
    for wanted in (name, default):
        try:
            return ZoneInfo(wanted or default)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")


def end_of_quiet(hours: QuietHours, now: datetime) -> datetime | None:
    """Return when the present quiet hours end; None when it is not quiet now."""
    local = now.astimezone(hours.zone)
    if not _is_within(hours, _minutes_of(local.time())):
        return None
    end = time(*divmod(hours.until_minutes % MINUTES_A_DAY, 60))
    for days in (0, 1):
        for fold in (0, 1):
            day = local.date() + timedelta(days=days)
            candidate = datetime.combine(day, end.replace(fold=fold), tzinfo=hours.zone)
            if candidate.astimezone(UTC) > now:
                return candidate.astimezone(UTC)
    raise AssertionError("a day has an end")


def _is_within(hours: QuietHours, minutes: int) -> bool:
    begin, end = hours.from_minutes, hours.until_minutes
    if begin <= end:
        return begin <= minutes < end
    return minutes >= begin or minutes < end


def _minutes_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def period_due(frequency: str, zone: ZoneInfo, now: datetime) -> str | None:
    """Return the period whose digest is due in a zone now: a day or a week; None for none."""
    local = now.astimezone(zone)
    if not DIGEST_FROM <= local.time() < DIGEST_UNTIL:
        return None
    if frequency == "weekly" and local.weekday() not in WEEKLY_ON:
        return None
    return period_at(frequency, local.date())


def period_at(frequency: str, day: date) -> str:
    """Return the name of the period that a day belongs to: "2026-11-22" or "2026-W47"."""
    if frequency == "daily":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def length_of(period: str) -> timedelta:
    """Return how long a period lasts."""
    return timedelta(days=7 if "W" in period else 1)
