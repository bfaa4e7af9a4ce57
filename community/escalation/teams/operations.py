"""Which team takes a case; and making, changing, filling and deleting teams, each audited."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from community.boards.models import Board
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import Viewer, require
from community.core.db import (
    Base,
    count_changed,
    db,
    insert_ignoring_conflicts,
    lock_row,
    replace_where,
)
from community.core.errors import NotFound
from community.core.i18n import LANGUAGES
from community.escalation.teams.errors import (
    AbsenceUnfit,
    DefaultTeamStays,
    LastWorker,
    NoAgent,
    TeamChanged,
    TeamNeeded,
    UnfitAgent,
    UnfitTeam,
)
from community.escalation.teams.models import (
    CAPACITY,
    DEFAULT_SLUG,
    MOST_CASES,
    DeskAgent,
    Team,
    TeamBoard,
    TeamMember,
)
from community.escalation.teams.policies import can_change_teams
from community.escalation.teams.queries import (
    board_teams,
    desk_user_ids,
    get_team_of_board,
    list_worker_ids,
)
from community.identity.models import RoleGrant
from community.identity.names import is_well_formed_name, tidy_name
from community.posts.text import tags_problem

LONGEST_ABSENCE = timedelta(days=366)
DEFAULT_NAMES = {"en": "Support team", "de": "Support-Team"}
Errors = dict[str, str | LazyString]


@dataclass(frozen=True, kw_only=True)
class TeamFacts:
    """A team as somebody typed it: its names by language, who leads it, and its boards."""

    names: dict[str, str]
    lead_id: int | None = None
    board_ids: frozenset[int] = frozenset()
    rotates: bool = False


@dataclass(frozen=True, kw_only=True)
class AgentFacts:
    """What somebody said of an agent: how many cases, in which languages, about what."""

    capacity: int
    languages: list[str]
    boards: list[int]
    tags: list[str]


def team_for(board_id: int | None) -> Team:
    """Return the team that answers for a board; the default one is made when first needed."""
    found = get_team_of_board(board_id)
    if found is not None:
        return found
    db.session.execute(
        insert_ignoring_conflicts(Team).values(
            slug=DEFAULT_SLUG, names=DEFAULT_NAMES, created_at=clock.now()
        )
    )
    made = get_team_of_board(board_id)
    assert made is not None
    return made


def give_calendar(calendar_id: int, team_ids: Collection[int]) -> bool:
    """Let these teams work by a calendar, and no others by it; returns whether that is new.

    Whoever did it is recorded with the calendar.
    """
    left = update(Team).where(Team.calendar_id == calendar_id, Team.id.not_in(team_ids))
    other = or_(Team.calendar_id.is_(None), Team.calendar_id != calendar_id)
    joined = update(Team).where(Team.id.in_(team_ids), other)
    changed = count_changed(left.values(calendar_id=None))
    return bool(changed + count_changed(joined.values(calendar_id=calendar_id)))


def make_team(actor: Viewer, facts: TeamFacts) -> Team:
    """Make a team. Cases that no team answers for go to the default one, as before.

    Raises ``NotAllowed``, ``UnfitTeam``.
    """
    require(can_change_teams(actor))
    names = _check(facts)
    team_for(None)
    team = Team(slug=f"team-{secrets.token_hex(6)}", names=names)
    team.lead_id, team.rotates = facts.lead_id, facts.rotates
    db.session.add(team)
    db.session.flush()
    _give_boards(team.id, facts.board_ids)
    record(actor, Action.TEAM_MADE, subject=("team", team.id), after=_shown(facts, names))
    return team


def change_team(actor: Viewer, team_id: int, facts: TeamFacts, *, version: int) -> None:
    """Change a team that is still as the actor saw it; the same again changes nothing.

    Cases that are open stay where they are. Raises ``NotAllowed``, ``NotFound``, ``UnfitTeam``,
    ``TeamChanged``, ``LastWorker``.
    """
    require(can_change_teams(actor))
    team = _locked(team_id)
    names = _check(facts)
    if team.version != version:
        raise TeamChanged()
    before = TeamFacts(
        names=team.names,
        lead_id=team.lead_id,
        board_ids=_board_ids(team),
        rotates=team.rotates,
    )
    if before == replace(facts, names=names):
        return
    team.names, team.lead_id, team.rotates = names, facts.lead_id, facts.rotates
    team.version = version + 1
    db.session.flush()
    _give_boards(team.id, facts.board_ids)
    _check_somebody_is_left(team)
    record(
        actor,
        Action.TEAM_CHANGED,
        subject=("team", team.id),
        before=_shown(before, before.names),
        after=_shown(facts, names),
    )


def delete_team(actor: Viewer, team_id: int) -> None:
    """Delete a team that never had a case, members and all; a second time changes nothing.

    Raises ``NotAllowed``, ``DefaultTeamStays``, ``TeamNeeded``.
    """
    require(can_change_teams(actor))
    team = db.session.scalar(lock_row(select(Team).where(Team.id == team_id)))
    if team is None:
        return
    if team.slug == DEFAULT_SLUG:
        raise DefaultTeamStays()
    if _has_cases(team_id):
        raise TeamNeeded()
    for user_id in db.session.scalars(_members(team_id)).all():
        _take_out(actor, team_id, user_id)
    db.session.execute(delete(TeamBoard).where(TeamBoard.team_id == team_id))
    try:
        db.session.execute(delete(Team).where(Team.id == team_id))
    except IntegrityError as error:
        # Who else refers to teams is known further up; the references say that somebody does.
        raise TeamNeeded() from error
    record(actor, Action.TEAM_DELETED, subject=("team", team_id), before={"names": team.names})


def add_member(actor: Viewer, team_id: int, user_id: int) -> None:
    """Let an agent work in a team; twice changes nothing.

    Raises ``NotAllowed``, ``NotFound``, ``NoAgent``.
    """
    require(can_change_teams(actor))
    _locked(team_id)
    if not _is_agent(user_id):
        raise NoAgent(errors={"person": NoAgent.message})
    insert = insert_ignoring_conflicts(TeamMember).values(
        team_id=team_id, user_id=user_id, added_by_id=actor.viewer_id, added_at=clock.now()
    )
    if count_changed(insert):
        record(actor, Action.TEAM_JOINED, subject=("user", user_id), after={"team_id": team_id})


def remove_member(actor: Viewer, team_id: int, user_id: int) -> None:
    """Let somebody work in a team no longer; one who does not changes nothing.

    Cases they own stay theirs. Raises ``NotAllowed``, ``NotFound``, ``LastWorker``.
    """
    require(can_change_teams(actor))
    team = _locked(team_id)
    if _take_out(actor, team_id, user_id):
        _check_somebody_is_left(team)


def change_agent(actor: Viewer, user_id: int, facts: AgentFacts, *, version: int) -> None:
    """Say how many cases an agent is given, and which; the same again changes nothing.

    Raises ``NotAllowed``, ``NotFound``, ``UnfitAgent``, ``TeamChanged``.
    """
    require(can_change_teams(actor))
    agent = lock_agents([user_id])[0] if _is_agent(user_id) else None
    if agent is None:
        raise NotFound()
    _check_agent(facts)
    if agent.version != version:
        raise TeamChanged()
    before = {name: getattr(agent, name) for name in asdict(facts)}
    if before == asdict(facts):
        return
    for name, value in asdict(facts).items():
        setattr(agent, name, value)
    agent.version = version + 1
    subject = ("user", user_id)
    record(actor, Action.AGENT_CHANGED, subject=subject, before=before, after=asdict(facts))


def set_absence(user_id: int, until: datetime | None) -> None:
    """Note until when somebody is away, from their own page; None once they are back.

    Raises ``NotFound`` for who is no agent, ``AbsenceUnfit``.
    """
    if not _is_agent(user_id):
        raise NotFound()
    if until is not None and not clock.now() < until <= clock.now() + LONGEST_ABSENCE:
        raise AbsenceUnfit(errors={"back_on": AbsenceUnfit.message})
    lock_agents([user_id])[0].away_until = until
    db.session.flush()


def lock_agents(user_ids: Sequence[int]) -> Sequence[DeskAgent]:
    """Return what is known of agents, locked in the order of their ids; made where missing."""
    for user_id in sorted(user_ids):
        values = {"user_id": user_id, "capacity": CAPACITY, "version": 1}
        empty: dict[str, list[str]] = {"languages": [], "boards": [], "tags": []}
        db.session.execute(insert_ignoring_conflicts(DeskAgent).values(**values, **empty))
    wanted = select(DeskAgent).where(DeskAgent.user_id.in_(user_ids)).order_by(DeskAgent.user_id)
    return db.session.scalars(lock_row(wanted).execution_options(populate_existing=True)).all()


def _check_agent(facts: AgentFacts) -> None:
    errors: Errors = {}
    if not 0 <= facts.capacity <= MOST_CASES:
        errors["capacity"] = _l("Enter a number from 0 to %(most)s.", most=MOST_CASES)
    if not set(facts.languages) <= set(LANGUAGES):
        errors["languages"] = _l("Choose languages that there are.")
    known = select(Board.id).where(Board.id.in_(facts.boards))
    if len(db.session.scalars(known).all()) < len(facts.boards):
        errors["boards"] = _l("Choose boards that there are.")
    problem = tags_problem(facts.tags)
    if problem:
        errors["tags"] = problem
    if errors:
        raise UnfitAgent(errors=errors)


def _take_out(actor: Viewer, team_id: int, user_id: int) -> bool:
    gone = delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    if not count_changed(gone):
        return False
    record(actor, Action.TEAM_LEFT, subject=("user", user_id), before={"team_id": team_id})
    return True


def _check_somebody_is_left(team: Team) -> None:
    """Raise ``LastWorker`` where cases in hand would be nobody's to see."""
    if _has_cases(team.id, is_live=True) and not list_worker_ids(team.id):
        raise LastWorker()


def _has_cases(team_id: int, *, is_live: bool = False) -> bool:
    # They are made above, so only their table's name is known here.
    cases = Base.metadata.tables["support_cases"]
    found = select(cases.c.id).where(cases.c.team_id == team_id)
    if is_live:
        found = found.where(cases.c.state != "closed")
    return db.session.scalar(found.limit(1)) is not None


def _locked(team_id: int) -> Team:
    wanted = lock_row(select(Team).where(Team.id == team_id))
    team = db.session.scalar(wanted.execution_options(populate_existing=True))
    if team is None:
        raise NotFound()
    return team


def _check(facts: TeamFacts) -> dict[str, str]:
    """Return the names as they are kept; raises ``UnfitTeam``."""
    errors: Errors = {}
    names = {language: tidy_name(facts.names.get(language, "")) for language in LANGUAGES}
    for language, name in names.items():
        if not is_well_formed_name(name):
            errors[f"name_{language}"] = _l("Enter a name of 2 to 40 characters.")
    if facts.lead_id is not None and not _is_agent(facts.lead_id):
        errors["lead"] = NoAgent.message
    known = select(Board.id).where(Board.id.in_(facts.board_ids))
    if len(db.session.scalars(known).all()) < len(facts.board_ids):
        errors["boards"] = _l("Choose boards that there are.")
    if errors:
        raise UnfitTeam(errors=errors)
    return names


def _is_agent(user_id: int) -> bool:
    found = desk_user_ids().where(RoleGrant.user_id == user_id)
    return db.session.scalar(found.limit(1)) is not None


def _give_boards(team_id: int, board_ids: Collection[int]) -> None:
    """Let a team answer for these boards alone; another team that had one has it no longer."""
    mine = TeamBoard.team_id == team_id
    losing = select(TeamBoard.team_id).where(TeamBoard.board_id.in_(board_ids), ~mine)
    # Whoever has the other team's page open must not take the board back unknowingly.
    changed = update(Team).where(Team.id.in_(losing)).values(version=Team.version + 1)
    db.session.execute(changed.execution_options(synchronize_session=False))
    db.session.execute(delete(TeamBoard).where(mine, TeamBoard.board_id.not_in(board_ids)))
    for board_id in sorted(board_ids):
        replace_where(TeamBoard, {"board_id": board_id, "team_id": team_id}, true())


def _board_ids(team: Team) -> frozenset[int]:
    return frozenset(board_id for board_id, owner in board_teams().items() if owner == team.id)


def _members(team_id: int) -> Any:
    return select(TeamMember.user_id).where(TeamMember.team_id == team_id)


def _shown(facts: TeamFacts, names: dict[str, str]) -> dict[str, object]:
    boards = sorted(facts.board_ids)
    return {
        "names": names,
        "lead_id": facts.lead_id,
        "board_ids": boards,
        "rotates": facts.rotates,
    }
