"""Voices of reviewers: two who agree decide a case, a moderator's decides alone.

A voice is about what was looked at. Where that changes, those given before count no more.
"""

from datetime import timedelta
from math import ceil

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import is_moderating, require
from community.core.db import db
from community.core.errors import Conflict, Invalid, RateLimited
from community.core.reasons import fit_reason
from community.core.settings import current_settings
from community.identity.models import User
from moderation.cases.kinds import Choice, kind_of
from moderation.cases.models import NOTE_MAX_CHARS, UNDECIDED, CaseVoice, ModerationCase
from moderation.cases.operations import CaseDone, CaseTaken, decide_by_voices, lock_thread
from moderation.cases.policies import can_judge_case, can_review_case
from moderation.cases.queries import board_id_of, list_subject_ids

AGREEING = 2
DAY = timedelta(days=1)


class ChoiceUnknown(Invalid):
    """A voice is one of the choices of its kind, with a reason where one is needed."""

    message = _l("Choose what should be done.")


class ReviewOutdated(Conflict):
    """What the reviewer looked at has changed, or is decided by moderators alone by now."""

    message = _l("This has changed while you looked at it, or is for moderators now. Look again.")


class EnoughReviews(RateLimited):
    """A member has looked through as many cases as one may in a day."""

    message = _l("You have looked through a lot today, thank you. You can go on %(wait)s.")


def give_voice(actor: User, case: ModerationCase, choice: str, note: str, seen: str) -> bool:
    """Say what should be done about a case; returns whether that decided it.

    ``seen`` is the mark of what the actor looked at (``CaseKind.version``). Given again, the new
    voice counts. Raises ``NotAllowed``, ``ChoiceUnknown``, ``CaseTaken``, ``CaseDone``,
    ``ReviewOutdated``, ``EnoughReviews``.
    """
    kind = kind_of(case)
    chosen, note = _read_choice(kind.choice(choice), note)
    lock_thread(case)
    db.session.refresh(case)
    subject_ids, board_id = list_subject_ids(case.id), board_id_of(case)
    require(board_id is not None and can_review_case(actor, subject_ids, board_id=board_id))
    _check_state(actor, case, seen)
    _check_day(actor, board_id)
    _keep_voice(actor, case, chosen, note, seen)
    record(actor, Action.CASE_VOICED, subject=("case", case.id), after={"choice": chosen.key})
    decision = kind.decision(chosen.key)
    judges = can_judge_case(actor, subject_ids, board_id=board_id)
    if decision is None or not (judges or _count_agreeing(case, chosen.key, seen) >= AGREEING):
        return False
    decide_by_voices(actor, case, decision, note)
    return True


def _read_choice(choice: Choice | None, note: str) -> tuple[Choice, str]:
    if choice is None:
        raise ChoiceUnknown(errors={"choice": ChoiceUnknown.message})
    shortest = 1 if choice.needs_note else 0
    missing = _l("Please say why.")
    return choice, fit_reason(
        note, field="note", shortest=shortest, longest=NOTE_MAX_CHARS, missing=missing
    )


def _check_state(actor: User, case: ModerationCase, seen: str) -> None:
    if case.state not in UNDECIDED:
        raise CaseDone()
    if case.is_claimed_by_other(actor.id, clock.now()):
        raise CaseTaken()
    if case.escalated_at or is_left(case) or kind_of(case).version(case) != seen:
        raise ReviewOutdated()


def is_left(case: ModerationCase) -> bool:
    """Say whether a reviewer left the case to moderators."""
    keys = [decision.key for decision in kind_of(case).decisions]
    left = select(CaseVoice.id).where(CaseVoice.case_id == case.id, CaseVoice.choice.not_in(keys))
    return db.session.scalar(left.limit(1)) is not None


def _check_day(actor: User, board_id: int | None) -> None:
    limit = current_settings().reviews_per_day
    if is_moderating(actor, board_id):
        return
    recent = (
        select(CaseVoice.given_at)
        .where(CaseVoice.user_id == actor.id, CaseVoice.given_at > clock.now() - DAY)
        .order_by(CaseVoice.given_at.desc())
        .limit(limit)
    )
    times = db.session.scalars(recent).all()
    if len(times) >= limit:
        oldest = times[-1] if times else clock.now() - DAY
        left = (oldest + DAY - clock.now()).total_seconds()
        raise EnoughReviews(retry_after_seconds=max(1, ceil(left)))


def _keep_voice(actor: User, case: ModerationCase, choice: Choice, note: str, version: str) -> None:
    mine = select(CaseVoice).where(CaseVoice.case_id == case.id, CaseVoice.user_id == actor.id)
    voice = db.session.scalar(mine) or CaseVoice(case_id=case.id, user_id=actor.id)
    voice.choice, voice.note, voice.version = choice.key, note, version
    voice.given_at = clock.now()
    db.session.add(voice)
    db.session.flush()


def _count_agreeing(case: ModerationCase, choice: str, version: str) -> int:
    agreeing = (
        CaseVoice.case_id == case.id,
        CaseVoice.choice == choice,
        CaseVoice.version == version,
    )
    return db.session.scalar(select(func.count()).where(*agreeing)) or 0
