"""What came out of ``dev.py stress escalation``: counted, and reckoned again by other means."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from holidays import country_holidays
from sqlalchemy import func, select

from community.core import clock
from community.core.db import db, transaction
from community.core.jobs import Job
from community.escalation.calendars.models import Calendar, CalendarVersion
from community.escalation.cases.models import Escalation, SupportCase
from community.escalation.sla.models import FIRST, RESOLUTION, SlaClock, SlaEvent
from community.notifications.models import Notification
from tests.escalation.calendars.reference import open_by, walk_minutes
from tests.stress.mail_server import Delivery

MINUTE = timedelta(minutes=1)

DueAt = Callable[[datetime, int], datetime]


@dataclass(frozen=True)
class Outcome:
    """What came out: questions without their case, with two, and what went wrong beside that.

    ``mails_doubled`` counts mails that a worker brought and died before it had noted so; whoever
    took its work over brought them again, with the same Message-ID. All others that came twice are
    ``mails_doubled_wrongly``.
    """

    seed: int
    questions: int
    kills: int = 0
    kills_at_points: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    wrong_causes: int = 0
    wrong_clocks: int = 0
    wrong_events: int = 0
    untold: int = 0
    told_twice: int = 0
    parked: int = 0
    mails: int = 0
    mails_lost: int = 0
    mails_doubled: int = 0
    mails_doubled_wrongly: int = 0
    mails_renamed: int = 0

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        cases = self.lost, self.doubled, self.wrong_causes, self.parked
        clocks = self.wrong_clocks, self.wrong_events
        told = self.untold, self.told_twice
        mails = self.mails_lost, self.mails_doubled_wrongly, self.mails_renamed
        return not any((*cases, *clocks, *told, *mails))


# What may be other than 0.
FACTS = ("seed", "questions", "kills", "seconds", "mails", "mails_doubled")


def table_of(outcome: Outcome) -> Iterator[str]:
    """Yield the lines of a table: what was done, who died where, and what must be 0."""
    figures = {name: value for name, value in asdict(outcome).items() if type(value) is not dict}
    yield from (f"{name:38} {figures.pop(name):>10}" for name in FACTS)
    for point, deaths in sorted(outcome.kills_at_points.items()):
        yield f"{'killed: ' + point:38} {deaths:>10}"
    for name, value in figures.items():
        yield f"{name:38} {value:>10}  {'ok' if value == 0 else 'MUST BE 0'}"
    yield "holds" if outcome.holds else "BROKEN"


def count_outcome(
    outcome: Outcome, deliveries: Sequence[Delivery], killed: Collection[str]
) -> Outcome:
    """Return the outcome with all that can be counted; ``killed`` names the workers that died."""
    outcome = _count_mails(_count_cases(outcome), deliveries, killed)
    return replace(outcome, wrong_clocks=_count_wrong_clocks(), wrong_events=_count_wrong_events())


def _count_cases(outcome: Outcome) -> Outcome:
    with transaction():
        cases = Counter(db.session.scalars(select(SupportCase.question_id)))
        causes = Counter(db.session.scalars(select(Escalation.question_id)))
        told = _told()
        expected = set(db.session.execute(select(SupportCase.requester_id, SupportCase.id)).all())
        parked = select(func.count(Job.id)).where(Job.parked_at.is_not(None))
        parked_jobs = db.session.scalars(parked).one()
    wrong = [number != 1 for number in causes.values()]
    return replace(
        outcome,
        lost=outcome.questions - len(cases),
        doubled=_beyond_one(cases.values()),
        wrong_causes=sum(wrong) + outcome.questions - len(causes),
        untold=len({(who, f"/cases/{number}") for who, number in expected} - set(told)),
        told_twice=_beyond_one(told.values()),
        parked=parked_jobs,
    )


def _told() -> Counter[tuple[int, str]]:
    rows = select(Notification.user_id, Notification.page).where(Notification.page != "")
    return Counter((user_id, page) for user_id, page in db.session.execute(rows))


def _beyond_one(numbers: Iterable[int]) -> int:
    return sum(number - 1 for number in numbers)


def _count_mails(
    outcome: Outcome, deliveries: Sequence[Delivery], killed: Collection[str]
) -> Outcome:
    """Count mails by person and case, which is what one of them is to whoever gets it."""
    last = {each.worker: place for place, each in enumerate(deliveries)}
    came: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, each in enumerate(deliveries):
        came[each.to, each.case_id].append(place)
    doubled = wrongly = renamed = 0
    for places in came.values():
        renamed += len({deliveries[place].message_id for place in places}) - 1
        for place in places[:-1]:
            worker = deliveries[place].worker
            # It died, and this was the last it did outside the database.
            died_of_it = worker in killed and last[worker] == place
            doubled, wrongly = doubled + died_of_it, wrongly + (not died_of_it)
    return replace(
        outcome,
        mails=len(deliveries),
        mails_lost=outcome.questions - len(came),
        mails_doubled=doubled,
        mails_doubled_wrongly=wrongly,
        mails_renamed=renamed,
    )


def _count_wrong_clocks() -> int:
    """Count cases that do not have one open clock of each kind, due when it is reckoned to be."""
    due_at = _slow_due_at()
    with transaction():
        found: dict[int, Counter[tuple[str, bool]]] = {
            case_id: Counter() for case_id in db.session.scalars(select(SupportCase.id))
        }
        for each in db.session.scalars(select(SlaClock)):
            is_right = each.is_open and each.due_at == due_at(each.started_at, each.target_minutes)
            found[each.case_id][each.kind, is_right] += 1
    right = Counter({(FIRST, True): 1, (RESOLUTION, True): 1})
    return sum(counted != right for counted in found.values())


def _count_wrong_events() -> int:
    """Count clocks whose history is not that they were started, with the deadline they have."""
    with transaction():
        clocks = db.session.execute(select(SlaClock.id, SlaClock.case_id, SlaClock.due_at)).all()
        events: dict[int, list[tuple[str, int, datetime | None]]] = defaultdict(list)
        rows = select(SlaEvent.clock_id, SlaEvent.what, SlaEvent.case_id, SlaEvent.due_at)
        for clock_id, *rest in db.session.execute(rows):
            events[clock_id].append((rest[0], rest[1], rest[2]))
    known = {clock[0] for clock in clocks}
    wrong = sum(events[clock[0]] != [("started", clock[1], clock[2])] for clock in clocks)
    return wrong + len(events.keys() - known)


def _holidays_of(version: CalendarVersion) -> frozenset[date]:
    days = {date.fromisoformat(day) for day in version.holidays}
    if version.country:
        year = clock.now().year
        public = country_holidays(
            version.country, subdiv=version.region or None, years=(year, year + 1)
        )
        days |= set(public)
    return frozenset(days)


def _slow_due_at() -> DueAt:
    """Return what reckons a deadline minute by minute, from what the default calendar says."""
    with transaction():
        version = db.session.scalars(
            select(CalendarVersion)
            .join(Calendar, CalendarVersion.calendar_id == Calendar.id)
            .where(Calendar.is_default, CalendarVersion.version == Calendar.version)
        ).one()
        week: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for weekday, opens, closes in version.spans:
            week[weekday].append((opens, closes))
        is_open = open_by(version.zone, week, _holidays_of(version))
    walk = lru_cache(maxsize=None)(lambda start, minutes: walk_minutes(is_open, start, minutes))

    def due_at(start: datetime, minutes: int) -> datetime:
        whole = start.replace(second=0, microsecond=0)
        if whole == start or not is_open(whole):
            return walk(whole if whole == start else whole + MINUTE, minutes)
        # A part of the first minute counts, and the rest of it at the end.
        before_last = walk(whole + MINUTE, minutes - 1)
        return walk(before_last, 1) - MINUTE + (start - whole)

    return due_at
