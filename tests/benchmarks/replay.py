"""A real community's year with a support team: ``python3 dev.py bench replay``.

The Thunderbird community's questions of a year are asked again on a simulated clock, with their
answers when they came. A team in Berlin works from Monday to Friday, 9 to 17. As in the product, a
question is planned when it is asked (``due.handover_due``), waits no more when somebody else
answers, and is handed over by the first sweep of a minute at which it is due. What was marked as
spam is neither asked nor an answer.

Each decision is compared with one made another way: by counting, minute by minute through the year,
which minutes are open (``SlowOffice``).
"""

import heapq
import json
import lzma
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from community.escalation.calendars.business_time import hours_of
from community.escalation.triggers.due import OLDEST, Rule, Waiting, handover_due, wait_ends
from tests.shared_data import find_shared_data

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = hours_of("Europe/Berlin", {weekday: [(9 * 60, 17 * 60)] for weekday in range(5)})
MINUTE = timedelta(minutes=1)
WAITS_HOURS = (4, 24, 72)
FURTHEST = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """A question, when it was asked, and when somebody else first answered it, if ever."""

    id: int
    at: datetime
    answered_at: datetime | None


@dataclass
class Year:
    """What became of a year's questions: when which was handed over, and who still waited then.

    ``waiting`` counts those nobody had answered by the end of the wait, however long that took;
    ``handed_over`` leaves out those that were older than seven days by then.
    """

    hours: int
    questions: int
    handed_over: dict[int, datetime] = field(default_factory=dict)
    waiting: int = 0
    differences: int = 0


def main(year: int, *, as_json: bool = False) -> int:
    """Replay a year for each wait; returns 1 where a decision differs."""
    folder = find_shared_data("sumo-thunderbird")
    if folder is None:
        sys.exit("The Thunderbird community was not found: set FORUM_SHARED_DATA to its folder.")
    questions = read_questions(folder, year)
    years = [replay_and_check(questions, hours) for hours in WAITS_HOURS]
    rows = [summary(each) for each in years]
    print(json.dumps(rows, indent=2) if as_json else as_text(year, rows))
    return int(any(each.differences for each in years))


def read_questions(folder: Path, year: int) -> list[Asked]:
    """Return a year's questions in the order they were asked."""
    asked = {
        row["id"]: (instant_of(row["created"]), row["creator"])
        for row in _rows(folder / "questions.jsonl.xz")
        if row["created"].startswith(str(year)) and not row["is_spam"]
    }
    first: dict[int, datetime] = {}
    for row in _rows(folder / "answers.jsonl.xz"):
        at, asker = asked.get(row["question_id"], (None, ""))
        if at is None or row["is_spam"] or row["creator"] == asker:
            continue
        answered_at = max(at, instant_of(row["created"]))
        first[row["question_id"]] = min(answered_at, first.get(row["question_id"], answered_at))
    found = [Asked(each, at, first.get(each)) for each, (at, _) in asked.items()]
    return sorted(found, key=lambda question: (question.at, question.id))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def instant_of(text: str) -> datetime:
    """Return an instant as the data writes it (UTC)."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def replay_and_check(questions: Sequence[Asked], hours: int) -> Year:
    """Replay a year, and count where the slow way decides otherwise."""
    done = replay(questions, hours)
    slow = decide_slowly(questions, hours)
    done.differences = sum(
        done.handed_over.get(question.id) != slow.get(question.id) for question in questions
    )
    return done


def replay(questions: Sequence[Asked], hours: int) -> Year:
    """Ask the questions again, let the answers come, and sweep every minute."""
    rule = Rule(normal_hours=hours)
    year = Year(hours, len(questions))
    answers = [(q.answered_at, q.id) for q in questions if q.answered_at is not None]
    coming = heapq.merge(
        sorted((at, 0, question_id) for at, question_id in answers),
        [(question.at, -1, question.id) for question in questions],
    )
    by_id = {question.id: question for question in questions}
    due: list[tuple[datetime, int]] = []
    answered: set[int] = set()
    for at, kind, question_id in coming:
        _sweep(year, due, answered, before=at)
        if kind == 0:
            answered.add(question_id)
            continue
        ends = wait_ends(at, rule, (), OFFICE)
        year.waiting += _still_waits(by_id[question_id], ends)
        planned = handover_due(_waiting(at, rule), OFFICE)
        if planned is not None:
            heapq.heappush(due, (planned, question_id))
    _sweep(year, due, answered, before=None)
    return year


def _sweep(
    year: Year, due: list[tuple[datetime, int]], answered: set[int], *, before: datetime | None
) -> None:
    """Run the sweeps that come before an instant; None for all that are left."""
    while due and (before is None or next_sweep(due[0][0]) < before):
        planned, question_id = heapq.heappop(due)
        if question_id not in answered:
            year.handed_over[question_id] = next_sweep(planned)


def next_sweep(at: datetime) -> datetime:
    """Return the first whole minute from an instant on."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + MINUTE


def _still_waits(question: Asked, ends: datetime) -> bool:
    return question.answered_at is None or question.answered_at > next_sweep(ends)


def _waiting(asked_at: datetime, rule: Rule) -> Waiting:
    return Waiting(
        asked_at=asked_at,
        visibility="published",
        status="open",
        is_answered=False,
        is_locked=False,
        awaits_asker=False,
        asker_is_active=True,
        was_handed_over=False,
        tags=frozenset(),
        rule=rule,
    )


class SlowOffice:
    """The same office, by looking at every minute: nothing of the product's arithmetic in it."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start.replace(second=0, microsecond=0)
        minutes = int((end - self.start) / MINUTE)
        self.open = [self._is_open(self.start + number * MINUTE) for number in range(minutes)]
        # How many seconds were open before each minute.
        self.before = [0, *(60 * number for number in accumulate(self.open))]

    @staticmethod
    def _is_open(at: datetime) -> bool:
        local = at.astimezone(BERLIN)
        return local.weekday() < 5 and 9 <= local.hour < 17

    def due(self, asked_at: datetime, hours: int) -> datetime:
        """Return when so many open hours have passed since an instant."""
        number, second = divmod(int((asked_at - self.start).total_seconds()), 60)
        wanted = self.before[number] + second * self.open[number] + hours * 3600
        # The last minute that began with less than that behind it.
        last = bisect_left(self.before, wanted) - 1
        return self.start + last * MINUTE + timedelta(seconds=wanted - self.before[last])


def decide_slowly(questions: Sequence[Asked], hours: int) -> Mapping[int, datetime]:
    """Return when which question is handed over, each by itself."""
    if not questions:
        return {}
    office = SlowOffice(questions[0].at, questions[-1].at + FURTHEST)
    decided = {}
    for question in questions:
        due = office.due(question.at, hours)
        seconds = -(-due.timestamp() // 60) * 60
        swept_at = datetime.fromtimestamp(seconds, UTC)
        late = question.answered_at is not None and question.answered_at <= swept_at
        if not late and due - question.at <= timedelta(days=7):
            decided[question.id] = swept_at
    return decided


def summary(year: Year) -> dict[str, Any]:
    """Return a year in figures; hours of the day are Berlin's."""
    local = [at.astimezone(BERLIN) for at in year.handed_over.values()]
    by_hour = Counter(at.hour for at in local)
    each_hour = Counter(at.replace(minute=0) for at in local)
    return {
        "business_hours": year.hours,
        "questions": year.questions,
        "still_unanswered": year.waiting,
        "handed_over": len(local),
        "percent": round(100 * len(local) / max(1, year.questions), 1),
        "per_working_day": round(len(local) / max(1, len({at.date() for at in local})), 1),
        "by_hour": {hour: by_hour[hour] for hour in sorted(by_hour)},
        "most_in_one_hour": max(each_hour.values(), default=0),
        "differences": year.differences,
    }


def as_text(year: int, rows: Sequence[dict[str, Any]]) -> str:
    """Return the figures as a table."""
    first = rows[0]
    lines = [
        f"{year}: {first['questions']} questions; an office in Berlin, Monday to Friday 9 to 17; "
        f"handed over if younger than {OLDEST.days} days",
        f"{'wait':>6}{'unanswered':>12}{'handed over':>13}{'%':>7}{'a day':>8}"
        f"{'most/h':>8}{'differences':>13}",
    ]
    lines += [
        f"{row['business_hours']:>4} h{row['still_unanswered']:>12}{row['handed_over']:>13}"
        f"{row['percent']:>7}{row['per_working_day']:>8}{row['most_in_one_hour']:>8}"
        f"{row['differences']:>13}"
        for row in rows
    ]
    for row in rows:
        load = "  ".join(f"{hour} h: {count}" for hour, count in row["by_hour"].items())
        lines.append(f"load by hour after {row['business_hours']} h: {load or 'none'}")
    return "\n".join(lines)
