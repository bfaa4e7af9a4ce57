"""Reads of boards' rules and of the words that raise an alarm."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from community.core.db import db
from community.escalation.cases.models import CLOSED, SupportCase
from community.escalation.triggers.alarms import USUAL, read_words
from community.escalation.triggers.due import Rule
from community.escalation.triggers.models import AlarmWords, HandoverRule


def get_rule(board_id: int) -> Rule:
    """Return a board's rule; the usual one where it has none of its own."""
    row = db.session.get(HandoverRule, board_id)
    return rule_of(row)


def rule_of(row: HandoverRule | None) -> Rule:
    """Return what a row says."""
    if row is None:
        return Rule()
    return Rule(
        is_on=row.is_on,
        is_urgent=row.is_urgent,
        urgent_tags=frozenset(row.urgent_tags.splitlines()),
        normal_hours=row.normal_hours,
        urgent_hours=row.urgent_hours,
        me_too_count=row.me_too_count,
    )


def is_urgent(question_id: int, board_id: int, tags: Collection[str]) -> bool:
    """Say whether a question is urgent: by its board, by its tags, or by its case."""
    pressing = select(SupportCase.id).where(
        SupportCase.question_id == question_id,
        SupportCase.state != CLOSED,
        SupportCase.priority == "urgent",
    )
    if get_rule(board_id).makes_urgent(tags):
        return True
    return db.session.scalar(pressing.limit(1)) is not None


def list_alarm_words() -> Mapping[tuple[str, str], Sequence[str]]:
    """Return the words by kind and language, as they count now."""
    words: dict[tuple[str, str], Sequence[str]] = dict(USUAL)
    for row in db.session.scalars(select(AlarmWords)):
        words[row.kind, row.language] = read_words(row.words)
    return words
