"""Making, changing, retiring and applying macros; each change is audited."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from community.core import clock, markup
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import db
from community.core.errors import Invalid
from community.core.i18n import LANGUAGES
from community.escalation.macros.models import (
    BODY_MAX_CHARS,
    NAME_MAX_CHARS,
    OWNERS,
    STATES,
    Macro,
)
from community.escalation.macros.policies import can_write_macro
from community.escalation.macros.queries import led_team_ids
from community.escalation.macros.variables import VARIABLES, MacroFacts, filled, wrong_variables
from community.escalation.sla.models import PRIORITIES
from community.escalation.teams.models import Team

Errors = dict[str, str | LazyString]


class UnfitMacro(Invalid):
    """A macro does not fit; ``errors`` says what and why, by field."""


@dataclass(frozen=True, kw_only=True)
class MacroTexts:
    """A macro as somebody typed it; empty where it proposes nothing or is every team's."""

    name: str
    body: str
    language: str
    team_id: int | None = None
    state: str = ""
    priority: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Applied:
    """What a macro puts into the composer, and what it proposes; nothing is sent or changed."""

    text: str
    state: str
    priority: str
    owner_id: int | None


def add_macro(actor: Viewer, typed: MacroTexts) -> Macro:
    """Make a macro. Raises ``NotAllowed``, ``UnfitMacro``."""
    require(can_write_macro(actor, typed.team_id, led_team_ids(actor)))
    macro = Macro(**asdict(_fit(typed)), changed_by_id=actor.viewer_id, changed_at=clock.now())
    db.session.add(macro)
    db.session.flush()
    _record(actor, Action.MACRO_ADDED, macro)
    return macro


def change_macro(actor: Viewer, macro: Macro, typed: MacroTexts) -> None:
    """Change a macro, also whose it is; the same again changes nothing.

    Raises ``NotAllowed``, ``UnfitMacro``.
    """
    led = led_team_ids(actor)
    require(can_write_macro(actor, macro.team_id, led))
    require(can_write_macro(actor, typed.team_id, led))
    values = asdict(_fit(typed))
    if all(getattr(macro, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(macro, name, value)
    macro.changed_by_id, macro.changed_at = actor.viewer_id, clock.now()
    _record(actor, Action.MACRO_CHANGED, macro)


def retire_macro(actor: Viewer, macro: Macro) -> None:
    """Offer a macro no more; twice changes nothing. Raises ``NotAllowed``."""
    require(can_write_macro(actor, macro.team_id, led_team_ids(actor)))
    if macro.retired_at is None:
        macro.retired_at = clock.now()
        _record(actor, Action.MACRO_RETIRED, macro)


def restore_macro(actor: Viewer, macro: Macro) -> None:
    """Offer a retired macro again; twice changes nothing. Raises ``NotAllowed``."""
    require(can_write_macro(actor, macro.team_id, led_team_ids(actor)))
    if macro.retired_at is not None:
        macro.retired_at = None
        _record(actor, Action.MACRO_RESTORED, macro)


def apply_macro(actor: Viewer, macro: Macro, facts: MacroFacts) -> Applied:
    """Return what a macro makes of a case, for the agent to read over and send."""
    owner_id = actor.viewer_id if macro.owner == "me" else None
    return Applied(filled(macro.body, facts), macro.state, macro.priority, owner_id)


def _record(actor: Viewer, action: Action, macro: Macro) -> None:
    after = {"name": macro.name, "team_id": macro.team_id, "language": macro.language}
    record(actor, action, subject=("macro", macro.id), after=after)


def _fit(typed: MacroTexts) -> MacroTexts:
    """Return the macro as it is stored; raises ``UnfitMacro``."""
    errors: Errors = {}
    name = " ".join(_clean(typed.name, "name", NAME_MAX_CHARS, errors).split())
    body = _clean(typed.body, "body", BODY_MAX_CHARS, errors)
    wrong = wrong_variables(body)
    if wrong:
        errors["body"] = _l(
            "There is no variable %(wrong)s. There are these: %(known)s.",
            wrong=_in_braces(wrong),
            known=_in_braces(VARIABLES),
        )
    _check_choices(typed, errors)
    if errors:
        raise UnfitMacro(errors=errors)
    return MacroTexts(**{**asdict(typed), "name": name, "body": body})


def _check_choices(typed: MacroTexts, errors: Errors) -> None:
    if typed.language not in LANGUAGES:
        errors["language"] = _l("Choose a language.")
    if typed.team_id is not None and db.session.get(Team, typed.team_id) is None:
        errors["team"] = _l("Choose a team.")
    for field, value, known in (
        ("state", typed.state, STATES),
        ("priority", typed.priority, ("", *PRIORITIES)),
        ("owner", typed.owner, OWNERS),
    ):
        if value not in known:
            errors[field] = _l("Choose one of these.")


def _clean(raw: str, field: str, longest: int, errors: Errors) -> str:
    try:
        text = markup.clean_text(raw)
    except markup.UnacceptableText:
        errors[field] = _l("There are characters in this text that cannot be stored.")
        return ""
    if not text.strip():
        errors[field] = _l("Please fill this in.")
    elif len(text) > longest:
        errors[field] = _l("Please shorten this to %(num)s characters.", num=longest)
    return text


def _in_braces(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
