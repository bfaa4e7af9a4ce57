"""Making SLA policies, changing, ordering and retiring them; each is audited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, func, select

from community.core import clock, http, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db, lock_row
from community.core.errors import Conflict, Invalid
from community.core.i18n import LANGUAGES
from community.core.jobs import emit
from community.core.settings import current_settings
from community.escalation.sla.models import (
    ADDRESS_MAX_CHARS,
    CLOCK_KINDS,
    FIRST,
    NAME_MAX_CHARS,
    PRIORITIES,
    RESOLUTION,
    URL_MAX_CHARS,
    SlaPolicy,
)
from community.escalation.sla.policies import can_change_sla
from community.events.deadlines import SlaPoliciesChanged

CHANNELS = ("question", "mail", "form")
# A year of business time round the clock.
MOST_MINUTES = 365 * 24 * 60
MINUTES_AN_HOUR = 60
_TARGET = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?\s*(h|min|m)?")
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")

Errors = dict[str, str | LazyString]


class UnfitPolicy(Invalid):
    """An SLA policy does not fit; ``errors`` says what and why, by field."""


class FallbackStays(Conflict):
    """The policy that fits every case can be neither removed nor moved."""

    message = _l("The last policy fits every case and stays, or some would have no deadline.")


@dataclass(frozen=True, kw_only=True)
class PolicyFacts:
    """A policy as somebody typed it; ``targets`` maps "priority_kind" to "8 h" or "90 min"."""

    name: str
    targets: Mapping[str, str]
    teams: frozenset[int] = frozenset()
    boards: frozenset[int] = frozenset()
    priorities: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    restarts_next: bool = True
    lead_after: str = "30 min"
    outside_after: str = "1 h"
    alarm_email: str = ""
    alarm_url: str = ""
    known: Mapping[str, frozenset[int]] = field(default_factory=dict)


def make_policy(actor: Viewer, facts: PolicyFacts) -> SlaPolicy:
    """Make a policy, tried last of those with conditions (administrators).

    Raises ``NotAllowed``, ``UnfitPolicy``.
    """
    require(can_change_sla(actor))
    content = _fit(facts, None)
    last = db.session.scalar(select(func.max(SlaPolicy.position))) or 0
    policy = SlaPolicy(**content, position=last + 1, changed_at=clock.now())
    db.session.add(policy)
    db.session.flush()
    record(actor, Action.SLA_POLICY_MADE, subject=_subject(policy), after=_shown(content))
    emit(SlaPoliciesChanged(policy.id))
    return policy


def change_policy(actor: Viewer, policy: SlaPolicy, facts: PolicyFacts) -> None:
    """Change a policy; open deadlines follow. Said twice, it changes nothing (administrators).

    The fallback keeps no conditions. Raises ``NotAllowed``, ``UnfitPolicy``.
    """
    require(can_change_sla(actor))
    content = _fit(facts, policy)
    _lock(policy)
    before = {name: getattr(policy, name) for name in content}
    if before == content:
        return
    for name, value in content.items():
        setattr(policy, name, value)
    policy.version += 1
    policy.changed_at = clock.now()
    record(
        actor,
        Action.SLA_POLICY_CHANGED,
        subject=_subject(policy),
        before=_shown(before),
        after=_shown(content),
    )
    emit(SlaPoliciesChanged(policy.id))


def raise_policy(actor: Viewer, policy: SlaPolicy) -> None:
    """Try a policy one place earlier; the first one stays (administrators)."""
    _swap(actor, policy, SlaPolicy.position < policy.position, SlaPolicy.position.desc())


def lower_policy(actor: Viewer, policy: SlaPolicy) -> None:
    """Try a policy one place later; the last one before the fallback stays (administrators)."""
    _swap(actor, policy, SlaPolicy.position > policy.position, SlaPolicy.position.asc())


def retire_policy(actor: Viewer, policy: SlaPolicy) -> None:
    """Let a policy choose nothing any more; its open cases fall to the next one that fits.

    It stays readable where it counted. Administrators. Raises ``FallbackStays``.
    """
    require(can_change_sla(actor))
    if policy.is_fallback:
        raise FallbackStays()
    _lock(policy)
    if policy.is_retired:
        return
    policy.is_retired = True
    record(actor, Action.SLA_POLICY_DELETED, subject=_subject(policy))
    emit(SlaPoliciesChanged(policy.id))


def _swap(
    actor: Viewer, policy: SlaPolicy, side: ColumnElement[bool], order: ColumnElement[Any]
) -> None:
    require(can_change_sla(actor))
    if policy.is_fallback:
        raise FallbackStays()
    movable = SlaPolicy.is_retired.is_(False), SlaPolicy.is_fallback.is_(False)
    # All of them: two people who move neighbours at once would lose one of the places.
    rows = lock_row(select(SlaPolicy).where(*movable).order_by(SlaPolicy.id))
    db.session.scalars(rows.execution_options(populate_existing=True)).all()
    other = db.session.scalar(select(SlaPolicy).where(*movable, side).order_by(order).limit(1))
    if other is None:
        return
    before = policy.position
    policy.position, other.position = other.position, policy.position
    record(
        actor,
        Action.SLA_POLICY_MOVED,
        subject=_subject(policy),
        before={"position": before},
        after={"position": policy.position},
    )
    emit(SlaPoliciesChanged(policy.id))


def _lock(policy: SlaPolicy) -> None:
    db.session.execute(lock_row(select(SlaPolicy.id).where(SlaPolicy.id == policy.id)))
    db.session.refresh(policy)


def _subject(policy: SlaPolicy) -> tuple[str, int]:
    return ("sla_policy", policy.id)


def _shown(content: Mapping[str, Any]) -> dict[str, Any]:
    # Not where alarms go: an address may be somebody's own.
    hidden = ("alarm_email", "alarm_url")
    return {
        name: bool(value) if name in hidden else value
        for name, value in content.items()
        if name != "changed_at"
    }


def _fit(facts: PolicyFacts, policy: SlaPolicy | None) -> dict[str, Any]:
    errors: Errors = {}
    _check_name(facts.name, policy, errors)
    targets = _fit_targets(facts.targets, errors)
    is_fallback = policy is not None and policy.is_fallback
    content = {
        "name": facts.name.strip(),
        "conditions": {} if is_fallback else _fit_conditions(facts),
        "targets": targets,
        "restarts_next": facts.restarts_next,
        "lead_after_minutes": _minutes(facts.lead_after, "lead_after", errors) or 1,
        "outside_after_minutes": _minutes(facts.outside_after, "outside_after", errors) or 1,
        "alarm_email": _fit_email(facts.alarm_email, errors),
        "alarm_url": _fit_url(facts.alarm_url, errors),
    }
    if not is_fallback and not content["conditions"]:
        errors["conditions"] = _l("Choose at least one condition: only the last policy has none.")
    if errors:
        raise UnfitPolicy(errors=errors)
    return content


def _check_name(raw: str, policy: SlaPolicy | None, errors: Errors) -> None:
    name = raw.strip()
    if not name or len(name) > NAME_MAX_CHARS or _has_odd_characters(name):
        errors["name"] = _l("Name it with at most %(num)s characters.", num=NAME_MAX_CHARS)
        return
    taken = db.session.scalar(
        select(SlaPolicy.id).where(SlaPolicy.name == name, SlaPolicy.is_retired.is_(False))
    )
    if taken is not None and (policy is None or taken != policy.id):
        errors["name"] = _l("There is a policy of this name already.")


def _has_odd_characters(text: str) -> bool:
    try:
        return markup.clean_text(text) != text
    except markup.UnacceptableText:
        return True


def _fit_conditions(facts: PolicyFacts) -> dict[str, list[Any]]:
    chosen: dict[str, list[Any]] = {
        "teams": sorted(facts.teams & facts.known.get("teams", frozenset())),
        "boards": sorted(facts.boards & facts.known.get("boards", frozenset())),
        "priorities": [one for one in PRIORITIES if one in facts.priorities],
        "languages": [one for one in LANGUAGES if one in facts.languages],
        "channels": [one for one in CHANNELS if one in facts.channels],
    }
    return {name: values for name, values in chosen.items() if values}


def _fit_targets(typed: Mapping[str, str], errors: Errors) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for priority in PRIORITIES:
        row = {
            kind: minutes
            for kind in CLOCK_KINDS
            if (minutes := _target(typed.get(f"{priority}_{kind}", ""), priority, kind, errors))
        }
        if row and FIRST not in row and RESOLUTION not in row:
            errors[f"{priority}_{FIRST}"] = _l(
                "Promise a first answer or a solution where you promise a next answer."
            )
        found[priority] = row
    if not any(found.values()) and not errors:
        errors[f"{PRIORITIES[0]}_{FIRST}"] = _l("A policy has to promise something.")
    return found


def _target(typed: str, priority: str, kind: str, errors: Errors) -> int | None:
    return _minutes(typed, f"{priority}_{kind}", errors) if typed.strip() else None


def parse_minutes(typed: str) -> int | None:
    """Return business minutes from "8 h", "1.5 h", "90 min" or plain hours; None for others."""
    match = _TARGET.fullmatch(typed.strip().lower())
    if match is None:
        return None
    amount = float(f"{match[1]}.{match[2] or 0}")
    minutes = round(amount if match[3] in ("min", "m") else amount * MINUTES_AN_HOUR)
    return minutes if 0 < minutes <= MOST_MINUTES else None


def _minutes(typed: str, name: str, errors: Errors) -> int | None:
    minutes = parse_minutes(typed)
    if minutes is None:
        errors[name] = _l("Write a time like 8 h or 90 min.")
    return minutes


def _fit_email(raw: str, errors: Errors) -> str:
    email = raw.strip()
    if email and (len(email) > ADDRESS_MAX_CHARS or not _ADDRESS.fullmatch(email)):
        errors["alarm_email"] = _l("This is no e-mail address.")
    return email


def _fit_url(raw: str, errors: Errors) -> str:
    url = raw.strip()
    if not url:
        return ""
    try:
        if len(url) > URL_MAX_CHARS:
            raise http.AddressRefused("too long")
        http.check_address(url, trusted_origins=current_settings().trusted_origin_set)
    except http.AddressRefused:
        errors["alarm_url"] = _l("Name an https address that everybody can reach.")
    return url
