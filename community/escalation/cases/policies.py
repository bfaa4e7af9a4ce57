"""Who may work on support cases, and who may read one. Moderators as such may do neither."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from community.core.authz import Viewer, is_admin, is_signed_in
from community.escalation.cases.models import CLOSED, IN_HAND, RETURNED, SOLVED, SupportCase
from community.escalation.teams.models import DeskAgent
from community.escalation.teams.policies import can_use_desk

# So long an open board's members are let answer first. Source: PRODUCT 2.6.
PEERS_FIRST = timedelta(minutes=30)


class _Question(Protocol):
    """What is asked of a question here."""

    @property
    def asked_at(self) -> datetime: ...

    @property
    def visibility(self) -> str: ...

    @property
    def status(self) -> str: ...


def can_see_case(viewer: Viewer, case: SupportCase, team_ids: Collection[int]) -> bool:
    """Say whether the viewer may work on a case: its team does, and who owns it; never one's own.

    ``team_ids`` are the viewer's teams. The system may, too.
    """
    if viewer.viewer_id is None:
        return is_admin(viewer)
    if not can_use_desk(viewer) or viewer.viewer_id == case.requester_id:
        return False
    return is_admin(viewer) or case.team_id in team_ids or case.owner_id == viewer.viewer_id


def can_change_case(viewer: Viewer, case: SupportCase, team_ids: Collection[int]) -> bool:
    """Say whether the viewer may still do something with a case: closed is final."""
    return case.state != CLOSED and can_see_case(viewer, case, team_ids)


def can_follow_case(viewer: Viewer, case: SupportCase) -> bool:
    """Say whether a case is the viewer's own as a customer: they read and write what is private."""
    return is_signed_in(viewer) and viewer.viewer_id == case.requester_id


def can_hand_back(case: SupportCase, question: _Question | None) -> bool:
    """Say whether a case can be the community's again: it needs a question that takes answers."""
    if question is None or case.state not in IN_HAND:
        return False
    return question.visibility == "published" and question.status != "closed"


def can_close_for_peers(case: SupportCase, *, has_solution: bool) -> bool:
    """Say whether a case can be closed because a member's answer to its question was accepted."""
    return has_solution and case.state in (*IN_HAND, RETURNED, SOLVED)


def is_for_peers_first(
    case: SupportCase, question: _Question | None, audience: str, now: datetime
) -> bool:
    """Say whether members should have a chance first: on open boards, for half an hour.

    What is urgent never waits. Staff are warned then, and may answer all the same.
    """
    if question is None or case.priority == "urgent":
        return False
    return lets_peers_first(question.status, audience, question.asked_at, now)


def lets_peers_first(status: str, audience: str, asked_at: datetime, now: datetime) -> bool:
    """Say whether a question is so young, and its board so open, that members go first."""
    is_open = audience in ("public", "members") and status in ("open", "support")
    return is_open and now - asked_at < PEERS_FIRST


def choose_agent(
    case: SupportCase,
    agents: Iterable[DeskAgent],
    *,
    loads: Mapping[int, int],
    tags: Collection[str],
    now: datetime,
) -> DeskAgent | None:
    """Return whose turn it is: of those who are free and fit, who has least, then waited longest.

    ``loads`` are the cases in hand by owner, ``tags`` those of the case's question.
    """
    free = [
        agent
        for agent in agents
        if not agent.is_away(now)
        and loads.get(agent.user_id, 0) < agent.capacity
        and _knows(agent, case, tags)
    ]
    return min(free, key=lambda agent: _turn(agent, loads), default=None)


def _knows(agent: DeskAgent, case: SupportCase, tags: Collection[str]) -> bool:
    if agent.languages and case.language not in agent.languages:
        return False
    if not agent.boards and not agent.tags:
        return True
    return case.board_id in agent.boards or not set(agent.tags).isdisjoint(tags)


def _turn(agent: DeskAgent, loads: Mapping[int, int]) -> tuple[int, bool, datetime, int]:
    given_at = agent.given_at
    since = datetime.min.replace(tzinfo=UTC) if given_at is None else given_at
    return loads.get(agent.user_id, 0), given_at is not None, since, agent.user_id
