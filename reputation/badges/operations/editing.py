"""Making badges and changing what they are called and take."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.core.jobs import enqueue
from community.identity.names import is_well_formed_name, tidy_name
from reputation.badges.badge_rules import MEASURES, fit_needs
from reputation.badges.models import KEY_MAX_CHARS, Badge
from reputation.badges.operations.granting import refresh_all_badges
from reputation.badges.policies import can_change_badges
from reputation.badges.queries.holders import is_key_taken

DESCRIPTION_CHARS = range(5, 301)
# What of the sprite suits a badge; the first is the default.
ICONS = (
    *("star", "heart", "solved", "answer", "ask", "people", "metoo", "clock", "book", "verified"),
    *("shield", "sun", "moon", "signpost", "compass", "anchor", "beacon", "lighthouse", "polestar"),
)
KEY = re.compile(r"[a-z0-9](?:[a-z0-9_]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class BadgeFacts:
    """A badge as it was typed: texts by language, and numbers as texts by measure."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    icon: str
    needs: Mapping[str, str]
    repeatable: bool
    enabled: bool


class BadgeUnfit(Invalid):
    """What cannot be a badge; one message a field."""

    name = _l("Enter a name of 2 to 40 characters.")
    description = _l("Enter 5 to 300 characters.")
    icon = _l("Choose one of the icons.")
    number = _l("Enter a whole number from 0 to 1,000,000.")
    key = _l("Choose a short name no badge has: small letters, digits and underscores.")


def make_badge(actor: Viewer, key: str, facts: BadgeFacts) -> Badge:
    """Make a badge; its key stays as it is. Raises ``NotAllowed``, ``BadgeUnfit``."""
    require(can_change_badges(actor))
    wrong = _wrong_fields(facts)
    if len(key) > KEY_MAX_CHARS or not KEY.fullmatch(key) or is_key_taken(key):
        wrong["key"] = BadgeUnfit.key
    if wrong:
        raise BadgeUnfit(errors=wrong)
    badge = Badge(key=key, changed_at=clock.now(), holders_count=0)
    _fill(badge, facts)
    db.session.add(badge)
    db.session.flush()
    record(
        actor, Action.BADGE_MADE, subject=("badge", badge.id), after={"key": key, **_kept(badge)}
    )
    _follow(badge)
    return badge


def change_badge(actor: Viewer, badge: Badge, facts: BadgeFacts) -> None:
    """Change a badge; who holds it by rule follows in the background.

    Raises ``NotAllowed``, ``BadgeUnfit``.
    """
    require(can_change_badges(actor))
    wrong = _wrong_fields(facts)
    if wrong:
        raise BadgeUnfit(errors=wrong)
    before = _kept(badge)
    _fill(badge, facts)
    if _kept(badge) == before:
        return
    badge.changed_at = clock.now()
    db.session.flush()
    record(
        actor,
        Action.BADGE_CHANGED,
        subject=("badge", badge.id),
        before=before,
        after=_kept(badge),
    )
    _follow(badge)


def _follow(badge: Badge) -> None:
    if badge.is_by_rule and badge.enabled:
        enqueue(refresh_all_badges, unique_key="badges:0", after_id=0)


def _fill(badge: Badge, facts: BadgeFacts) -> None:
    badge.names = {code: tidy_name(facts.names[code]) for code in LANGUAGES}
    badge.descriptions = {code: _tidy(facts.descriptions[code]) for code in LANGUAGES}
    badge.icon, badge.needs = facts.icon, fit_needs(facts.needs)
    badge.repeatable, badge.enabled = facts.repeatable, facts.enabled


def _kept(badge: Badge) -> dict[str, object]:
    return {
        "names": dict(badge.names),
        "descriptions": dict(badge.descriptions),
        "icon": badge.icon,
        "needs": dict(badge.needs),
        "repeatable": badge.repeatable,
        "enabled": badge.enabled,
    }


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _wrong_fields(facts: BadgeFacts) -> dict[str, str | LazyString]:
    wrong: dict[str, str | LazyString] = {}
    for code in LANGUAGES:
        if not is_well_formed_name(tidy_name(facts.names.get(code, ""))):
            wrong[f"name_{code}"] = BadgeUnfit.name
        if len(_tidy(facts.descriptions.get(code, ""))) not in DESCRIPTION_CHARS:
            wrong[f"description_{code}"] = BadgeUnfit.description
    if facts.icon not in ICONS:
        wrong["icon"] = BadgeUnfit.icon
    for name in MEASURES:
        try:
            fit_needs({name: facts.needs.get(name, "")})
        except ValueError:
            wrong[f"needs_{name}"] = BadgeUnfit.number
    return wrong
