"""The text of a statement, word for word as the member will read it."""

import calendar
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from community.core import clock
from community.core.db import db
from community.core.i18n import LANGUAGES
from community.core.settings import current_settings
from community.identity.models import User
from community.posts.models import Post
from community.questions.models import Question
from moderation.sanctions.models import MEASURES, NOT_APPEALABLE, SanctionWording
from moderation.sanctions.wording import StatementDraft, compose, default_wording

# Source: Regulation (EU) 2022/2065, Article 20 (1).
APPEAL_MONTHS = 6


def statement_text(draft: StatementDraft, language: str) -> str:
    """Return exactly what the member reads: as the operator words it, and what must be in it."""
    return compose(draft, wording_of(draft.measure, language), language)


def wording_of(measure: str, language: str) -> str:
    """Return how a measure is told in a language, variables in braces."""
    own = db.session.get(SanctionWording, (measure, language))
    return default_wording(measure, language) if own is None else own.text


def list_wordings() -> dict[tuple[str, str], SanctionWording]:
    """Return what administrators have worded themselves, by measure and language."""
    rows = db.session.scalars(select(SanctionWording))
    return {(row.measure, row.language): row for row in rows}


def wording_keys() -> list[tuple[str, str]]:
    """Return every measure in every language."""
    return [(measure, language) for measure in MEASURES for language in LANGUAGES]


def draft_statement(
    user_id: int,
    *,
    measure: str,
    rule: str,
    facts: str,
    post_id: int | None = None,
    automated: bool = False,
    by_machine: bool = False,
    days: int | None = None,
    until: datetime | None = None,
) -> StatementDraft:
    """Return the draft of a statement to a member, with name, zone and the post's title."""
    member = db.session.execute(
        select(User.display_name, User.time_zone).where(User.id == user_id)
    ).one()
    kind, title = _post(post_id)
    return StatementDraft(
        name=member.display_name,
        measure=measure,
        rule=rule,
        facts=facts,
        automated=automated,
        by_machine=by_machine,
        post_kind=kind,
        post_title=title,
        days=days,
        until=until,
        appeal_until=None if measure in NOT_APPEALABLE else months_later(clock.now()),
        time_zone=member.time_zone,
    )


def example_draft(measure: str) -> StatementDraft:
    """Return a statement to nobody, with something in the place of every variable."""
    now = clock.now()
    ends = measure in ("read_only", "suspension")
    return StatementDraft(
        name="Robin Example",
        measure=measure,
        rule="spam",
        facts="The post advertises a shop and was sent three times.",
        post_kind="answer",
        post_title="No signal since this morning",
        days=7 if ends else None,
        until=now + timedelta(days=7) if ends else None,
        appeal_until=None if measure in NOT_APPEALABLE else months_later(now),
    )


def preview_statement(user_id: int, language: str | None = None, **facts: Any) -> str:
    """Return what a member would read, in their language; ``facts`` as ``draft_statement`` has."""
    return statement_text(draft_statement(user_id, **facts), language or language_of(user_id))


def language_of(user_id: int) -> str:
    """Return the language in which a member is written to."""
    chosen = db.session.scalar(select(User.language).where(User.id == user_id))
    return chosen if chosen in LANGUAGES else current_settings().default_language


def _post(post_id: int | None) -> tuple[str, str]:
    if post_id is None:
        return "", ""
    titles: Any = Question.__table__
    row = db.session.execute(
        select(Post.kind, titles.c.title)
        .outerjoin(titles, titles.c.id == Post.root_id)
        .where(Post.id == post_id)
    ).one_or_none()
    return ("", "") if row is None else (row.kind, row.title or "")


def months_later(moment: datetime, months: int = APPEAL_MONTHS) -> datetime:
    """Return the same time some months later; the last day of a month that is shorter."""
    whole = moment.month - 1 + months
    year, month = moment.year + whole // 12, whole % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))
