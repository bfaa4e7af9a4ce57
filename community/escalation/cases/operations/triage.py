"""How pressing a case is and which team has it: changed by hand, or with the board of its question.

Deadlines follow at once: whichever policy and calendar fit now.
"""

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from community.boards.models import Board
from community.core import clock
from community.core.audit import Action, record
from community.core.authz import SYSTEM, Viewer
from community.core.db import db
from community.core.errors import Invalid
from community.core.i18n import speaking
from community.core.jobs import emit
from community.core.reasons import read_reason
from community.core.settings import current_settings
from community.escalation.cases.errors import TeamUnfit
from community.escalation.cases.models import (
    CLOSED,
    INTERNAL,
    OUT,
    PRIORITY_STEP,
    REASON_MAX_CHARS,
    TEAM_STEP,
    CaseMessage,
    SupportCase,
)
from community.escalation.cases.operations.assigning import set_owner
from community.escalation.cases.operations.locking import lock_case, lock_for_work
from community.escalation.cases.operations.noting import facts_of, note_message, note_step
from community.escalation.sla.models import PRIORITIES
from community.escalation.sla.operations.clocks import reconsider
from community.escalation.teams.models import Team
from community.escalation.teams.operations import team_for
from community.escalation.teams.queries import works_in
from community.events.support import CaseHandedOver
from community.posts.operations import rendered_columns


def set_priority(actor: Viewer, case_id: int, priority: str) -> SupportCase:
    """Say how pressing a case is; the same again changes nothing.

    Raises ``NotFound``, ``NotAllowed``, ``Invalid``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    if priority not in PRIORITIES:
        raise Invalid()
    if case.priority == priority:
        return case
    before, case.priority = case.priority, priority
    note_step(case, f"{PRIORITY_STEP}{priority}", actor)
    reconsider(facts_of(case), clock.now())
    record(
        actor,
        Action.SUPPORT_CASE_PRIORITISED,
        subject=("support_case", case.id),
        before={"priority": before},
        after={"priority": priority},
    )
    return case


def hand_over(actor: Viewer, case_id: int, team_id: int, reason: str) -> SupportCase:
    """Hand a case over to another team; ``reason`` stays with it as an internal note.

    Its owner keeps it only if they work in that team, too. To its own team again changes nothing.
    Raises ``NotFound``, ``NotAllowed``, ``TeamUnfit``, ``CaseClosed``.
    """
    case, _question = lock_for_work(actor, case_id)
    if case.team_id == team_id:
        return case
    note, problem = read_reason(reason, longest=REASON_MAX_CHARS, missing=TeamUnfit.reason_missing)
    wrong: dict[str, str | LazyString] = {}
    if db.session.get(Team, team_id) is None:
        wrong["team"] = TeamUnfit.message
    if problem is not None:
        wrong["team_reason"] = problem
    if wrong:
        raise TeamUnfit(errors=wrong)
    _note_internally(case, note, actor)
    _give_to_team(actor, case, team_id)
    return case


def follow_question(case_id: int) -> None:
    """Let a case follow its question to another board, and so to that board's team.

    A case that somebody has taken stays with its team; a note says which one answers for the board.
    A second time changes nothing.
    """
    case, question = lock_case(case_id)
    if question is None or case.state == CLOSED or case.board_id == question.board_id:
        return
    case.board_id = question.board_id
    team = team_for(case.board_id)
    if team.id != case.team_id and case.owner_id is None:
        _give_to_team(SYSTEM, case, team.id)
        return
    if team.id != case.team_id:
        _note_move(case, team)
    db.session.flush()
    reconsider(facts_of(case), clock.now())


def _give_to_team(actor: Viewer, case: SupportCase, team_id: int) -> None:
    before = {"team_id": case.team_id, "owner_id": case.owner_id}
    case.team_id = team_id
    if case.owner_id is not None and not works_in(team_id, case.owner_id):
        set_owner(actor, case, None)
    note_step(case, TEAM_STEP, actor)
    reconsider(facts_of(case), clock.now())
    record(
        actor,
        Action.SUPPORT_CASE_HANDED_OVER,
        subject=("support_case", case.id),
        before=before,
        after={"team_id": team_id, "owner_id": case.owner_id},
    )
    emit(CaseHandedOver(case.id, team_id, actor.viewer_id))


def _note_move(case: SupportCase, team: Team) -> None:
    language = current_settings().default_language
    board = db.session.get_one(Board, case.board_id)
    with speaking(language):
        words = _(
            "The question was moved to “%(board)s”. The team “%(team)s” answers for that board.",
            board=board.name_in(language),
            team=team.name_in(language),
        )
    _note_internally(case, words, SYSTEM)


def _note_internally(case: SupportCase, text: str, actor: Viewer) -> None:
    note = CaseMessage(
        author_id=actor.viewer_id, kind=INTERNAL, direction=OUT, **rendered_columns(text)
    )
    note_message(case, note, actor_id=actor.viewer_id)
