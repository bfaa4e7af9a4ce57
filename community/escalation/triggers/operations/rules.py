"""Deciding when questions are handed over, and which words raise an alarm; each is audited."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.boards.models import Board
from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Invalid
from community.core.jobs import enqueue
from community.core.patterns import PatternRefused, compile_literal
from community.escalation.calendars.business_time import business_minutes_between
from community.escalation.triggers.alarms import MOST_WORDS, WORD_MAX_CHARS, read_words
from community.escalation.triggers.due import MINUTES, OLDEST, Rule
from community.escalation.triggers.models import TAGS_MAX_CHARS, AlarmWords, HandoverRule
from community.escalation.triggers.operations.watching import plan_again
from community.escalation.triggers.policies import can_change_handover
from community.escalation.triggers.queries.rules import get_rule
from community.escalation.triggers.queries.waiting import get_hours_of_board
from community.posts.text import parse_tags

Errors = dict[str, str | LazyString]

MOST_HOURS, MOST_ME_TOOS = 999, 9_999


class UnfitRule(Invalid):
    """A board's rule or a list of words does not fit; ``errors`` says what and why, by field."""


@dataclass(frozen=True, kw_only=True)
class RuleFacts:
    """A board's rule as somebody typed it."""

    is_on: bool
    is_urgent: bool
    urgent_tags: str
    normal_hours: str
    urgent_hours: str
    me_too_count: str


def change_rule(actor: Viewer, board: Board, facts: RuleFacts) -> None:
    """Change a board's rule from now on (administrators); what waits there is reckoned anew.

    Said twice, it changes nothing. Raises ``NotAllowed``, ``UnfitRule``.
    """
    require(can_change_handover(actor))
    before, after = get_rule(board.id), _fit(board, facts)
    if before == after:
        return
    row = db.session.get(HandoverRule, board.id) or HandoverRule(board_id=board.id)
    for name, value in {**asdict(after), "urgent_tags": _lines(after)}.items():
        setattr(row, name, value)
    db.session.add(row)
    record(
        actor,
        Action.HANDOVER_CHANGED,
        subject=("board", board.id),
        before=_shown(before),
        after=_shown(after),
    )
    enqueue(plan_again, board_id=board.id)


def _shown(rule: Rule) -> dict[str, object]:
    return {**asdict(rule), "urgent_tags": sorted(rule.urgent_tags)}


def _lines(rule: Rule) -> str:
    return "\n".join(sorted(rule.urgent_tags))


def _fit(board: Board, facts: RuleFacts) -> Rule:
    errors: Errors = {}
    tags = parse_tags(facts.urgent_tags)
    if len("\n".join(tags)) > TAGS_MAX_CHARS:
        errors["urgent_tags"] = _l("Please name fewer tags.")
    most = _most_hours(board.id)
    rule = Rule(
        is_on=facts.is_on,
        is_urgent=facts.is_urgent,
        urgent_tags=frozenset(tags),
        normal_hours=_number("normal_hours", facts.normal_hours, 1, most, errors),
        urgent_hours=_number("urgent_hours", facts.urgent_hours, 1, most, errors),
        me_too_count=_number("me_too_count", facts.me_too_count, 0, MOST_ME_TOOS, errors),
    )
    if errors:
        raise UnfitRule(errors=errors)
    return rule


def _most_hours(board_id: int) -> int:
    """Return the hours a team works within seven days: nothing that waits longer is handed over."""
    now = clock.now()
    # A week without the holidays that happen to come, and not the present one alone.
    weeks = (now + timedelta(days=7 * number) for number in range(5))
    hours = get_hours_of_board(board_id)
    minutes = max(business_minutes_between(hours, week, week + OLDEST) for week in weeks)
    return max(1, min(MOST_HOURS, int(minutes // MINUTES)))


def _number(name: str, raw: str, least: int, most: int, errors: Errors) -> int:
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 4 else -1
    if least <= number <= most:
        return number
    errors[name] = _l("Choose a whole number from %(least)s to %(most)s.", least=least, most=most)
    return least


def change_alarm_words(actor: Viewer, kind: str, language: str, text: str) -> None:
    """Change a list of words that raise an alarm (administrators), one a line.

    An empty list raises none. Raises ``NotAllowed``, ``UnfitRule``.
    """
    require(can_change_handover(actor))
    words = _fit_words(text)
    row = db.session.get(AlarmWords, (kind, language))
    if row is not None and row.words == "\n".join(words):
        return
    row = row or AlarmWords(kind=kind, language=language)
    row.words = "\n".join(words)
    db.session.add(row)
    # Not the words themselves: they may be somebody's name.
    after = {"kind": kind, "language": language, "words": len(words)}
    record(actor, Action.ALARM_WORDS_CHANGED, subject=("alarm_words", None), after=after)


def _fit_words(text: str) -> list[str]:
    try:
        words = read_words(markup.clean_text(text))
    except markup.UnacceptableText as error:
        unacceptable = _l("There are characters in this text that cannot be stored.")
        raise UnfitRule(errors={"words": unacceptable}) from error
    if len(words) > MOST_WORDS or any(len(word) > WORD_MAX_CHARS for word in words):
        too_many = _l(
            "At most %(words)s lines of up to %(num)s characters, please.",
            words=MOST_WORDS,
            num=WORD_MAX_CHARS,
        )
        raise UnfitRule(errors={"words": too_many})
    for word in words:
        try:
            compile_literal(word)
        except PatternRefused as refusal:
            raise UnfitRule(errors={"words": refusal.words}) from refusal
    return words
