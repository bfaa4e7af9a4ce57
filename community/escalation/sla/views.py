"""Pages of administrators: SLA policies, their order, and when something would be due."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.boards.queries import list_boards
from community.core import clock
from community.core.authz import require
from community.core.errors import Invalid
from community.core.forms import takes
from community.core.i18n import LANGUAGES, reader_language
from community.core.web import current_viewer, read_id
from community.escalation.calendars.models import Calendar
from community.escalation.sla.alarms import alarm_key
from community.escalation.sla.models import CLOCK_KINDS, PRIORITIES, CaseFacts, SlaPolicy
from community.escalation.sla.operations.rules import (
    CHANNELS,
    PolicyFacts,
    change_policy,
    lower_policy,
    make_policy,
    raise_policy,
    retire_policy,
)
from community.escalation.sla.policies import can_change_sla, choose_policy
from community.escalation.sla.queries import (
    calendar_of_team,
    get_policy,
    list_policies,
    measure_first_answers,
    present_hours,
)
from community.escalation.sla.timing import begin, marks_of
from community.escalation.sla.wording import (
    CHANNEL_WORDS,
    KIND_WORDS,
    PRIORITY_WORDS,
    STATE_WORDS,
    TONES,
    event_words,
    measured_words,
    minutes_words,
    reason_words,
)
from community.escalation.teams.queries import list_teams
from community.identity.signing_in import recently_verified

blueprint = Blueprint("sla", __name__)

TARGET_FIELDS = tuple(f"{priority}_{kind}" for priority in PRIORITIES for kind in CLOCK_KINDS)
OTHER_FIELDS = ("restarts_next", "lead_after", "outside_after", "alarm_email", "alarm_url")
FIELDS = ("name", *TARGET_FIELDS, *OTHER_FIELDS)
CONDITION_FIELDS = ("teams", "boards", "priorities", "languages", "channels")
MOMENT = "%Y-%m-%dT%H:%M"


@blueprint.before_request
def let_administrators_in() -> None:
    """Refuse everybody else; guests were sent to the sign-in page before."""
    require(can_change_sla(current_viewer()))


@blueprint.app_context_processor
def _clock_words() -> dict[str, object]:
    """Give ``escalation/_clocks.html`` what clocks and their history are called."""
    words = {
        "kinds": KIND_WORDS,
        "states": STATE_WORDS,
        "tones": TONES,
        "reason": reason_words,
        "event": event_words,
    }
    return {"deadline_words": words}


@blueprint.get("/admin/sla")
def show_policies() -> str:
    """List the policies in the order in which they are tried."""
    policies = list_policies()
    return render_template(
        "admin/sla_policies.html",
        policies=policies,
        last_id=next((p.id for p in reversed(policies) if not p.is_fallback), None),
        conditions_of=_condition_words,
        kinds=KIND_WORDS,
        priorities=PRIORITY_WORDS,
        minutes=minutes_words,
    )


@blueprint.get("/admin/sla/new")
def new_policy() -> ResponseReturnValue:
    """Show the form for a policy."""
    return _render(None, {})


@blueprint.post("/admin/sla")
@takes(*FIELDS, many=CONDITION_FIELDS)
@recently_verified
def create_policy() -> ResponseReturnValue:
    """Make a policy."""
    try:
        make_policy(current_viewer(), _typed())
    except Invalid as refusal:
        return _render(None, refusal.errors, 422)
    flash(_("The policy is made. Open deadlines follow within minutes."), "success")
    return redirect(url_for("sla.show_policies"), 303)


@blueprint.get("/admin/sla/<int:policy_id>")
def edit_policy(policy_id: int) -> ResponseReturnValue:
    """Show a policy, to be changed."""
    return _render(get_policy(current_viewer(), policy_id), {})


@blueprint.post("/admin/sla/<int:policy_id>")
@takes(*FIELDS, many=CONDITION_FIELDS)
@recently_verified
def save_policy(policy_id: int) -> ResponseReturnValue:
    """Change a policy; open deadlines follow in the background."""
    policy = get_policy(current_viewer(), policy_id)
    try:
        change_policy(current_viewer(), policy, _typed())
    except Invalid as refusal:
        return _render(policy, refusal.errors, 422)
    flash(_("Saved. Open deadlines follow within minutes."), "success")
    return redirect(url_for("sla.show_policies"), 303)


@blueprint.post("/admin/sla/<int:policy_id>/place")
@takes("direction")
@recently_verified
def move_policy(policy_id: int) -> ResponseReturnValue:
    """Try a policy one place earlier ("up") or later."""
    viewer = current_viewer()
    move = raise_policy if request.form.get("direction") == "up" else lower_policy
    move(viewer, get_policy(viewer, policy_id))
    return redirect(url_for("sla.show_policies", _anchor=f"policy-{policy_id}"), 303)


@blueprint.post("/admin/sla/<int:policy_id>/retirement")
@takes()
@recently_verified
def delete_policy(policy_id: int) -> ResponseReturnValue:
    """Remove a policy."""
    viewer = current_viewer()
    retire_policy(viewer, get_policy(viewer, policy_id))
    flash(_("The policy is removed. Open deadlines follow within minutes."), "success")
    return redirect(url_for("sla.show_policies"), 303)


class Promise(NamedTuple):
    """What would be promised: which clock, within what time, warned of and due when."""

    kind: str
    minutes: int
    warn_at: str
    due_at: str


@blueprint.get("/admin/sla/due")
def try_policies() -> ResponseReturnValue:
    """Show when a case with these facts would be due."""
    facts, calendar = _asked_facts()
    zone = _zone_of(calendar)
    at, is_odd = _asked_moment(zone)
    policy = choose_policy(list_policies(), facts)
    page = render_template(
        "admin/sla_due.html",
        facts=facts,
        at=at.astimezone(zone).strftime(MOMENT),
        errors={"at": _("Write a date and a time.")} if is_odd else {},
        zone=zone.key.replace("_", " "),
        policy=policy,
        calendar=calendar,
        promises=[] if is_odd else _promises(policy, facts, calendar, at),
        measured=measured_words(measure_first_answers(facts.channel, clock.now())),
        kinds=KIND_WORDS,
        minutes=minutes_words,
        **_choices(),
    )
    return page, 422 if is_odd else 200


def _asked_facts() -> tuple[CaseFacts, Calendar]:
    choices, asked = _choices(), request.args
    team_id = _one_of(choices["teams"], asked.get("team", ""))
    facts = CaseFacts(
        case_id=0,
        team_id=team_id or 0,
        board_id=_one_of([("", ""), *choices["boards"]], asked.get("board", "")) or None,
        priority=_one_of(choices["priorities"], asked.get("priority", "normal")) or "normal",
        language=_one_of(choices["languages"], asked.get("language", reader_language())),
        channel=_one_of(choices["channels"], asked.get("channel", "question")),
    )
    return facts, calendar_of_team(facts.team_id)


def _one_of(options: list[tuple[Any, Any]], raw: str) -> Any:
    known = {str(value): value for value, _words in options}
    return known.get(raw, options[0][0] if options else None)


def _asked_moment(zone: ZoneInfo) -> tuple[datetime, bool]:
    """Return the instant that was asked for by the zone's clocks, and whether it was none."""
    raw = request.args.get("at", "")
    if not raw:
        return clock.now(), False
    try:
        return datetime.strptime(raw, MOMENT).replace(tzinfo=zone).astimezone(UTC), False
    except (ValueError, OverflowError):
        return clock.now(), True


def _promises(
    policy: SlaPolicy, facts: CaseFacts, calendar: Calendar, at: datetime
) -> list[Promise]:
    hours, targets = present_hours(calendar.id), policy.targets.get(facts.priority, {})
    found = []
    for kind in CLOCK_KINDS:
        if minutes := targets.get(kind):
            warn_at, due_at = marks_of(begin(minutes, at), hours)
            assert warn_at
            assert due_at
            words = (_moment_words(one, hours.zone) for one in (warn_at, due_at))
            found.append(Promise(kind, minutes, *words))
    return found


def _moment_words(at: datetime, zone: ZoneInfo) -> str:
    pattern = "EEE d MMM y, HH:mm" if reader_language() == "en" else "EEE d. MMM y, HH:mm"
    return str(format_datetime(at, pattern, tzinfo=zone, locale=reader_language()))


def _zone_of(calendar: Calendar) -> ZoneInfo:
    return present_hours(calendar.id).zone


def _choices() -> dict[str, list[tuple[Any, Any]]]:
    language = reader_language()
    return {
        "teams": [(team.id, team.name_in(language)) for team in list_teams()],
        "boards": [(board.id, board.name_in(language)) for board in list_boards(current_viewer())],
        "priorities": list(PRIORITY_WORDS.items()),
        "languages": [("de", "Deutsch"), ("en", "English")],
        "channels": list(CHANNEL_WORDS.items()),
    }


def _condition_words(policy: SlaPolicy) -> str:
    """Return the conditions of a policy in words."""
    if not policy.conditions:
        return _("every case")
    choices = _choices()
    parts = []
    for name in CONDITION_FIELDS:
        known = {value: str(words) for value, words in choices[name]}
        named = [known.get(value, str(value)) for value in policy.conditions.get(name, ())]
        if named:
            parts.append(" / ".join(named))
    return ", ".join(parts)


def _render(
    policy: SlaPolicy | None, errors: Mapping[str, object], status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "admin/sla_policy.html",
        policy=policy,
        typed=request.form if errors else _facts_of(policy),
        chosen=_typed_conditions() if errors else _conditions_of(policy),
        errors=errors,
        kinds=KIND_WORDS,
        key=alarm_key(policy.id) if policy and policy.alarm_url else "",
        **_choices(),
    )
    return page, status


def _facts_of(policy: SlaPolicy | None) -> dict[str, object]:
    if policy is None:
        return {"restarts_next": "1", "lead_after": "30 min", "outside_after": "1 h"}
    targets = {
        f"{priority}_{kind}": minutes_words(minutes)
        for priority, row in policy.targets.items()
        for kind, minutes in row.items()
    }
    return {
        **targets,
        "name": policy.name,
        "restarts_next": policy.restarts_next,
        "lead_after": minutes_words(policy.lead_after_minutes),
        "outside_after": minutes_words(policy.outside_after_minutes),
        "alarm_email": policy.alarm_email,
        "alarm_url": policy.alarm_url,
    }


def _conditions_of(policy: SlaPolicy | None) -> dict[str, set[str]]:
    conditions = {} if policy is None else policy.conditions
    return {name: {str(one) for one in conditions.get(name, ())} for name in CONDITION_FIELDS}


def _typed_conditions() -> dict[str, set[str]]:
    return {name: set(request.form.getlist(name)) for name in CONDITION_FIELDS}


def _typed() -> PolicyFacts:
    form, chosen = request.form, _typed_conditions()
    choices = _choices()
    known = {
        name: _ids({str(value) for value, _words in choices[name]}) for name in ("teams", "boards")
    }
    return PolicyFacts(
        name=form.get("name", ""),
        targets={name: form.get(name, "") for name in TARGET_FIELDS},
        teams=_ids(chosen["teams"]),
        boards=_ids(chosen["boards"]),
        priorities=frozenset(chosen["priorities"]),
        languages=frozenset(chosen["languages"]) & frozenset(LANGUAGES),
        channels=frozenset(chosen["channels"]) & frozenset(CHANNELS),
        restarts_next="restarts_next" in form,
        lead_after=form.get("lead_after", ""),
        outside_after=form.get("outside_after", ""),
        alarm_email=form.get("alarm_email", ""),
        alarm_url=form.get("alarm_url", ""),
        known=known,
    )


def _ids(raw: set[str]) -> frozenset[int]:
    return frozenset(number for number in map(read_id, raw) if number is not None)
